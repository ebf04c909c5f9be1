//! The recorded contracts in a folder, a file a class, and their comparison
//! with the classes of a registry.
//!
//! This is the one place of the crate that touches files. Tests and the
//! programs that record contracts call it; nothing that serves messages does.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::{Contract, ParseError};
use crate::Registry;

/// Why recorded contracts could not be compared or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// A file or folder cannot be read or written.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is no contract.
    #[error("read the contract {}: {source}; `git checkout` it, since nobody writes contracts by hand", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: ParseError,
    },
}

/// The contracts of a folder by namespace and class.
pub type Contracts = BTreeMap<(String, String), Contract>;

/// The contracts that the classes of a registry have now. Where it knows
/// several majors of a class, the newest counts.
#[must_use]
pub fn derived(registry: &Registry) -> Contracts {
    let mut contracts = Contracts::new();
    for class in registry.iter() {
        let contract = Contract::from(class);
        let key = (contract.namespace.clone(), contract.class.clone());
        let newer = contracts
            .get(&key)
            .is_none_or(|known| known.version() <= contract.version());
        if newer {
            contracts.insert(key, contract);
        }
    }
    contracts
}

/// The contracts recorded in a folder: `namespace/Class.txt`, or `Class.txt`.
/// A folder that is not there has none.
///
/// # Errors
/// When a file cannot be read or is no contract.
pub fn recorded(folder: &Path) -> Result<Contracts, FolderError> {
    let mut contracts = Contracts::new();
    for path in files(folder)? {
        let contract = read(&path)?;
        let key = (contract.namespace.clone(), contract.class.clone());
        contracts.insert(key, contract);
    }
    Ok(contracts)
}

/// Reads a recorded contract.
///
/// # Errors
/// When the file cannot be read or is no contract.
pub fn read(path: &Path) -> Result<Contract, FolderError> {
    let text = std::fs::read_to_string(path).map_err(failed("read", path))?;
    text.parse().map_err(|source| FolderError::Parse {
        path: path.to_owned(),
        source,
    })
}

/// The file of a class's contract.
#[must_use]
pub fn path_of(folder: &Path, contract: &Contract) -> PathBuf {
    folder
        .join(&contract.namespace)
        .join(format!("{}.txt", contract.class))
}

/// Whether a contract is recorded in exactly the text it has now.
pub(super) fn holds(folder: &Path, contract: &Contract) -> bool {
    let recorded = std::fs::read_to_string(path_of(folder, contract));
    recorded.is_ok_and(|recorded| recorded == contract.to_string())
}

/// Writes a contract where it differs from what is there; says whether it did.
///
/// # Errors
/// When the file cannot be written.
pub fn write(folder: &Path, contract: &Contract) -> Result<bool, FolderError> {
    if holds(folder, contract) {
        return Ok(false);
    }
    let (path, text) = (path_of(folder, contract), contract.to_string());
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed("create", parent))?;
    }
    std::fs::write(&path, text).map_err(failed("write", &path))?;
    Ok(true)
}

/// Removes the contract of a class that is gone, by its namespace and name.
pub(super) fn remove(folder: &Path, class: &str) -> Result<(), FolderError> {
    let path = folder.join(format!("{class}.txt"));
    std::fs::remove_file(&path).map_err(failed("remove", &path))
}

/// The text files in a folder and in the folders below it, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let mut found = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(failed("read", folder)(error)),
    };
    for entry in entries {
        let path = entry.map_err(failed("read", folder))?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "txt") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn failed<'p>(action: &'static str, path: &'p Path) -> impl Fn(io::Error) -> FolderError + 'p {
    move |source| FolderError::Io {
        action,
        path: path.to_owned(),
        source,
    }
}
