//! Reading, refreshing and destroying one instance.

use nova_db::NovaDb;
use nova_db::sea_query::{Expr, ExprTrait as _, Query};
use nova_db::{Changes, Execute as _, now};
use nova_objects::{
    Instance, InstanceActionEventStore, InstanceActionStore, InstanceStore, PersistentFields as _,
    ReadDeleted, RequestContext,
};
use test_support::on_every_database;
use versionedobjects::{Object as _, ObjectExt as _};

use super::{admin, context, create, get, new_instance, rows, save, with_deleted};

const MISSING: &str = "00000000-0000-0000-0000-000000000001";

async fn tag(db: &NovaDb, uuid: &str, tag: &str) {
    let insert = Query::insert()
        .into_table("tags")
        .columns(["resource_id", "tag"])
        .values_panic([uuid.into(), tag.into()])
        .take();
    db.main.execute("test.tag", &insert).await.unwrap();
}

async fn service(db: &NovaDb, host: &str, binary: &str) {
    let mut changes = Changes::new();
    changes
        .set("uuid", format!("{host}-{binary}"))
        .set("host", host)
        .set("binary", binary)
        .set("topic", binary)
        .set("report_count", 0)
        .set("disabled", false)
        .set("forced_down", false)
        .set("version", 74);
    db.main
        .execute("test.service", &changes.insert_live("services", now()))
        .await
        .unwrap();
}

