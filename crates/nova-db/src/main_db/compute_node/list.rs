//! Compute nodes in number.

use nova_objects::{ComputeNodeList, ComputeNodeListStore, Context, NovaException, Result};
use sea_query::{ExprTrait as _, SelectStatement};
use versionedobjects::{Json, async_trait};

use super::{ALL, BY_HOST, BY_ID, BY_SERVICE, COMPUTE_NODES, NOT_MAPPED, col, not_found, view};
use crate::connection::NovaDb;
use crate::execute::Execute as _;
use crate::main_db::relation::{MOST, among};
use crate::read_deleted::ReadDeleted;
use crate::request::read_deleted;

#[async_trait]
impl ComputeNodeListStore for NovaDb {
    async fn get_all(&self, ctx: &Context) -> Result<ComputeNodeList> {
        let statement = ALL.of(view(ctx)).bind([]);
        let rows = self
            .main
            .fetch_all("compute_node.get_all", statement)
            .await?;
        self.nodes(ctx, rows).await
    }

    async fn get_all_by_not_mapped(
        &self,
        ctx: &Context,
        mapped_less_than: i64,
    ) -> Result<ComputeNodeList> {
        let statement = NOT_MAPPED.of(view(ctx)).bind([mapped_less_than.into()]);
        let rows = self
            .main
            .fetch_all("compute_node.get_not_mapped", statement)
            .await?;
        self.nodes(ctx, rows).await
    }

    async fn get_by_pagination(
        &self,
        ctx: &Context,
        limit: Option<i64>,
        marker: Json,
    ) -> Result<ComputeNodeList> {
        let after = match &marker {
            Json::Null => None,
            marker => Some(self.node_marker(ctx, marker).await?),
        };
        let page = page(view(ctx), after, limit);
        let rows = self.main.fetch_all("compute_node.get_page", &page).await?;
        self.nodes(ctx, rows).await
    }

    async fn get_by_hypervisor(
        &self,
        ctx: &Context,
        hypervisor_match: String,
    ) -> Result<ComputeNodeList> {
        let statement = like(read_deleted(ctx), &hypervisor_match);
        let rows = self
            .main
            .fetch_all("compute_node.get_by_hypervisor", &statement)
            .await?;
        self.nodes(ctx, rows).await
    }

    async fn get_by_service(
        &self,
        ctx: &Context,
        service_id: i64,
        _: bool,
    ) -> Result<ComputeNodeList> {
        let statement = BY_SERVICE.of(view(ctx)).bind([service_id.into()]);
        let rows = self
            .main
            .fetch_all("compute_node.get_by_service", statement)
            .await?;
        self.nodes(ctx, rows).await
    }

    async fn get_all_by_host(
        &self,
        ctx: &Context,
        host: String,
        use_slave: bool,
    ) -> Result<ComputeNodeList> {
        let statement = BY_HOST.of(view(ctx)).bind([host.as_str().into()]);
        let rows = self
            .reader(use_slave)
            .fetch_all("compute_node.get_by_host", statement)
            .await?;
        if rows.is_empty() {
            return Err(not_found(host));
        }
        self.nodes(ctx, rows).await
    }

    async fn get_all_by_uuids(
        &self,
        ctx: &Context,
        compute_uuids: Vec<String>,
    ) -> Result<ComputeNodeList> {
        let uuids: Vec<&str> = compute_uuids.iter().map(String::as_str).collect();
        let mut rows = Vec::with_capacity(uuids.len());
        for uuids in uuids.chunks(MOST) {
            let select = by_uuids(read_deleted(ctx), uuids);
            rows.extend(
                self.main
                    .fetch_all("compute_node.get_by_uuids", &select)
                    .await?,
            );
        }
        self.nodes(ctx, rows).await
    }
}

impl NovaDb {
    /// The number of the node after which a page begins.
    async fn node_marker(&self, ctx: &Context, marker: &Json) -> Result<i64> {
        let missing = || NovaException::MarkerNotFound {
            marker: marker.clone(),
        };
        let id = match marker {
            Json::Number(id) => id.as_i64(),
            Json::String(id) => id.parse().ok(),
            _ => None,
        };
        let id = id.ok_or_else(missing)?;
        let statement = BY_ID.of(view(ctx)).bind([id.into()]);
        let found = self
            .main
            .fetch_optional("compute_node.get_by_id", statement)
            .await?;
        found.map(|_| id).ok_or_else(|| missing().into())
    }
}

fn page(view: ReadDeleted, after: Option<i64>, limit: Option<i64>) -> SelectStatement {
    let mut select = COMPUTE_NODES.select();
    view.apply(&mut select, "compute_nodes");
    if let Some(id) = after {
        select.and_where(col("id").gt(id));
    }
    if let Some(limit) = limit.and_then(|limit| u64::try_from(limit).ok()) {
        select.limit(limit);
    }
    select
}

fn like(view: ReadDeleted, part: &str) -> SelectStatement {
    let mut select = COMPUTE_NODES.select();
    view.apply(&mut select, "compute_nodes");
    select.and_where(col("hypervisor_hostname").like(format!("%{part}%")));
    select
}

fn by_uuids(view: ReadDeleted, uuids: &[&str]) -> SelectStatement {
    let mut select = COMPUTE_NODES.select();
    view.apply(&mut select, "compute_nodes");
    select.and_where(among(col("uuid"), uuids));
    select
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn nodes_are_listed() {
        assert_sql("compute_node.get_all", ALL.no.bind([]));
        assert_sql(
            "compute_node.get_not_mapped",
            NOT_MAPPED.no.bind([1.into()]),
        );
        assert_sql(
            "compute_node.get_page",
            &page(ReadDeleted::No, Some(3), Some(10)),
        );
        assert_sql(
            "compute_node.get_by_hypervisor",
            &like(ReadDeleted::No, "rack1"),
        );
        assert_sql(
            "compute_node.get_by_uuids",
            &by_uuids(ReadDeleted::No, &["a", "b", "c"]),
        );
    }
}
