//! Saving instances.

use nova_db::NovaDb;
use nova_db::sea_query::{Expr, ExprTrait as _, Query};
use nova_db::{Execute as _, statements_of};
use nova_objects::{
    Flavor, Instance, InstanceNUMACell, InstanceNUMATopology, InstancePCIRequests, InstanceStore,
    KeyPair, KeyPairList, MigrationContext, PersistentFields as _, TrustedCerts,
};
use serde_json::{Value as Json, json};
use test_support::on_every_database;
use versionedobjects::ObjectExt as _;

use super::{admin, create, flavor, get, rows, save, save_if};

async fn read(db: &NovaDb, instance: &Instance, attrs: &[&str]) -> Instance {
    get(db, &admin(), instance.uuid().unwrap(), attrs)
        .await
        .unwrap()
}

on_every_database! {
    async fn only_what_changed_is_written(db: NovaDb) {
        let created = create(&db, "a").await;
        let mut mine = read(&db, &created, &[]).await;
        let mut theirs = read(&db, &created, &[]).await;
        mine.set_task_state("rebooting");
        theirs.set_vm_state("stopped");
        save(&db, &mut mine).await.unwrap();
        save(&db, &mut theirs).await.unwrap();
        let now = read(&db, &created, &[]).await;
        assert_eq!(now.task_state().unwrap(), Some("rebooting"));
        assert_eq!(now.vm_state().unwrap(), Some("stopped"));
        // Each save also brought what others had written before it.
        assert_eq!(theirs.task_state().unwrap(), Some("rebooting"));
        assert_eq!(mine.vm_state().unwrap(), Some("active"));
        assert!(mine.changes().is_empty());
    }

    /// As in the original: the time of the save before, not of this one.
    async fn a_save_leaves_the_old_time(db: NovaDb) {
        let created = create(&db, "a").await;
        let mut instance = read(&db, &created, &[]).await;
        instance.set_task_state("rebooting");
        save(&db, &mut instance).await.unwrap();
        assert_eq!(instance.updated_at().unwrap(), None);
        let stored = read(&db, &created, &[]).await;
        assert!(stored.updated_at().unwrap().is_some());
        instance.set_task_state(None::<String>);
        save(&db, &mut instance).await.unwrap();
        assert_eq!(instance.updated_at().unwrap(), stored.updated_at().unwrap());
    }

    async fn without_changed_columns_no_state_is_checked(db: NovaDb) {
        let created = create(&db, "a").await;
        let mut instance = read(&db, &created, &["info_cache"]).await;
        let saving = save_if(&db, &mut instance, Json::Null, json!("nowhere"));
        let (result, statements) = statements_of(saving).await;
        result.unwrap();
        assert!(statements.is_empty(), "{statements:?}");
        assert!(!instance.is_set("system_metadata"));
    }

    async fn a_save_brings_the_system_metadata(db: NovaDb) {
        let created = create(&db, "a").await;
        let mut instance = read(&db, &created, &["metadata", "tags", "services", "fault", "security_groups"]).await;
        instance.set_display_name("b");
        save(&db, &mut instance).await.unwrap();
        assert_eq!(instance.system_metadata().unwrap().len(), 2);
        assert_eq!(instance.metadata().unwrap()["k1"], "v1");
        assert!(instance.changes().is_empty());
    }

    async fn metadata_is_written_by_difference(db: NovaDb) {
        let created = create(&db, "a").await;
        let uuid = created.uuid().unwrap();
        let mut instance = read(&db, &created, &["metadata", "system_metadata"]).await;
        instance
            .edit_metadata(|metadata| {
                metadata.shift_remove("k1");
                metadata.insert("k2".into(), "v2".into());
                metadata.insert("k3".into(), "v3".into());
            })
            .unwrap();
        instance
            .edit_system_metadata(|metadata| {
                metadata.shift_remove("s1");
                metadata.insert("s2".into(), Some("w2".into()));
                metadata.insert("s3".into(), None);
            })
            .unwrap();
        save(&db, &mut instance).await.unwrap();
        let now = read(&db, &created, &["metadata", "system_metadata"]).await;
        for field in ["metadata", "system_metadata"] {
            assert_eq!(now.get(field).unwrap(), instance.get(field).unwrap());
        }
        // A user's is marked as deleted, Nova's own is gone.
        assert_eq!(rows(&db, "instance_metadata", "instance_uuid", uuid).await, (3, 1));
        assert_eq!(rows(&db, "instance_system_metadata", "instance_uuid", uuid).await, (2, 0));

        let mut again = now;
        again.edit_metadata(|metadata| metadata.insert("k2".into(), "changed".into())).unwrap();
        let (result, statements) = statements_of(save(&db, &mut again)).await;
        result.unwrap();
        let changes: Vec<_> = statements.iter().filter(|name| name.starts_with("instance_metadata")).collect();
        assert_eq!(changes, [&"instance_metadata.update"]);
        assert_eq!(read(&db, &created, &["metadata"]).await.metadata().unwrap()["k2"], "changed");
    }

    async fn the_info_cache_is_saved_with_it(db: NovaDb) {
        let created = create(&db, "a").await;
        let mut instance = read(&db, &created, &["info_cache"]).await;
        let network = nova_objects::fields::NetworkInfo::from_vifs(vec![json!({"id": "vif"})]);
        instance
            .edit_info_cache(|cache| cache.as_mut().unwrap().set_network_info(Some(network.clone())))
            .unwrap();
        instance.set_task_state("rebooting");
        save(&db, &mut instance).await.unwrap();
        assert!(instance.changes().is_empty());
        let now = read(&db, &created, &["info_cache"]).await;
        let cache = now.info_cache().unwrap().unwrap();
        assert_eq!(cache.network_info().unwrap(), Some(&network));
        assert!(cache.updated_at().unwrap().is_some());
        assert_eq!(now.task_state().unwrap(), Some("rebooting"));
    }

    async fn flavors_are_kept_together(db: NovaDb) {
        let created = create(&db, "a").await;
        let mut instance = read(&db, &created, &["flavor"]).await;
        instance.set_old_flavor(Some(flavor("old")));
        instance.set_new_flavor(Some(flavor("new")));
        instance.set_flavor(flavor("new"));
        save(&db, &mut instance).await.unwrap();
        let now = read(&db, &created, &["flavor"]).await;
        assert_eq!(now.flavor().unwrap().name().unwrap(), Some("new"));
        assert_eq!(now.old_flavor().unwrap().unwrap().name().unwrap(), Some("old"));
        assert_eq!(now.new_flavor().unwrap().unwrap().description().unwrap(), None);

        // What is not set stays.
        let mut partial = read(&db, &created, &[]).await;
        partial.set_new_flavor(None::<Flavor>);
        save(&db, &mut partial).await.unwrap();
        let now = read(&db, &created, &["flavor"]).await;
        assert_eq!(now.flavor().unwrap().name().unwrap(), Some("new"));
        assert_eq!(now.old_flavor().unwrap().unwrap().name().unwrap(), Some("old"));
        assert!(now.new_flavor().unwrap().is_none());
    }

    async fn nested_objects_are_kept_beside_the_row(db: NovaDb) {
        let created = create(&db, "a").await;
        let uuid = created.uuid().unwrap();
        let attrs = ["numa_topology", "pci_requests", "trusted_certs", "migration_context", "keypairs", "resources"];
        let mut instance = read(&db, &created, &attrs).await;
        let mut cell = InstanceNUMACell::new();
        cell.set_id(0);
        cell.set_cpuset([0, 1].into_iter().collect::<std::collections::BTreeSet<i64>>());
        cell.set_pcpuset(std::collections::BTreeSet::<i64>::new());
        cell.set_memory(512);
        let mut topology = InstanceNUMATopology::new();
        topology.set_instance_uuid(uuid);
        topology.set_cells(vec![cell]);
        instance.set_numa_topology(topology);
        let mut certs = TrustedCerts::new();
        certs.set_ids(["c1", "c2"]);
        instance.set_trusted_certs(certs);
        let mut context = MigrationContext::new();
        context.set_instance_uuid(uuid);
        context.set_migration_id(7);
        instance.set_migration_context(context);
        let mut keypair = KeyPair::new();
        keypair.set_name("laptop");
        instance.set_keypairs(KeyPairList::from_iter([keypair]));
        save(&db, &mut instance).await.unwrap();
        // As there, only some of them count as saved afterwards.
        assert!(!instance.is_changed("keypairs"));
        assert!(instance.is_changed("numa_topology") && instance.is_changed("trusted_certs"));

        let now = read(&db, &created, &attrs).await;
        assert_eq!(now.numa_topology().unwrap().unwrap().cells().unwrap().len(), 1);
        assert_eq!(now.trusted_certs().unwrap().unwrap().ids().unwrap(), ["c1", "c2"]);
        assert_eq!(now.migration_context().unwrap().unwrap().migration_id().unwrap(), 7);
        assert_eq!(now.keypairs().unwrap().items()[0].name().unwrap(), "laptop");
        assert!(now.resources().unwrap().is_none());

        let mut now = now;
        InstanceStore::drop_migration_context(&db, &admin(), &mut now).await.unwrap();
        assert!(now.migration_context().unwrap().is_none() && now.is_changed("migration_context"));
        let mut unloaded = read(&db, &created, &[]).await;
        InstanceStore::drop_migration_context(&db, &admin(), &mut unloaded).await.unwrap();
        assert!(unloaded.migration_context().unwrap().is_none() && unloaded.changes().is_empty());
    }

    /// Nobody marks requests that were edited in place, so they are written each time.
    async fn pci_requests_are_always_written(db: NovaDb) {
        let created = create(&db, "a").await;
        let mut instance = read(&db, &created, &["pci_requests"]).await;
        let (result, statements) = statements_of(save(&db, &mut instance)).await;
        result.unwrap();
        assert_eq!(statements, ["instance_extra.update"]);
        instance.set_pci_requests(None::<InstancePCIRequests>);
        save(&db, &mut instance).await.unwrap();
        let requests = read(&db, &created, &["pci_requests"]).await;
        assert!(requests.pci_requests().unwrap().unwrap().requests().unwrap().is_empty());
    }

    async fn a_missing_row_of_extras_is_made(db: NovaDb) {
        let created = create(&db, "a").await;
        let uuid = created.uuid().unwrap();
        let delete = Query::delete()
            .from_table("instance_extra")
            .and_where(Expr::col("instance_uuid").eq(uuid))
            .take();
        db.main.execute("test.forget", &delete).await.unwrap();
        let read_back = read(&db, &created, &["pci_requests", "flavor", "numa_topology"]).await;
        assert!(read_back.pci_requests().unwrap().is_none() && !read_back.is_set("flavor"));
        let mut instance = read_back;
        instance.set_flavor(flavor("f"));
        save(&db, &mut instance).await.unwrap();
        let now = read(&db, &created, &["flavor"]).await;
        assert_eq!(now.flavor().unwrap().name().unwrap(), Some("f"));
    }

    async fn what_cannot_be_saved_is_refused(db: NovaDb) {
        let created = create(&db, "a").await;
        let mut moved = read(&db, &created, &[]).await;
        moved.set_node("n2");
        let error = save(&db, &mut moved).await.unwrap_err();
        assert!(error.to_string().ends_with("Instance.node is being updated ('n2') but compute_id is not"), "{error}");
        moved.set_compute_id(Some(2));
        save(&db, &mut moved).await.unwrap();

        let mut gone = read(&db, &created, &[]).await;
        let mut twin = gone.clone();
        InstanceStore::destroy(&db, &admin(), &mut twin, false).await.unwrap();
        gone.set_display_name("b");
        let error = save(&db, &mut gone).await.unwrap_err();
        assert!(error.is_class("InstanceNotFound"), "{error}");
        assert!(gone.is_changed("display_name"));
    }
}
