//! What is kept with an instance and asked for alone.

use nova_db::Execute as _;
use nova_db::NovaDb;
use nova_db::sea_query::{Expr, ExprTrait as _, Query};
use nova_objects::{
    InstanceDeviceMetadataStore, InstanceNUMACell, InstanceNUMATopology, InstanceNUMATopologyStore,
    InstancePCIRequestsStore, InstanceStore, MigrationContextStore, ResourceListStore,
    TrustedCertsStore, VirtCPUModelStore,
};
use serde_json::Value as Json;
use test_support::on_every_database;
use versionedobjects::ObjectExt as _;

use super::{admin, create, get};

const MISSING: &str = "00000000-0000-0000-0000-000000000001";

async fn put(db: &NovaDb, uuid: &str, column: &'static str, text: &str) {
    let update = Query::update()
        .table("instance_extra")
        .value(column, text)
        .and_where(Expr::col("instance_uuid").eq(uuid))
        .take();
    assert_eq!(db.main.execute("test.put", &update).await.unwrap(), 1);
}

fn object(name: &str, version: &str, data: &str) -> String {
    format!(
        r#"{{"nova_object.name": "{name}", "nova_object.namespace": "nova", "nova_object.version": "{version}", "nova_object.data": {data}}}"#
    )
}

on_every_database! {
    async fn nothing_kept_is_nothing(db: NovaDb) {
        let ctx = admin();
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        for uuid in [uuid.as_str(), MISSING] {
            assert!(InstanceDeviceMetadataStore::get_by_instance_uuid(&db, &ctx, uuid.into()).await.unwrap().is_none());
            assert!(TrustedCertsStore::get_by_instance_uuid(&db, &ctx, uuid.into()).await.unwrap().is_none());
            assert!(VirtCPUModelStore::get_by_instance_uuid(&db, &ctx, uuid.into()).await.unwrap().is_none());
            assert!(ResourceListStore::get_by_instance_uuid(&db, &ctx, uuid.into()).await.unwrap().is_none());
            let requests = InstancePCIRequestsStore::get_by_instance_uuid(&db, &ctx, uuid.into()).await.unwrap();
            assert_eq!(requests.instance_uuid().unwrap(), uuid);
            assert!(requests.requests().unwrap().is_empty());
        }
        assert!(InstanceNUMATopologyStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.unwrap().is_none());
        assert!(MigrationContextStore::get_by_instance_uuid(&db, &ctx, uuid).await.unwrap().is_none());
        let error = InstanceNUMATopologyStore::get_by_instance_uuid(&db, &ctx, MISSING.into()).await.unwrap_err();
        assert!(error.is_class("NumaTopologyNotFound"));
        let error = MigrationContextStore::get_by_instance_uuid(&db, &ctx, MISSING.into()).await.unwrap_err();
        assert!(error.is_class("MigrationContextNotFound"));
    }

    async fn what_is_kept_is_found(db: NovaDb) {
        let ctx = admin();
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        put(&db, &uuid, "trusted_certs", &object("TrustedCerts", "1.0", r#"{"ids": ["c"]}"#)).await;
        put(&db, &uuid, "vcpu_model", &object("VirtCPUModel", "1.0", r#"{"model": "m", "features": []}"#)).await;
        put(&db, &uuid, "device_metadata", &object("InstanceDeviceMetadata", "1.0", r#"{"devices": []}"#)).await;
        put(&db, &uuid, "resources", &object("ResourceList", "1.0", r#"{"objects": []}"#)).await;
        put(&db, &uuid, "migration_context", &object("MigrationContext", "1.2", r#"{"migration_id": 3}"#)).await;
        put(&db, &uuid, "pci_requests", r#"[{"count": 2, "spec": [{"vendor_id": "8086"}], "alias_name": "a", "is_new": false, "request_id": null}]"#).await;
        let certs = TrustedCertsStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.unwrap().unwrap();
        assert_eq!(certs.ids().unwrap(), ["c"]);
        let model = VirtCPUModelStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.unwrap().unwrap();
        assert_eq!(model.model().unwrap(), Some("m"));
        assert!(InstanceDeviceMetadataStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.unwrap().is_some());
        assert!(ResourceListStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.unwrap().is_some());
        let context = MigrationContextStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.unwrap().unwrap();
        assert_eq!(context.migration_id().unwrap(), 3);
        let requests = InstancePCIRequestsStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.unwrap();
        assert_eq!(requests.requests().unwrap()[0].count().unwrap(), 2);
        let attrs = ["trusted_certs", "vcpu_model", "device_metadata", "resources", "migration_context", "pci_requests"];
        let instance = get(&db, &ctx, &uuid, &attrs).await.unwrap();
        assert!(instance.changes().is_empty());
        assert!(instance.pci_requests().unwrap().unwrap().eq_data(&requests));
    }

    async fn a_topology_is_created_and_an_old_one_renewed(db: NovaDb) {
        let ctx = admin();
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        let mut cell = InstanceNUMACell::new();
        cell.set_id(0);
        cell.set_cpuset([1].into_iter().collect::<std::collections::BTreeSet<i64>>());
        cell.set_pcpuset(std::collections::BTreeSet::<i64>::new());
        cell.set_memory(1);
        let mut topology = InstanceNUMATopology::new();
        topology.set_instance_uuid(uuid.as_str());
        topology.set_cells(vec![cell]);
        InstanceNUMATopologyStore::create(&db, &ctx, &mut topology).await.unwrap();
        assert!(topology.changes().is_empty());
        let kept = InstanceNUMATopologyStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.unwrap().unwrap();
        assert!(kept.eq_data(&topology));

        let old = object("InstanceNUMACell", "1.4", r#"{"id": 0, "cpuset": [4, 5], "memory": 1, "cpu_policy": "dedicated"}"#);
        put(&db, &uuid, "numa_topology", &object("InstanceNUMATopology", "1.3", &format!(r#"{{"cells": [{old}]}}"#))).await;
        let read = get(&db, &ctx, &uuid, &["numa_topology"]).await.unwrap();
        let cell = &read.numa_topology().unwrap().unwrap().cells().unwrap()[0];
        assert_eq!(cell.pcpuset().unwrap().len(), 2);
        let select = Query::select().column("numa_topology").from("instance_extra").take();
        let text: String = db.main.fetch_one("test.text", &select).await.unwrap().get(0).unwrap();
        assert!(text.contains(r#""nova_object.version": "1.6""#), "{text}");
    }

    async fn an_old_copy_of_a_flavor_is_completed(db: NovaDb) {
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        let flavor = object("Flavor", "1.1", r#"{"id": 3, "name": "old", "extra_specs": {}}"#);
        put(&db, &uuid, "flavor", &format!(r#"{{"cur": {flavor}, "old": null, "new": null}}"#)).await;
        let read = get(&db, &admin(), &uuid, &["flavor"]).await.unwrap();
        let flavor = read.flavor().unwrap();
        assert_eq!(flavor.version(), versionedobjects::Version::new(1, 1));
        assert!(!flavor.disabled().unwrap() && flavor.is_public().unwrap());
    }

    async fn what_a_newer_release_wrote_is_refused_by_name_and_stays(db: NovaDb) {
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        let flavor = object("Flavor", "1.99", r#"{"id": 3}"#);
        for (column, name, text) in [
            ("flavor", "Flavor", format!(r#"{{"cur": {flavor}, "old": null, "new": null}}"#)),
            ("trusted_certs", "TrustedCerts", object("TrustedCerts", "1.99", r#"{"ids": ["c"]}"#)),
            ("vcpu_model", "VirtCPUModel", object("VirtCPUModel", "1.99", "{}")),
            ("numa_topology", "InstanceNUMATopology", object("InstanceNUMATopology", "1.99", "{}")),
            ("migration_context", "MigrationContext", object("MigrationContext", "1.99", "{}")),
            ("device_metadata", "InstanceDeviceMetadata", object("InstanceDeviceMetadata", "1.99", "{}")),
            ("resources", "ResourceList", object("ResourceList", "1.99", "{}")),
        ] {
            put(&db, &uuid, column, &text).await;
            let error = get(&db, &admin(), &uuid, &[column]).await.unwrap_err();
            assert!(error.is_class("IncompatibleObjectVersion"), "{column}: {error}");
            let said = error.to_string();
            assert!(said.contains(name) && said.contains("1.99"), "{column}: {said}");
            // Who does not ask for it is not kept from the instance.
            let mut instance = get(&db, &admin(), &uuid, &[]).await.unwrap();
            instance.set_progress(7);
            InstanceStore::save(&db, &admin(), &mut instance, Json::Null, Json::Null, false).await.unwrap();
            let select = Query::select().column(column).from("instance_extra").take();
            let kept: String = db.main.fetch_one("test.text", &select).await.unwrap().get(0).unwrap();
            assert_eq!(kept, text);
        }
    }

    async fn a_text_that_is_none_is_an_error(db: NovaDb) {
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        for column in ["flavor", "trusted_certs", "numa_topology", "pci_requests", "keypairs"] {
            put(&db, &uuid, column, "{ no json").await;
            assert!(get(&db, &admin(), &uuid, &[column]).await.is_err(), "{column}");
        }
    }
}
