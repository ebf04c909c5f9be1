//! What is known of whoever is addressed.

use std::sync::Arc;

use versionedobjects::{Form, Manifest, Writer};

use super::profile::Abilities;
use super::{Answer, Profile, SkewCounts};

/// Whoever is addressed: one server, or all that share a topic's queue.
#[derive(Clone, Debug, Default)]
pub struct Peer {
    abilities: Option<Abilities>,
    reads: Option<Arc<Manifest>>,
    profile: Option<Profile>,
    hosts: Vec<String>,
    skew: SkewCounts,
}

impl Peer {
    pub(super) fn of(answer: Answer) -> Self {
        let abilities = answer
            .common
            .unwrap_or_else(|| answer.member.abilities().clone());
        Self {
            reads: Some(Arc::new(abilities.reads.clone())),
            abilities: Some(abilities),
            profile: Some(answer.member),
            hosts: answer.hosts,
            skew: answer.skew,
        }
    }

    /// The same, sharing the manifest with what was known before if it is equal.
    pub(super) fn after(mut self, before: &Self) -> Self {
        if self.reads == before.reads {
            self.reads.clone_from(&before.reads);
        }
        self
    }

    /// What it reads, class by class; `None` if it does not say, as Python
    /// services do not.
    #[must_use]
    pub const fn reads(&self) -> Option<&Arc<Manifest>> {
        self.reads.as_ref()
    }

    /// Whether it understands messages of that version; `None` if it does not
    /// say.
    #[must_use]
    pub fn serves(&self, version: &str) -> Option<bool> {
        self.abilities
            .as_ref()
            .map(|abilities| abilities.serves(version))
    }

    /// Who answered for it.
    #[must_use]
    pub const fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// The hosts of all that share the topic's queue.
    #[must_use]
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// What other releases have cost whoever answered.
    #[must_use]
    pub const fn skew(&self) -> SkewCounts {
        self.skew
    }

    /// A writer of what it can read: in the native form, at its versions; for
    /// whoever says nothing as oslo would, at the newest.
    #[must_use]
    pub fn writer(&self) -> Writer<'_> {
        match self.reads.as_deref() {
            Some(reads) => Writer::for_manifest(reads),
            None => Writer::new(Form::Compat),
        }
    }
}
