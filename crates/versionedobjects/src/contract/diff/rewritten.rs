//! What recorded versions had, and have no more: the part of a contract that
//! no bump of a minor version covers.

use super::Pair;
use super::types;
use crate::Version;
use crate::contract::{Bump, Change, Effect, Field, FieldAt, Kind, Matrix, Place};

impl<'c> Pair<'c> {
    /// What a field was when the contract was recorded: the one of the name it
    /// had at that version.
    pub(super) fn before(&self, field: &Field) -> Option<&'c Field> {
        let then = self.recorded().filter(|_| self.is_bumped());
        let named = then.and_then(|then| {
            let mut names = then.new.iter();
            names.find(|(_, at)| at.now == Some(&*field.name))
        });
        self.old.field(named.map_or(&*field.name, |(name, _)| name))
    }

    /// Whether the recorded version still has all these names as they were,
    /// although the newest may not: rules lead there and back.
    pub(super) fn holds(&self, names: &[&str]) -> bool {
        self.is_bumped() && self.recorded().is_some() && self.rewritten(names).is_none()
    }

    /// The recorded versions at which something of these names is not what it
    /// was, with the worst that their readers meet.
    fn rewritten(&self, names: &[&str]) -> Option<(Vec<Version>, Effect)> {
        let mut versions = Vec::new();
        let mut worst = Effect::Fine;
        for common in &self.common {
            let effects = names
                .iter()
                .filter_map(|name| differs(common.old.get(name), common.new.get(name)));
            if let Some(effect) = effects.max() {
                worst = worst.max(effect);
                versions.push(common.version);
            }
        }
        (!versions.is_empty()).then_some((versions, worst))
    }

    /// The difference that recorded versions are not what they were, if so.
    pub(super) fn rewritten_change(&self, place: Place, names: &[&str]) -> Option<Change> {
        let (versions, worst) = self.rewritten(names)?;
        let versions: Vec<String> = versions.iter().map(Version::to_string).collect();
        let what = format!("is not what was recorded for {}", versions.join(", "));
        let breaks = Matrix::data(worst, Effect::Fine);
        let change = Change::new(place, Kind::FieldRewritten, Bump::Major, breaks, what);
        Some(change.advise(
            "take it back: what a recorded version has is what peers of that version were sent",
        ))
    }
}

/// What readers of a version meet where a name is not what it was there.
fn differs(old: Option<&FieldAt<'_>>, new: Option<&FieldAt<'_>>) -> Option<Effect> {
    match (old, new) {
        (Some(_), None) => Some(Effect::Lacks),
        (None, Some(_)) => Some(Effect::Loses),
        (Some(old), Some(new)) => {
            let differences = types::differences(&old.ty, &new.ty);
            let real = differences.iter().filter(|change| !change.is_cosmetic());
            real.map(|change| change.old_reads.max(change.new_reads))
                .max()
        }
        (None, None) => None,
    }
}
