//! Actions and their events.

use nova_db::NovaDb;
use nova_objects::{
    Context, InstanceAction, InstanceActionEvent, InstanceActionEventListStore,
    InstanceActionEventStore, InstanceActionList, InstanceActionListStore, InstanceActionStore,
    PersistentFields as _, RequestContext,
};
use serde_json::json;
use test_support::on_every_database;
use versionedobjects::fields::Dict;
use versionedobjects::{DateTime, ObjectExt as _};

use super::{admin_of, context, create};

/// A request of that id, at a time of its own.
fn by(request_id: &str) -> Context {
    let mut request = admin_of("p");
    request.request_id = request_id.to_owned();
    request.timestamp = "2026-01-01T00:00:00".parse().unwrap();
    context(request)
}

async fn start(db: &NovaDb, ctx: &Context, uuid: &str) -> InstanceAction {
    let action =
        InstanceActionStore::action_start(db, ctx, uuid.to_owned(), "reboot".into(), true).await;
    action.unwrap().unwrap()
}

async fn action(db: &NovaDb, uuid: &str, request_id: &str) -> InstanceAction {
    InstanceActionStore::get_by_request_id(db, &by("x"), uuid.to_owned(), request_id.to_owned())
        .await
        .unwrap()
        .unwrap()
}

async fn list(
    db: &NovaDb,
    uuid: &str,
    limit: Option<i64>,
    marker: Option<&str>,
) -> nova_objects::Result<InstanceActionList> {
    let marker = marker.map(str::to_owned);
    InstanceActionListStore::get_by_instance_uuid(
        db,
        &by("x"),
        uuid.to_owned(),
        limit,
        marker,
        None,
    )
    .await
}

