//! Instances in number: filters, order, pages and counts.

use nova_db::NovaDb;
use nova_db::sea_query::{Expr, ExprTrait as _, Query};
use nova_db::{Execute as _, now};
use nova_objects::{
    Context, Instance, InstanceList, InstanceListStore, InstanceStore, RequestContext, Result,
};
use serde_json::{Value as Json, json};
use test_support::on_every_database;
use versionedobjects::fields::Dict;

use super::{admin, context, create, filtered, get, names, new_instance, with_deleted};

async fn create_with(db: &NovaDb, name: &str, set: impl FnOnce(&mut Instance)) -> String {
    let mut instance = new_instance(name);
    set(&mut instance);
    InstanceStore::create(db, &admin(), &mut instance)
        .await
        .unwrap();
    instance.uuid().unwrap().to_owned()
}

/// One statement that changes the row behind the store's back.
async fn alter(
    db: &NovaDb,
    uuid: &str,
    column: &'static str,
    value: impl Into<nova_db::sea_query::Expr>,
) {
    let update = Query::update()
        .table("instances")
        .value(column, value)
        .and_where(Expr::col("uuid").eq(uuid))
        .take();
    db.main.execute("test.alter", &update).await.unwrap();
}

async fn tag(db: &NovaDb, uuid: &str, tags: &[&str]) {
    for tag in tags {
        let insert = Query::insert()
            .into_table("tags")
            .columns(["resource_id", "tag"])
            .values_panic([uuid.into(), (*tag).into()])
            .take();
        db.main.execute("test.tag", &insert).await.unwrap();
    }
}

async fn destroy(db: &NovaDb, uuid: &str) {
    let mut instance = get(db, &admin(), uuid, &[]).await.unwrap();
    InstanceStore::destroy(db, &admin(), &mut instance, false)
        .await
        .unwrap();
}

async fn check(db: &NovaDb, filters: Json, expected: &[&str]) {
    let list = filtered(db, &admin(), filters.clone()).await.unwrap();
    assert_eq!(names(&list), expected, "{filters}");
}

fn as_json(counts: Dict<Dict<i64>>) -> Json {
    let of = |counts: Dict<i64>| {
        counts
            .into_iter()
            .map(|(name, count)| (name, count.into()))
            .collect()
    };
    Json::Object(
        counts
            .into_iter()
            .map(|(whose, counts)| (whose, Json::Object(of(counts))))
            .collect(),
    )
}

struct Asked<'a> {
    keys: &'a [&'a str],
    dirs: &'a [&'a str],
    limit: Option<i64>,
    marker: Option<String>,
}

async fn page(db: &NovaDb, asked: Asked<'_>) -> Result<InstanceList> {
    let own = |list: &[&str]| Some(list.iter().map(|text| (*text).to_owned()).collect());
    InstanceListStore::get_by_filters(
        db,
        &admin(),
        Dict::new(),
        "created_at".into(),
        "desc".into(),
        asked.limit,
        asked.marker,
        None,
        false,
        own(asked.keys),
        own(asked.dirs),
    )
    .await
}

