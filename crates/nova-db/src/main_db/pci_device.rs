//! PCI devices of compute nodes.

use nova_objects::fields::PciDeviceStatus;
use nova_objects::{
    Context, NovaException, PciDevice, PciDeviceList, PciDeviceListStore, PciDeviceStore,
    RequestContext, Result,
};
use sea_query::{Cond, Condition, Expr, ExprTrait as _, Query, SelectStatement};
use versionedobjects::{Expect, Object as _, ObjectExt as _, async_trait, python_json};

use super::relation::{Relation, relation, take_over};
use crate::changes::now;
use crate::connection::NovaDb;
use crate::execute::Execute;
use crate::read_deleted::ReadDeleted;
use crate::request::{request, require_context};
use crate::row::Row;
use crate::statement::param;
use crate::table::Table;
use crate::views::{Views, views};

/// The columns that are fields; `extra_info`, which is JSON, comes after them.
pub(super) static PCI_DEVICES: Devices =
    Devices(Table::new("pci_devices", PciDevice::class_def, &[]));

/// [`Table`] with `extra_info`.
#[derive(Debug)]
pub(super) struct Devices(Table);

impl Devices {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn select(&self) -> SelectStatement {
        let mut select = self.0.select();
        select.column(("pci_devices", "extra_info"));
        select
    }

    pub(super) fn position(&self, column: &str) -> usize {
        self.0.position(column)
    }
}

/// The devices of an instance, whatever their state.
pub(super) static OF_INSTANCE: Relation = relation!("instance.pci_devices", "pci_devices"."instance_uuid", || {
    PCI_DEVICES
        .select()
        .and_where(Expr::col(("pci_devices", "deleted")).eq(0))
        .take()
});

/// The devices that have been given to an instance for good.
pub(super) static ALLOCATED_TO_INSTANCE: Relation = relation!("instance.pci_devices", "pci_devices"."instance_uuid", || {
    PCI_DEVICES
        .select()
        .and_where(Expr::col(("pci_devices", "deleted")).eq(0))
        .and_where(Expr::col(("pci_devices", "status")).eq("allocated"))
        .take()
});

static BY_ADDRESS: Views = views!(PCI_DEVICES, |select| select
    .and_where(Expr::col(("pci_devices", "compute_node_id")).eq(param()))
    .and_where(Expr::col(("pci_devices", "address")).eq(param())));
static BY_ID: Views = views!(PCI_DEVICES, |select| select
    .and_where(Expr::col(("pci_devices", "id")).eq(param())));
static BY_NODE: Views = views!(PCI_DEVICES, |select| select
    .and_where(Expr::col(("pci_devices", "compute_node_id")).eq(param())));
static BY_PARENT: Views = views!(PCI_DEVICES, |select| select
    .and_where(Expr::col(("pci_devices", "compute_node_id")).eq(param()))
    .and_where(Expr::col(("pci_devices", "parent_addr")).eq(param())));
static BY_INSTANCE: Views = views!(PCI_DEVICES, |select| select
    .and_where(Expr::col(("pci_devices", "instance_uuid")).eq(param()))
    .and_where(Expr::col(("pci_devices", "status")).eq("allocated")));

/// A device of a row of `PCI_DEVICES.select()`. One from before devices had uuids gets
/// one now, which is kept.
pub(super) async fn load(db: &impl Execute, row: &Row) -> Result<PciDevice> {
    let columns = &PCI_DEVICES.0;
    let mut device = PciDevice::new_object();
    let uuid: Option<String> = row.get(columns.position("uuid"))?;
    let end = if uuid.is_some() {
        columns.fill(&mut device, row, 0)?
    } else {
        let id: i64 = row.get(columns.position("id"))?;
        let uuid = give_uuid(db, id).await?;
        columns.fill_except(&mut device, row, 0, &[("uuid", uuid.into())])?
    };
    let extra_info = match row.get::<Option<&str>>(end)? {
        None => serde_json::Value::Null,
        Some(text) => serde_json::from_str(text).map_err(|error| {
            nova_objects::Error::value(format!("read extra_info of a PCI device: {error}"))
        })?,
    };
    device.load("extra_info", extra_info)?;
    device.reset_changes();
    Ok(device)
}

/// Gives a device without uuid one, or tells which one somebody else gave it meanwhile.
async fn give_uuid(db: &impl Execute, id: i64) -> Result<String> {
    let uuid = uuid::Uuid::new_v4().to_string();
    let update = Query::update()
        .table("pci_devices")
        .value("uuid", uuid.as_str())
        .value("updated_at", now())
        .and_where(Expr::col("id").eq(id))
        .and_where(Expr::col("uuid").is_null())
        .take();
    if db.execute("pci_device.give_uuid", &update).await? == 1 {
        return Ok(uuid);
    }
    let select = Query::select()
        .column("uuid")
        .from("pci_devices")
        .and_where(Expr::col("id").eq(id))
        .take();
    Ok(db.fetch_one("pci_device.uuid", &select).await?.get(0)?)
}

async fn list(db: &impl Execute, rows: Vec<Row>) -> Result<PciDeviceList> {
    let mut devices = Vec::with_capacity(rows.len());
    for row in rows {
        devices.push(load(db, &row).await?);
    }
    Ok(devices.into_iter().collect())
}

fn key(node: i64, address: &str) -> Condition {
    Cond::all()
        .add(Expr::col("compute_node_id").eq(node))
        .add(Expr::col("address").eq(address))
}

