//! Security groups.

use nova_objects::{
    Context, Instance, NovaException, RequestContext, Result, SecurityGroup, SecurityGroupList,
    SecurityGroupListStore, SecurityGroupStore,
};
use sea_query::{Cond, Expr, ExprTrait as _, JoinType, Order, Query, SelectStatement};
use versionedobjects::fields::Dict;
use versionedobjects::{DateTime, Json, Object as _, ObjectExt as _, async_trait};

use crate::changes::now;
use crate::connection::NovaDb;
use crate::execute::Execute as _;
use crate::read_deleted::ReadDeleted;
use crate::request::{read_deleted, request, require_context};
use crate::row::Row;
use crate::statement::{Prepared, param};
use crate::table::Table;
use crate::views::{Views, views};

/// Neutron's uuid of a group is not kept.
static GROUPS: Table = Table::new("security_groups", SecurityGroup::class_def, &["uuid"]);

static BY_ID: Views = views!(GROUPS, |select| select.and_where(col("id").eq(param())));
static BY_ID_OF_PROJECT: Views = views!(GROUPS, |select| select
    .and_where(col("id").eq(param()))
    .and_where(col("project_id").eq(param())));
static ALL: Views = views!(GROUPS, |select| in_order(select));
static BY_PROJECT: Prepared = Prepared::select(|| {
    in_order(&mut live())
        .and_where(col("project_id").eq(param()))
        .take()
});
static BY_NAME: Prepared = Prepared::select(|| {
    live()
        .and_where(col("project_id").eq(param()))
        .and_where(col("name").eq(param()))
        .take()
});
static BY_INSTANCE: Prepared = Prepared::select(|| {
    joined(in_order(&mut live()))
        .and_where(Expr::col(("instances", "uuid")).eq(param()))
        .take()
});
static IN_USE: Prepared = Prepared::select(|| {
    let mut select = Query::select()
        .column((ASSOCIATIONS, "id"))
        .from(ASSOCIATIONS)
        .take();
    with_instances(&mut select)
        .and_where(Expr::col((ASSOCIATIONS, "security_group_id")).eq(param()))
        .and_where(Expr::col((ASSOCIATIONS, "deleted")).eq(0))
        .limit(1)
        .take()
});
static COUNT: Prepared = Prepared::select(|| counted().take());
static COUNT_OF_USER: Prepared =
    Prepared::select(|| counted().and_where(Expr::col("user_id").eq(param())).take());

const ASSOCIATIONS: &str = "security_group_instance_association";

fn col(name: &'static str) -> Expr {
    Expr::col(("security_groups", name))
}

fn live() -> SelectStatement {
    let mut select = GROUPS.select();
    ReadDeleted::No.apply(&mut select, "security_groups");
    select
}

fn in_order(select: &mut SelectStatement) -> &mut SelectStatement {
    select.order_by(("security_groups", "id"), Order::Asc)
}

/// The instances of associations; deleted ones are in no group.
fn with_instances(select: &mut SelectStatement) -> &mut SelectStatement {
    select
        .join(
            JoinType::InnerJoin,
            "instances",
            Expr::col(("instances", "uuid")).equals((ASSOCIATIONS, "instance_uuid")),
        )
        .and_where(Expr::col(("instances", "deleted")).eq(0))
}

/// The groups' associations and their instances.
fn joined(select: &mut SelectStatement) -> &mut SelectStatement {
    select.join(
        JoinType::InnerJoin,
        ASSOCIATIONS,
        Expr::col((ASSOCIATIONS, "security_group_id"))
            .equals(("security_groups", "id"))
            .and(Expr::col((ASSOCIATIONS, "deleted")).eq(0)),
    );
    with_instances(select)
}

fn counted() -> SelectStatement {
    Query::select()
        .expr(Expr::col("id").count())
        .from("security_groups")
        .and_where(Expr::col("deleted").eq(0))
        .and_where(Expr::col("project_id").eq(param()))
        .take()
}

fn not_found(id: i64) -> nova_objects::Error {
    let security_group_id = id.into();
    NovaException::SecurityGroupNotFound { security_group_id }.into()
}

fn list(rows: &[Row]) -> Result<SecurityGroupList> {
    rows.iter().map(|row| GROUPS.load(row)).collect()
}

impl NovaDb {
    /// The row of a group that the request may see.
    async fn security_group(&self, request: &RequestContext, id: i64) -> Result<Row> {
        require_context(request)?;
        let view = request.read_deleted.into();
        let statement = match &request.project_id {
            Some(project) if request.is_user() => BY_ID_OF_PROJECT
                .of(view)
                .bind([id.into(), project.as_str().into()]),
            _ => BY_ID.of(view).bind([id.into()]),
        };
        let row = self
            .main
            .fetch_optional("security_group.get", statement)
            .await?;
        row.ok_or_else(|| not_found(id))
    }

    async fn count_security_groups(
        &self,
        project_id: &str,
        user_id: Option<&str>,
    ) -> Result<Dict<i64>> {
        let statement = match user_id {
            None => COUNT.bind([project_id.into()]),
            Some(user_id) => COUNT_OF_USER.bind([project_id.into(), user_id.into()]),
        };
        let row = self
            .main
            .fetch_one("security_group.count", statement)
            .await?;
        Ok([("security_groups".to_owned(), row.get(0)?)].into())
    }
}

#[async_trait]
impl SecurityGroupStore for NovaDb {
    async fn get_by_id(&self, ctx: &Context, secgroup_id: i64) -> Result<SecurityGroup> {
        GROUPS.load(&self.security_group(request(ctx), secgroup_id).await?)
    }

