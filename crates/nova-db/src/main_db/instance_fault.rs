//! Faults of instances.

use std::collections::HashMap;

use nova_objects::{
    Context, InstanceFault, InstanceFaultList, InstanceFaultListStore, InstanceFaultStore, Result,
};
use sea_query::{Alias, Expr, ExprTrait as _, Order, Query, SelectStatement};
use versionedobjects::{Object as _, ObjectExt as _, Value, async_trait};

use super::relation::{Relation, among, relation};
use crate::changes::{Changes, now};
use crate::connection::NovaDb;
use crate::execute::Execute;
use crate::row::Row;
use crate::statement::{Prepared, param};
use crate::table::Table;

pub(super) static FAULTS: Table = Table::new("instance_faults", InstanceFault::class_def, &[]);

fn newest_first() -> SelectStatement {
    FAULTS
        .select()
        .and_where(Expr::col(("instance_faults", "deleted")).eq(0))
        .order_by(("instance_faults", "id"), Order::Desc)
        .take()
}

static ALL: Relation = relation!(
    "instance_fault.get_by_instance_uuids",
    "instance_faults"."instance_uuid",
    newest_first
);

static LATEST: Prepared = Prepared::select(|| {
    newest_first()
        .and_where(Expr::col(("instance_faults", "instance_uuid")).eq(param()))
        .limit(1)
        .take()
});

/// The newest fault of each of these instances: the one with the largest number.
fn latest_of(uuids: &[&str]) -> SelectStatement {
    let newest = Query::select()
        .expr_as(Expr::col("id").max(), "newest")
        .from("instance_faults")
        .and_where(among(Expr::col("instance_uuid"), uuids))
        .and_where(Expr::col("deleted").eq(0))
        .group_by_col("instance_uuid")
        .take();
    FAULTS
        .select()
        .join_subquery(
            sea_query::JoinType::InnerJoin,
            newest,
            "latest",
            Expr::col(("instance_faults", "id")).equals((Alias::new("latest"), "newest")),
        )
        .take()
}

/// The rows of the newest faults of these instances.
pub(super) async fn latest(db: &impl Execute, uuids: &[&str]) -> Result<Vec<Row>> {
    const QUERY: &str = "instance_fault.get_latest";
    Ok(match uuids {
        [] => Vec::new(),
        [uuid] => db.fetch_all(QUERY, LATEST.bind([(*uuid).into()])).await?,
        many => {
            let mut rows = Vec::new();
            for uuids in many.chunks(1024) {
                rows.extend(db.fetch_all(QUERY, latest_of(uuids)).await?);
            }
            rows
        }
    })
}

/// The faults in the order of the instances they were asked for.
fn in_order(rows: Vec<Row>, uuids: &[String]) -> Result<InstanceFaultList> {
    let mut found: HashMap<String, Vec<InstanceFault>> = HashMap::new();
    for row in rows {
        let fault: InstanceFault = FAULTS.load(&row)?;
        found
            .entry(fault.instance_uuid()?.to_owned())
            .or_default()
            .push(fault);
    }
    Ok(uuids
        .iter()
        .filter_map(|uuid| found.remove(uuid))
        .flatten()
        .collect())
}

#[async_trait]
impl InstanceFaultStore for NovaDb {
    async fn get_latest_for_instance(
        &self,
        _ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<InstanceFault>> {
        let rows = latest(&self.main, &[&instance_uuid]).await?;
        rows.first().map(|row| FAULTS.load(row)).transpose()
    }

    async fn create(&self, _ctx: &Context, instance_fault: &mut InstanceFault) -> Result<()> {
        if instance_fault.is_set("id") {
            return Err(nova_objects::Error::action("create", "already created"));
        }
        let mut changes = Changes::new();
        changes
            .set("instance_uuid", instance_fault.instance_uuid()?)
            .set("code", instance_fault.code()?)
            .set("message", instance_fault.message()?.map(str::to_owned))
            .set("details", instance_fault.details()?.map(str::to_owned))
            .set("host", instance_fault.host()?.map(str::to_owned));
        let now = now();
        let insert = changes.insert_live("instance_faults", now);
        let id = self
            .main
            .insert_returning_id("instance_fault.create", &insert)
            .await?;
        instance_fault.load("id", id)?;
        instance_fault.load(
            "created_at",
            versionedobjects::DateTime::from_naive_utc(now),
        )?;
        instance_fault.load("updated_at", Value::Null)?;
        instance_fault.load("deleted_at", Value::Null)?;
        instance_fault.load("deleted", false)?;
        instance_fault.reset_changes();
        Ok(())
    }
}

#[async_trait]
impl InstanceFaultListStore for NovaDb {
    async fn get_latest_by_instance_uuids(
        &self,
        _ctx: &Context,
        instance_uuids: Vec<String>,
    ) -> Result<InstanceFaultList> {
        let uuids: Vec<&str> = instance_uuids.iter().map(String::as_str).collect();
        in_order(latest(&self.main, &uuids).await?, &instance_uuids)
    }

    async fn get_by_instance_uuids(
        &self,
        _ctx: &Context,
        instance_uuids: Vec<String>,
    ) -> Result<InstanceFaultList> {
        let uuids: Vec<&str> = instance_uuids.iter().map(String::as_str).collect();
        in_order(ALL.rows(&self.main, &uuids).await?, &instance_uuids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn the_newest_fault_has_the_largest_number() {
        assert_sql("instance_fault.get_latest", LATEST.bind(["u".into()]));
        assert_sql("instance_fault.get_latest.of_many", latest_of(&["u", "v"]));
    }
}
