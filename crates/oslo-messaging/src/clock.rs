//! The time deadlines are measured in.

use std::time::Instant;

/// Now, on the clock the runtime's timers go by: a test that pauses time pauses deadlines too.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
