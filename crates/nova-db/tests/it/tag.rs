//! Tags of instances.

use nova_db::{Changes, Execute as _, NovaDb, now, statements_of};
use nova_objects::{Context, RequestContext, Result, Tag, TagList};
use test_support::on_every_database;
use versionedobjects::ObjectExt as _;

const UUID: &str = "6d2a2bc6-cf28-4224-b914-874a0ab8d57a";

/// An instance's row, no more of it than tags need.
pub(crate) async fn instance(db: &NovaDb, uuid: &str, project: &str, deleted: i64) {
    let mut changes = Changes::new();
    changes
        .set("uuid", uuid)
        .set("project_id", project)
        .set("deleted", deleted);
    db.main
        .execute("test.instance", &changes.insert("instances", now()))
        .await
        .unwrap();
}

fn user(db: &NovaDb, project: &str) -> Context {
    db.context(RequestContext::for_user("u", project))
}

fn tag(name: &str) -> Tag {
    let mut tag = Tag::new();
    tag.set_resource_id(UUID);
    tag.set_tag(name);
    tag
}

fn names(tags: &TagList) -> Vec<&str> {
    assert!(tags.changes().is_empty());
    tags.iter().map(|tag| tag.tag().unwrap()).collect()
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.unwrap_err();
    format!(
        "{}: {error}",
        error.nova().map_or("?", |exception| exception.class())
    )
}

on_every_database! {
    async fn tags_are_put_on_and_taken_off(db: NovaDb) {
        instance(&db, UUID, "p", 0).await;
        let ctx = user(&db, "p");
        let mut web = tag("web");
        let (result, statements) = statements_of(web.create(&ctx)).await;
        result.unwrap();
        assert_eq!(statements, ["tag.instance", "tag.create"]);
        assert!(web.changes().is_empty());
        // It is there already.
        tag("web").create(&ctx).await.unwrap();
        tag("db").create(&ctx).await.unwrap();
        assert!(Tag::exists(&ctx, UUID, "web").await.unwrap());
        assert!(!Tag::exists(&ctx, UUID, "mail").await.unwrap());
        let tags = TagList::get_by_resource_id(&ctx, UUID).await.unwrap();
        assert_eq!(names(&tags), ["db", "web"]);
        Tag::destroy(&ctx, UUID, "web").await.unwrap();
        assert_eq!(
            refusal(Tag::destroy(&ctx, UUID, "web").await),
            format!("InstanceTagNotFound: Instance {UUID} has no tag 'web'")
        );
        TagList::destroy(&ctx, UUID).await.unwrap();
        assert!(TagList::get_by_resource_id(&ctx, UUID).await.unwrap().is_empty());
    }

    async fn tags_are_replaced_together(db: NovaDb) {
        instance(&db, UUID, "p", 0).await;
        let ctx = user(&db, "p");
        let replace = async |tags: &[&str]| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            statements_of(async { TagList::create(&ctx, UUID, tags).await.unwrap() }).await
        };
        let (tags, _) = replace(&["a", "b", "a"]).await;
        assert_eq!(names(&tags), ["a", "b"]);
        let (tags, statements) = replace(&["b", "c"]).await;
        assert_eq!(names(&tags), ["b", "c"]);
        assert_eq!(
            statements,
            ["tag.instance", "tag.get_by_resource", "tag.delete", "tag.create", "tag.get_by_resource"]
        );
        let (tags, statements) = replace(&["c", "b"]).await;
        assert_eq!(names(&tags), ["b", "c"]);
        assert_eq!(statements.len(), 3);
        assert!(replace(&[]).await.0.is_empty());
    }

    async fn only_ones_own_instances_have_tags(db: NovaDb) {
        instance(&db, UUID, "p", 0).await;
        let gone = "00000000-0000-0000-0000-000000000000";
        instance(&db, gone, "p", 7).await;
        let admin = db.context(RequestContext::admin());
        tag("web").create(&admin).await.unwrap();
        let (other, own) = (user(&db, "q"), user(&db, "p"));
        for (ctx, uuid) in [(&other, UUID), (&own, gone), (&admin, gone), (&admin, "nothing")] {
            let missing = format!("InstanceNotFound: Instance {uuid} could not be found.");
            let mut tag = tag("web");
            tag.set_resource_id(uuid);
            assert_eq!(refusal(tag.create(ctx).await), missing);
            assert_eq!(refusal(Tag::destroy(ctx, uuid, "web").await), missing);
            assert_eq!(refusal(Tag::exists(ctx, uuid, "web").await), missing);
            assert_eq!(refusal(TagList::get_by_resource_id(ctx, uuid).await), missing);
            assert_eq!(refusal(TagList::create(ctx, uuid, vec!["x".to_owned()]).await), missing);
            assert_eq!(refusal(TagList::destroy(ctx, uuid).await), missing);
        }
        assert!(Tag::exists(&own, UUID, "web").await.unwrap());
    }
}
