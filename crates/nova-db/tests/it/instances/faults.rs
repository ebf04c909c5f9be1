//! Faults of instances.

use nova_db::{NovaDb, statements_of};
use nova_objects::{InstanceFault, InstanceFaultListStore, InstanceFaultStore};
use test_support::on_every_database;
use versionedobjects::ObjectExt as _;

use super::{admin, create, get};

async fn fault(db: &NovaDb, uuid: &str, message: &str) -> InstanceFault {
    let mut fault = InstanceFault::new();
    fault.set_instance_uuid(uuid);
    fault.set_code(500);
    fault.set_message(message);
    fault.set_details(None::<String>);
    fault.set_host("h");
    InstanceFaultStore::create(db, &admin(), &mut fault)
        .await
        .unwrap();
    fault
}

on_every_database! {
    async fn the_newest_fault_is_the_last_one(db: NovaDb) {
        let ctx = admin();
        let a = create(&db, "a").await.uuid().unwrap().to_owned();
        let b = create(&db, "b").await.uuid().unwrap().to_owned();
        let c = create(&db, "c").await.uuid().unwrap().to_owned();
        let first = fault(&db, &a, "first").await;
        assert!(first.id().unwrap() > 0 && first.changes().is_empty());
        let second = fault(&db, &a, "second").await;
        fault(&db, &b, "other").await;

        let latest = InstanceFaultStore::get_latest_for_instance(&db, &ctx, a.clone()).await.unwrap().unwrap();
        assert_eq!(latest.id().unwrap(), second.id().unwrap());
        assert!(InstanceFaultStore::get_latest_for_instance(&db, &ctx, c.clone()).await.unwrap().is_none());

        let uuids = vec![b.clone(), c.clone(), a.clone()];
        let messages = |list: &nova_objects::InstanceFaultList| -> Vec<String> {
            list.iter().map(|fault| fault.message().unwrap().unwrap().to_owned()).collect()
        };
        let reading = InstanceFaultListStore::get_latest_by_instance_uuids(&db, &ctx, uuids.clone());
        let (list, statements) = statements_of(reading).await;
        assert_eq!(messages(&list.unwrap()), ["other", "second"]);
        assert_eq!(statements.len(), 1);
        let list = InstanceFaultListStore::get_by_instance_uuids(&db, &ctx, uuids).await.unwrap();
        assert_eq!(messages(&list), ["other", "second", "first"]);
        assert!(InstanceFaultListStore::get_by_instance_uuids(&db, &ctx, vec![]).await.unwrap().is_empty());

        let instance = get(&db, &ctx, &a, &["fault"]).await.unwrap();
        assert_eq!(instance.fault().unwrap().unwrap().message().unwrap(), Some("second"));
    }

    async fn a_fault_is_created_once(db: NovaDb) {
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        let mut again = fault(&db, &uuid, "first").await;
        let error = InstanceFaultStore::create(&db, &admin(), &mut again).await.unwrap_err();
        assert_eq!(error.to_string(), "Object action create failed because: already created");
        let mut incomplete = InstanceFault::new();
        incomplete.set_instance_uuid(uuid.as_str());
        assert!(InstanceFaultStore::create(&db, &admin(), &mut incomplete).await.is_err());
    }
}