    async fn get_by_name(
        &self,
        ctx: &Context,
        project_id: String,
        group_name: String,
    ) -> Result<SecurityGroup> {
        require_context(request(ctx))?;
        let statement = BY_NAME.bind([project_id.as_str().into(), group_name.as_str().into()]);
        let row = self
            .main
            .fetch_optional("security_group.get_by_name", statement)
            .await?;
        let row = row.ok_or_else(|| NovaException::SecurityGroupNotFoundForProject {
            project_id: project_id.into(),
            security_group_id: group_name.into(),
        })?;
        GROUPS.load(&row)
    }

    async fn in_use(&self, ctx: &Context, security_group: &mut SecurityGroup) -> Result<bool> {
        require_context(request(ctx))?;
        let statement = IN_USE.bind([security_group.id()?.into()]);
        let found = self
            .main
            .fetch_optional("security_group.in_use", statement)
            .await?;
        Ok(found.is_some())
    }

    async fn save(&self, ctx: &Context, security_group: &mut SecurityGroup) -> Result<()> {
        let group = security_group;
        let expect = ctx.expected();
        if group.changes().iter().all(|field| *field == "uuid") && expect.is_nothing() {
            group.reset_changes();
            return Ok(());
        }
        require_context(request(ctx))?;
        let id = group.id()?;
        let view = read_deleted(ctx);
        let saved = &*group;
        let stored = self
            .main
            .transaction("security_group.save", |tx| async move {
                let statement = BY_ID.of(view).bind([id.into()]);
                let row = tx.fetch_optional("security_group.get", statement).await?;
                let mut stored: SecurityGroup = GROUPS.load(&row.ok_or_else(|| not_found(id))?)?;
                let changes = GROUPS.differing(saved, &stored);
                let (now, unchanged) = (now(), changes.is_empty());
                let key = Cond::all().add(col("id").eq(id));
                let update = GROUPS.update(&tx, "security_group.update", changes, now, key, expect);
                match update.await {
                    Ok(_) => {}
                    Err(error) if error.unique_violation().is_some() => {
                        let newest = |field: &str| {
                            let own = saved.is_changed(field).then(|| saved.get(field).ok());
                            let kept = || stored.get(field).ok();
                            own.flatten().or_else(kept).map(|value| value.python_str())
                        };
                        return Err(NovaException::SecurityGroupExists {
                            project_id: newest("project_id").map_or(Json::Null, Json::from),
                            security_group_name: newest("name").unwrap_or_default(),
                        }
                        .into());
                    }
                    Err(error) => return Err(error.into()),
                }
                if !unchanged {
                    stored.load("updated_at", DateTime::from_naive_utc(now))?;
                }
                Ok::<_, nova_objects::Error>(stored)
            })
            .await?;
        GROUPS.refresh_unchanged(group, &stored);
        group.reset_changes();
        Ok(())
    }

    async fn refresh(&self, ctx: &Context, security_group: &mut SecurityGroup) -> Result<()> {
        let id = security_group.id()?;
        let row = self.security_group(request(ctx), id).await?;
        GROUPS.fill(security_group, &row, 0)?;
        security_group.reset_changes();
        Ok(())
    }
}

#[async_trait]
impl SecurityGroupListStore for NovaDb {
    async fn get_all(&self, ctx: &Context) -> Result<SecurityGroupList> {
        require_context(request(ctx))?;
        let statement = ALL.of(read_deleted(ctx)).bind([]);
        list(
            &self
                .main
                .fetch_all("security_group.get_all", statement)
                .await?,
        )
    }

    async fn get_by_project(&self, ctx: &Context, project_id: String) -> Result<SecurityGroupList> {
        require_context(request(ctx))?;
        let statement = BY_PROJECT.bind([project_id.into()]);
        list(
            &self
                .main
                .fetch_all("security_group.get_by_project", statement)
                .await?,
        )
    }

    async fn get_by_instance(
        &self,
        ctx: &Context,
        instance: Instance,
    ) -> Result<SecurityGroupList> {
        require_context(request(ctx))?;
        let statement = BY_INSTANCE.bind([instance.uuid()?.into()]);
        list(
            &self
                .main
                .fetch_all("security_group.get_by_instance", statement)
                .await?,
        )
    }

    async fn get_counts(
        &self,
        _: &Context,
        project_id: String,
        user_id: Option<String>,
    ) -> Result<Dict<Dict<i64>>> {
        let mut counts = Dict::new();
        let of_project = self.count_security_groups(&project_id, None).await?;
        counts.insert("project".to_owned(), of_project);
        if let Some(user_id) = user_id.filter(|user_id| !user_id.is_empty()) {
            let of_user = self
                .count_security_groups(&project_id, Some(&user_id))
                .await?;
            counts.insert("user".to_owned(), of_user);
        }
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn groups_are_found() {
        assert_sql("security_group.get", BY_ID.no.bind([1.into()]));
        assert_sql(
            "security_group.get.of_project",
            BY_ID_OF_PROJECT.yes.bind([1.into(), "p".into()]),
        );
        assert_sql(
            "security_group.get_by_name",
            BY_NAME.bind(["p".into(), "default".into()]),
        );
        assert_sql("security_group.get_all", ALL.only.bind([]));
        assert_sql(
            "security_group.get_by_project",
            BY_PROJECT.bind(["p".into()]),
        );
        assert_sql(
            "security_group.get_by_instance",
            BY_INSTANCE.bind(["u".into()]),
        );
    }

    #[test]
    fn groups_are_counted() {
        assert_sql("security_group.in_use", IN_USE.bind([1.into()]));
        assert_sql(
            "security_group.count",
            COUNT_OF_USER.bind(["p".into(), "u".into()]),
        );
    }
}
