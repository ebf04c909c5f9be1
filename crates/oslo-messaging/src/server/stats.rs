//! What a server counts.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What a server did since it started.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct ServerStats {
            $($(#[$doc])* pub $name: u64,)*
        }

        #[derive(Default)]
        pub(super) struct Counters {
            $(pub(super) $name: Counter,)*
        }

        impl Counters {
            pub(super) fn snapshot(&self) -> ServerStats {
                ServerStats { $($name: self.$name.0.load(Ordering::Relaxed),)* }
            }
        }
    };
}

counters! {
    /// Messages that arrived.
    received,
    /// Messages that could not be understood and were dropped.
    rejected,
    /// Messages that were ignored because they had been seen before.
    duplicates,
    /// Requests that were carried out to their end, failures included.
    finished,
    /// Requests among those that ended with a failure.
    failed,
    /// Requests whose work was dropped because nobody waited for the answer any more.
    abandoned,
    /// Replies that could not be handed over.
    lost_replies,
}

#[derive(Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