fn missing(node_id: i64, address: &str) -> nova_objects::Error {
    NovaException::PciDeviceNotFound {
        node_id: node_id.into(),
        address: address.into(),
    }
    .into()
}

async fn destroy(
    db: &impl Execute,
    request: &RequestContext,
    node: i64,
    address: &str,
    expect: &Expect,
) -> Result<()> {
    let view = ReadDeleted::from(request.read_deleted);
    let key = key(node, address).add_option(view.condition("pci_devices"));
    let query = "pci_device.destroy";
    let deleted = PCI_DEVICES.0.soft_delete(db, query, now(), key, expect);
    match deleted.await? {
        0 => Err(missing(node, address)),
        _ => Ok(()),
    }
}

#[async_trait]
impl PciDeviceStore for NovaDb {
    async fn get_by_dev_addr(
        &self,
        ctx: &Context,
        compute_node_id: i64,
        dev_addr: String,
    ) -> Result<PciDevice> {
        let statement = BY_ADDRESS
            .of(request(ctx).read_deleted.into())
            .bind([compute_node_id.into(), dev_addr.as_str().into()]);
        let row = self
            .main
            .fetch_optional("pci_device.get_by_addr", statement)
            .await?;
        let row = row.ok_or_else(|| missing(compute_node_id, &dev_addr))?;
        load(&self.main, &row).await
    }

    async fn get_by_dev_id(&self, ctx: &Context, id: i64) -> Result<PciDevice> {
        let statement = BY_ID.of(request(ctx).read_deleted.into()).bind([id.into()]);
        let row = self
            .main
            .fetch_optional("pci_device.get_by_id", statement)
            .await?;
        let row = row.ok_or_else(|| NovaException::PciDeviceNotFoundById { id: id.into() })?;
        load(&self.main, &row).await
    }

    async fn save(&self, ctx: &Context, pci_device: &mut PciDevice) -> Result<()> {
        let expect = ctx.expected();
        match pci_device.status()? {
            PciDeviceStatus::Removed => {
                pci_device.set_status(PciDeviceStatus::Deleted);
                let address = pci_device.address()?;
                let node = pci_device.compute_node_id()?.unwrap_or_default();
                return destroy(&self.main, request(ctx), node, address, expect).await;
            }
            PciDeviceStatus::Deleted if expect.is_nothing() => return Ok(()),
            _ => {}
        }
        if !pci_device.is_set("uuid") {
            pci_device.set_uuid(uuid::Uuid::new_v4().to_string());
        }
        let mut changes = PCI_DEVICES.0.changes(pci_device);
        if pci_device.is_changed("extra_info") {
            let pairs = pci_device.extra_info()?.iter();
            let info: serde_json::Map<_, _> = pairs
                .map(|(key, value)| (key.clone(), value.as_str().into()))
                .collect();
            changes.set("extra_info", python_json(&info.into()));
        }
        if changes.is_empty() && expect.is_nothing() {
            return Ok(());
        }
        let node = pci_device.compute_node_id()?.unwrap_or_default();
        let address = pci_device.address()?.to_owned();
        let (changes, address) = (&changes, address.as_str());
        let saved = self
            .main
            .transaction("pci_device.save", |tx| async move {
                let now = now();
                let (query, table) = ("pci_device.update", &PCI_DEVICES.0);
                let key = key(node, address).add(Expr::col("deleted").eq(0));
                let update = table.update(&tx, query, changes.clone(), now, key, expect);
                if update.await? == 0 {
                    // There is nothing to compare.
                    if !expect.is_nothing() {
                        return Err(missing(node, address));
                    }
                    let insert = changes.clone().insert_live("pci_devices", now);
                    tx.execute("pci_device.create", &insert).await?;
                }
                let statement = BY_ADDRESS.no.bind([node.into(), address.into()]);
                let row = tx.fetch_one("pci_device.get_by_addr", statement).await?;
                load(&tx, &row).await
            })
            .await?;
        take_over(pci_device, &saved);
        pci_device.reset_changes();
        Ok(())
    }
}

#[async_trait]
impl PciDeviceListStore for NovaDb {
    async fn get_by_compute_node(&self, ctx: &Context, node_id: i64) -> Result<PciDeviceList> {
        let statement = BY_NODE
            .of(request(ctx).read_deleted.into())
            .bind([node_id.into()]);
        let rows = self
            .main
            .fetch_all("pci_device.get_by_node", statement)
            .await?;
        list(&self.main, rows).await
    }

    async fn get_by_instance_uuid(&self, ctx: &Context, uuid: String) -> Result<PciDeviceList> {
        let request = request(ctx);
        require_context(request)?;
        let statement = BY_INSTANCE
            .of(request.read_deleted.into())
            .bind([uuid.into()]);
        let rows = self
            .main
            .fetch_all("pci_device.get_by_instance", statement)
            .await?;
        list(&self.main, rows).await
    }

    async fn get_by_parent_address(
        &self,
        ctx: &Context,
        node_id: i64,
        parent_addr: String,
    ) -> Result<PciDeviceList> {
        let statement = BY_PARENT
            .of(request(ctx).read_deleted.into())
            .bind([node_id.into(), parent_addr.into()]);
        let rows = self
            .main
            .fetch_all("pci_device.get_by_parent", statement)
            .await?;
        list(&self.main, rows).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn devices_are_found() {
        assert_sql(
            "pci_device.get_by_addr",
            BY_ADDRESS.no.bind([1.into(), "0000:04:00.0".into()]),
        );
        assert_sql(
            "instance.pci_devices",
            ALLOCATED_TO_INSTANCE.one.bind(["u".into()]),
        );
    }
}
