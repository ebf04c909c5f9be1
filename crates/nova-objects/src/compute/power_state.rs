//! What the hypervisor last said about a guest (nova `compute/power_state.py`).
//! The numbers are what is kept and sent.

/// Not known, or not there.
pub const NOSTATE: i64 = 0;
/// Running.
pub const RUNNING: i64 = 1;
/// Frozen in memory.
pub const PAUSED: i64 = 3;
/// Shut down.
pub const SHUTDOWN: i64 = 4;
/// Crashed.
pub const CRASHED: i64 = 6;
/// Written to disk, to go on later.
pub const SUSPENDED: i64 = 7;

/// The word for a number; `None` for those no state has.
pub fn name(state: i64) -> Option<&'static str> {
    Some(match state {
        NOSTATE => "pending",
        RUNNING => "running",
        PAUSED => "paused",
        SHUTDOWN => "shutdown",
        CRASHED => "crashed",
        SUSPENDED => "suspended",
        _ => return None,
    })
}
