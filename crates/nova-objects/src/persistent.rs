//! What every object kept in a table has in common.

use crate::prelude::*;

/// When a record was created, last changed and deleted (nova `objects/base.py`,
/// `NovaPersistentObject`).
///
/// Nova does not remove most rows: a deleted one stays, with `deleted` true.
#[derive(Mixin, Debug, Clone, Default)]
pub struct Persistent {
    created_at: Attr<Option<DateTime>>,
    updated_at: Attr<Option<DateTime>>,
    deleted_at: Attr<Option<DateTime>>,
    #[object(default = false)]
    deleted: Attr<bool>,
}
