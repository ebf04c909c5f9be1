//! Compares the classes of a registry with the contracts recorded in a folder,
//! and records what may be.

use std::path::{Path, PathBuf};

use super::folder::{self, FolderError};
use super::{Comparison, Contract};
use crate::Registry;

/// The variable that makes [`Recorder::check`] record instead: `accept`.
pub const VARIABLE: &str = "OBJECT_CONTRACT";

/// The variable with the reason for recording what lacks its bump.
pub const REASON_VARIABLE: &str = "OBJECT_CONTRACT_REASON";

/// Why a check failed.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The files cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The classes are not what was recorded.
    #[error("{}", stale(.comparisons, .command))]
    Stale {
        /// What differs, class by class.
        comparisons: Vec<Comparison>,
        /// The command that records it.
        command: String,
    },
    /// Something lacks the bump it needs, so nothing was recorded.
    #[error("{}", refused(.comparisons))]
    Refused {
        /// What differs, class by class.
        comparisons: Vec<Comparison>,
    },
}

/// As it is displayed: a test that returns it shows people the text.
impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// The line by which tools find what is wrong in the output of a test.
const STALE: &str = "contract stale:";

fn stale(comparisons: &[Comparison], command: &str) -> String {
    let worst = comparisons
        .iter()
        .max_by_key(|comparison| (!comparison.is_accepted(), comparison.needs()));
    let headline = worst.map(Comparison::headline).unwrap_or_default();
    let others = match comparisons.len() {
        0 | 1 => String::new(),
        2 => "; one more class differs".to_owned(),
        many => format!("; {} more classes differ", many - 1),
    };
    let next = if comparisons.iter().all(Comparison::is_accepted) {
        format!("run `{command}` to record it")
    } else {
        format!("make the bump, then run `{command}`")
    };
    let all: Vec<String> = comparisons.iter().map(|c| format!("\n\n{c}")).collect();
    format!("{STALE} {headline}{others}; {next}{}", all.concat())
}

fn refused(comparisons: &[Comparison]) -> String {
    let refused: Vec<String> = comparisons
        .iter()
        .filter(|comparison| !comparison.is_accepted())
        .map(|comparison| format!("\n\n{comparison}"))
        .collect();
    format!(
        "record the contracts: a bump is missing, so nothing was recorded; make it, or give the reason why it may be missing{}",
        refused.concat()
    )
}

/// Compares the classes of a registry with the contracts in a folder.
#[derive(Debug)]
pub struct Recorder<'r> {
    registry: &'r Registry,
    folder: PathBuf,
    pub(super) command: String,
}

impl<'r> Recorder<'r> {
    /// Of these classes and that folder.
    #[must_use]
    pub fn new(registry: &'r Registry, folder: impl AsRef<Path>) -> Self {
        Self {
            registry,
            folder: folder.as_ref().to_owned(),
            command: format!("{VARIABLE}=accept cargo test"),
        }
    }

    /// Names the command that records, for whoever meets the failure.
    #[must_use]
    pub fn command(self, command: impl Into<String>) -> Self {
        Self {
            command: command.into(),
            ..self
        }
    }

    /// What differs, class by class; nothing of classes that are as recorded.
    ///
    /// # Errors
    /// When a recorded contract cannot be read.
    pub fn compare(&self) -> Result<Vec<Comparison>, FolderError> {
        let recorded = folder::recorded(&self.folder)?;
        let now = folder::derived(self.registry);
        let mut found: Vec<Comparison> = Vec::new();
        for (key, contract) in &now {
            let Some(before) = recorded.get(key) else {
                found.push(Comparison::added(contract));
                continue;
            };
            let comparison = Comparison::of(before, contract);
            let is_reworded = comparison.changes.is_empty()
                && !folder::holds(&self.folder, &contract.with_forced_of(before));
            found.push(if is_reworded {
                Comparison::rewritten(contract)
            } else {
                comparison
            });
        }
        // Another registry may keep its own namespace in the same folder. One that has a class of ours, which was never
        // recorded under its own, had our name before.
        let is_recorded = |namespace: &str| recorded.keys().any(|(known, _)| known == namespace);
        let ours = |namespace: &str| now.keys().any(|(known, _)| known == namespace);
        let was_ours = |gone: &str| {
            now.keys()
                .any(|(namespace, class)| class == gone && !is_recorded(namespace))
        };
        let gone = recorded
            .iter()
            .filter(|(key, _)| !now.contains_key(key) && (ours(&key.0) || was_ours(&key.1)));
        found.extend(gone.map(|(_, contract)| Comparison::removed(contract)));
        found.retain(|comparison| !comparison.changes.is_empty());
        Ok(found)
    }

    /// Records what differs, if every difference has the bump it needs, or a
    /// reason is given, which is recorded too. Returns what differed.
    ///
    /// # Errors
    /// [`Error::Refused`] if a bump is missing; then nothing was written.
    /// [`Error::Folder`] if a file cannot be read or written.
    pub fn accept(&self, reason: Option<&str>) -> Result<Vec<Comparison>, Error> {
        let comparisons = self.compare()?;
        if reason.is_none() && !comparisons.iter().all(Comparison::is_accepted) {
            return Err(Error::Refused { comparisons });
        }
        let recorded = folder::recorded(&self.folder)?;
        for ((namespace, class), contract) in folder::derived(self.registry) {
            let before = recorded.get(&(namespace, class));
            let mut forced = before
                .map(|before| before.forced.clone())
                .unwrap_or_default();
            let full = format!("{}/{}", contract.namespace, contract.class);
            let comparison = comparisons
                .iter()
                .find(|comparison| comparison.class == full);
            if let Some(reason) = reason.filter(|_| comparison.is_some_and(|c| !c.is_accepted())) {
                forced.push((contract.version(), reason.to_owned()));
            }
            folder::write(&self.folder, &Contract { forced, ..contract })?;
        }
        let gone = comparisons
            .iter()
            .filter(|comparison| comparison.now.is_none());
        for comparison in gone {
            folder::remove(&self.folder, &comparison.class)?;
        }
        Ok(comparisons)
    }

    /// Compares, for tests. With `OBJECT_CONTRACT=accept` in the environment it
    /// records instead, and with `OBJECT_CONTRACT_REASON` also what lacks its
    /// bump.
    ///
    /// # Errors
    /// [`Error::Stale`] if a class is not what was recorded, [`Error::Refused`]
    /// if it may not be recorded, [`Error::Folder`].
    pub fn check(&self) -> Result<(), Error> {
        if std::env::var(VARIABLE).is_ok_and(|value| value == "accept") {
            let reason = std::env::var(REASON_VARIABLE).ok();
            return self
                .accept(reason.as_deref().filter(|reason| !reason.trim().is_empty()))
                .map(|_| ());
        }
        let comparisons = self.compare()?;
        if comparisons.is_empty() {
            return Ok(());
        }
        Err(Error::Stale {
            comparisons,
            command: self.command.clone(),
        })
    }
}
