//! The differences between two contracts of a class.

mod class;
mod fields;
mod methods;
mod reads;
mod rewritten;
mod types;

use std::collections::BTreeMap;

use super::{Bump, Change, Contract, FieldAt};
use crate::Version;

/// All differences, in the order of the text.
pub(super) fn differences(old: &Contract, new: &Contract) -> Vec<Change> {
    let pair = Pair::of(old, new);
    let mut changes = class::differences(&pair);
    changes.extend(fields::differences(&pair));
    changes.extend(methods::differences(&pair));
    if changes.is_empty() {
        changes.extend(class::fingerprint(&pair));
    }
    changes
}

/// Two contracts of a class, and how their versions stand to each other.
struct Pair<'c> {
    old: &'c Contract,
    new: &'c Contract,
    /// The bump that was made.
    made: Bump,
    /// The data at the versions both record, of the major that is current now:
    /// what is said of them must not change.
    common: Vec<Common<'c>>,
}

/// The data of one version, as either side has it.
struct Common<'c> {
    version: Version,
    old: BTreeMap<&'c str, FieldAt<'c>>,
    new: BTreeMap<&'c str, FieldAt<'c>>,
}

impl<'c> Pair<'c> {
    fn of(old: &'c Contract, new: &'c Contract) -> Self {
        let major = new.version().major;
        let recorded = old.versions.iter().map(|(version, _)| *version);
        let still = |version: &Version| new.versions.iter().any(|(known, _)| known == version);
        Self {
            old,
            new,
            made: Bump::between(old.version(), new.version()),
            common: recorded
                .filter(|version| version.major == major)
                .filter(still)
                .map(|version| Common {
                    version,
                    old: old.at(version),
                    new: new.at(version),
                })
                .collect(),
        }
    }

    /// Whether the newest version is one that was not recorded.
    fn is_bumped(&self) -> bool {
        self.made > Bump::None
    }

    /// What both say of the newest version that was recorded, if it is one that
    /// newer objects are still converted to.
    fn recorded(&self) -> Option<&Common<'c>> {
        self.common
            .iter()
            .find(|common| common.version == self.old.version())
    }

    /// What a person is told to record.
    fn next(&self, bump: Bump) -> Version {
        if self.made >= bump {
            self.new.version()
        } else {
            bump.after(self.old.version())
        }
    }
}

/// Whether what two lists share stands in another order.
fn is_reordered(old: &[String], new: &[String]) -> bool {
    let kept = old.iter().filter(|name| new.contains(name));
    kept.ne(new.iter().filter(|name| old.contains(name)))
}
