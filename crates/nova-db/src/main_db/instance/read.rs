//! One instance's own row.

use nova_objects::{Instance, NovaException, RequestContext, Result};
use sea_query::{Expr, ExprTrait as _};

use super::{INSTANCES, not_found};
use crate::execute::Execute;
use crate::read_deleted::ReadDeleted;
use crate::request::require_context;
use crate::row::SqlValue;
use crate::statement::param;
use crate::views::{Views, views};

static BY_UUID: Views = views!(INSTANCES, |select| select
    .and_where(Expr::col(("instances", "uuid")).eq(param())));
static BY_ID: Views = views!(INSTANCES, |select| select
    .and_where(Expr::col(("instances", "id")).eq(param())));
// A user sees the instances of the own project only.
static OWN_BY_UUID: Views = views!(INSTANCES, |select| select
    .and_where(Expr::col(("instances", "uuid")).eq(param()))
    .and_where(Expr::col(("instances", "project_id")).eq(param())));
static OWN_BY_ID: Views = views!(INSTANCES, |select| select
    .and_where(Expr::col(("instances", "id")).eq(param()))
    .and_where(Expr::col(("instances", "project_id")).eq(param())));

/// The instance with that uuid, without optional attributes.
///
/// # Errors
///
/// `InstanceNotFound`, also for one of another project.
pub(super) async fn by_uuid(
    db: &impl Execute,
    request: &RequestContext,
    uuid: &str,
) -> Result<Instance> {
    require_context(request)?;
    one(
        db,
        "instance.get_by_uuid",
        request,
        [&BY_UUID, &OWN_BY_UUID],
        uuid.into(),
    )
    .await?
    .ok_or_else(|| not_found(uuid))
}

/// The instance with that number, without optional attributes.
///
/// # Errors
///
/// `InstanceNotFound`; `InvalidID` for a number the database refuses.
pub(super) async fn by_id(
    db: &impl Execute,
    request: &RequestContext,
    id: i64,
) -> Result<Instance> {
    require_context(request)?;
    one(
        db,
        "instance.get_by_id",
        request,
        [&BY_ID, &OWN_BY_ID],
        id.into(),
    )
    .await
    .map_err(|error| match error {
        nova_objects::Error::Database(_) => {
            tracing::warn!(id, "no number of an instance");
            NovaException::InvalidID { id: id.into() }.into()
        }
        other => other,
    })?
    .ok_or_else(|| not_found(id))
}

async fn one(
    db: &impl Execute,
    query: &'static str,
    request: &RequestContext,
    [any, own]: [&'static Views; 2],
    key: SqlValue,
) -> Result<Option<Instance>> {
    let view = ReadDeleted::from(request.read_deleted);
    let statement = match &request.project_id {
        Some(project) if request.is_user() => own.of(view).bind([key, project.as_str().into()]),
        _ => any.of(view).bind([key]),
    };
    let row = db.fetch_optional(query, statement).await?;
    row.as_ref().map(|row| INSTANCES.load(row)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn an_instance_is_found_by_its_key() {
        assert_sql("instance.get_by_uuid", BY_UUID.no.bind(["u".into()]));
        assert_sql(
            "instance.get_by_uuid.own",
            OWN_BY_UUID.no.bind(["u".into(), "p".into()]),
        );
        assert_sql(
            "instance.get_by_id.with_deleted",
            BY_ID.yes.bind([7.into()]),
        );
    }
}
