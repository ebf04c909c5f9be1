//! The names of actions in an instance's record (nova
//! `compute/instance_actions.py`); users see them, so their casing is what it is.

/// The action `create`.
pub const CREATE: &str = "create";
/// The action `delete`.
pub const DELETE: &str = "delete";
/// The action `evacuate`.
pub const EVACUATE: &str = "evacuate";
/// The action `restore`.
pub const RESTORE: &str = "restore";
/// The action `stop`.
pub const STOP: &str = "stop";
/// The action `start`.
pub const START: &str = "start";
/// The action `reboot`.
pub const REBOOT: &str = "reboot";
/// The action `rebuild`.
pub const REBUILD: &str = "rebuild";
/// The action `revertResize`.
pub const REVERT_RESIZE: &str = "revertResize";
/// The action `confirmResize`.
pub const CONFIRM_RESIZE: &str = "confirmResize";
/// The action `resize`.
pub const RESIZE: &str = "resize";
/// The action `migrate`.
pub const MIGRATE: &str = "migrate";
/// The action `pause`.
pub const PAUSE: &str = "pause";
/// The action `unpause`.
pub const UNPAUSE: &str = "unpause";
/// The action `suspend`.
pub const SUSPEND: &str = "suspend";
/// The action `resume`.
pub const RESUME: &str = "resume";
/// The action `rescue`.
pub const RESCUE: &str = "rescue";
/// The action `unrescue`.
pub const UNRESCUE: &str = "unrescue";
/// The action `changePassword`.
pub const CHANGE_PASSWORD: &str = "changePassword";
/// The action `shelve`.
pub const SHELVE: &str = "shelve";
/// The action `shelveOffload`.
pub const SHELVE_OFFLOAD: &str = "shelveOffload";
/// The action `unshelve`.
pub const UNSHELVE: &str = "unshelve";
/// The action `live-migration`.
pub const LIVE_MIGRATION: &str = "live-migration";
/// The action `live_migration_cancel`.
pub const LIVE_MIGRATION_CANCEL: &str = "live_migration_cancel";
/// The action `live_migration_force_complete`.
pub const LIVE_MIGRATION_FORCE_COMPLETE: &str = "live_migration_force_complete";
/// The action `trigger_crash_dump`.
pub const TRIGGER_CRASH_DUMP: &str = "trigger_crash_dump";
/// The action `extend_volume`.
pub const EXTEND_VOLUME: &str = "extend_volume";
/// The action `attach_interface`.
pub const ATTACH_INTERFACE: &str = "attach_interface";
/// The action `detach_interface`.
pub const DETACH_INTERFACE: &str = "detach_interface";
/// The action `attach_volume`.
pub const ATTACH_VOLUME: &str = "attach_volume";
/// The action `detach_volume`.
pub const DETACH_VOLUME: &str = "detach_volume";
/// The action `attach_share`.
pub const ATTACH_SHARE: &str = "attach_share";
/// The action `detach_share`.
pub const DETACH_SHARE: &str = "detach_share";
/// The action `swap_volume`.
pub const SWAP_VOLUME: &str = "swap_volume";
/// The action `lock`.
pub const LOCK: &str = "lock";
/// The action `unlock`.
pub const UNLOCK: &str = "unlock";
/// The action `createBackup`.
pub const BACKUP: &str = "createBackup";
/// The action `createImage`.
pub const CREATE_IMAGE: &str = "createImage";
/// The action `resetState`.
pub const RESET_STATE: &str = "resetState";
/// The action `refresh_volume_attachment`.
pub const NOVA_MANAGE_REFRESH_VOLUME_ATTACHMENT: &str = "refresh_volume_attachment";
