//! The recorded requests of a Python client, replayed against this conductor
//! on a fresh database, get the recorded answers of the real one.
//!
//! Each file of `vectors/wire` is a step, and later steps rely on what earlier
//! ones wrote. What differs from run to run is made equal on both sides: row
//! numbers, times, the uuid a service is given, and the traceback, which is
//! withheld here.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nova_conductor::Conductor;
use nova_db::Dialect;
use oslo_messaging::{
    CallContext, Error, Json, Kwargs, RpcClient, Target, Transport, TransportOptions,
};
use serde_json::{Map, Value, json};

use crate::answers::compare;

/// A file of `vectors/wire`: the messages of one step.
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) request: Map<String, Value>,
    pub(crate) replies: Vec<Map<String, Value>>,
}

pub(crate) fn steps() -> Vec<Step> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/wire");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the recorded messages")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.file_name().is_some_and(|name| {
                name.as_encoded_bytes()
                    .first()
                    .is_some_and(u8::is_ascii_digit)
            })
        })
        .collect();
    files.sort();
    assert!(
        files.len() >= 33,
        "all recorded steps are there, not {}",
        files.len()
    );
    files.iter().map(|path| step(path)).collect()
}

fn step(path: &Path) -> Step {
    let text = fs::read_to_string(path).expect("a recorded step");
    let messages: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let mut bodies = messages.iter().map(|message| {
        message["body"]["oslo.message (parsed)"]
            .as_object()
            .expect("a parsed message")
            .clone()
    });
    Step {
        name: path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned(),
        request: bodies.next().expect("a request"),
        replies: bodies.collect(),
    }
}

/// What the database of this run has in the place of what the recording's
/// database made up: numbers, uuids, times.
#[derive(Default)]
struct Rows(HashMap<String, Map<String, Value>>);

/// The fields that a database makes up.
const MADE_UP: [&str; 3] = ["id", "uuid", "created_at"];

fn object_name(value: &Value) -> Option<&str> {
    value.get("nova_object.name").and_then(Value::as_str)
}

/// What a row is known by in the recording as well as here.
fn row_key(object: &Value) -> Option<String> {
    let data = &object["nova_object.data"];
    match object_name(object)? {
        "Service" => Some(format!("{}/{}", data["host"], data["binary"])),
        "Instance" => Some(data["uuid"].to_string()),
        _ => None,
    }
}

impl Rows {
    /// Puts what this run's database made up in the place of what is recorded.
    fn adapt(&self, value: &mut Value) {
        if let Some(row) = row_key(value).and_then(|key| self.0.get(&key))
            && let Some(data) = value["nova_object.data"].as_object_mut()
        {
            for (name, made_up) in row {
                if let Some(recorded) = data.get_mut(name) {
                    *recorded = made_up.clone();
                }
            }
        }
        match value {
            Value::Object(map) => map.values_mut().for_each(|value| self.adapt(value)),
            Value::Array(items) => items.iter_mut().for_each(|value| self.adapt(value)),
            _ => {}
        }
    }

    /// Remembers what a create made up.
    fn learn(&mut self, request: &Value, result: &Value) {
        if request["args"]["objmethod"] != "create" {
            return;
        }
        if let Some(key) = row_key(&request["args"]["objinst"]) {
            let made_up = MADE_UP
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), result[0].get(*name)?.clone())));
            self.0.insert(key, made_up.collect());
        }
    }
}

/// Makes equal what differs between two equal answers.
fn normalize(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let is_service = map
                .get("nova_object.name")
                .is_some_and(|name| name == "Service");
            // What is sent back of a service that was created.
            if map.contains_key("forced_down") && map.contains_key("obj_what_changed") {
                map.insert("uuid".to_owned(), json!("UUID"));
            }
            for (key, value) in map.iter_mut() {
                match (key.as_str(), &mut *value) {
                    ("id" | "service_id", Value::Number(_)) => *value = json!("NUMBER"),
                    // The order of a Python set.
                    ("nova_object.changes" | "obj_what_changed", Value::Array(names)) => {
                        names.sort_by_key(ToString::to_string);
                    }
                    (
                        "created_at" | "updated_at" | "deleted_at" | "launched_at",
                        Value::String(_),
                    ) => {
                        *value = json!("TIME");
                    }
                    // EC2's name of an instance is its number.
                    ("instance_id", Value::String(name)) if name.starts_with("i-") => {
                        *value = json!("NUMBER");
                    }
                    ("tb", _) => *value = json!([]),
                    (_, value) => normalize(value),
                }
            }
            if is_service && let Some(data) = map.get_mut("nova_object.data") {
                data["uuid"] = json!("UUID");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(normalize),
        _ => {}
    }
}

pub(crate) struct Replay {
    transport: Transport,
    rows: Rows,
}

