//! What is kept of an instance as JSON texts, in one row of `instance_extra`.

use nova_objects::{
    Flavor, Instance, InstanceDeviceMetadata, InstanceNUMATopology, InstancePCIRequests,
    KeyPairList, MigrationContext, RequestContext, ResourceList, Result, TrustedCerts,
    VirtCPUModel,
};
use sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement};
use versionedobjects::{Object, ObjectExt as _, Reader};

use super::attrs::Attrs;
use super::not_found;
use super::relations::Places;
use crate::changes::{Changes, now};
use crate::execute::Execute;
use crate::failure::Failure;
use crate::main_db::relation::among;
use crate::main_db::{instance_numa, instance_pci_requests};
use crate::read_deleted::ReadDeleted;

/// The columns. `flavor` is all three flavors of an instance.
pub(super) const COLUMNS: [&str; 9] = [
    "numa_topology",
    "pci_requests",
    "device_metadata",
    "vcpu_model",
    "migration_context",
    "keypairs",
    "trusted_certs",
    "resources",
    "flavor",
];

const FLAVORS: [&str; 3] = ["flavor", "old_flavor", "new_flavor"];

/// Loads those attributes that are kept here, in one statement.
pub(super) async fn load(
    db: &impl Execute,
    instances: &mut [Instance],
    of: &Places,
    attrs: Attrs,
) -> Result<()> {
    let wanted = |column: &&str| match *column {
        "flavor" => attrs.has_any(&FLAVORS),
        other => attrs.has(other),
    };
    let columns: Vec<&'static str> = COLUMNS.into_iter().filter(wanted).collect();
    if columns.is_empty() {
        return Ok(());
    }
    let mut missing = vec![true; instances.len()];
    let mut rows = Vec::new();
    for uuids in of.uuids().chunks(1024) {
        rows.extend(
            db.fetch_all("instance.extra", select(&columns, uuids))
                .await?,
        );
    }
    for (place, row) in of.place(rows, 0)? {
        let (Some(instance), Some(missing)) = (instances.get_mut(place), missing.get_mut(place))
        else {
            continue;
        };
        *missing = false;
        for (at, column) in (1..).zip(&columns) {
            let text: Option<&str> = row.get(at)?;
            if *column == "numa_topology" {
                let topology = match text {
                    Some(text) => Some(instance_numa::read(db, instance.uuid()?, text).await?),
                    None => None,
                };
                instance.set_numa_topology(topology);
            } else {
                set(instance, column, text)?;
            }
        }
    }
    for (instance, _) in instances
        .iter_mut()
        .zip(missing)
        .filter(|(_, missing)| *missing)
    {
        for column in &columns {
            clear(instance, column);
        }
    }
    Ok(())
}

fn select(columns: &[&'static str], uuids: &[&str]) -> SelectStatement {
    Query::select()
        .column("instance_uuid")
        .columns(columns.iter().copied())
        .from("instance_extra")
        .and_where(among(Expr::col("instance_uuid"), uuids))
        .order_by("id", Order::Asc)
        .take()
}

/// Sets the attributes of a column to what its text says.
pub(super) fn set(instance: &mut Instance, column: &str, text: Option<&str>) -> Result<()> {
    match column {
        "numa_topology" => {
            let topology = text.map(InstanceNUMATopology::from_json).transpose()?;
            instance.set_numa_topology(topology);
        }
        "pci_requests" => {
            let uuid = instance.uuid()?.to_owned();
            instance.set_pci_requests(instance_pci_requests::read(&uuid, text)?);
        }
        "device_metadata" => {
            instance.set_device_metadata(read::<InstanceDeviceMetadata>(text)?);
        }
        "vcpu_model" => instance.set_vcpu_model(read::<VirtCPUModel>(text)?),
        "migration_context" => instance.set_migration_context(read::<MigrationContext>(text)?),
        "trusted_certs" => instance.set_trusted_certs(read::<TrustedCerts>(text)?),
        "resources" => instance.set_resources(read::<ResourceList>(text)?),
        // These two stay unset when there is nothing to set them to.
        "keypairs" => {
            if let Some(keypairs) = read::<KeyPairList>(text.filter(|text| !text.is_empty()))? {
                instance.set_keypairs(keypairs);
            }
        }
        "flavor" => {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                let (flavor, old, new) = Flavors::read(text)?.parse()?;
                if let Some(flavor) = flavor {
                    instance.set_flavor(flavor);
                }
                instance.set_old_flavor(old);
                instance.set_new_flavor(new);
            }
        }
        _ => {}
    }
    Ok(())
}

/// Sets the attributes of a column of an instance without a row.
fn clear(instance: &mut Instance, column: &str) {
    match column {
        "numa_topology" => instance.set_numa_topology(None::<InstanceNUMATopology>),
        "pci_requests" => instance.set_pci_requests(None::<InstancePCIRequests>),
        "device_metadata" => instance.set_device_metadata(None::<InstanceDeviceMetadata>),
        "vcpu_model" => instance.set_vcpu_model(None::<VirtCPUModel>),
        "migration_context" => instance.set_migration_context(None::<MigrationContext>),
        "trusted_certs" => instance.set_trusted_certs(None::<TrustedCerts>),
        "resources" => instance.set_resources(None::<ResourceList>),
        _ => {}
    }
}

