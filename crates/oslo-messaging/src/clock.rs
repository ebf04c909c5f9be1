//! The time deadlines are measured in.

#[cfg(feature = "grpc")]
use std::time::Duration;
use std::time::Instant;

/// Now, on the clock the runtime's timers go by: a test that pauses time pauses deadlines too.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Whole milliseconds until `deadline`, rounded up: a deadline that travels must not come before the one it was.
#[cfg(feature = "grpc")]
pub(crate) fn millis_until(deadline: Instant) -> u64 {
    let left = deadline.saturating_duration_since(now());
    u64::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// The deadline that is `millis` from now; none if that is beyond the clock.
#[cfg(feature = "grpc")]
pub(crate) fn after_millis(millis: u64) -> Option<Instant> {
    now().checked_add(Duration::from_millis(millis))
}
