//! Saving only what is stored as expected, in every class: what is compared, and what is
//! said and written when it is not so.

use futures::future::join_all;
use nova_db::{Execute as _, NovaDb, Rendered, statements_of};
use nova_objects::fields::{NetworkInfo, PciDeviceStatus};
use nova_objects::{
    Context, Instance, InstanceInfoCache, PciDevice, PersistentFields as _, RequestContext, Result,
    SecurityGroup, Service,
};
use serde_json::json;
use test_support::on_every_database;
use versionedobjects::{Difference, Error as ModelError, Expect, ObjectExt as _, Value};

use crate::compute_node::new as new_node;
use crate::instances::{create as create_instance, pci};

fn admin(db: &NovaDb) -> Context {
    db.context(RequestContext::admin())
}

async fn service(ctx: &Context, host: &str) -> Service {
    let mut service = Service::new();
    service.set_host(host);
    service.set_binary("nova-compute");
    service.set_topic("compute");
    service.create(ctx).await.unwrap();
    service
}

/// The fields that were not as expected.
#[track_caller]
fn conflict(result: Result<()>) -> Vec<Difference> {
    let error = result.unwrap_err();
    let nova_objects::Error::Model(model) = error else {
        panic!("{error}")
    };
    match *model {
        ModelError::Conflict { differences, .. } => differences,
        other => panic!("{other}"),
    }
}

async fn stored_host(db: &NovaDb, id: i64) -> Option<String> {
    Service::get_by_id(&admin(db), id)
        .await
        .unwrap()
        .host()
        .unwrap()
        .map(str::to_owned)
}