on_every_database! {
    async fn an_action_begins_and_ends(db: NovaDb) {
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        let ctx = by("req-1");
        let begun = start(&db, &ctx, &uuid).await;
        assert_eq!(begun.action().unwrap(), Some("reboot"));
        assert_eq!(begun.request_id().unwrap(), Some("req-1"));
        assert_eq!(begun.start_time().unwrap(), begun.updated_at().unwrap());
        assert_eq!(begun.finish_time().unwrap(), None);
        assert!(begun.changes().is_empty());
        let read = action(&db, &uuid, "req-1").await;
        assert_eq!(read.id().unwrap(), begun.id().unwrap());
        let ended = InstanceActionStore::action_finish(&db, &ctx, uuid.clone(), true).await.unwrap().unwrap();
        assert!(ended.finish_time().unwrap().is_some());
        assert_eq!(ended.finish_time().unwrap(), ended.updated_at().unwrap());
        assert!(InstanceActionStore::action_finish(&db, &ctx, uuid.clone(), false).await.unwrap().is_none());

        let mut again = begun;
        InstanceActionStore::finish(&db, &ctx, &mut again).await.unwrap();
        assert!(again.finish_time().unwrap().is_some());
        let error = InstanceActionStore::action_finish(&db, &by("req-2"), uuid.clone(), true).await.unwrap_err();
        assert_eq!(error.to_string(), format!("Action for request_id req-2 on instance {uuid} not found"));
        let none = InstanceActionStore::get_by_request_id(&db, &ctx, uuid, "req-2".into()).await.unwrap();
        assert!(none.is_none());
    }

    async fn an_event_touches_its_action(db: NovaDb) {
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        let ctx = by("req-1");
        let begun = start(&db, &ctx, &uuid).await;
        let event = InstanceActionEventStore::event_start(&db, &ctx, uuid.clone(), "compute_reboot".into(), true, Some("h".into()))
            .await.unwrap().unwrap();
        assert_eq!(event.action_id().unwrap(), Some(begun.id().unwrap()));
        assert_eq!(event.host().unwrap(), Some("h"));
        let touched = action(&db, &uuid, "req-1").await;
        assert_ne!(touched.updated_at().unwrap(), begun.updated_at().unwrap());

        let done = InstanceActionEventStore::event_finish(&db, &ctx, uuid.clone(), "compute_reboot".into(), true).await.unwrap().unwrap();
        assert_eq!(done.result().unwrap(), Some("Success"));
        assert!(done.finish_time().unwrap().is_some() && done.traceback().unwrap().is_none());
        assert_eq!(action(&db, &uuid, "req-1").await.message().unwrap(), None);

        let failed = InstanceActionEventStore::event_finish_with_failure(
            &db, &ctx, uuid.clone(), "compute_reboot".into(), Some("é".repeat(200)), Some("tb".into()), Some(true),
        ).await.unwrap().unwrap();
        assert_eq!(failed.result().unwrap(), Some("Error"));
        assert_eq!(failed.traceback().unwrap(), Some("tb"));
        assert_eq!(failed.details().unwrap().unwrap().len(), 254);
        assert_eq!(action(&db, &uuid, "req-1").await.message().unwrap(), Some("Error"));

        let read = InstanceActionEventStore::get_by_id(&db, &ctx, begun.id().unwrap(), event.id().unwrap()).await.unwrap();
        assert_eq!(read.details().unwrap(), failed.details().unwrap());
        InstanceActionEventStore::event_start(&db, &ctx, uuid.clone(), "second".into(), false, None).await.unwrap();
        let events = InstanceActionEventListStore::get_by_action(&db, &ctx, begun.id().unwrap()).await.unwrap();
        let names: Vec<_> = events.iter().map(|event| event.event().unwrap().unwrap().to_owned()).collect();
        assert_eq!(names, ["second", "compute_reboot"]);
    }

    async fn what_was_not_begun_cannot_end(db: NovaDb) {
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        let error = InstanceActionEventStore::event_start(&db, &by("req-9"), uuid.clone(), "e".into(), true, None).await.unwrap_err();
        assert!(error.is_class("InstanceActionNotFound"));
        let begun = start(&db, &by("req-1"), &uuid).await;
        let error = InstanceActionEventStore::event_finish(&db, &by("req-1"), uuid.clone(), "e".into(), true).await.unwrap_err();
        assert_eq!(error.to_string(), format!("Event e not found for action id {}", begun.id().unwrap()));
        let error = InstanceActionEventStore::get_by_id(&db, &by("req-1"), 1, 999).await.unwrap_err();
        assert!(error.is_class("TypeError"));
    }

    /// A service that was started anew goes on with an action of a request it forgot.
    async fn a_service_finds_the_last_action(db: NovaDb) {
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        let begun = start(&db, &by("req-1"), &uuid).await;
        let service = context(RequestContext::admin());
        let event = InstanceActionEventStore::event_start(&db, &service, uuid.clone(), "e".into(), true, None).await.unwrap().unwrap();
        assert_eq!(event.action_id().unwrap(), Some(begun.id().unwrap()));
        assert_eq!(action(&db, &uuid, "req-1").await.updated_at().unwrap(), begun.updated_at().unwrap());
        InstanceActionEventStore::event_finish_with_failure(&db, &service, uuid.clone(), "e".into(), None, Some("tb".into()), None).await.unwrap();
        assert_eq!(action(&db, &uuid, "req-1").await.message().unwrap(), Some("Error"));
    }

    async fn actions_are_listed_in_pages(db: NovaDb) {
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        for request in ["req-1", "req-2", "req-3"] {
            start(&db, &by(request), &uuid).await;
        }
        let ids = |list: &InstanceActionList| -> Vec<String> {
            list.iter().map(|action| action.request_id().unwrap().unwrap().to_owned()).collect()
        };
        let all = list(&db, &uuid, None, None).await.unwrap();
        assert_eq!(ids(&all), ["req-3", "req-2", "req-1"]);
        assert_eq!(ids(&list(&db, &uuid, Some(1), Some("req-3")).await.unwrap()), ["req-2"]);
        assert!(list(&db, &uuid, Some(0), None).await.unwrap().is_empty());
        let error = list(&db, &uuid, None, Some("req-9")).await.unwrap_err();
        assert_eq!(error.to_string(), "Marker None could not be found.");
        for (name, time, count) in [
            ("changes-since", "2025-01-01T00:00:00Z", 3),
            ("changes-since", "2026-01-02T00:00:00Z", 0),
            ("changes-before", "2026-01-02T00:00:00Z", 3),
        ] {
            let filters = Dict::from_iter([(name.to_owned(), json!(time))]);
            let found = InstanceActionListStore::get_by_instance_uuid(&db, &by("x"), uuid.clone(), None, None, Some(filters)).await.unwrap();
            assert_eq!(found.len(), count, "{name} {time}");
        }
    }

    async fn copies_are_inserted_as_they_are(db: NovaDb) {
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        let time = DateTime::parse("2020-01-01T00:00:00Z").unwrap();
        let mut copy = InstanceAction::new();
        copy.set_instance_uuid(uuid.as_str());
        copy.set_request_id("req-1");
        copy.set_action("create");
        copy.set_start_time(time);
        copy.set_created_at(time);
        InstanceActionStore::create(&db, &by("x"), &mut copy).await.unwrap();
        assert_eq!(action(&db, &uuid, "req-1").await.created_at().unwrap(), Some(time));
        assert!(InstanceActionStore::create(&db, &by("x"), &mut copy).await.unwrap_err().is_class("ObjectActionError"));

        let mut event = InstanceActionEvent::new();
        event.set_event("e");
        let error = InstanceActionEventStore::create(&db, &by("x"), &mut event, uuid.clone(), "req-1".into()).await.unwrap_err();
        assert!(error.is_class("KeyError"));
        event.set_start_time(time);
        InstanceActionEventStore::create(&db, &by("x"), &mut event, uuid.clone(), "req-1".into()).await.unwrap();
        assert_eq!(event.action_id().unwrap(), Some(copy.id().unwrap()));
        assert!(InstanceActionEventStore::create(&db, &by("x"), &mut event, uuid, "req-1".into()).await.unwrap_err().is_class("ObjectActionError"));
        // These two the original cannot do either.
        assert!(InstanceActionEventStore::finish(&db, &by("x"), &mut event).await.unwrap_err().is_class("TypeError"));
        let error = InstanceActionEventStore::finish_with_failure(&db, &by("x"), &mut event, None, None).await.unwrap_err();
        assert!(error.is_class("AttributeError"));
    }
}
