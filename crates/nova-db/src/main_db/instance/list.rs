//! Instances in number: a statement for the instances and one for each kind of
//! attribute that is asked for, however many there are.

use nova_objects::compute::task_states;
use nova_objects::{
    BuiltinError, Context, Instance, InstanceList, InstanceListStore, NovaException, ReadDeleted,
    RequestContext, Result,
};
use sea_query::{Cond, Expr, ExprTrait as _, Query, SelectStatement};
use serde_json::Value as Json;
use versionedobjects::async_trait;
use versionedobjects::fields::Dict;

use super::INSTANCES;
use super::attrs::Attrs;
use super::filter::{self, not_soft_deleted};
use super::relations::{self, Reading};
use crate::changes::now;
use crate::connection::NovaDb;
use crate::execute::Execute;
use crate::paginate::{Direction, Page, SortKey, sort_keys};
use crate::read_deleted::ReadDeleted as View;
use crate::request::{request, require_context};
use crate::row::SqlValue;

/// The instances of `select` with the attributes that are asked for.
async fn instances(
    db: &impl Execute,
    query: &'static str,
    select: &SelectStatement,
    expected_attrs: Option<Vec<String>>,
) -> Result<InstanceList> {
    let rows = db.fetch_all(query, select).await?;
    let mut instances = Vec::with_capacity(rows.len());
    for row in rows {
        instances.push(INSTANCES.load::<Instance>(&row)?);
    }
    let attrs = Attrs::of(expected_attrs.unwrap_or_default());
    relations::load(db, &mut instances, attrs, Reading::Many).await?;
    Ok(instances.into_iter().collect())
}

/// Adds order, limit and marker.
async fn page(
    db: &impl Execute,
    request: &RequestContext,
    select: &mut SelectStatement,
    sort: &[SortKey],
    limit: Option<i64>,
    marker: Option<String>,
) -> Result<()> {
    let marker = match marker {
        Some(marker) => Some(read_marker(db, request, sort, marker).await?),
        None => None,
    };
    let page = Page {
        sort,
        marker: marker.as_deref(),
        // A negative one is none, as in SQL.
        limit: limit.and_then(|limit| u64::try_from(limit).ok()),
    };
    page.apply(select, "instances");
    Ok(())
}

/// The values by which the instance `marker` is sorted, deleted or not.
async fn read_marker(
    db: &impl Execute,
    request: &RequestContext,
    sort: &[SortKey],
    marker: String,
) -> Result<Vec<Option<SqlValue>>> {
    let mut select = Query::select()
        .columns(sort.iter().map(|key| key.column.clone()))
        .from("instances")
        .and_where(Expr::col("uuid").eq(marker.as_str()))
        .take();
    let elevated = request.elevated(Some(ReadDeleted::Yes));
    if let Some(project) = elevated
        .project_id
        .as_deref()
        .filter(|_| elevated.is_user())
    {
        select.and_where(Expr::col("project_id").eq(project));
    }
    let row = db.fetch_optional("instance.marker", &select).await?;
    let row = row.ok_or_else(|| NovaException::MarkerNotFound {
        marker: marker.into(),
    })?;
    let mut values = Vec::with_capacity(sort.len());
    for at in 0..row.len() {
        let value = row.value(at)?;
        values.push((value != SqlValue::String(None)).then_some(value));
    }
    Ok(values)
}

/// A `SELECT` of the instances that the request's view lets it see.
fn select(request: &RequestContext) -> SelectStatement {
    let mut select = INSTANCES.select();
    View::from(request.read_deleted).apply(&mut select, "instances");
    select
}

fn column(name: &'static str) -> Expr {
    Expr::col(("instances", name))
}

/// The keys to sort by, completed so that the order is total.
fn sorting(
    sort_key: String,
    sort_dir: String,
    sort_keys_given: Option<Vec<String>>,
    sort_dirs_given: Option<Vec<String>>,
) -> Result<Vec<SortKey>> {
    let given = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    let (keys, dirs) = if given(&sort_keys_given) || given(&sort_dirs_given) {
        (
            sort_keys_given.unwrap_or_default(),
            sort_dirs_given.unwrap_or_default(),
        )
    } else {
        (vec![sort_key], vec![sort_dir])
    };
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let dirs: Vec<&str> = dirs.iter().map(String::as_str).collect();
    let sort =
        sort_keys(&keys, &dirs, &["created_at", "id"], Direction::Desc).map_err(|error| {
            NovaException::InvalidInput {
                reason: error.to_string(),
            }
        })?;
    let known = |key: &SortKey| INSTANCES.names().any(|name| name == key.column);
    if !sort.iter().all(known) {
        return Err(NovaException::InvalidSortKey {}.into());
    }
    Ok(sort)
}

