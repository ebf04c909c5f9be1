//! An instance with everything, written by Nova 34 itself: what is read here is what Nova
//! reads.

use nova_db::{Dialect, Execute as _, NovaDb, Rendered};
use nova_objects::instance::INSTANCE_OPTIONAL_ATTRS;
use nova_objects::{
    InstanceActionEventListStore, InstanceActionListStore, InstanceFaultListStore,
    InstanceListStore, InstanceNUMATopologyStore, InstancePCIRequestsStore, InstanceStore,
    MigrationContextStore, PciDeviceListStore,
};
use serde_json::Value as Json;
use test_support::database::{TestDatabase, run, run_on_a_large_stack};
use versionedobjects::ObjectExt as _;
use versionedobjects::fields::Dict;

use super::{admin, get, save, with_deleted};

const ROWS: &str = include_str!("../../recorded/instance_written_by_nova.sqlite.sql");
const READ_BY_NOVA: &str = include_str!("../../recorded/instance_written_by_nova.json");
const UUID: &str = "6f70656e-7374-6163-6b00-6e6f76610001";
const DELETED: &str = "6f70656e-7374-6163-6b00-6e6f76610002";

async fn load() -> NovaDb {
    let db = TestDatabase::create(Dialect::Sqlite).await.nova;
    for insert in ROWS.lines().filter(|line| line.starts_with("INSERT")) {
        let statement = Rendered::by_hand(insert, Vec::new(), false);
        db.main.execute("test.load", statement).await.unwrap();
    }
    db
}

/// Sets have no order, nor have the names of changed fields.
fn settled(mut json: Json, key: &str) -> Json {
    match &mut json {
        Json::Object(members) => {
            for (key, value) in members.iter_mut() {
                *value = settled(value.take(), key);
            }
        }
        Json::Array(items) => {
            for item in items.iter_mut() {
                *item = settled(item.take(), "");
            }
            if key.ends_with("changes") || key.ends_with("cpuset") {
                items.sort_by_key(Json::to_string);
            }
            // Rows of a table without a number come in any order.
            items.sort_by_key(|item| match item["nova_object.name"].as_str() {
                Some("Tag") => item.to_string(),
                _ => String::new(),
            });
        }
        _ => {}
    }
    json
}

#[track_caller]
fn check(name: &str, ours: &impl versionedobjects::VersionedObject) {
    let recorded: Json = serde_json::from_str(READ_BY_NOVA).unwrap();
    let ours: Json = serde_json::from_str(&ours.to_json().unwrap()).unwrap();
    let (ours, theirs) = (settled(ours, ""), settled(recorded[name].clone(), ""));
    let pretty = |json: &Json| serde_json::to_string_pretty(json).unwrap();
    if ours != theirs {
        panic!(
            "{name}: ours\n{}\ntheirs\n{}",
            pretty(&ours),
            pretty(&theirs)
        );
    }
}

#[test]
fn what_nova_wrote_is_read_as_nova_reads_it() {
    run(Dialect::Sqlite, async {
        let db = load().await;
        let ctx = admin();
        // It cannot read the fault of one instance alone.
        let attrs: Vec<&str> = INSTANCE_OPTIONAL_ATTRS
            .into_iter()
            .filter(|attr| *attr != "fault")
            .collect();
        check("all", &get(&db, &ctx, UUID, &attrs).await.unwrap());
        let attrs: Vec<&str> = attrs
            .into_iter()
            .filter(|attr| *attr != "ec2_ids")
            .collect();
        check(
            "deleted",
            &get(&db, &with_deleted(), DELETED, &attrs).await.unwrap(),
        );

        let filters = Dict::from_iter([("host".to_owned(), Json::from("h1"))]);
        let all = Some(INSTANCE_OPTIONAL_ATTRS.map(str::to_owned).to_vec());
        let (key, dir) = ("created_at".to_owned(), "desc".to_owned());
        let list = InstanceListStore::get_by_filters(
            &db, &ctx, filters, key, dir, None, None, all, false, None, None,
        );
        check("list", &list.await.unwrap());
        let actions =
            InstanceActionListStore::get_by_instance_uuid(&db, &ctx, UUID.into(), None, None, None);
        check("actions", &actions.await.unwrap());
        check(
            "events",
            &InstanceActionEventListStore::get_by_action(&db, &ctx, 1)
                .await
                .unwrap(),
        );
        let faults = InstanceFaultListStore::get_by_instance_uuids(&db, &ctx, vec![UUID.into()]);
        check("faults", &faults.await.unwrap());
        check(
            "pci",
            &PciDeviceListStore::get_by_compute_node(&db, &ctx, 1)
                .await
                .unwrap(),
        );
        let numa = InstanceNUMATopologyStore::get_by_instance_uuid(&db, &ctx, UUID.into());
        check("numa", &numa.await.unwrap().unwrap());
        let requests = InstancePCIRequestsStore::get_by_instance_uuid(&db, &ctx, UUID.into());
        check("pci_requests", &requests.await.unwrap());
        let context = MigrationContextStore::get_by_instance_uuid(&db, &ctx, UUID.into());
        check("migration_context", &context.await.unwrap().unwrap());
    });
}

/// Everything beside the row is written back as the text Nova wrote.
#[test]
fn what_is_written_is_what_nova_writes() {
    run_on_a_large_stack(Dialect::Sqlite, |_| async {
        let db = load().await;
        let columns = [
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
        let before = texts(&db, &columns).await;
        let mut instance = get(&db, &admin(), UUID, &columns).await.unwrap();
        instance.mark_changed(&columns);
        save(&db, &mut instance).await.unwrap();
        for ((column, ours), theirs) in columns.iter().zip(texts(&db, &columns).await).zip(before) {
            let [ours, theirs] =
                [ours, theirs].map(|text| settled(serde_json::from_str(&text).unwrap(), ""));
            assert_eq!(ours, theirs, "{column}");
        }
        let mut instance = get(&db, &admin(), UUID, &[]).await.unwrap();
        InstanceStore::destroy(&db, &admin(), &mut instance, false)
            .await
            .unwrap();
    });
}

async fn texts(db: &NovaDb, columns: &[&str]) -> Vec<String> {
    let sql = format!(
        "SELECT {} FROM instance_extra WHERE instance_uuid = '{UUID}'",
        columns.join(", ")
    );
    let row = db
        .main
        .fetch_one("test.texts", Rendered::by_hand(sql, Vec::new(), true))
        .await
        .unwrap();
    (0..columns.len()).map(|at| row.get(at).unwrap()).collect()
}