fn read<T: Object>(text: Option<&str>) -> Result<Option<T>> {
    Ok(text.map(T::from_json).transpose()?)
}

/// The text of the column `flavor`, taken apart: each flavor's own text.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Flavors {
    pub(super) cur: Option<String>,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
}

impl Flavors {
    pub(super) fn read(text: &str) -> Result<Self> {
        let mut flavors = Self::default();
        let mut reader = Reader::new(text)?;
        reader.object(str::to_owned, |reader, key| {
            let raw = reader.raw()?;
            let raw = (raw.trim() != "null").then(|| raw.to_owned());
            match key.as_str() {
                "cur" => flavors.cur = raw,
                "old" => flavors.old = raw,
                "new" => flavors.new = raw,
                _ => {}
            }
            Ok(())
        })?;
        Ok(flavors)
    }

    fn parse(&self) -> Result<(Option<Flavor>, Option<Flavor>, Option<Flavor>)> {
        let read = |text: &Option<String>| {
            let mut flavor = read::<Flavor>(text.as_deref())?;
            if let Some(flavor) = &mut flavor {
                // Copies from before these fields were kept lack them.
                if !flavor.is_set("disabled") {
                    flavor.set_disabled(false);
                }
                if !flavor.is_set("is_public") {
                    flavor.set_is_public(true);
                }
            }
            Ok::<_, nova_objects::Error>(flavor)
        };
        Ok((read(&self.cur)?, read(&self.old)?, read(&self.new)?))
    }

    pub(super) fn text(&self) -> String {
        let or_null = |text: &Option<String>| text.clone().unwrap_or_else(|| "null".to_owned());
        format!(
            r#"{{"cur": {}, "old": {}, "new": {}}}"#,
            or_null(&self.cur),
            or_null(&self.old),
            or_null(&self.new)
        )
    }
}

/// The text of a flavor inside an instance: without its description, which may be long
/// and of which the flavor itself has the current one.
pub(super) fn flavor_text(flavor: &Flavor) -> Result<String> {
    if !matches!(flavor.description(), Ok(Some(_))) {
        return Ok(flavor.to_json()?);
    }
    let mut copy = flavor.clone();
    copy.load("description", ())?;
    Ok(copy.to_json()?)
}

/// The text of one column as it is stored: `None` without a row, `Some(None)` for null.
pub(in crate::main_db) async fn text(
    db: &impl Execute,
    request: &RequestContext,
    uuid: &str,
    column: &'static str,
) -> Result<Option<Option<String>>> {
    let mut select = Query::select()
        .column(column)
        .from("instance_extra")
        .and_where(Expr::col("instance_uuid").eq(uuid))
        .limit(1)
        .take();
    ReadDeleted::from(request.read_deleted).apply(&mut select, "instance_extra");
    let row = db.fetch_optional("instance_extra.get", &select).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// Writes columns, making the row where there is none (nova `db/main/api.py`,
/// `instance_extra_update_by_uuid`).
///
/// # Errors
///
/// `InstanceNotFound` where the database knows that there is no such instance.
pub(in crate::main_db) async fn update(
    db: &impl Execute,
    request: &RequestContext,
    uuid: &str,
    columns: Vec<(&'static str, Option<String>)>,
) -> Result<()> {
    let mut changes = Changes::new();
    for (column, text) in columns {
        changes.set(column, text);
    }
    let now = now();
    let mut update = changes.clone().update("instance_extra", now);
    update.and_where(Expr::col("instance_uuid").eq(uuid));
    if let Some(condition) = ReadDeleted::from(request.read_deleted).condition("instance_extra") {
        update.and_where(condition);
    }
    if db.execute("instance_extra.update", &update).await? == 0 {
        changes.set("instance_uuid", uuid);
        let insert = changes.insert_live("instance_extra", now);
        let created = db.execute("instance_extra.create", &insert).await;
        created.map_err(|error| match error.failure() {
            Some(Failure::ForeignKey) => not_found(uuid),
            _ => error.into(),
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn only_the_wanted_columns_are_read() {
        assert_sql("instance.extra", select(&["flavor", "keypairs"], &["u"]));
    }

    #[test]
    fn flavors_are_taken_apart_and_put_together() {
        let text = r#"{"cur": {"a": 1}, "old": null, "new": {"b": [2, {}]}}"#;
        let flavors = Flavors::read(text).unwrap();
        assert_eq!(flavors.cur.as_deref(), Some(r#"{"a": 1}"#));
        assert_eq!(flavors.old, None);
        assert_eq!(flavors.text(), text);
        assert!(Flavors::read("{").is_err());
    }
}
