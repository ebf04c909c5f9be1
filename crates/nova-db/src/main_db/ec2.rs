//! The identifiers that EC2's API knew instances and images by: numbers that are given
//! out when first asked for, and stay.

use nova_objects::{Context, EC2Ids, EC2IdsStore, Instance, Result};
use sea_query::{Order, Query, SelectStatement};
use versionedobjects::{Object as _, async_trait};

use super::relation::{Relation, relation};
use crate::changes::{Changes, now};
use crate::connection::NovaDb;
use crate::execute::Execute;

fn numbers(table: &'static str) -> SelectStatement {
    Query::select()
        .columns(["uuid", "id"])
        .from(table)
        .order_by("id", Order::Asc)
        .take()
}

static INSTANCES: Relation =
    relation!("ec2.instances", "instance_id_mappings"."uuid", || numbers("instance_id_mappings"));
static IMAGES: Relation = relation!("ec2.images", "s3_images"."uuid", || numbers("s3_images"));

/// The numbers of these uuids in a table, those without one given one; in their order.
async fn give_out(
    db: &impl Execute,
    relation: &'static Relation,
    create: &'static str,
    uuids: &[&str],
) -> Result<Vec<i64>> {
    let mut distinct: Vec<&str> = Vec::new();
    for uuid in uuids {
        if !distinct.contains(uuid) {
            distinct.push(uuid);
        }
    }
    let mut known: Vec<(String, i64)> = Vec::new();
    for row in relation.rows(db, &distinct).await? {
        let uuid: String = row.get(0)?;
        // The first one counts.
        if !known.iter().any(|(own, _)| *own == uuid) {
            known.push((uuid, row.get(1)?));
        }
    }
    for uuid in distinct {
        if !known.iter().any(|(own, _)| own == uuid) {
            let (table, _) = relation.key;
            let id = insert(db, create, table, uuid).await?;
            known.push((uuid.to_owned(), id));
        }
    }
    let number = |uuid: &&str| {
        let found = known.iter().find(|(own, _)| own == uuid);
        found.map_or(0, |(_, id)| *id)
    };
    Ok(uuids.iter().map(number).collect())
}

async fn insert(
    db: &impl Execute,
    query: &'static str,
    table: &'static str,
    uuid: &str,
) -> crate::Result<i64> {
    let mut changes = Changes::new();
    changes.set("uuid", uuid);
    db.insert_returning_id(query, &changes.insert_live(table, now()))
        .await
}

/// Gives an instance that is being created its number.
pub(super) async fn map_instance(db: &impl Execute, uuid: &str) -> crate::Result<i64> {
    insert(db, "ec2.create_instance", "instance_id_mappings", uuid).await
}

/// Sets `ec2_ids` of all instances: two statements, and one for each number that is
/// missing.
pub(super) async fn load(db: &impl Execute, instances: &mut [Instance]) -> Result<()> {
    let uuids = texts(instances, |instance| Ok(Some(instance.uuid()?)))?;
    let uuids: Vec<&str> = uuids.iter().flatten().map(String::as_str).collect();
    let numbers = give_out(db, &INSTANCES, "ec2.create_instance", &uuids).await?;
    let ids = ids(db, instances, &numbers).await?;
    for (instance, ids) in instances.iter_mut().zip(ids) {
        instance.set_ec2_ids(ids);
    }
    Ok(())
}

/// The identifiers of instances whose own numbers are known. They count as changed, as
/// the original leaves them.
pub(super) async fn ids(
    db: &impl Execute,
    instances: &[Instance],
    numbers: &[i64],
) -> Result<Vec<EC2Ids>> {
    let images = [
        texts(instances, Instance::image_ref)?,
        texts(instances, Instance::kernel_id)?,
        texts(instances, Instance::ramdisk_id)?,
    ];
    let all: Vec<&str> = images
        .iter()
        .flatten()
        .flatten()
        .map(String::as_str)
        .collect();
    let given = give_out(db, &IMAGES, "ec2.create_image", &all).await?;
    let named = |kind: &str, image: Option<&Option<String>>| {
        let image = image?.as_deref()?;
        let place = all.iter().position(|own| *own == image)?;
        given.get(place).map(|id| format!("{kind}-{id:08x}"))
    };
    let [ami, aki, ari] = &images;
    numbers
        .iter()
        .enumerate()
        .map(|(place, number)| {
            let mut ids = EC2Ids::new_object();
            ids.set_instance_id(format!("i-{number:08x}"))?;
            ids.set_ami_id(named("ami", ami.get(place)))?;
            ids.set_kernel_id(named("aki", aki.get(place)))?;
            ids.set_ramdisk_id(named("ari", ari.get(place)))?;
            Ok(ids)
        })
        .collect()
}

/// A text of each instance; an empty one is none.
fn texts(
    instances: &[Instance],
    get: impl Fn(&Instance) -> versionedobjects::Result<Option<&str>>,
) -> Result<Vec<Option<String>>> {
    let text = |instance| {
        let text = get(instance)?.filter(|text| !text.is_empty());
        Ok(text.map(str::to_owned))
    };
    instances.iter().map(text).collect()
}

#[async_trait]
impl EC2IdsStore for NovaDb {
    async fn get_by_instance(&self, _ctx: &Context, instance: Instance) -> Result<EC2Ids> {
        let mut instances = [instance];
        load(&self.main, &mut instances).await?;
        let [instance] = instances;
        Ok(instance.ec2_ids()?.clone())
    }
}
