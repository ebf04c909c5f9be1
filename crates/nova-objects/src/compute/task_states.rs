//! What is being done to an instance right now; null when nothing is (nova
//! `compute/task_states.py`).

/// A host is being looked for.
pub const SCHEDULING: &str = "scheduling";
/// Its block devices are being prepared.
pub const BLOCK_DEVICE_MAPPING: &str = "block_device_mapping";
/// Its network is being prepared.
pub const NETWORKING: &str = "networking";
/// The hypervisor is making it.
pub const SPAWNING: &str = "spawning";
/// The task `image_snapshot`.
pub const IMAGE_SNAPSHOT: &str = "image_snapshot";
/// The task `image_snapshot_pending`.
pub const IMAGE_SNAPSHOT_PENDING: &str = "image_snapshot_pending";
/// The task `image_pending_upload`.
pub const IMAGE_PENDING_UPLOAD: &str = "image_pending_upload";
/// The task `image_uploading`.
pub const IMAGE_UPLOADING: &str = "image_uploading";
/// The task `image_backup`.
pub const IMAGE_BACKUP: &str = "image_backup";
/// The task `updating_password`.
pub const UPDATING_PASSWORD: &str = "updating_password";
/// The task `resize_prep`.
pub const RESIZE_PREP: &str = "resize_prep";
/// The task `resize_migrating`.
pub const RESIZE_MIGRATING: &str = "resize_migrating";
/// The task `resize_migrated`.
pub const RESIZE_MIGRATED: &str = "resize_migrated";
/// The task `resize_finish`.
pub const RESIZE_FINISH: &str = "resize_finish";
/// The task `resize_reverting`.
pub const RESIZE_REVERTING: &str = "resize_reverting";
/// The task `resize_confirming`.
pub const RESIZE_CONFIRMING: &str = "resize_confirming";
/// A reboot was asked for.
pub const REBOOTING: &str = "rebooting";
/// A reboot is about to begin.
pub const REBOOT_PENDING: &str = "reboot_pending";
/// A reboot has begun.
pub const REBOOT_STARTED: &str = "reboot_started";
/// A reset was asked for.
pub const REBOOTING_HARD: &str = "rebooting_hard";
/// A reset is about to begin.
pub const REBOOT_PENDING_HARD: &str = "reboot_pending_hard";
/// A reset has begun.
pub const REBOOT_STARTED_HARD: &str = "reboot_started_hard";
/// The task `pausing`.
pub const PAUSING: &str = "pausing";
/// The task `unpausing`.
pub const UNPAUSING: &str = "unpausing";
/// The task `suspending`.
pub const SUSPENDING: &str = "suspending";
/// The task `resuming`.
pub const RESUMING: &str = "resuming";
/// It is being stopped.
pub const POWERING_OFF: &str = "powering-off";
/// It is being started.
pub const POWERING_ON: &str = "powering-on";
/// The task `rescuing`.
pub const RESCUING: &str = "rescuing";
/// The task `unrescuing`.
pub const UNRESCUING: &str = "unrescuing";
/// The task `rebuilding`.
pub const REBUILDING: &str = "rebuilding";
/// The task `rebuild_block_device_mapping`.
pub const REBUILD_BLOCK_DEVICE_MAPPING: &str = "rebuild_block_device_mapping";
/// The task `rebuild_spawning`.
pub const REBUILD_SPAWNING: &str = "rebuild_spawning";
/// The task `migrating`.
pub const MIGRATING: &str = "migrating";
/// It is being deleted.
pub const DELETING: &str = "deleting";
/// It is being deleted, to be restorable.
pub const SOFT_DELETING: &str = "soft-deleting";
/// A deletion is being taken back.
pub const RESTORING: &str = "restoring";
/// The task `shelving`.
pub const SHELVING: &str = "shelving";
/// The task `shelving_image_pending_upload`.
pub const SHELVING_IMAGE_PENDING_UPLOAD: &str = "shelving_image_pending_upload";
/// The task `shelving_image_uploading`.
pub const SHELVING_IMAGE_UPLOADING: &str = "shelving_image_uploading";
/// The task `shelving_offloading`.
pub const SHELVING_OFFLOADING: &str = "shelving_offloading";
/// The task `unshelving`.
pub const UNSHELVING: &str = "unshelving";
