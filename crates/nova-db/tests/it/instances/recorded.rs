//! What Nova 34 answered, answered again: its recorded conversation about one instance
//! (`vectors/wire`) on a fresh database.

use std::path::PathBuf;

use nova_db::sea_query::Query;
use nova_db::{Execute as _, NovaDb};
use nova_objects::{Context, Instance, InstanceListStore, InstanceStore, RequestContext, Result};
use serde_json::{Value as Json, json};
use test_support::on_every_database;
use versionedobjects::{Object as _, ObjectExt, VersionedObject as _};

use super::context;

/// The message of a request or reply, and what it says about who asks.
fn message(file: &str, role: &str) -> serde_json::Map<String, Json> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../vectors/wire")
        .join(file);
    let frames: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let frame = frames
        .as_array()
        .unwrap()
        .iter()
        .find(|frame| frame["role"] == role)
        .unwrap();
    frame["body"]["oslo.message (parsed)"]
        .as_object()
        .unwrap()
        .clone()
}

fn asked(file: &str) -> (Context, serde_json::Map<String, Json>) {
    let request = message(file, "request");
    let ctx = context(RequestContext::from_wire(&request).unwrap());
    (ctx, request["args"].as_object().unwrap().clone())
}

fn instance(arguments: &serde_json::Map<String, Json>) -> Instance {
    Instance::from_json(&arguments["objinst"].to_string()).unwrap()
}

/// Times differ from run to run; of a moment only that there is one counts. Lists of
/// names have no order.
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
            if key.ends_with("changes") || key == "obj_what_changed" {
                items.sort_by_key(Json::to_string);
            }
        }
        Json::String(text) if key.ends_with("_at") => *text = "some time".to_owned(),
        _ => {}
    }
    json
}

/// The reply to an action on an object: what differs from `before`, and what changed.
fn updates(before: &Instance, after: &Instance) -> Json {
    let written: Json = serde_json::from_str(&after.to_json().unwrap()).unwrap();
    let mut updates = serde_json::Map::new();
    for (index, field) in Instance::class_def().fields.iter().enumerate() {
        if !after.slot(index).is_set() {
            continue;
        }
        // Objects are never equal there.
        let is_object = written["nova_object.data"][field.name]
            .get("nova_object.name")
            .is_some();
        if is_object || !before.slot(index).same(after.slot(index)) {
            updates.insert(
                field.name.to_owned(),
                written["nova_object.data"][field.name].clone(),
            );
        }
    }
    updates.insert("obj_what_changed".to_owned(), after.changes().into());
    updates.into()
}

fn compare(file: &str, ours: Json) {
    let reply = message(file, "reply");
    assert!(reply["failure"].is_null(), "{file} recorded a failure");
    similar(
        file,
        settled(ours, ""),
        settled(reply["result"].clone(), ""),
    );
}

fn similar(file: &str, ours: Json, theirs: Json) {
    let pretty = |json: &Json| serde_json::to_string_pretty(json).unwrap();
    if ours != theirs {
        panic!(
            "{file}: ours\n{}\ntheirs\n{}",
            pretty(&ours),
            pretty(&theirs)
        );
    }
}

async fn get(db: &NovaDb, file: &str) -> Result<Instance> {
    let (ctx, arguments) = asked(file);
    let uuid = arguments["args"]
        .get(0)
        .or(arguments["kwargs"].get("uuid"))
        .unwrap();
    let attrs = arguments["kwargs"].get("expected_attrs").cloned();
    let attrs = attrs.map(|attrs| serde_json::from_value(attrs).unwrap());
    InstanceStore::get_by_uuid(db, &ctx, uuid.as_str().unwrap().to_owned(), attrs, false).await
}

fn written(instance: &impl ObjectExt) -> Json {
    serde_json::from_str(&instance.to_json().unwrap()).unwrap()
}

async fn save(db: &NovaDb, file: &str) -> Result<Json> {
    let (ctx, arguments) = asked(file);
    let before = instance(&arguments);
    let mut after = before.clone();
    let expected = arguments["kwargs"]["expected_task_state"].clone();
    InstanceStore::save(db, &ctx, &mut after, Json::Null, expected, false).await?;
    Ok(json!([updates(&before, &after), null]))
}

