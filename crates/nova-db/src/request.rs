//! Who asks, as queries need it.

use std::sync::LazyLock;

use nova_objects::{Context, RequestContext};

use crate::read_deleted::ReadDeleted;

/// The request of the context. A context made with something else is a request of
/// nobody: without rights, without project, not seeing deleted rows.
pub(crate) fn request(ctx: &Context) -> &RequestContext {
    static NOBODY: LazyLock<RequestContext> = LazyLock::new(RequestContext::new);
    ctx.request::<RequestContext>().unwrap_or(&NOBODY)
}

/// Which rows the request's queries see.
pub(crate) fn read_deleted(ctx: &Context) -> ReadDeleted {
    request(ctx).read_deleted.into()
}

impl From<nova_objects::ReadDeleted> for ReadDeleted {
    fn from(read_deleted: nova_objects::ReadDeleted) -> Self {
        match read_deleted {
            nova_objects::ReadDeleted::No => Self::No,
            nova_objects::ReadDeleted::Yes => Self::Yes,
            nova_objects::ReadDeleted::Only => Self::Only,
        }
    }
}

/// Refuses a request of nobody: neither an administrator's nor a user's (nova
/// `context.py`, `require_context`).
///
/// # Errors
///
/// `Forbidden`.
pub(crate) fn require_context(request: &RequestContext) -> nova_objects::Result<()> {
    if request.is_admin() || request.is_user() {
        return Ok(());
    }
    Err(nova_objects::NovaException::Forbidden {}.into())
}