impl Replay {
    pub(crate) fn new(transport: Transport) -> Self {
        Self {
            transport,
            rows: Rows::default(),
        }
    }

    /// Sends a recorded request; the answer in the form of a recorded reply.
    async fn send(&mut self, request: &Map<String, Value>) -> (Value, Option<Value>) {
        let mut adapted = Value::Object(request.clone());
        self.rows.adapt(&mut adapted);
        let mut context = CallContext::builder();
        for (key, value) in request
            .iter()
            .filter_map(|(key, value)| Some((key.strip_prefix("_context_")?, value)))
        {
            context = context.value(key, value).expect("a context");
        }
        let mut args = Kwargs::new();
        for (name, value) in adapted["args"].as_object().expect("arguments") {
            args = args.json(name, &Json::from_value(value).expect("JSON"));
        }
        let client = RpcClient::new(self.transport.clone(), Target::new("conductor"));
        let mut call = client
            .prepare()
            .version(request["version"].as_str().expect("a version"))
            .namespace(
                request
                    .get("namespace")
                    .and_then(Value::as_str)
                    .unwrap_or_default(),
            )
            .timeout(Duration::from_secs(30));
        if let Some(seconds) = request.get("_timeout").and_then(Value::as_u64) {
            call = call.call_monitor_timeout(Duration::from_secs(seconds));
        }
        let method = request["method"].as_str().expect("a method");
        match call.call(&context.build(), method, &args).await {
            Ok(result) => {
                let result: Value = result.read().expect("JSON");
                self.rows.learn(&adapted, &result);
                (result, None)
            }
            Err(Error::Remote(error)) => {
                let failure = json!({
                    "class": error.class, "module": error.module, "message": error.message,
                    "tb": [], "args": error.args, "kwargs": error.kwargs,
                });
                (Value::Null, Some(failure))
            }
            Err(error) => panic!("{method}: {error}"),
        }
    }
}

/// Step 33 is about an instance that was made before the recording began.
pub(crate) async fn create_recorded_instance(replay: &mut Replay, request: &Map<String, Value>) {
    let mut object = request["args"]["objinst"].clone();
    let data = object["nova_object.data"].as_object_mut().expect("data");
    for key in [
        "id",
        "created_at",
        "updated_at",
        "deleted_at",
        "deleted",
        "services",
        "pci_devices",
        "tags",
    ] {
        data.shift_remove(key);
    }
    let fields: Vec<String> = data.keys().cloned().collect();
    object["nova_object.changes"] = json!(fields);
    let mut create = request.clone();
    create.insert(
        "args".into(),
        json!({"objinst": object, "objmethod": "create", "args": [], "kwargs": {}}),
    );
    create.insert("_timeout".into(), Value::Null);
    let (_, failure) = replay.send(&create).await;
    assert_eq!(failure, None, "the instance of step 33 is created");
}

test_support::on_every_database! {
    /// Every recorded request is answered as it was.
    async fn recorded_requests_get_the_recorded_answers(db: NovaDb) {
        let url = format!("fake://wire-{}", uuid()).parse().expect("a URL");
        let transport = Transport::open(&url, TransportOptions::default(), &[]).await.expect("the bus in memory");
        let conductor = Conductor::start(&transport, "labhost", db.clone()).await.expect("a conductor");
        let mut replay = Replay::new(transport);
        let mut differences = Vec::new();
        for step in steps() {
            if step.name.starts_with("33") {
                create_recorded_instance(&mut replay, &step.request).await;
            }
            let (mut result, failure) = replay.send(&step.request).await;
            if db.main.dialect() != Dialect::MySql && step.request["args"]["objmethod"] != "create" {
                // Only MariaDB keeps whole seconds, as the wire does. On the others a time that came
                // over the wire differs from the row, and is sent back.
                if let Some(updates) = result.get_mut(0).and_then(Value::as_object_mut) {
                    updates.shift_remove("created_at");
                }
            }
            // Casts are recorded without an answer; that they are served is all there is to see.
            let Some(recorded) = step.replies.last() else { continue };
            let recorded_failure = recorded["failure"].get("(a JSON string; parsed here)").cloned();
            for (what, ours, theirs) in [
                ("result", Some(result), Some(recorded["result"].clone())),
                ("failure", failure, recorded_failure),
            ] {
                let (mut ours, mut theirs) = (ours.unwrap_or_default(), theirs.unwrap_or_default());
                normalize(&mut ours);
                normalize(&mut theirs);
                compare(&format!("{} {what}", step.name), &ours, &theirs, &mut differences);
            }
        }
        assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
        assert_eq!(conductor.stop(Duration::from_secs(5)).await, 0);
    }
}

pub(crate) fn uuid() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!(
        "{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}
