//! Saving only in an expected state: the check and the write are one statement.

use futures::future::join_all;
use nova_objects::NovaException;
use serde_json::{Value as Json, json};
use test_support::on_every_database;
use versionedobjects::ObjectExt as _;

use super::{admin, create, flavor, get, save, save_if};

on_every_database! {
    async fn an_expected_state_lets_the_save_through(db: NovaDb) {
        let created = create(&db, "a").await;
        let mut instance = get(&db, &admin(), created.uuid().unwrap(), &[]).await.unwrap();
        instance.set_task_state("rebooting");
        save_if(&db, &mut instance, json!(["active", "stopped"]), json!([null])).await.unwrap();
        instance.set_task_state("deleting");
        save_if(&db, &mut instance, json!("active"), json!(["powering-off", "rebooting"])).await.unwrap();
        instance.set_task_state(None::<String>);
        save_if(&db, &mut instance, Json::Null, json!("deleting")).await.unwrap();
    }

    async fn an_unexpected_state_is_named(db: NovaDb) {
        let created = create(&db, "a").await;
        let uuid = created.uuid().unwrap();
        let mut instance = get(&db, &admin(), uuid, &["flavor"]).await.unwrap();
        instance.set_task_state("rebooting");
        save(&db, &mut instance).await.unwrap();

        instance.set_task_state(None::<String>);
        let error = save_if(&db, &mut instance, Json::Null, json!(["powering-off", null])).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("Conflict updating instance {uuid}. Expected: {{'task_state': ['powering-off', None]}}. Actual: {{'task_state': 'rebooting'}}")
        );
        assert!(error.is_class("UnexpectedTaskStateError"));
        assert!(instance.is_changed("task_state"));

        let error = save_if(&db, &mut instance, json!("stopped"), json!([])).await.unwrap_err();
        let Some(NovaException::UnexpectedTaskStateError { expected, actual, .. }) = error.nova() else {
            panic!("{error}")
        };
        assert_eq!(*expected, json!({"task_state": [], "vm_state": ["stopped"]}));
        assert_eq!(*actual, json!({"task_state": "rebooting", "vm_state": "active"}));

        let error = save_if(&db, &mut instance, json!(["stopped"]), Json::Null).await.unwrap_err();
        assert!(error.is_class("InstanceUpdateConflict"));

        instance.set_task_state("deleting");
        save(&db, &mut instance).await.unwrap();
        instance.set_task_state("rebooting");
        let error = save_if(&db, &mut instance, Json::Null, json!([null])).await.unwrap_err();
        assert!(error.is_class("UnexpectedDeletingTaskStateError"));
    }

    /// Nested objects are not written either.
    async fn a_conflict_writes_nothing(db: NovaDb) {
        let created = create(&db, "a").await;
        let uuid = created.uuid().unwrap();
        let mut instance = get(&db, &admin(), uuid, &["flavor", "metadata"]).await.unwrap();
        instance.set_flavor(flavor("other"));
        instance.edit_metadata(|metadata| metadata.clear()).unwrap();
        instance.set_display_name("b");
        save_if(&db, &mut instance, Json::Null, json!("nowhere")).await.unwrap_err();
        let now = get(&db, &admin(), uuid, &["flavor", "metadata"]).await.unwrap();
        assert_eq!(now.flavor().unwrap().name().unwrap(), Some("small"));
        assert_eq!(now.metadata().unwrap().len(), 1);
        assert_eq!(now.display_name().unwrap(), Some("a"));
    }

    /// Of many who find the instance free exactly one gets it, each time.
    async fn of_many_writers_one_wins(db: NovaDb) {
        const WRITERS: usize = 64;
        let created = create(&db, "a").await;
        let uuid = created.uuid().unwrap();
        for round in 0..3 {
            let writers = (0..WRITERS).map(|writer| {
                let (db, uuid) = (db.clone(), uuid.to_owned());
                tokio::spawn(async move {
                    let mut instance = get(&db, &admin(), &uuid, &[]).await.unwrap();
                    instance.set_task_state(format!("claimed-{round}-{writer}"));
                    match save_if(&db, &mut instance, Json::Null, json!([null])).await {
                        Ok(()) => Some(writer),
                        Err(error) => {
                            assert!(error.is_class("UnexpectedTaskStateError"), "{error}");
                            None
                        }
                    }
                })
            });
            let winners: Vec<usize> = join_all(writers).await.into_iter().filter_map(|task| task.unwrap()).collect();
            assert_eq!(winners.len(), 1, "{winners:?}");
            let mut instance = get(&db, &admin(), uuid, &[]).await.unwrap();
            let expected = format!("claimed-{round}-{}", winners[0]);
            assert_eq!(instance.task_state().unwrap(), Some(expected.as_str()));
            instance.set_task_state(None::<String>);
            save(&db, &mut instance).await.unwrap();
        }
    }

    /// A counter that everybody increments by comparing and swapping loses nothing.
    async fn no_update_is_lost(db: NovaDb) {
        let created = create(&db, "a").await;
        let uuid = created.uuid().unwrap();
        let mut first = get(&db, &admin(), uuid, &[]).await.unwrap();
        first.set_task_state("0");
        save(&db, &mut first).await.unwrap();
        let writers = (0..64).map(|writer| {
            let (db, uuid) = (db.clone(), uuid.to_owned());
            tokio::spawn(async move {
                loop {
                    let mut instance = get(&db, &admin(), &uuid, &["metadata"]).await.unwrap();
                    let before = instance.task_state().unwrap().unwrap().to_owned();
                    let next = before.parse::<u32>().unwrap() + 1;
                    instance.set_task_state(next.to_string());
                    // With metadata it is a transaction of several statements.
                    if writer % 2 == 0 {
                        instance.edit_metadata(|metadata| metadata.insert("by".into(), next.to_string())).unwrap();
                    }
                    match save_if(&db, &mut instance, Json::Null, json!(before)).await {
                        Ok(()) => break,
                        Err(error) => assert!(error.is_class("UnexpectedTaskStateError"), "{error}"),
                    }
                }
            })
        });
        for writer in join_all(writers).await {
            writer.unwrap();
        }
        let last = get(&db, &admin(), uuid, &[]).await.unwrap();
        assert_eq!(last.task_state().unwrap(), Some("64"));
    }
}