on_every_database! {
    async fn columns_are_compared(db: NovaDb) {
        create_with(&db, "a", |_| {}).await;
        create_with(&db, "b", |one| one.set_host("i")).await;
        create_with(&db, "c", |one| { one.set_task_state("rebooting"); one.set_locked(true); }).await;
        create_with(&db, "d", |one| { one.set_instance_type_id(Some(2)); one.set_project_id("q"); }).await;
        check(&db, json!({}), &["a", "b", "c", "d"]).await;
        check(&db, json!({"host": "h"}), &["a", "c", "d"]).await;
        check(&db, json!({"host": ["h", "i"], "task_state": null}), &["a", "b", "d"]).await;
        check(&db, json!({"task_state": ["rebooting", null]}), &["c"]).await;
        check(&db, json!({"instance_type_id": 2}), &["d"]).await;
        check(&db, json!({"instance_type_id": "2"}), &["d"]).await;
        check(&db, json!({"instance_type_id": "x"}), &[]).await;
        check(&db, json!({"locked": true}), &["c"]).await;
        check(&db, json!({"project_id": "q", "user_id": "u"}), &["d"]).await;
        check(&db, json!({"uuid": []}), &[]).await;
        check(&db, json!({"nonsense": "x", "limit": 1}), &["a", "b", "c", "d"]).await;
    }

    async fn other_columns_are_matched(db: NovaDb) {
        create_with(&db, "web-1", |one| one.set_node("n1")).await;
        create_with(&db, "web-2", |one| one.set_power_state(Some(4))).await;
        create_with(&db, "db|x", |one| one.set_access_ip_v4("10.0.0.7".parse::<std::net::Ipv4Addr>().ok().map(Into::into))).await;
        check(&db, json!({"display_name": "^web"}), &["web-1", "web-2"]).await;
        check(&db, json!({"display_name": "b.[12]$"}), &["web-1", "web-2"]).await;
        check(&db, json!({"node": "n1"}), &["web-1"]).await;
        check(&db, json!({"power_state": 4}), &["web-2"]).await;
        check(&db, json!({"access_ip_v4": "^10[.]"}), &["db|x"]).await;
        // Elsewhere a bar separates alternatives.
        if db.main.dialect() == nova_db::Dialect::MySql {
            check(&db, json!({"display_name": "b|x"}), &["db|x"]).await;
        }
    }

    async fn deleted_and_soft_deleted_are_different(db: NovaDb) {
        create_with(&db, "live", |_| {}).await;
        create_with(&db, "soft", |one| one.set_vm_state("soft-delete")).await;
        create_with(&db, "stateless", |one| one.set_vm_state(None::<String>)).await;
        let gone = create_with(&db, "gone", |one| one.set_cleaned(true)).await;
        destroy(&db, &gone).await;
        check(&db, json!({}), &["gone", "live", "soft", "stateless"]).await;
        check(&db, json!({"deleted": false}), &["live", "stateless"]).await;
        check(&db, json!({"deleted": false, "soft_deleted": true}), &["live", "soft", "stateless"]).await;
        check(&db, json!({"deleted": true}), &["gone", "soft"]).await;
        check(&db, json!({"deleted": true, "soft_deleted": false}), &["gone"]).await;
        check(&db, json!({"cleaned": true}), &["gone"]).await;
        check(&db, json!({"deleted": true, "cleaned": 0}), &["soft"]).await;
    }

    async fn hidden_instances_are_asked_for(db: NovaDb) {
        create_with(&db, "seen", |_| {}).await;
        create_with(&db, "hidden", |one| one.set_hidden(true)).await;
        let old = create_with(&db, "old", |_| {}).await;
        alter(&db, &old, "hidden", Option::<bool>::None).await;
        check(&db, json!({}), &["old", "seen"]).await;
        check(&db, json!({"hidden": true}), &["hidden"]).await;
        check(&db, json!({"hidden": false}), &["old", "seen"]).await;
    }

    async fn metadata_is_looked_into(db: NovaDb) {
        let pairs = |pairs: &[(&str, &str)]| -> Dict<String> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        create_with(&db, "a", |one| one.set_metadata(pairs(&[("x", "1"), ("y", "2")]))).await;
        create_with(&db, "b", |one| one.set_metadata(pairs(&[("x", "2")]))).await;
        check(&db, json!({"metadata": {"x": "2"}}), &["a", "b"]).await;
        check(&db, json!({"metadata": [{"x": "1"}, {"y": "2"}]}), &["a"]).await;
        check(&db, json!({"system_metadata": {"s1": "w1"}}), &["a", "b"]).await;
        check(&db, json!({"system_metadata": {"s2": null}}), &["a", "b"]).await;
        check(&db, json!({"system_metadata": {"nonsense": "w1"}}), &[]).await;
        assert!(filtered(&db, &admin(), json!({"metadata": "x"})).await.unwrap_err().is_class("TypeError"));
    }

    async fn tags_are_combined(db: NovaDb) {
        let ab = create_with(&db, "ab", |_| {}).await;
        tag(&db, &ab, &["a", "b"]).await;
        let b = create_with(&db, "b", |_| {}).await;
        tag(&db, &b, &["b"]).await;
        create_with(&db, "none", |_| {}).await;
        check(&db, json!({"tags": ["b"]}), &["ab", "b"]).await;
        check(&db, json!({"tags": ["b", "a"]}), &["ab"]).await;
        check(&db, json!({"tags-any": ["a", "c"]}), &["ab"]).await;
        check(&db, json!({"tags-any": ["a", "b"]}), &["ab", "b"]).await;
        check(&db, json!({"not-tags": ["a", "b"]}), &["b", "none"]).await;
        check(&db, json!({"not-tags-any": ["a", "b"]}), &["none"]).await;
        check(&db, json!({"tags": ["b"], "not-tags": ["a"]}), &["b"]).await;
        check(&db, json!({"tags-any": [], "deleted": false}), &[]).await;
        assert!(filtered(&db, &admin(), json!({"tags": []})).await.unwrap_err().is_class("IndexError"));
        destroy(&db, &b).await;
        check(&db, json!({"not-tags": ["b"]}), &["b", "none"]).await;
    }

    async fn changes_have_a_time(db: NovaDb) {
        let at = |text: &str| text.parse::<chrono::NaiveDateTime>().unwrap();
        for (name, time) in [("old", "2026-01-01T00:00:00"), ("new", "2026-02-01T00:00:00")] {
            let uuid = create_with(&db, name, |_| {}).await;
            alter(&db, &uuid, "updated_at", at(time)).await;
        }
        check(&db, json!({"changes-since": "2026-01-15T00:00:00Z"}), &["new"]).await;
        check(&db, json!({"changes-before": "2026-01-15T01:00:00+01:00"}), &["old"]).await;
        check(&db, json!({"changes-since": "2026-01-01T00:00:00Z", "changes-before": "2026-02-01T00:00:00Z"}), &["new", "old"]).await;
        // As a Python service sends it, which the original fails on.
        let error = filtered(&db, &admin(), json!({"changes-since": "2026-01-15T00:00:00.000000"})).await.unwrap_err();
        assert_eq!(error.to_string(), "'str' object has no attribute 'utcoffset'");
        let error = filtered(&db, &admin(), json!({"changes-since": "yesterdayZ"})).await.unwrap_err();
        assert!(error.is_class("AttributeError") || error.is_class("ValueError"), "{error}");
    }

    async fn a_user_gets_the_own_project(db: NovaDb) {
        create_with(&db, "p", |_| {}).await;
        create_with(&db, "q", |one| one.set_project_id("q")).await;
        let user = context(RequestContext::for_user("u", "p"));
        assert_eq!(names(&filtered(&db, &user, json!({})).await.unwrap()), ["p"]);
        assert_eq!(names(&filtered(&db, &user, json!({"project_id": "q"})).await.unwrap()), ["p"]);
        let list = InstanceListStore::get_all(&db, &user, None).await.unwrap();
        assert_eq!(names(&list), ["p"]);
        assert!(filtered(&db, &context(RequestContext::new()), json!({})).await.unwrap_err().is_class("Forbidden"));
    }

    async fn pages_follow_each_other(db: NovaDb) {
        for (name, host) in [("a", "h2"), ("b", "h1"), ("c", "h1"), ("d", "h2"), ("e", "h1")] {
            create_with(&db, name, |one| one.set_host(host)).await;
        }
        for (keys, dirs, expected) in [
            (&["host", "display_name"][..], &["asc", "desc"][..], ["e", "c", "b", "d", "a"]),
            (&["display_name"], &[], ["e", "d", "c", "b", "a"]),
            (&["task_state", "id"], &["asc"], ["a", "b", "c", "d", "e"]),
            (&["locked", "display_name"], &["asc"], ["a", "b", "c", "d", "e"]),
        ] {
            let (mut marker, mut found) = (None, Vec::new());
            loop {
                let list = page(&db, Asked { keys, dirs, limit: Some(2), marker: marker.clone() }).await.unwrap();
                let Some(last) = list.iter().last() else { break };
                marker = Some(last.uuid().unwrap().to_owned());
                found.extend(names(&list).into_iter().map(str::to_owned));
            }
            assert_eq!(found, expected, "{keys:?}");
        }
        let none = page(&db, Asked { keys: &[], dirs: &[], limit: Some(0), marker: None }).await.unwrap();
        assert!(none.is_empty());
        let all = page(&db, Asked { keys: &[], dirs: &[], limit: Some(-1), marker: None }).await.unwrap();
        assert_eq!(all.len(), 5);
    }

    async fn what_cannot_be_sorted_or_started_after_is_refused(db: NovaDb) {
        let asked = |keys: &'static [&'static str], dirs: &'static [&'static str]| Asked { keys, dirs, limit: None, marker: None };
        assert!(page(&db, asked(&["metadata"], &[])).await.unwrap_err().is_class("InvalidSortKey"));
        assert!(page(&db, asked(&["host"], &["up"])).await.unwrap_err().is_class("InvalidInput"));
        assert!(page(&db, asked(&["host"], &["asc", "asc"])).await.unwrap_err().is_class("InvalidInput"));
        let marker = Some("nobody".to_owned());
        let error = page(&db, Asked { keys: &[], dirs: &[], limit: None, marker }).await.unwrap_err();
        assert_eq!(error.to_string(), "Marker nobody could not be found.");
    }

    /// A page may start after an instance that was deleted meanwhile.
    async fn a_deleted_marker_is_found(db: NovaDb) {
        for name in ["a", "b", "c"] {
            create(&db, name).await;
        }
        let b = filtered(&db, &admin(), json!({"display_name": "b"})).await.unwrap();
        let marker = b.items()[0].uuid().unwrap().to_owned();
        destroy(&db, &marker).await;
        let list = page(&db, Asked { keys: &["display_name"], dirs: &["asc"], limit: None, marker: Some(marker) }).await.unwrap();
        assert_eq!(names(&list), ["c"]);
    }

    async fn hosts_are_listed(db: NovaDb) {
        let a = create_with(&db, "a", |_| {}).await;
        let b = create_with(&db, "b", |one| { one.set_node("n2"); one.set_instance_type_id(Some(2)); }).await;
        let c = create_with(&db, "c", |one| one.set_host("i")).await;
        let gone = create_with(&db, "gone", |_| {}).await;
        destroy(&db, &gone).await;
        let sorted = |list: InstanceList| {
            let mut names: Vec<String> = names(&list).into_iter().map(str::to_owned).collect();
            names.sort();
            names
        };
        async fn by_host(db: &NovaDb, ctx: &Context) -> InstanceList {
            InstanceListStore::get_by_host(db, ctx, "h".into(), None, false).await.unwrap()
        }
        assert_eq!(sorted(by_host(&db, &admin()).await), ["a", "b"]);
        assert_eq!(sorted(by_host(&db, &with_deleted()).await), ["a", "b", "gone"]);
        let list = InstanceListStore::get_by_host_and_node(&db, &admin(), "h".into(), "n2".into(), None).await.unwrap();
        assert_eq!(sorted(list), ["b"]);
        let list = InstanceListStore::get_by_host_and_not_type(&db, &admin(), "h".into(), Some(2), None).await.unwrap();
        assert_eq!(sorted(list), ["a"]);
        let list = InstanceListStore::get_by_host_and_not_type(&db, &admin(), "h".into(), None, None).await.unwrap();
        assert_eq!(sorted(list), ["a", "b"]);
        assert_eq!(sorted(InstanceListStore::get_all(&db, &admin(), None).await.unwrap()), ["a", "b", "c"]);

        let both = |mut uuids: Vec<String>| { uuids.sort(); uuids };
        let uuids = InstanceListStore::get_uuids_by_host(&db, &admin(), "h".into()).await.unwrap();
        assert_eq!(both(uuids), both(vec![a.clone(), b.clone()]));
        assert!(InstanceListStore::get_uuids_by_host(&db, &admin(), "nowhere".into()).await.unwrap().is_empty());
        let uuids = InstanceListStore::get_uuids_by_host_and_node(&db, &admin(), "h".into(), "n2".into()).await.unwrap();
        assert_eq!(uuids, [b]);
        let found = InstanceListStore::get_uuids_by_hosts(&db, &admin(), vec!["h".into(), "i".into(), "x".into()]).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found["i"], [c]);
    }

    async fn instances_that_hang_are_found(db: NovaDb) {
        let hung = create_with(&db, "hung", |one| one.set_task_state("rebooting")).await;
        let busy = create_with(&db, "busy", |one| one.set_task_state("rebooting")).await;
        alter(&db, &hung, "updated_at", now() - chrono::TimeDelta::seconds(3600)).await;
        alter(&db, &busy, "updated_at", now()).await;
        let list = InstanceListStore::get_hung_in_rebooting(&db, &admin(), 600, None).await.unwrap();
        assert_eq!(names(&list), ["hung"]);
    }

    async fn what_was_active_in_a_window_is_found(db: NovaDb) {
        let at = |text: &str| Some(versionedobjects::DateTime::parse(text).unwrap());
        create_with(&db, "early", |one| { one.set_launched_at(at("2026-01-01T00:00:00Z")); one.set_terminated_at(at("2026-01-02T00:00:00Z")); }).await;
        create_with(&db, "long", |one| one.set_launched_at(at("2026-01-01T00:00:00Z"))).await;
        create_with(&db, "late", |one| { one.set_launched_at(at("2026-03-01T00:00:00Z")); one.set_project_id("q"); }).await;
        let window = async |begin: &str, end: Option<&str>, project: Option<&str>, limit: Option<i64>, marker: Option<String>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            InstanceListStore::get_active_by_window_joined(
                &db, &admin(), begin.to_owned(), own(end), own(project), None, None, false, limit, marker,
            )
            .await
        };
        let list = window("2026-01-05T00:00:00Z", Some("2026-02-01T00:00:00Z"), None, None, None).await.unwrap();
        assert_eq!(names(&list), ["long"]);
        assert_eq!(window("2026-01-05T00:00:00Z", None, None, None, None).await.unwrap().len(), 2);
        let list = window("2026-01-01T12:00:00Z", None, Some("q"), None, None).await.unwrap();
        assert_eq!(names(&list), ["late"]);
        let first = window("2026-01-01T12:00:00Z", None, None, Some(2), None).await.unwrap();
        let marker = first.items()[1].uuid().unwrap().to_owned();
        let rest = window("2026-01-01T12:00:00Z", None, None, Some(2), Some(marker)).await.unwrap();
        assert_eq!((first.len(), names(&rest)), (2, vec!["late"]));
        let error = window("2026-01-01T12:00:00Z", None, None, None, Some("nobody".into())).await.unwrap_err();
        assert!(error.is_class("MarkerNotFound"));
        assert!(window("tomorrow", None, None, None, None).await.unwrap_err().is_class("ValueError"));
    }

    async fn instances_are_counted(db: NovaDb) {
        create_with(&db, "a", |_| {}).await;
        create_with(&db, "b", |one| { one.set_user_id("v"); one.set_vcpus(Some(3)); }).await;
        create_with(&db, "soft", |one| one.set_vm_state("soft-delete")).await;
        create_with(&db, "hidden", |one| one.set_hidden(true)).await;
        let gone = create_with(&db, "gone", |_| {}).await;
        destroy(&db, &gone).await;
        let counts = InstanceListStore::get_counts(&db, &admin(), "p".into(), Some("u".into())).await.unwrap();
        assert_eq!(as_json(counts), json!({
            "project": {"instances": 2, "cores": 4, "ram": 1024},
            "user": {"instances": 1, "cores": 1, "ram": 512},
        }));
        let counts = InstanceListStore::get_counts(&db, &admin(), "nobody".into(), None).await.unwrap();
        assert_eq!(as_json(counts), json!({"project": {"instances": 0, "cores": 0, "ram": 0}}));
        let count = InstanceListStore::get_count_by_vm_state(&db, &admin(), "p".into(), "u".into(), "active".into()).await.unwrap();
        assert_eq!(count, 2);
    }

    async fn what_nova_network_knew_is_not_implemented(db: NovaDb) {
        let error = InstanceListStore::get_by_security_group_id(&db, &admin(), 1).await.unwrap_err();
        assert!(error.is_class("NotImplementedError"));
        let error = InstanceListStore::get_by_grantee_security_group_ids(&db, &admin(), vec![1]).await.unwrap_err();
        assert!(error.is_class("NotImplementedError"));
    }

    /// More than one statement can name.
    async fn a_long_list_is_read_in_parts(db: NovaDb) {
        let ids = 1..=2_500_i64;
        let mut insert = Query::insert().into_table("instances").columns(["uuid", "display_name", "host", "deleted"]).take();
        let mut cache = Query::insert().into_table("instance_info_caches").columns(["instance_uuid", "network_info", "deleted"]).take();
        for id in ids {
            let uuid = format!("00000000-0000-0000-0000-{id:012}");
            insert.values_panic([uuid.as_str().into(), format!("{id:05}").into(), "h".into(), 0.into()]);
            cache.values_panic([uuid.into(), "[]".into(), 0.into()]);
        }
        db.main.execute("test.many", &insert).await.unwrap();
        db.main.execute("test.many", &cache).await.unwrap();
        let ctx = admin();
        let reading = InstanceListStore::get_by_host(&db, &ctx, "h".into(), Some(vec!["info_cache".into(), "metadata".into()]), false);
        let (list, statements) = nova_db::statements_of(reading).await;
        let list = list.unwrap();
        assert_eq!((list.len(), statements.len()), (2_500, 7));
        assert!(list.iter().all(|one| one.info_cache().unwrap().is_some()));
    }
}
