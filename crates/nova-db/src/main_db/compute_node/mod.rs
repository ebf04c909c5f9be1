//! Compute nodes.

mod json;
mod list;

use nova_objects::{
    BuiltinError, ComputeNode, ComputeNodeList, ComputeNodeStore, Context, NovaException, Result,
};
use sea_query::{Cond, Expr, ExprTrait as _, Order, SelectStatement};
use versionedobjects::{DateTime, Json, JsonMap, Object as _, ObjectExt as _, Value, async_trait};

use super::service;
use crate::changes::{Changes, now, soft_delete};
use crate::connection::NovaDb;
use crate::execute::Execute;
use crate::read_deleted::ReadDeleted;
use crate::request::read_deleted;
use crate::row::Row;
use crate::settings::Settings;
use crate::statement::param;
use crate::table::Table;
use crate::views::{Views, views};

/// The columns that are fields; those in a form of their own come after them.
static COMPUTE_NODES: Nodes = Nodes(
    Table::new("compute_nodes", ComputeNode::class_def, &[]).ignoring_null(&[
        "mapped",
        "cpu_allocation_ratio",
        "ram_allocation_ratio",
        "disk_allocation_ratio",
    ]),
);

/// [`Table`] with the columns that hold JSON.
#[derive(Debug)]
struct Nodes(Table);

impl Nodes {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn select(&self) -> SelectStatement {
        self.0
            .select()
            .columns(json::COLUMNS.map(|name| (self.name(), name)))
            .order_by((self.name(), "id"), Order::Asc)
            .take()
    }
}

static BY_ID: Views = views!(COMPUTE_NODES, |select| select
    .and_where(col("id").eq(param())));
static BY_SERVICE: Views = views!(COMPUTE_NODES, |select| select
    .and_where(col("service_id").eq(param())));
static BY_HOST: Views = views!(COMPUTE_NODES, |select| select
    .and_where(col("host").eq(param())));
static BY_HOST_AND_NODENAME: Views = views!(COMPUTE_NODES, |select| select
    .and_where(col("host").eq(param()))
    .and_where(col("hypervisor_hostname").eq(param())));
static BY_NODENAME: Views = views!(COMPUTE_NODES, |select| select
    .and_where(col("hypervisor_hostname").eq(param())));
static BY_UUID: Views = views!(COMPUTE_NODES, |select| select
    .and_where(col("uuid").eq(param())));
static ALL: Views = views!(COMPUTE_NODES, |select| select);
static NOT_MAPPED: Views = views!(COMPUTE_NODES, |select| select
    .and_where(col("mapped").lt(param())));

fn col(name: &'static str) -> Expr {
    Expr::col(("compute_nodes", name))
}

/// How the older half of the queries reads `read_deleted`: `only` sees all rows too
/// (nova `db/main/api.py`, `_compute_node_select`).
fn view(ctx: &Context) -> ReadDeleted {
    match read_deleted(ctx) {
        ReadDeleted::No => ReadDeleted::No,
        ReadDeleted::Yes | ReadDeleted::Only => ReadDeleted::Yes,
    }
}

fn not_found(host: impl Into<Json>) -> nova_objects::Error {
    NovaException::ComputeHostNotFound { host: host.into() }.into()
}

/// The original writes neither an address nor statistics that are null.
fn forget_nulls(node: &mut ComputeNode) {
    for field in ["host_ip", "stats"] {
        if matches!(node.get(field), Ok(Value::Null)) {
            node.reset_changes_of(&[field]);
        }
    }
}

/// Gives a node the ratios it has not got, and tells which these were.
fn set_ratios(node: &mut ComputeNode, settings: &Settings) -> Result<Changes> {
    let mut given = Changes::new();
    for (name, ratio) in [
        ("cpu_allocation_ratio", settings.cpu_allocation_ratio),
        ("ram_allocation_ratio", settings.ram_allocation_ratio),
        ("disk_allocation_ratio", settings.disk_allocation_ratio),
    ] {
        let own = node.get(name).ok();
        if own.is_none_or(|own| own == Value::Null || own == Value::Float(0.0)) {
            node.load(name, ratio)?;
            given.set(name, ratio);
        }
    }
    Ok(given)
}

