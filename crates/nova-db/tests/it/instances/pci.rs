//! PCI devices.

use nova_db::NovaDb;
use nova_db::sea_query::{Expr, ExprTrait as _, Query};
use nova_db::{Changes, Execute as _, now};
use nova_objects::fields::{PciDeviceStatus, PciDeviceType};
use nova_objects::{
    InstanceListStore, PciDevice, PciDeviceListStore, PciDeviceStore, PersistentFields as _,
};
use test_support::on_every_database;
use versionedobjects::ObjectExt as _;
use versionedobjects::fields::Dict;

use super::{admin, create, get};

/// The number of a compute node, which devices refer to.
pub(crate) async fn node(db: &NovaDb) -> i64 {
    let mut changes = Changes::new();
    changes
        .set("vcpus", 1)
        .set("memory_mb", 1)
        .set("local_gb", 1)
        .set("vcpus_used", 0)
        .set("memory_mb_used", 0)
        .set("local_gb_used", 0)
        .set("hypervisor_type", "fake")
        .set("hypervisor_version", 1)
        .set("cpu_info", "{}")
        .set("uuid", uuid::Uuid::new_v4().to_string());
    let insert = changes.insert_live("compute_nodes", now());
    db.main
        .insert_returning_id("test.node", &insert)
        .await
        .unwrap()
}

pub(crate) fn device(node: i64, address: &str) -> PciDevice {
    let mut device = PciDevice::new();
    device.set_compute_node_id(Some(node));
    device.set_address(address);
    device.set_vendor_id("8086");
    device.set_product_id("10ca");
    device.set_dev_type(PciDeviceType::Standard);
    device.set_status(PciDeviceStatus::Available);
    device.set_label("label_8086_10ca");
    device.set_extra_info(Dict::from_iter([(
        "capabilities".to_owned(),
        r#"{"a": "ü"}"#.to_owned(),
    )]));
    device
}

on_every_database! {
    async fn a_device_is_saved_found_and_removed(db: NovaDb) {
        let ctx = admin();
        let node = node(&db).await;
        let mut one = device(node, "0000:04:00.0");
        PciDeviceStore::save(&db, &ctx, &mut one).await.unwrap();
        assert!(one.id().unwrap() > 0 && one.changes().is_empty());
        assert_eq!(one.uuid().unwrap().len(), 36);
        let mut two = device(node, "0000:04:00.1");
        two.set_parent_addr("0000:04:00.0");
        PciDeviceStore::save(&db, &ctx, &mut two).await.unwrap();

        let read = PciDeviceStore::get_by_dev_addr(&db, &ctx, node, "0000:04:00.0".into()).await.unwrap();
        assert!(read.eq_data(&one));
        assert_eq!(read.extra_info().unwrap()["capabilities"], r#"{"a": "ü"}"#);
        let read = PciDeviceStore::get_by_dev_id(&db, &ctx, two.id().unwrap()).await.unwrap();
        assert!(read.eq_data(&two));
        assert_eq!(PciDeviceListStore::get_by_compute_node(&db, &ctx, node).await.unwrap().len(), 2);
        let children = PciDeviceListStore::get_by_parent_address(&db, &ctx, node, "0000:04:00.0".into()).await.unwrap();
        assert_eq!(children.len(), 1);

        one.set_label("other");
        PciDeviceStore::save(&db, &ctx, &mut one).await.unwrap();
        assert!(one.updated_at().unwrap().is_some());
        one.set_status(PciDeviceStatus::Removed);
        PciDeviceStore::save(&db, &ctx, &mut one).await.unwrap();
        assert_eq!(one.status().unwrap(), PciDeviceStatus::Deleted);
        let error = PciDeviceStore::get_by_dev_addr(&db, &ctx, node, "0000:04:00.0".into()).await.unwrap_err();
        assert!(error.is_class("PciDeviceNotFound"));
        let error = PciDeviceStore::get_by_dev_id(&db, &ctx, 999).await.unwrap_err();
        assert!(error.is_class("PciDeviceNotFoundById"));
        one.set_status(PciDeviceStatus::Removed);
        assert!(PciDeviceStore::save(&db, &ctx, &mut one).await.unwrap_err().is_class("PciDeviceNotFound"));
    }

    async fn an_instance_has_its_allocated_devices(db: NovaDb) {
        let ctx = admin();
        let node = node(&db).await;
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        for (address, status) in [("0000:04:00.0", PciDeviceStatus::Allocated), ("0000:04:00.1", PciDeviceStatus::Claimed)] {
            let mut device = device(node, address);
            device.set_instance_uuid(Some(uuid.clone()));
            device.set_status(status);
            PciDeviceStore::save(&db, &ctx, &mut device).await.unwrap();
        }
        assert_eq!(PciDeviceListStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.unwrap().len(), 1);
        // As in the original: alone it has those it only claims, too.
        let one = get(&db, &ctx, &uuid, &["pci_devices"]).await.unwrap();
        assert_eq!(one.pci_devices().unwrap().unwrap().len(), 2);
        let list = InstanceListStore::get_by_host(&db, &ctx, "h".into(), Some(vec!["pci_devices".into()]), false).await.unwrap();
        assert_eq!(list.items()[0].pci_devices().unwrap().unwrap().len(), 1);
    }

    async fn a_device_without_uuid_gets_one(db: NovaDb) {
        let ctx = admin();
        let node = node(&db).await;
        let mut one = device(node, "0000:04:00.0");
        PciDeviceStore::save(&db, &ctx, &mut one).await.unwrap();
        let update = Query::update()
            .table("pci_devices")
            .value("uuid", Option::<String>::None)
            .and_where(Expr::col("id").eq(one.id().unwrap()))
            .take();
        db.main.execute("test.age", &update).await.unwrap();
        let first = PciDeviceStore::get_by_dev_id(&db, &ctx, one.id().unwrap()).await.unwrap();
        let second = PciDeviceStore::get_by_dev_id(&db, &ctx, one.id().unwrap()).await.unwrap();
        assert_eq!(first.uuid().unwrap(), second.uuid().unwrap());
        assert_ne!(first.uuid().unwrap(), one.uuid().unwrap());
    }
}