on_every_database! {
    async fn only_the_info_cache_comes_unasked(db: NovaDb) {
        let created = create(&db, "a").await;
        let uuid = created.uuid().unwrap().to_owned();
        let read = InstanceStore::get_by_uuid(&db, &admin(), uuid, None, false).await.unwrap();
        assert!(read.is_set("info_cache"));
        assert!(read.changes().is_empty());
        for attr in ["metadata", "system_metadata", "flavor", "tags", "fault", "security_groups"] {
            assert!(!read.is_set(attr), "{attr}");
        }
        let by_id = InstanceStore::get_by_id(&db, &admin(), created.id().unwrap(), None).await.unwrap();
        assert!(by_id.eq_data(&read));
    }

    async fn every_attribute_can_be_asked_for(db: NovaDb) {
        let created = create(&db, "a").await;
        let uuid = created.uuid().unwrap();
        tag(&db, uuid, "t1").await;
        tag(&db, uuid, "t2").await;
        service(&db, "h", "nova-compute").await;
        service(&db, "h", "nova-conductor").await;
        service(&db, "i", "nova-compute").await;
        let all = nova_objects::instance::INSTANCE_OPTIONAL_ATTRS;
        let read = get(&db, &admin(), uuid, &all).await.unwrap();
        for attr in all {
            // The instance was created without keypairs.
            assert_eq!(read.is_set(attr), attr != "keypairs", "{attr}");
        }
        let tags = read.tags().unwrap();
        assert_eq!(tags.iter().map(|tag| tag.tag().unwrap()).collect::<Vec<_>>(), ["t1", "t2"]);
        let services = read.services().unwrap();
        assert_eq!(services.len(), 1);
        assert_eq!(services.items()[0].host().unwrap(), Some("h"));
        assert!(read.fault().unwrap().is_none());
        assert!(read.security_groups().unwrap().is_empty());
        assert!(read.pci_devices().unwrap().unwrap().is_empty());
        assert_eq!(read.system_metadata().unwrap()["s2"], None);
        // A flavor that was read counts its extra specs as changed, whoever reads it.
        assert_eq!(read.changes(), ["flavor", "ec2_ids"]);
    }

    async fn who_does_not_exist_is_not_found(db: NovaDb) {
        let error = get(&db, &admin(), MISSING, &[]).await.unwrap_err();
        assert!(error.is_class("InstanceNotFound"));
        assert_eq!(error.to_string(), format!("Instance {MISSING} could not be found."));
        let error = InstanceStore::get_by_id(&db, &admin(), 999, None).await.unwrap_err();
        assert!(error.is_class("InstanceNotFound"));
        // PostgreSQL's column cannot hold it.
        let error = InstanceStore::get_by_id(&db, &admin(), i64::MAX, None).await.unwrap_err();
        assert!(error.is_class("InstanceNotFound") || error.is_class("InvalidID"), "{error}");
        let nobody = context(RequestContext::new());
        assert!(get(&db, &nobody, MISSING, &[]).await.unwrap_err().is_class("Forbidden"));
    }

    async fn a_user_sees_the_own_project(db: NovaDb) {
        let created = create(&db, "a").await;
        let uuid = created.uuid().unwrap();
        let own = context(RequestContext::for_user("u", "p"));
        let other = context(RequestContext::for_user("u", "q"));
        assert!(get(&db, &own, uuid, &[]).await.is_ok());
        assert!(get(&db, &other, uuid, &[]).await.unwrap_err().is_class("InstanceNotFound"));
        let id = created.id().unwrap();
        assert!(InstanceStore::get_by_id(&db, &other, id, None).await.is_err());
    }

    async fn a_destroyed_instance_stays_marked(db: NovaDb) {
        let mut instance = create(&db, "a").await;
        let uuid = instance.uuid().unwrap().to_owned();
        tag(&db, &uuid, "t").await;
        InstanceStore::destroy(&db, &admin(), &mut instance, false).await.unwrap();
        assert!(instance.deleted().unwrap() && instance.deleted_at().unwrap().is_some());
        assert!(!instance.is_set("id"));
        assert_eq!(instance.changes(), ["flavor", "ec2_ids"]);
        assert!(get(&db, &admin(), &uuid, &[]).await.unwrap_err().is_class("InstanceNotFound"));
        for table in ["instance_info_caches", "instance_metadata", "instance_system_metadata", "instance_extra"] {
            let (all, deleted) = rows(&db, table, "instance_uuid", &uuid).await;
            assert!(all > 0 && all == deleted, "{table}: {all} {deleted}");
        }
        assert_eq!(rows(&db, "instance_id_mappings", "uuid", &uuid).await, (1, 1));

        // Who reads deleted rows still finds everything but metadata and tags.
        let read = get(&db, &with_deleted(), &uuid, &["system_metadata", "metadata", "tags", "flavor"]).await.unwrap();
        assert!(read.deleted().unwrap());
        assert_eq!(read.system_metadata().unwrap().len(), 2);
        assert!(read.metadata().unwrap().is_empty() && read.tags().unwrap().is_empty());
        assert_eq!(read.flavor().unwrap().name().unwrap(), Some("small"));
        let only = context(RequestContext::admin().with_read_deleted(ReadDeleted::Only));
        assert!(get(&db, &only, &uuid, &[]).await.is_ok());

        let error = InstanceStore::destroy(&db, &admin(), &mut instance, false).await.unwrap_err();
        assert_eq!(error.to_string(), "Object action destroy failed because: already destroyed");
    }

    async fn a_hard_delete_leaves_nothing(db: NovaDb) {
        let mut instance = create(&db, "a").await;
        let ctx = admin();
        let uuid = instance.uuid().unwrap().to_owned();
        InstanceActionStore::action_start(&db, &ctx, uuid.clone(), "create".into(), true).await.unwrap();
        InstanceActionEventStore::event_start(&db, &ctx, uuid.clone(), "e".into(), false, None).await.unwrap();
        InstanceStore::destroy(&db, &admin(), &mut instance, true).await.unwrap();
        for (table, column) in [
            ("instances", "uuid"),
            ("instance_id_mappings", "uuid"),
            ("instance_info_caches", "instance_uuid"),
            ("instance_metadata", "instance_uuid"),
            ("instance_system_metadata", "instance_uuid"),
            ("instance_extra", "instance_uuid"),
            ("instance_actions", "instance_uuid"),
        ] {
            assert_eq!(rows(&db, table, column, &uuid).await, (0, 0), "{table}");
        }
        let select = Query::select().column("id").from("instance_actions_events").take();
        assert!(db.main.fetch_all("test.events", &select).await.unwrap().is_empty());
    }

    async fn what_cannot_be_destroyed_is_refused(db: NovaDb) {
        // The object has no host; the row has got one meanwhile.
        let mut created = create(&db, "a").await;
        created.set_host(None::<String>);
        let error = InstanceStore::destroy(&db, &admin(), &mut created, false).await.unwrap_err();
        assert_eq!(error.to_string(), "Object action destroy failed because: host changed");
        assert!(get(&db, &admin(), created.uuid().unwrap(), &[]).await.is_ok());

        let mut unplaced = new_instance("b");
        for field in ["host", "node", "compute_id"] {
            unplaced.unset(field);
        }
        let mut unplaced = Instance::from_json(&unplaced.to_json().unwrap()).unwrap();
        unplaced.reset_changes_of(&["host", "node", "compute_id"]);
        InstanceStore::create(&db, &admin(), &mut unplaced).await.unwrap();
        InstanceStore::destroy(&db, &admin(), &mut unplaced, false).await.unwrap();

        let mut odd = Instance::new();
        odd.set_id(7);
        let error = InstanceStore::destroy(&db, &admin(), &mut odd, false).await.unwrap_err();
        assert_eq!(error.to_string(), "Object action destroy failed because: no uuid");
        odd.set_uuid("nonsense");
        let error = InstanceStore::destroy(&db, &admin(), &mut odd, false).await.unwrap_err();
        assert!(error.is_class("InvalidUUID"));
        odd.set_uuid(MISSING);
        let error = InstanceStore::destroy(&db, &admin(), &mut odd, false).await.unwrap_err();
        assert!(error.is_class("InstanceNotFound"));
    }

    async fn refreshing_reads_what_is_set(db: NovaDb) {
        let mut stale = create(&db, "a").await;
        let mut other = get(&db, &admin(), stale.uuid().unwrap(), &["metadata"]).await.unwrap();
        other.set_display_name("b");
        other.edit_metadata(|metadata| metadata.insert("k2".into(), "v2".into())).unwrap();
        save(&db, &mut other).await.unwrap();
        stale.set_vm_state("error");
        InstanceStore::refresh(&db, &admin(), &mut stale, false).await.unwrap();
        assert_eq!(stale.display_name().unwrap(), Some("b"));
        assert_eq!(stale.vm_state().unwrap(), Some("active"));
        assert_eq!(stale.metadata().unwrap().len(), 2);
        assert!(!stale.is_set("tags"));
        assert_eq!(stale.changes(), ["flavor", "ec2_ids"]);
    }

    async fn a_key_of_the_metadata_can_be_deleted(db: NovaDb) {
        let mut instance = create(&db, "a").await;
        let uuid = instance.uuid().unwrap().to_owned();
        InstanceStore::delete_metadata_key(&db, &admin(), &mut instance, "k1".into()).await.unwrap();
        assert!(instance.metadata().unwrap().is_empty());
        assert!(!instance.is_changed("metadata"));
        let read = get(&db, &admin(), &uuid, &["metadata"]).await.unwrap();
        assert!(read.metadata().unwrap().is_empty());
        let error = InstanceStore::delete_metadata_key(&db, &admin(), &mut instance, "k1".into()).await.unwrap_err();
        assert!(error.is_class("KeyError"));
    }

    async fn a_row_of_an_older_release_is_read(db: NovaDb) {
        let instance = create(&db, "a").await;
        let uuid = instance.uuid().unwrap();
        let update = Query::update()
            .table("instances")
            .value("hidden", Option::<bool>::None)
            .value("locked", Option::<bool>::None)
            .value("cleaned", Option::<i64>::None)
            .and_where(Expr::col("uuid").eq(uuid))
            .take();
        db.main.execute("test.age", &update).await.unwrap();
        let read = get(&db, &admin(), uuid, &[]).await.unwrap();
        assert!(!read.hidden().unwrap() && !read.locked().unwrap() && !read.cleaned().unwrap());
    }
}