impl NovaDb {
    /// Sets a node's fields from a row of `COMPUTE_NODES.select()`.
    async fn fill_node(
        &self,
        ctx: &Context,
        db: &impl Execute,
        node: &mut ComputeNode,
        row: &Row,
    ) -> Result<()> {
        for ratio in [
            "cpu_allocation_ratio",
            "ram_allocation_ratio",
            "disk_allocation_ratio",
        ] {
            node.unset(ratio);
        }
        node.unset("mapped");
        let end = COMPUTE_NODES.0.fill(node, row, 0)?;
        json::fill(node, row, end)?;
        if !node.is_set("mapped") {
            node.load("mapped", 0)?;
        }
        self.finish_node(ctx, db, node).await
    }

    /// A node without a ratio, or with one of 0, is given the configured one. One that does not name its host has that of
    /// its service.
    async fn finish_node(
        &self,
        ctx: &Context,
        db: &impl Execute,
        node: &mut ComputeNode,
    ) -> Result<()> {
        let given = set_ratios(node, &self.settings)?;
        if !given.is_empty() {
            let update = given
                .update("compute_nodes", now())
                .and_where(col("id").eq(node.id()?))
                .take();
            db.execute("compute_node.give_ratios", &update).await?;
        }
        if node.host()?.is_none()
            && let Some(id) = node.service_id()?
        {
            let host = service::host_of(db, read_deleted(ctx), id).await?;
            node.load("host", host)?;
        }
        // Pools are reset here, but count as changed again when their own content does.
        node.reset_changes();
        Ok(())
    }

    async fn node(&self, ctx: &Context, db: &impl Execute, row: &Row) -> Result<ComputeNode> {
        let mut node = ComputeNode::new();
        self.fill_node(ctx, db, &mut node, row).await?;
        Ok(node)
    }

    async fn nodes(&self, ctx: &Context, rows: Vec<Row>) -> Result<ComputeNodeList> {
        let db = self.main.session();
        let mut nodes = Vec::with_capacity(rows.len());
        for row in &rows {
            nodes.push(self.node(ctx, &db, row).await?);
        }
        Ok(nodes.into_iter().collect())
    }

