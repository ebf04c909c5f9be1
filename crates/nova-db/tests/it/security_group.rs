//! Security groups.

use nova_db::sea_query::{Expr, ExprTrait as _};
use nova_db::{Changes, Execute as _, NovaDb, now, soft_delete, statements_of};
use nova_objects::{
    Context, Instance, PersistentFields as _, ReadDeleted, RequestContext, Result, SecurityGroup,
    SecurityGroupList,
};
use test_support::on_every_database;
use versionedobjects::ObjectExt as _;

use crate::tag::instance;

const UUID: &str = "6d2a2bc6-cf28-4224-b914-874a0ab8d57a";

fn admin(db: &NovaDb) -> Context {
    db.context(RequestContext::admin())
}

/// A group's row; Nova creates none but the default one, with an instance.
async fn group(db: &NovaDb, project: &str, name: &str) -> i64 {
    let mut changes = Changes::new();
    changes
        .set("name", name)
        .set("description", "")
        .set("user_id", format!("user-{name}"))
        .set("project_id", project);
    let insert = changes.insert_live("security_groups", now());
    db.main
        .insert_returning_id("test.group", &insert)
        .await
        .unwrap()
}

async fn associate(db: &NovaDb, group: i64, uuid: &str, deleted: i64) {
    let mut changes = Changes::new();
    changes
        .set("security_group_id", group)
        .set("instance_uuid", uuid)
        .set("deleted", deleted);
    let insert = changes.insert("security_group_instance_association", now());
    db.main.execute("test.associate", &insert).await.unwrap();
}

fn names(groups: &SecurityGroupList) -> Vec<&str> {
    assert!(groups.changes().is_empty());
    groups.iter().map(|group| group.name().unwrap()).collect()
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.unwrap_err();
    format!(
        "{}: {error}",
        error.nova().map_or("?", |exception| exception.class())
    )
}

on_every_database! {
    async fn groups_are_found(db: NovaDb) {
        let ctx = admin(&db);
        let id = group(&db, "p", "default").await;
        let found = SecurityGroup::get_by_id(&ctx, id).await.unwrap();
        assert_eq!(found.name().unwrap(), "default");
        assert!(found.changes().is_empty() && !found.is_set("uuid"));
        let found = SecurityGroup::get_by_name(&ctx, "p", "default").await.unwrap();
        assert_eq!(found.id().unwrap(), id);
        assert_eq!(
            refusal(SecurityGroup::get_by_id(&ctx, 99).await),
            "SecurityGroupNotFound: Security group 99 not found."
        );
        assert_eq!(
            refusal(SecurityGroup::get_by_name(&ctx, "p", "web").await),
            "SecurityGroupNotFoundForProject: Security group web not found for project p."
        );
        // By number a user finds those of the own project.
        let own = db.context(RequestContext::for_user("u", "p"));
        let other = db.context(RequestContext::for_user("u", "q"));
        assert!(SecurityGroup::get_by_id(&own, id).await.is_ok());
        assert!(SecurityGroup::get_by_id(&other, id).await.is_err());
        let nobody = db.context(RequestContext::new());
        assert_eq!(refusal(SecurityGroup::get_by_id(&nobody, id).await), "Forbidden: Forbidden");
        assert_eq!(refusal(SecurityGroupList::get_all(&nobody).await), "Forbidden: Forbidden");
    }

    async fn groups_are_listed(db: NovaDb) {
        let ctx = admin(&db);
        group(&db, "p", "default").await;
        let web = group(&db, "p", "web").await;
        group(&db, "q", "other").await;
        let delete = soft_delete("security_groups", now()).and_where(Expr::col("id").eq(web)).take();
        db.main.execute("test.delete", &delete).await.unwrap();
        assert_eq!(names(&SecurityGroupList::get_all(&ctx).await.unwrap()), ["default", "other"]);
        let only = db.context(RequestContext::admin().with_read_deleted(ReadDeleted::Only));
        assert_eq!(names(&SecurityGroupList::get_all(&only).await.unwrap()), ["web"]);
        assert!(SecurityGroup::get_by_id(&only, web).await.unwrap().deleted().unwrap());
        assert_eq!(names(&SecurityGroupList::get_by_project(&only, "p").await.unwrap()), ["default"]);
    }

    async fn groups_are_in_use_as_long_as_their_instances_live(db: NovaDb) {
        let ctx = admin(&db);
        let (web, old, idle) = (group(&db, "p", "web").await, group(&db, "p", "old").await, group(&db, "p", "idle").await);
        let gone = "00000000-0000-0000-0000-000000000000";
        instance(&db, UUID, "p", 0).await;
        instance(&db, gone, "p", 7).await;
        associate(&db, web, UUID, 0).await;
        associate(&db, old, UUID, 5).await;
        associate(&db, old, gone, 0).await;
        for (id, used) in [(web, true), (old, false), (idle, false)] {
            let mut group = SecurityGroup::get_by_id(&ctx, id).await.unwrap();
            let (in_use, statements) = statements_of(async { group.in_use(&ctx).await.unwrap() }).await;
            assert_eq!(in_use, used, "{group:?}");
            assert_eq!(statements, ["security_group.in_use"]);
        }
        let of = |uuid| {
            let mut instance = Instance::new();
            instance.set_uuid(uuid);
            instance
        };
        let groups = SecurityGroupList::get_by_instance(&ctx, of(UUID)).await.unwrap();
        assert_eq!(names(&groups), ["web"]);
        assert!(SecurityGroupList::get_by_instance(&ctx, of(gone)).await.unwrap().is_empty());
    }

    async fn changes_are_saved(db: NovaDb) {
        let ctx = admin(&db);
        group(&db, "p", "default").await;
        let id = group(&db, "p", "web").await;
        let mut group = SecurityGroup::get_by_id(&ctx, id).await.unwrap();
        let mut stale = group.clone();
        group.set_description("front");
        group.save(&ctx).await.unwrap();
        assert!(group.changes().is_empty() && group.updated_at().unwrap().is_some());
        stale.refresh(&ctx).await.unwrap();
        assert_eq!(stale.description().unwrap(), "front");
        // Neutron's uuid is not kept.
        group.set_uuid(UUID);
        let (saved, statements) = statements_of(async { group.save(&ctx).await }).await;
        saved.unwrap();
        assert!(statements.is_empty() && group.changes().is_empty());
        group.set_name("default");
        assert_eq!(
            refusal(group.save(&ctx).await),
            "SecurityGroupExists: Security group default already exists for project p."
        );
        let mut missing = group.clone();
        missing.set_id(99);
        assert_eq!(refusal(missing.save(&ctx).await), "SecurityGroupNotFound: Security group 99 not found.");
        assert_eq!(refusal(missing.refresh(&ctx).await), "SecurityGroupNotFound: Security group 99 not found.");
    }

    async fn groups_are_counted(db: NovaDb) {
        let ctx = admin(&db);
        for name in ["a", "b"] {
            group(&db, "p", name).await;
        }
        let counts = SecurityGroupList::get_counts(&ctx, "p").await.unwrap();
        assert_eq!(counts.len(), 1);
        assert_eq!(counts["project"]["security_groups"], 2);
        let counts = SecurityGroupList::get_counts(&ctx, "p").user_id(Some("user-a".to_owned())).await.unwrap();
        assert_eq!(counts["project"]["security_groups"], 2);
        assert_eq!(counts["user"]["security_groups"], 1);
    }
}
