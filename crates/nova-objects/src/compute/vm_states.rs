//! What state an instance is in between tasks, as its user sees it (nova
//! `compute/vm_states.py`).

/// Running, or meant to.
pub const ACTIVE: &str = "active";
/// Not built yet.
pub const BUILDING: &str = "building";
/// Frozen in memory.
pub const PAUSED: &str = "paused";
/// Written to disk, to go on later.
pub const SUSPENDED: &str = "suspended";
/// Shut down, its disks kept.
pub const STOPPED: &str = "stopped";
/// Running from a rescue image.
pub const RESCUED: &str = "rescued";
/// Of a new size, waiting for its user's word.
pub const RESIZED: &str = "resized";
/// Deleted, and can still be restored.
pub const SOFT_DELETED: &str = "soft-delete";
/// Gone for good.
pub const DELETED: &str = "deleted";
/// In a state that only an operator understands.
pub const ERROR: &str = "error";
/// Kept as an image, its resources still on the host.
pub const SHELVED: &str = "shelved";
/// Kept as an image, its resources given back.
pub const SHELVED_OFFLOADED: &str = "shelved_offloaded";

/// The states a guest can be asked to reboot in.
pub const ALLOW_SOFT_REBOOT: &[&str] = &[ACTIVE];

/// The states an instance can be reset in.
pub const ALLOW_HARD_REBOOT: &[&str] = &[ACTIVE, STOPPED, PAUSED, SUSPENDED, ERROR];