    /// Takes over a node with the uuid of `node`, deleted or not (nova `db/main/api.py`,
    /// `_compute_node_get_and_update_deleted`); `None` when there is none.
    async fn revive(&self, ctx: &Context, node: &mut ComputeNode) -> Result<Option<()>> {
        let mut changes = COMPUTE_NODES.0.changes(node);
        json::changes(node, &mut changes)?;
        changes
            .set("deleted", 0)
            .set("deleted_at", Option::<chrono::NaiveDateTime>::None);
        let (changes, uuid) = (&changes, node.uuid()?.to_owned());
        let uuid = uuid.as_str();
        let row = self
            .main
            .transaction("compute_node.revive", |tx| async move {
                let update = changes
                    .clone()
                    .update("compute_nodes", now())
                    .and_where(col("uuid").eq(uuid))
                    .take();
                if tx.execute("compute_node.revive", &update).await? == 0 {
                    return Ok::<_, crate::Error>(None);
                }
                let statement = BY_UUID.yes.bind([uuid.into()]);
                tx.fetch_optional("compute_node.get_by_uuid", statement)
                    .await
            })
            .await;
        match row {
            Ok(Some(row)) => {
                self.fill_node(ctx, &self.main, node, &row).await?;
                Ok(Some(()))
            }
            Ok(None) => Ok(None),
            Err(error) if error.unique_violation().is_some() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

#[async_trait]
impl ComputeNodeStore for NovaDb {
    async fn get_by_id(&self, ctx: &Context, compute_id: i64) -> Result<ComputeNode> {
        let statement = BY_ID.of(view(ctx)).bind([compute_id.into()]);
        let row = self
            .main
            .fetch_optional("compute_node.get_by_id", statement)
            .await?;
        self.node(ctx, &self.main, &row.ok_or_else(|| not_found(compute_id))?)
            .await
    }

    async fn get_by_uuid(&self, ctx: &Context, compute_uuid: String) -> Result<ComputeNode> {
        let statement = BY_UUID
            .of(read_deleted(ctx))
            .bind([compute_uuid.as_str().into()]);
        let row = self
            .main
            .fetch_optional("compute_node.get_by_uuid", statement)
            .await?;
        self.node(
            ctx,
            &self.main,
            &row.ok_or_else(|| not_found(compute_uuid))?,
        )
        .await
    }

    async fn get_by_service_id(&self, ctx: &Context, service_id: i64) -> Result<ComputeNode> {
        let statement = BY_SERVICE.of(view(ctx)).bind([service_id.into()]);
        let row = self
            .main
            .fetch_optional("compute_node.get_by_service", statement)
            .await?;
        let row = row.ok_or_else(|| NovaException::ServiceNotFound {
            service_id: service_id.into(),
        })?;
        self.node(ctx, &self.main, &row).await
    }

    async fn get_by_host_and_nodename(
        &self,
        ctx: &Context,
        host: String,
        nodename: String,
    ) -> Result<ComputeNode> {
        let statement = BY_HOST_AND_NODENAME
            .of(view(ctx))
            .bind([host.as_str().into(), nodename.into()]);
        let row = self
            .main
            .fetch_optional("compute_node.get_by_host_and_nodename", statement)
            .await?;
        self.node(ctx, &self.main, &row.ok_or_else(|| not_found(host))?)
            .await
    }

    async fn get_by_nodename(
        &self,
        ctx: &Context,
        hypervisor_hostname: String,
    ) -> Result<ComputeNode> {
        let statement = BY_NODENAME
            .of(view(ctx))
            .bind([hypervisor_hostname.as_str().into()]);
        let row = self
            .main
            .fetch_optional("compute_node.get_by_nodename", statement)
            .await?;
        self.node(
            ctx,
            &self.main,
            &row.ok_or_else(|| not_found(hypervisor_hostname))?,
        )
        .await
    }

    async fn get_first_node_by_host_for_old_compat(
        &self,
        ctx: &Context,
        host: String,
        use_slave: bool,
    ) -> Result<ComputeNode> {
        let statement = BY_HOST.of(view(ctx)).bind([host.as_str().into()]);
        let row = self
            .reader(use_slave)
            .fetch_optional("compute_node.get_by_host", statement)
            .await?;
        self.node(ctx, &self.main, &row.ok_or_else(|| not_found(host))?)
            .await
    }

    async fn create(&self, ctx: &Context, compute_node: &mut ComputeNode) -> Result<()> {
        let node = compute_node;
        if node.is_set("id") {
            return Err(nova_objects::Error::action("create", "already created"));
        }
        if !node.is_changed("uuid") {
            node.unset("uuid");
            node.set_uuid(uuid::Uuid::new_v4().to_string())?;
        }
        forget_nulls(node);
        // What the row is given for itself, and is not among the changes.
        let missing: [(&'static str, Value); 1] = [("mapped", 0.into())];
        let mut changes = COMPUTE_NODES.0.insertion(node, &missing);
        changes.set("stats", "{}");
        json::changes(node, &mut changes)?;
        let now = now();
        let insert = changes.insert_live("compute_nodes", now);
        let id = match self
            .main
            .insert_returning_id("compute_node.create", &insert)
            .await
        {
            Ok(id) => id,
            Err(error) if error.unique_violation().is_some() => {
                if self.revive(ctx, node).await?.is_some() {
                    return Ok(());
                }
                let name = match node.get("hypervisor_hostname") {
                    Ok(name) => name.python_str(),
                    Err(_) => {
                        return Err(BuiltinError::Key("hypervisor_hostname".to_owned()).into());
                    }
                };
                let target = format!("compute node {name}:{}", node.uuid()?);
                return Err(NovaException::DuplicateRecord { target }.into());
            }
            Err(error) => return Err(error.into()),
        };
        COMPUTE_NODES.0.inserted(node, &missing, id, now)?;
        if !node.is_changed("stats") {
            node.load("stats", Json::Object(JsonMap::new()))?;
        }
        if !node.is_changed("pci_device_pools") {
            node.load("pci_device_pools", Value::Null)?;
        }
        self.finish_node(ctx, &self.main, node).await
    }

    async fn save(&self, ctx: &Context, compute_node: &mut ComputeNode, _: bool) -> Result<()> {
        let node = compute_node;
        let id = node.id()?;
        forget_nulls(node);
        let mut changes = COMPUTE_NODES.0.changes(node);
        json::changes(node, &mut changes)?;
        // Even when nothing else has changed: schedulers compare it with what they have.
        let now = now();
        changes.set("updated_at", now);
        let (changes, view, expect) = (&changes, read_deleted(ctx), ctx.expected());
        let row = self
            .main
            .transaction("compute_node.save", |tx| async move {
                let (query, changes) = ("compute_node.update", changes.clone());
                let key = Cond::all()
                    .add(col("id").eq(id))
                    .add_option(view.condition("compute_nodes"));
                let update = COMPUTE_NODES
                    .0
                    .update(&tx, query, changes, now, key, expect);
                if update.await? == 0 {
                    return Err(not_found(id));
                }
                let statement = BY_ID.yes.bind([id.into()]);
                Ok(tx.fetch_one("compute_node.get_by_id", statement).await?)
            })
            .await?;
        self.fill_node(ctx, &self.main, node, &row).await?;
        // The time that was written, of which MariaDB keeps whole seconds: so a caller that has only those is told of it.
        node.load("updated_at", DateTime::from_naive_utc(now))?;
        Ok(())
    }

    async fn destroy(&self, ctx: &Context, compute_node: &mut ComputeNode) -> Result<()> {
        let id = compute_node.id()?;
        // Another service may have taken the node over meanwhile.
        let host = match compute_node.is_set("host") {
            true => compute_node.host()?.filter(|host| !host.is_empty()),
            false => None,
        };
        let mut delete = soft_delete("compute_nodes", now());
        delete.and_where(col("id").eq(id)).cond_where(
            Cond::all()
                .add_option(read_deleted(ctx).condition("compute_nodes"))
                .add_option(host.map(|host| col("host").eq(host))),
        );
        if self.main.execute("compute_node.delete", &delete).await? > 0 {
            return Ok(());
        }
        let statement = BY_ID.of(view(ctx)).bind([id.into()]);
        match self
            .main
            .fetch_optional("compute_node.get_by_id", statement)
            .await?
        {
            None => Err(not_found(id)),
            Some(_) => Err(nova_objects::Error::action("destroy", "host changed")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn nodes_are_found() {
        assert_sql("compute_node.get_by_id", BY_ID.no.bind([1.into()]));
        assert_sql("compute_node.get_by_uuid", BY_UUID.only.bind(["u".into()]));
        assert_sql(
            "compute_node.get_by_service",
            BY_SERVICE.no.bind([1.into()]),
        );
        assert_sql("compute_node.get_by_host", BY_HOST.no.bind(["h".into()]));
        assert_sql(
            "compute_node.get_by_nodename",
            BY_NODENAME.yes.bind(["n".into()]),
        );
        assert_sql(
            "compute_node.get_by_host_and_nodename",
            BY_HOST_AND_NODENAME.no.bind(["h".into(), "n".into()]),
        );
    }
}