#[async_trait]
impl InstanceListStore for NovaDb {
    async fn get_by_filters(
        &self,
        ctx: &Context,
        filters: Dict<Json>,
        sort_key: String,
        sort_dir: String,
        limit: Option<i64>,
        marker: Option<String>,
        expected_attrs: Option<Vec<String>>,
        use_slave: bool,
        sort_keys: Option<Vec<String>>,
        sort_dirs: Option<Vec<String>>,
    ) -> Result<InstanceList> {
        let (request, db) = (request(ctx), self.reader(use_slave).session());
        require_context(request)?;
        if limit == Some(0) {
            return Ok(InstanceList::new());
        }
        let sort = sorting(sort_key, sort_dir, sort_keys, sort_dirs)?;
        let Some(condition) = filter::condition(request, filters, self.main.dialect())? else {
            return Ok(InstanceList::new());
        };
        // Whether deleted ones are among them only the filters say.
        let mut select = INSTANCES.select();
        select.cond_where(condition);
        page(&db, request, &mut select, &sort, limit, marker).await?;
        instances(&db, "instance.get_by_filters", &select, expected_attrs).await
    }

    async fn get_by_host(
        &self,
        ctx: &Context,
        host: String,
        expected_attrs: Option<Vec<String>>,
        use_slave: bool,
    ) -> Result<InstanceList> {
        let db = self.reader(use_slave).session();
        let mut select = select(request(ctx));
        select.and_where(column("host").eq(host));
        instances(&db, "instance.get_by_host", &select, expected_attrs).await
    }

    async fn get_by_host_and_node(
        &self,
        ctx: &Context,
        host: String,
        node: String,
        expected_attrs: Option<Vec<String>>,
    ) -> Result<InstanceList> {
        let mut select = select(request(ctx));
        select
            .and_where(column("host").eq(host))
            .and_where(column("node").eq(node));
        instances(
            &self.main.session(),
            "instance.get_by_host_and_node",
            &select,
            expected_attrs,
        )
        .await
    }

    async fn get_by_host_and_not_type(
        &self,
        ctx: &Context,
        host: String,
        type_id: Option<i64>,
        expected_attrs: Option<Vec<String>>,
    ) -> Result<InstanceList> {
        let mut select = select(request(ctx));
        select
            .and_where(column("host").eq(host))
            .and_where(match type_id {
                Some(id) => column("instance_type_id").ne(id),
                None => column("instance_type_id").is_not_null(),
            });
        instances(
            &self.main.session(),
            "instance.get_by_host_and_not_type",
            &select,
            expected_attrs,
        )
        .await
    }

    async fn get_all(
        &self,
        ctx: &Context,
        expected_attrs: Option<Vec<String>>,
    ) -> Result<InstanceList> {
        let request = request(ctx);
        require_context(request)?;
        let mut select = select(request);
        if !request.is_admin() {
            select.and_where(match &request.project_id {
                Some(project) => column("project_id").eq(project.as_str()),
                None => column("user_id").eq(request.user_id.clone()),
            });
        }
        instances(
            &self.main.session(),
            "instance.get_all",
            &select,
            expected_attrs,
        )
        .await
    }

    async fn get_hung_in_rebooting(
        &self,
        ctx: &Context,
        reboot_window: i64,
        expected_attrs: Option<Vec<String>>,
    ) -> Result<InstanceList> {
        let window = chrono::TimeDelta::try_seconds(reboot_window).unwrap_or_default();
        let before = now().checked_sub_signed(window).unwrap_or_default();
        let mut select = select(request(ctx));
        select
            .and_where(column("updated_at").lte(before))
            .and_where(column("task_state").eq(task_states::REBOOTING));
        instances(
            &self.main.session(),
            "instance.get_hung_in_rebooting",
            &select,
            expected_attrs,
        )
        .await
    }

    async fn get_active_by_window_joined(
        &self,
        ctx: &Context,
        begin: String,
        end: Option<String>,
        project_id: Option<String>,
        host: Option<String>,
        expected_attrs: Option<Vec<String>>,
        use_slave: bool,
        limit: Option<i64>,
        marker: Option<String>,
    ) -> Result<InstanceList> {
        let (request, db) = (request(ctx), self.reader(use_slave).session());
        require_context(request)?;
        let begin = filter::parse(&begin)?.naive_utc();
        let mut select = INSTANCES.select();
        select.cond_where(
            Cond::any()
                .add(column("terminated_at").is_null())
                .add(column("terminated_at").gt(begin)),
        );
        if let Some(end) = end.filter(|end| !end.is_empty()) {
            select.and_where(column("launched_at").lt(filter::parse(&end)?.naive_utc()));
        }
        if let Some(project) = project_id.filter(|project| !project.is_empty()) {
            select.and_where(column("project_id").eq(project));
        }
        if let Some(host) = host.filter(|host| !host.is_empty()) {
            select.and_where(column("host").eq(host));
        }
        let sort = ["project_id", "uuid"].map(|column| SortKey {
            column: column.to_owned(),
            direction: Direction::Asc,
            nulls: None,
        });
        page(&db, request, &mut select, &sort, limit, marker).await?;
        instances(
            &db,
            "instance.get_active_by_window",
            &select,
            expected_attrs,
        )
        .await
    }

    async fn get_by_security_group_id(
        &self,
        _ctx: &Context,
        _security_group_id: i64,
    ) -> Result<InstanceList> {
        Err(BuiltinError::NotImplemented(String::new()).into())
    }

