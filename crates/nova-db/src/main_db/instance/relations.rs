//! The optional attributes of instances, each kind for all of them in one statement.

use std::collections::HashMap;

use nova_objects::{
    Instance, InstanceFault, InstanceInfoCache, PciDevice, PciDeviceList, PersistentFields as _,
    Result, SecurityGroupList, Service, ServiceList, Tag, TagList,
};
use sea_query::{Expr, ExprTrait as _, Order, Query};
use versionedobjects::fields::Dict;
use versionedobjects::{Object, ObjectExt as _};

use super::attrs::Attrs;
use super::extra;
use crate::execute::Execute;
use crate::main_db::ec2;
use crate::main_db::instance_fault::{self, FAULTS};
use crate::main_db::instance_info_cache::INFO_CACHES;
use crate::main_db::pci_device;
use crate::main_db::relation::{Relation, relation};
use crate::row::Row;
use crate::table::Table;

static INFO_CACHE: Relation = relation!(
    "instance.info_cache",
    "instance_info_caches"."instance_uuid",
    || INFO_CACHES.select()
);

static METADATA: Relation = relation!("instance.metadata", "instance_metadata"."instance_uuid", || {
    Query::select()
        .columns(["instance_uuid", "key", "value"])
        .from("instance_metadata")
        .and_where(Expr::col(("instance_metadata", "deleted")).eq(0))
        .order_by("id", Order::Asc)
        .take()
});

// Those of a deleted instance are deleted with it and still read.
static SYSTEM_METADATA: Relation = relation!(
    "instance.system_metadata",
    "instance_system_metadata"."instance_uuid",
    || {
        Query::select()
            .columns(["instance_uuid", "key", "value"])
            .from("instance_system_metadata")
            .order_by("id", Order::Asc)
            .take()
    }
);

static TAGS: Table = Table::new("tags", Tag::class_def, &[]);
static TAGS_OF: Relation = relation!("instance.tags", "tags"."resource_id", || TAGS.select());

static SERVICES: Table = Table::new("services", Service::class_def, &["availability_zone"]);
static SERVICES_OF: Relation = relation!("instance.services", "services"."host", || {
    SERVICES
        .select()
        .and_where(Expr::col(("services", "binary")).eq("nova-compute"))
        .order_by(("services", "id"), Order::Asc)
        .take()
});

/// Whether one instance is read or a list of them: the original sees other PCI devices in
/// a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    One,
    Many,
}

/// Loads `attrs` of all `instances`, which count as unchanged afterwards, but for what the
/// original leaves as changed.
pub(super) async fn load(
    db: &impl Execute,
    instances: &mut [Instance],
    attrs: Attrs,
    reading: Reading,
) -> Result<()> {
    if instances.is_empty() {
        return Ok(());
    }
    let of = Places::of(instances)?;
    if attrs.has("info_cache") {
        info_caches(db, instances, &of).await?;
    }
    if attrs.has("metadata") {
        metadata(db, instances, &of).await?;
    }
    if attrs.has("system_metadata") {
        system_metadata(db, instances, &of).await?;
    }
    if attrs.has("security_groups") {
        for instance in instances.iter_mut() {
            instance.set_security_groups(SecurityGroupList::new());
        }
    }
    if attrs.has("pci_devices") {
        pci_devices(db, instances, &of, reading).await?;
    }
    if attrs.has("tags") {
        tags(db, instances, &of).await?;
    }
    if attrs.has("services") {
        services(db, instances).await?;
    }
    if attrs.has("fault") {
        faults(db, instances, &of).await?;
    }
    extra::load(db, instances, &of, attrs).await?;
    if attrs.has("ec2_ids") {
        ec2::load(db, instances).await?;
    }
    for instance in instances.iter_mut() {
        instance.reset_changes();
        // The original sets it on instances that are complete already.
        if reading == Reading::Many && attrs.has("fault") {
            instance.mark_changed(&["fault"]);
        }
    }
    Ok(())
}

/// Where in a slice the instance with a uuid is.
pub(super) struct Places {
    uuids: Vec<String>,
    // Not made for one instance, where every row is its own.
    places: HashMap<String, usize>,
}

impl Places {
    fn of(instances: &[Instance]) -> Result<Self> {
        let uuids = instances
            .iter()
            .map(|instance| Ok(instance.uuid()?.to_owned()))
            .collect::<Result<Vec<_>>>()?;
        let places = if uuids.len() > 1 {
            uuids.iter().cloned().zip(0..).collect()
        } else {
            HashMap::new()
        };
        Ok(Self { uuids, places })
    }

    pub(super) fn uuids(&self) -> Vec<&str> {
        self.uuids.iter().map(String::as_str).collect()
    }

    /// The rows of `relation` with the place of the instance that each belongs to.
    pub(super) async fn rows(
        &self,
        db: &impl Execute,
        relation: &'static Relation,
        key: usize,
    ) -> Result<Vec<(usize, Row)>> {
        let rows = relation.rows(db, &self.uuids()).await?;
        self.place(rows, key)
    }

