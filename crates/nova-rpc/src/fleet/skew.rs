//! What different releases cost: counted by each process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

/// Counts what a process has to do because others are of another release. All
/// clones are one; a process has one.
#[derive(Clone, Debug, Default)]
pub struct Skew(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    too_new: AtomicU64,
    asked: AtomicU64,
    served: AtomicU64,
}

/// The counts of a [`Skew`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkewCounts {
    /// Objects that came in and were too new to be read.
    pub too_new: u64,
    /// How often somebody was asked to write one in an older form.
    pub backports_asked: u64,
    /// How often this process was.
    pub backports_served: u64,
}

impl Skew {
    /// The counts so far.
    #[must_use]
    pub fn counts(&self) -> SkewCounts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        SkewCounts {
            too_new: of(&self.0.too_new),
            backports_asked: of(&self.0.asked),
            backports_served: of(&self.0.served),
        }
    }

    /// Counts an object that was too new.
    pub fn too_new(&self) {
        self.0.too_new.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a question for an older form, of an object that was too new.
    pub(crate) fn asked(&self) {
        self.too_new();
        self.0.asked.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an older form that was written for somebody who asked.
    pub(crate) fn served(&self) {
        self.0.served.fetch_add(1, Ordering::Relaxed);
    }
}
