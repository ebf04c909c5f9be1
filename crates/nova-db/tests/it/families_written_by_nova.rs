//! Rows that Nova 34 itself wrote are read as Nova reads them, to the wire.

use nova_db::{Dialect, Execute as _, NovaDb, Rendered};
use nova_objects::{
    ComputeNode, Flavor, KeyPair, RequestContext, SecurityGroup, Service, ServiceList,
};
use serde_json::Value as Json;
use test_support::database::{TestDatabase, run};
use versionedobjects::{ObjectExt as _, VersionedObject};

const ROWS: &str = include_str!("../recorded/families_written_by_nova.sqlite.sql");
const READ_BY_NOVA: &str = include_str!("../recorded/families_written_by_nova.json");

async fn load() -> NovaDb {
    let db = TestDatabase::create(Dialect::Sqlite).await.nova;
    let (main, api) = ROWS.split_once("-- The api").unwrap();
    for (database, rows) in [(&db.main, main), (&db.api, api)] {
        for insert in rows.lines().filter(|line| line.starts_with("INSERT")) {
            let statement = Rendered::by_hand(insert, Vec::new(), false);
            database.execute("test.load", statement).await.unwrap();
        }
    }
    db
}

/// The names of changed fields are a set, and a missing key is an empty one.
fn settled(json: &mut Json) {
    match json {
        Json::Object(members) => {
            if let Some(Json::Array(changes)) = members.get_mut("nova_object.changes") {
                changes.sort_by_key(Json::to_string);
            }
            members.values_mut().for_each(settled);
        }
        Json::Array(items) => items.iter_mut().for_each(settled),
        _ => {}
    }
}

#[track_caller]
fn check(name: &str, ours: &impl VersionedObject) {
    let mut recorded: Json = serde_json::from_str(READ_BY_NOVA).unwrap();
    let mut recorded = recorded[name].take();
    let mut ours: Json = serde_json::from_str(&ours.to_json().unwrap()).unwrap();
    settled(&mut recorded);
    settled(&mut ours);
    assert_eq!(ours, recorded, "{name}");
}

#[test]
fn rows_of_nova_are_read_as_nova_reads_them() {
    run(Dialect::Sqlite, async {
        let db = load().await;
        let ctx = db.context(RequestContext::admin());
        check("service", &Service::get_by_id(&ctx, 1).await.unwrap());
        check(
            "service_list",
            &ServiceList::get_all(&ctx).set_zones(true).await.unwrap(),
        );
        check(
            "compute_node",
            &ComputeNode::get_by_id(&ctx, 1).await.unwrap(),
        );
        let before = ComputeNode::get_by_id(&ctx, 2).await.unwrap();
        check("compute_node_from_before", &before);
        let mut flavor = Flavor::get_by_flavor_id(&ctx, "1").await.unwrap();
        check("flavor", &flavor);
        flavor.load_projects(&ctx).await.unwrap();
        check("flavor_with_projects", &flavor);
        check(
            "keypair",
            &KeyPair::get_by_name(&ctx, "u", "laptop").await.unwrap(),
        );
        let group = SecurityGroup::get_by_name(&ctx, "p", "default")
            .await
            .unwrap();
        check("security_group", &group);
    });
}