async fn filtered(db: &NovaDb, file: &str) -> Result<Json> {
    let (ctx, arguments) = asked(file);
    let kwargs = &arguments["kwargs"];
    let filters = arguments["args"][0]
        .as_object()
        .unwrap()
        .clone()
        .into_iter()
        .collect();
    let attrs = kwargs
        .get("expected_attrs")
        .map(|attrs| serde_json::from_value(attrs.clone()).unwrap());
    let limit = kwargs.get("limit").and_then(Json::as_i64);
    let (key, dir) = ("created_at".to_owned(), "desc".to_owned());
    let list = InstanceListStore::get_by_filters(
        db, &ctx, filters, key, dir, limit, None, attrs, false, None, None,
    )
    .await?;
    Ok(written(&list))
}

/// The instances that were there before have used up the first eight numbers.
async fn make_room(db: &NovaDb) {
    for (table, column) in [("instances", "uuid"), ("instance_id_mappings", "uuid")] {
        for id in 1..=8_i64 {
            let insert = Query::insert()
                .into_table(table)
                .columns([column, "deleted"])
                .values_panic([format!("gone-{id}").into(), id.into()])
                .take();
            db.main.execute("test.room", &insert).await.unwrap();
        }
    }
}

on_every_database! {
    async fn the_conversation_goes_as_recorded(db: NovaDb) {
        make_room(&db).await;
        let file = "05_instance_create.json";
        let (ctx, arguments) = asked(file);
        let before = instance(&arguments);
        let mut created = before.clone();
        InstanceStore::create(&db, &ctx, &mut created).await.unwrap();
        compare(file, json!([updates(&before, &created), null]));

        // The requests that follow say so.
        let recorded = "2026-11-23T14:41:29".parse::<chrono::NaiveDateTime>().unwrap();
        let update = Query::update().table("instances").value("created_at", recorded).take();
        db.main.execute("test.created_at", &update).await.unwrap();

        for file in ["06_instance_get_by_uuid_default.json", "07_instance_get_by_uuid_expected_attrs.json", "08_instance_lazy_load_metadata.json", "09_instance_lazy_load_flavor.json"] {
            compare(file, written(&get(&db, file).await.unwrap()));
        }
        let file = "10_instance_save_expected_task_state_ok.json";
        compare(file, save(&db, file).await.unwrap());

        let file = "11_instance_save_unexpected_task_state.json";
        fails_as_recorded(file, save(&db, file).await.unwrap_err());
        let file = "12_instance_not_found.json";
        fails_as_recorded(file, get(&db, file).await.unwrap_err());

        let file = "14_instance_list_get_by_host.json";
        let (ctx, arguments) = asked(file);
        let attrs = serde_json::from_value(arguments["kwargs"]["expected_attrs"].clone()).unwrap();
        let list = InstanceListStore::get_by_host(&db, &ctx, "labhost".into(), Some(attrs), false).await.unwrap();
        compare(file, written(&list));
        let file = "15_instance_list_get_by_filters.json";
        compare(file, filtered(&db, file).await.unwrap());
        let file = "16_datetime_inside_dict_argument.json";
        fails_as_recorded(file, filtered(&db, file).await.unwrap_err());
        let file = "19_object_class_action_versions_old_list.json";
        assert!(filtered(&db, file).await.is_ok());

        let file = "31_instance_destroy.json";
        let (ctx, arguments) = asked(file);
        let before = instance(&arguments);
        let mut destroyed = before.clone();
        InstanceStore::destroy(&db, &ctx, &mut destroyed, false).await.unwrap();
        compare(file, json!([updates(&before, &destroyed), null]));
    }
}

fn fails_as_recorded(file: &str, error: nova_objects::Error) {
    use versionedobjects::ProjectError as _;
    let reply = message(file, "reply");
    let failure = &reply["failure"]["(a JSON string; parsed here)"];
    let exception = error.to_exception();
    let ours = json!({
        "class": exception.class, "module": exception.module, "message": exception.message,
        "args": exception.args, "kwargs": exception.kwargs,
    });
    let theirs = ["class", "module", "message", "args", "kwargs"]
        .map(|key| (key.to_owned(), failure[key].clone()));
    similar(file, ours, Json::Object(theirs.into_iter().collect()));
}
