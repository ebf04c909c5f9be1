//! What does not survive the way to an older version and back.

use crate::{Class, Version};

/// Something that does not survive the way to an older version and back, unless
/// both sides are ours and carry it along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// The field, by its present name; that of the class for a hook.
    pub field: &'static str,
    /// The versions concerned: all before this one.
    pub before: Version,
    /// Why.
    pub why: LossKind,
}

/// Why something is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LossKind {
    /// The field did not exist.
    Added,
    /// The field was something that says less.
    Changed,
    /// One of its values did not exist, and another stands for it.
    Value(&'static str),
    /// The field is gone, and what it said with it.
    Removed,
    /// A hand-written conversion, of which nothing is known.
    Hook,
}

impl Class {
    /// Everything that is lost on the way to older versions of this class, as
    /// its rules declare it, field by field.
    #[must_use]
    pub fn losses(&self) -> Vec<Loss> {
        let mut losses = Vec::new();
        for field in self.fields {
            let mut add = |before, why| {
                losses.push(Loss {
                    field: field.name,
                    before,
                    why,
                });
            };
            if let Some(since) = field.since {
                add(since, LossKind::Added);
            }
            for past in field.past.iter().filter(|past| past.lossy) {
                add(past.until, LossKind::Changed);
            }
            for newer in field.values.iter().filter(|newer| newer.before.is_some()) {
                for value in newer.values {
                    add(newer.since, LossKind::Value(value));
                }
            }
        }
        losses.extend(
            self.removed
                .iter()
                .filter(|gone| gone.lossy)
                .map(|gone| Loss {
                    field: gone.name,
                    before: gone.until,
                    why: LossKind::Removed,
                }),
        );
        losses.extend(self.backport.map(|_| Loss {
            field: self.name,
            before: self.version(),
            why: LossKind::Hook,
        }));
        losses
    }
}