    /// Finds the place of each row by its cell `key`.
    pub(super) fn place(&self, rows: Vec<Row>, key: usize) -> Result<Vec<(usize, Row)>> {
        if self.places.is_empty() {
            return Ok(rows.into_iter().map(|row| (0, row)).collect());
        }
        let mut placed = Vec::with_capacity(rows.len());
        for row in rows {
            let place = row
                .get::<Option<&str>>(key)?
                .and_then(|uuid| self.places.get(uuid));
            if let Some(place) = place {
                placed.push((*place, row));
            }
        }
        Ok(placed)
    }
}

async fn info_caches(db: &impl Execute, instances: &mut [Instance], of: &Places) -> Result<()> {
    let key = INFO_CACHES.position("instance_uuid");
    for instance in instances.iter_mut() {
        instance.set_info_cache(None::<InstanceInfoCache>);
    }
    for (place, row) in of.rows(db, &INFO_CACHE, key).await? {
        if let Some(instance) = instances.get_mut(place) {
            instance.set_info_cache(INFO_CACHES.load::<InstanceInfoCache>(&row)?);
        }
    }
    Ok(())
}

async fn metadata(db: &impl Execute, instances: &mut [Instance], of: &Places) -> Result<()> {
    let mut found = vec![Dict::<String>::new(); instances.len()];
    for (place, row) in of.rows(db, &METADATA, 0).await? {
        if let Some(metadata) = found.get_mut(place) {
            let value = row.get::<Option<String>>(2)?.unwrap_or_default();
            metadata.insert(row.get::<Option<String>>(1)?.unwrap_or_default(), value);
        }
    }
    for (instance, metadata) in instances.iter_mut().zip(found) {
        instance.set_metadata(metadata);
    }
    Ok(())
}

async fn system_metadata(db: &impl Execute, instances: &mut [Instance], of: &Places) -> Result<()> {
    let mut found = vec![Dict::<Option<String>>::new(); instances.len()];
    for (place, row) in of.rows(db, &SYSTEM_METADATA, 0).await? {
        if let Some(metadata) = found.get_mut(place) {
            metadata.insert(row.get(1)?, row.get(2)?);
        }
    }
    for (instance, metadata) in instances.iter_mut().zip(found) {
        instance.set_system_metadata(metadata);
    }
    Ok(())
}

async fn tags(db: &impl Execute, instances: &mut [Instance], of: &Places) -> Result<()> {
    let key = TAGS.position("resource_id");
    let mut found = lists::<Tag>(instances);
    for (place, row) in of.rows(db, &TAGS_OF, key).await? {
        if let Some(tags) = found.get_mut(place) {
            tags.push(TAGS.load(&row)?);
        }
    }
    for (instance, tags) in instances.iter_mut().zip(found) {
        // A deleted instance has none.
        let tags = if instance.deleted()? {
            Vec::new()
        } else {
            tags
        };
        instance.set_tags(TagList::from_iter(tags));
    }
    Ok(())
}

async fn services(db: &impl Execute, instances: &mut [Instance]) -> Result<()> {
    let mut hosts: Vec<String> = Vec::new();
    for instance in instances
        .iter()
        .filter(|instance| !instance.deleted().unwrap_or(false))
    {
        if let Some(host) = instance
            .host()?
            .filter(|host| !hosts.iter().any(|own| own == host))
        {
            hosts.push(host.to_owned());
        }
    }
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let mut found: HashMap<String, Vec<Service>> = HashMap::new();
    for row in SERVICES_OF.rows(db, &hosts).await? {
        let service: Service = SERVICES.load(&row)?;
        if let Some(host) = service.host()? {
            found.entry(host.to_owned()).or_default().push(service);
        }
    }
    for instance in instances {
        let host = instance
            .host()?
            .filter(|_| !instance.deleted().unwrap_or(false));
        let services = host
            .and_then(|host| found.get(host))
            .cloned()
            .unwrap_or_default();
        instance.set_services(ServiceList::from_iter(services));
    }
    Ok(())
}

async fn faults(db: &impl Execute, instances: &mut [Instance], of: &Places) -> Result<()> {
    for instance in instances.iter_mut() {
        instance.set_fault(None::<InstanceFault>);
    }
    let rows = instance_fault::latest(db, &of.uuids()).await?;
    for (place, row) in of.place(rows, FAULTS.position("instance_uuid"))? {
        if let Some(instance) = instances.get_mut(place) {
            instance.set_fault(FAULTS.load::<InstanceFault>(&row)?);
        }
    }
    Ok(())
}

async fn pci_devices(
    db: &impl Execute,
    instances: &mut [Instance],
    of: &Places,
    reading: Reading,
) -> Result<()> {
    let relation = match reading {
        Reading::One => &pci_device::OF_INSTANCE,
        Reading::Many => &pci_device::ALLOCATED_TO_INSTANCE,
    };
    let key = pci_device::PCI_DEVICES.position("instance_uuid");
    let mut found = lists::<PciDevice>(instances);
    for (place, row) in of.rows(db, relation, key).await? {
        if let Some(devices) = found.get_mut(place) {
            devices.push(pci_device::load(db, &row).await?);
        }
    }
    for (instance, devices) in instances.iter_mut().zip(found) {
        instance.set_pci_devices(PciDeviceList::from_iter(devices));
    }
    Ok(())
}

fn lists<T: Object>(instances: &[Instance]) -> Vec<Vec<T>> {
    instances.iter().map(|_| Vec::new()).collect()
}