    async fn get_by_grantee_security_group_ids(
        &self,
        _ctx: &Context,
        _security_group_ids: Vec<i64>,
    ) -> Result<InstanceList> {
        Err(BuiltinError::NotImplemented(String::new()).into())
    }

    async fn get_uuids_by_host(&self, ctx: &Context, host: String) -> Result<Vec<String>> {
        let mut found = self.get_uuids_by_hosts(ctx, vec![host.clone()]).await?;
        Ok(found.shift_remove(&host).unwrap_or_default())
    }

    async fn get_uuids_by_host_and_node(
        &self,
        _ctx: &Context,
        host: String,
        node: String,
    ) -> Result<Vec<String>> {
        let select = Query::select()
            .column("uuid")
            .from("instances")
            .and_where(Expr::col("host").eq(host))
            .and_where(Expr::col("node").eq(node))
            .and_where(Expr::col("deleted").eq(0))
            .take();
        let rows = self
            .main
            .fetch_all("instance.uuids_by_host_and_node", &select)
            .await?;
        rows.iter().map(|row| Ok(row.get(0)?)).collect()
    }

    async fn get_uuids_by_hosts(
        &self,
        _ctx: &Context,
        hosts: Vec<String>,
    ) -> Result<Dict<Vec<String>>> {
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
        let mut found: Dict<Vec<String>> = Dict::new();
        for hosts in hosts.chunks(1024) {
            let select = Query::select()
                .columns(["host", "uuid"])
                .from("instances")
                .and_where(Expr::col("deleted").eq(0))
                .and_where(crate::main_db::relation::among(Expr::col("host"), hosts))
                .take();
            for row in self
                .main
                .fetch_all("instance.uuids_by_hosts", &select)
                .await?
            {
                found.entry(row.get(0)?).or_default().push(row.get(1)?);
            }
        }
        Ok(found)
    }

    async fn get_count_by_vm_state(
        &self,
        _ctx: &Context,
        project_id: String,
        user_id: String,
        vm_state: String,
    ) -> Result<i64> {
        let select = Query::select()
            .expr(Expr::col("id").count())
            .from("instances")
            .and_where(Expr::col("deleted").eq(0))
            .and_where(Expr::col("project_id").eq(project_id))
            .and_where(Expr::col("user_id").eq(user_id))
            .and_where(Expr::col("vm_state").eq(vm_state))
            .take();
        let row = self
            .main
            .fetch_one("instance.count_by_vm_state", &select)
            .await?;
        Ok(row.get(0)?)
    }

    async fn get_counts(
        &self,
        _ctx: &Context,
        project_id: String,
        user_id: Option<String>,
    ) -> Result<Dict<Dict<i64>>> {
        let of_project = self.counts(&project_id, None).await?;
        let mut counts = Dict::from_iter([("project".to_owned(), of_project)]);
        if let Some(user) = user_id.filter(|user| !user.is_empty()) {
            counts.insert(
                "user".to_owned(),
                self.counts(&project_id, Some(&user)).await?,
            );
        }
        Ok(counts)
    }
}

impl NovaDb {
    async fn counts(&self, project: &str, user: Option<&str>) -> Result<Dict<i64>> {
        let mut select = Query::select()
            .expr(Expr::col("id").count())
            .expr(Expr::col("vcpus").sum())
            .expr(Expr::col("memory_mb").sum())
            .from("instances")
            .and_where(Expr::col("deleted").eq(0))
            .and_where(Expr::col("project_id").eq(project))
            .cond_where(not_soft_deleted())
            // A hidden instance is counted in the cell where it is not.
            .cond_where(
                Cond::any()
                    .add(Expr::col("hidden").eq(false))
                    .add(Expr::col("hidden").is_null()),
            )
            .take();
        if let Some(user) = user {
            select.and_where(Expr::col("user_id").eq(user));
        }
        let row = self.main.fetch_one("instance.counts", &select).await?;
        let mut counts = Dict::new();
        for (at, name) in ["instances", "cores", "ram"].into_iter().enumerate() {
            counts.insert(
                name.to_owned(),
                row.get::<Option<i64>>(at)?.unwrap_or_default(),
            );
        }
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn a_host_is_asked_for() {
        let mut select = select(&RequestContext::admin());
        select.and_where(column("host").eq("h"));
        assert_sql("instance.get_by_host", &select);
    }

    #[test]
    fn sorting_is_judged() {
        let sort = |key: &str, dir: &str| sorting(key.to_owned(), dir.to_owned(), None, None);
        assert!(sort("display_name", "asc").is_ok());
        assert!(
            sort("metadata", "asc")
                .unwrap_err()
                .is_class("InvalidSortKey")
        );
        assert!(sort("host", "up").unwrap_err().is_class("InvalidInput"));
        let more = sorting(
            "a".into(),
            "asc".into(),
            Some(vec![]),
            Some(vec!["asc".into()]),
        );
        assert!(more.unwrap_err().is_class("InvalidInput"));
    }
}
