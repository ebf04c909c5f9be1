//! Availability zones: what the aggregates say about their hosts.

use std::collections::HashMap;

use nova_objects::Result;
use sea_query::{Expr, ExprTrait as _, JoinType, Order, Query};

use crate::connection::NovaDb;
use crate::execute::Execute as _;
use crate::statement::Prepared;

static ZONES: Prepared = Prepared::select(|| {
    Query::select()
        .column(("aggregate_hosts", "host"))
        .column(("aggregate_metadata", "value"))
        .from("aggregate_hosts")
        .join(
            JoinType::InnerJoin,
            "aggregate_metadata",
            Expr::col(("aggregate_metadata", "aggregate_id"))
                .equals(("aggregate_hosts", "aggregate_id")),
        )
        .and_where(Expr::col(("aggregate_metadata", "key")).eq("availability_zone"))
        .order_by(("aggregate_hosts", "id"), Order::Asc)
        .take()
});

impl NovaDb {
    /// The zones of each host that is in an aggregate with one (nova
    /// `availability_zones.py`, `set_availability_zones`).
    pub(crate) async fn zones_by_host(&self) -> Result<HashMap<String, Vec<String>>> {
        let rows = self
            .api
            .fetch_all("aggregate.zones_by_host", ZONES.bind([]))
            .await?;
        let mut zones: HashMap<String, Vec<String>> = HashMap::new();
        for row in rows {
            let zone: String = row.get(1)?;
            let of_host = zones.entry(row.get(0)?).or_default();
            if !of_host.contains(&zone) {
                of_host.push(zone);
            }
        }
        Ok(zones)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn zones_come_from_aggregates() {
        assert_sql("aggregate.zones_by_host", ZONES.bind([]));
    }
}