on_every_database! {
    async fn a_save_goes_through_when_all_is_as_expected(db: NovaDb) {
        let ctx = admin(&db);
        let mut one = service(&ctx, "a").await;
        let expect = Expect::as_in(&one, &["report_count", "host", "disabled", "last_seen_up"]).unwrap();
        one.set_report_count(1);
        let expecting = ctx.expecting(expect);
        let (saved, statements) = statements_of(one.save(&expecting)).await;
        saved.unwrap();
        assert_eq!(statements, ["service.minimum_version", "service.get_by_id", "service.update"]);
        assert!(one.changes().is_empty());
        assert_eq!(Service::get_by_id(&ctx, one.id().unwrap()).await.unwrap().report_count().unwrap(), 1);
    }

    async fn a_conflict_says_what_is_there_and_writes_nothing(db: NovaDb) {
        let ctx = admin(&db);
        let mut one = service(&ctx, "a").await;
        let mut stale = one.clone();
        one.set_report_count(1);
        one.save(&ctx).await.unwrap();
        stale.set_report_count(1);
        stale.set_disabled(true);
        let error = stale.save(&ctx.expecting(Expect::field("report_count", 0))).await.unwrap_err();
        assert_eq!(error.to_string(), "`Service` was not written: report_count is 1, expected 0");
        assert!(stale.is_changed("disabled"), "it can be saved again");
        assert!(!Service::get_by_id(&ctx, one.id().unwrap()).await.unwrap().disabled().unwrap());
    }

    /// What the object at hand has plays no part, nor does it whether anything changed.
    async fn a_save_with_nothing_to_write_compares_all_the_same(db: NovaDb) {
        let ctx = admin(&db);
        let mut one = service(&ctx, "a").await;
        one.save(&ctx.expecting(Expect::field("report_count", 0))).await.unwrap();
        assert_eq!(one.updated_at().unwrap(), None);
        let differences = conflict(one.save(&ctx.expecting(Expect::field("report_count", 7))).await);
        assert_eq!(differences[0].found, json!(0));
        // Somebody else has set the very same value.
        let mut other = one.clone();
        other.set_report_count(1);
        other.save(&ctx).await.unwrap();
        one.set_report_count(1);
        conflict(one.save(&ctx.expecting(Expect::field("report_count", 0))).await);
    }

    async fn values_are_compared_exactly(db: NovaDb) {
        let ctx = admin(&db);
        let mut one = service(&ctx, "Host").await;
        one.set_disabled_reason("no");
        one.save(&ctx).await.unwrap();
        let now = Service::get_by_id(&ctx, one.id().unwrap()).await.unwrap();
        let updated = now.updated_at().unwrap().unwrap().to_owned();
        let null = || Value::Null;
        for expect in [
            Expect::field("host", "Host").and("disabled", false).and("last_seen_up", null()),
            Expect::field("deleted", false).and("deleted_at", null()),
            Expect::nothing().and_any_of("host", ["a", "Host"]),
            Expect::nothing().and_any_of("last_seen_up", [Value::from("2001-01-01T00:00:00Z"), null()]),
            Expect::nothing().and_not("host", "host").and_not("last_seen_up", "2001-01-01T00:00:00Z"),
            Expect::nothing().and_not("host", null()),
            Expect::field("updated_at", updated),
            // As it travels: without a fraction.
            Expect::field("updated_at", updated.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
            // As fields take it.
            Expect::field("report_count", "0"),
        ] {
            let text = expect.to_string();
            if let Err(error) = one.save(&ctx.expecting(expect)).await {
                panic!("{text}: {error}");
            }
        }
        for expect in [
            Expect::field("host", "host"),
            Expect::field("host", "Host "),
            Expect::field("host", null()),
            Expect::field("last_seen_up", "2001-01-01T00:00:00Z"),
            Expect::field("updated_at", "2001-01-01T00:00:00Z"),
            Expect::field("deleted", true),
            Expect::field("disabled", true),
            Expect::nothing().and_any_of("host", Vec::<String>::new()),
            Expect::nothing().and_not("host", "Host"),
            Expect::nothing().and_not("last_seen_up", null()),
        ] {
            assert_eq!(conflict(one.save(&ctx.expecting(expect)).await).len(), 1);
        }
        let two = Expect::field("host", "b").and("disabled", true).and("report_count", 0);
        assert_eq!(conflict(one.save(&ctx.expecting(two)).await).len(), 2);
    }

    async fn what_cannot_be_compared_is_refused_before_anything_is_done(db: NovaDb) {
        let ctx = admin(&db);
        let mut node = new_node("h", "n");
        node.create(&ctx).await.unwrap();
        node.set_vcpus(99);
        let refused = node.save(&ctx.expecting(Expect::field("stats", "{}"))).await.unwrap_err();
        assert!(refused.to_string().contains("ComputeNode.stats is stored in a form"), "{refused}");
        let refused = node.save(&ctx.expecting(Expect::field("nonsense", 1))).await.unwrap_err();
        assert!(refused.to_string().contains("`ComputeNode` has no field `nonsense`"), "{refused}");
        let refused = node.save(&ctx.expecting(Expect::field("vcpus", "x"))).await.unwrap_err();
        assert!(refused.is_class("ValueError"), "{refused}");
        // And methods that compare nothing.
        let expecting = ctx.expecting(Expect::field("vcpus", 8));
        let refused = node.destroy(&expecting).await.unwrap_err();
        assert!(refused.to_string().contains("ComputeNode.destroy does not look at what is stored"), "{refused}");
        let refused = Service::get_by_id(&expecting, 1).await.unwrap_err();
        assert!(refused.is_class("ObjectActionError"), "{refused}");
        let kept = nova_objects::ComputeNode::get_by_id(&ctx, node.id().unwrap()).await.unwrap();
        assert_eq!(kept.vcpus().unwrap(), 8);
    }

    async fn a_row_that_is_gone_is_not_found(db: NovaDb) {
        let ctx = admin(&db);
        let mut one = service(&ctx, "a").await;
        let id = one.id().unwrap();
        one.clone().destroy(&ctx).await.unwrap();
        one.set_report_count(1);
        let error = one.save(&ctx.expecting(Expect::field("report_count", 0))).await.unwrap_err();
        assert_eq!(error.to_string(), format!("Service {id} could not be found."));
    }

    async fn compute_nodes_compare_numbers_and_fractions(db: NovaDb) {
        let ctx = admin(&db);
        let mut node = new_node("h", "n");
        node.set_ram_allocation_ratio(1.1);
        node.create(&ctx).await.unwrap();
        node.set_vcpus_used(4);
        let expect = Expect::field("vcpus_used", 0).and("ram_allocation_ratio", 1.1);
        node.save(&ctx.expecting(expect.clone())).await.unwrap();
        node.set_vcpus_used(5);
        let differences = conflict(node.save(&ctx.expecting(expect)).await);
        assert_eq!(differences.len(), 1);
        assert_eq!((differences[0].field.as_str(), &differences[0].found), ("vcpus_used", &json!(4)));
        let differences = conflict(node.save(&ctx.expecting(Expect::field("ram_allocation_ratio", 1.2))).await);
        assert_eq!(differences.len(), 1);
    }

    async fn security_groups_devices_and_caches_compare(db: NovaDb) {
        let ctx = crate::instances::context_on(&db);
        let instance = create_instance(&db, "a").await;
        let uuid = instance.uuid().unwrap();

        let mut group = SecurityGroup::get_by_name(&ctx, "p", "default").await.unwrap();
        group.set_description("mine");
        conflict(group.save(&ctx.expecting(Expect::field("description", "other"))).await);
        group.save(&ctx.expecting(Expect::field("description", "default"))).await.unwrap();

        let node = pci::node(&db).await;
        let mut device = pci::device(node, "0000:04:00.0");
        // Nothing is stored yet.
        let expecting = ctx.expecting(Expect::field("status", "available"));
        assert!(device.save(&expecting).await.unwrap_err().is_class("PciDeviceNotFound"));
        device.save(&ctx).await.unwrap();
        device.set_status(PciDeviceStatus::Claimed);
        device.save(&expecting).await.unwrap();
        let mut other = PciDevice::get_by_dev_addr(&ctx, node, "0000:04:00.0").await.unwrap();
        other.set_status(PciDeviceStatus::Removed);
        let differences = conflict(other.save(&expecting).await);
        assert_eq!(differences[0].found, json!("claimed"));

        let mut cache = InstanceInfoCache::get_by_instance_uuid(&ctx, uuid).await.unwrap();
        cache.set_network_info(Some(NetworkInfo::from_vifs(vec![json!({"id": "v"})])));
        let wrong = ctx.expecting(Expect::field("deleted", true));
        conflict(cache.save(&wrong).await);
        conflict(InstanceInfoCache::get_by_instance_uuid(&ctx, uuid).await.unwrap().save(&wrong).await);
        cache.save(&ctx.expecting(Expect::field("deleted", false))).await.unwrap();
    }

    /// Its nested objects are not written either, nor is one that is all there is to write.
    async fn an_instance_compares_beside_its_states(db: NovaDb) {
        let ctx = crate::instances::context_on(&db);
        let created = create_instance(&db, "a").await;
        let uuid = created.uuid().unwrap();
        let load = async || Instance::get_by_uuid(&ctx, uuid).expected_attrs(vec!["metadata".to_owned(), "flavor".to_owned()]).await.unwrap();
        let mut instance = load().await;
        instance.edit_metadata(|metadata| metadata.insert("k".into(), "new".into())).unwrap();
        instance.set_display_name("b");
        let wrong = ctx.expecting(Expect::field("display_name", "z"));
        conflict(instance.save(&wrong).expected_task_state(json!([null])).await);
        assert_eq!(load().await.metadata().unwrap().get("k"), None);

        // Nova's own conflict comes first.
        let error = instance.save(&wrong).expected_task_state(json!("resizing")).await.unwrap_err();
        assert!(error.is_class("UnexpectedTaskStateError"), "{error}");

        let mut only_flavor = load().await;
        only_flavor.set_flavor(crate::instances::flavor("other"));
        conflict(only_flavor.save(&wrong).await);
        assert_eq!(load().await.flavor().unwrap().name().unwrap(), Some("small"));

        instance.save(&ctx.expecting(Expect::field("display_name", "a"))).await.unwrap();
        let now = load().await;
        assert_eq!(now.display_name().unwrap(), Some("b"));
        assert_eq!(now.metadata().unwrap().get("k").map(String::as_str), Some("new"));
    }

    /// A counter that 64 raise at once, each again and again until it counts.
    async fn no_update_of_64_writers_is_lost(db: NovaDb) {
        let ctx = admin(&db);
        let id = service(&ctx, "a").await.id().unwrap();
        let writers = (0..64).map(|writer| {
            let ctx = ctx.clone();
            tokio::spawn(async move {
                let mut conflicts = 0_u32;
                loop {
                    let mut service = Service::get_by_id(&ctx, id).await.unwrap();
                    let before = service.report_count().unwrap();
                    service.set_report_count(before + 1);
                    service.set_disabled_reason(format!("by {writer}"));
                    match service.save(&ctx.expecting(Expect::field("report_count", before))).await {
                        Ok(()) => return conflicts,
                        Err(error) => {
                            assert!(error.to_string().contains("was not written"), "{error}");
                            conflicts += 1;
                        }
                    }
                }
            })
        });
        let conflicts: u32 = join_all(writers).await.into_iter().map(|writer| writer.unwrap()).sum();
        let count = Service::get_by_id(&ctx, id).await.unwrap().report_count().unwrap();
        assert_eq!(count, 64, "after {conflicts} conflicts");
        assert!(conflicts > 0, "the writers met");
    }

    /// A transaction that has read the row sees in a conflict what stands there now.
    async fn a_conflict_names_what_was_committed_meanwhile(db: NovaDb) {
        let ctx = admin(&db);
        let mut one = service(&ctx, "a").await;
        let id = one.id().unwrap();
        let update = format!("UPDATE services SET host = 'z' WHERE id = {id}");
        db.main.execute("test.update", Rendered::by_hand(update, Vec::new(), false)).await.unwrap();
        one.set_report_count(3);
        let differences = conflict(one.save(&ctx.expecting(Expect::field("host", "a"))).await);
        assert_eq!(differences[0].found, json!("z"));
        assert_eq!(stored_host(&db, id).await.as_deref(), Some("z"));
    }
}
