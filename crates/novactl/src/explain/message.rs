//! What messages on the bus say: envelopes, requests, replies and failures of
//! oslo.messaging, and the conductor's object methods among the requests.

use std::str::FromStr as _;

use nova_objects::{NovaException, registry};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use versionedobjects::{ArgumentKind, MethodDef, Version};

use super::{Entry, Explained, part};

/// What the keys of a request's context begin with.
const CONTEXT: &str = "_context_";

/// The version of the envelope that is understood.
const ENVELOPE: &str = "2.0";

/// A message as it is on the bus.
#[derive(Debug, Clone, Serialize)]
pub struct Envelope {
    /// The version of the envelope.
    pub version: String,
    /// Whether servers accept it: they drop others without a word.
    pub accepted: bool,
    /// What is inside.
    pub message: Box<Explained>,
}

/// A request.
#[derive(Debug, Clone, Serialize)]
pub struct Request {
    /// The method that is called.
    pub method: String,
    /// The version it asks for.
    pub version: Option<String>,
    /// The namespace of the method.
    pub namespace: Option<String>,
    /// Where the answer goes; none for a cast.
    pub reply_to: Option<String>,
    /// By which the answer is recognised.
    pub msg_id: Option<String>,
    /// By which a second delivery is recognised.
    pub unique_id: Option<String>,
    /// Seconds within which signs of life are expected.
    pub call_monitor_timeout: Option<Json>,
    /// Who asks: the context, without its prefix and its empty keys.
    pub context: Map<String, Json>,
    /// For the conductor's object methods: what is called in the end.
    pub calls: Option<String>,
    /// Whether the class here publishes that method.
    pub known: Option<bool>,
    /// Classes of which the caller reads another version than the one here.
    pub manifest: Vec<Seat>,
    /// The arguments.
    pub arguments: Vec<Entry>,
}

/// A class in a caller's manifest.
#[derive(Debug, Clone, Serialize)]
pub struct Seat {
    /// The class.
    pub class: String,
    /// The newest version the caller reads.
    pub theirs: String,
    /// The version here, if there is such a class.
    pub ours: Option<String>,
}

/// An answer, or a sign of life before it.
#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    /// The call that is answered.
    pub msg_id: Option<String>,
    /// Whether the answer ends here.
    pub ending: bool,
    /// What the method returned.
    pub result: Option<Box<Explained>>,
    /// What it raised.
    pub failure: Option<Box<Explained>>,
}

/// A notification: something that happened, told to whoever wants to know.
#[derive(Debug, Clone, Serialize)]
pub struct Notification {
    /// What happened, such as `instance.create.end`.
    pub event_type: String,
    /// Who tells of it: a service and its host.
    pub publisher: Option<String>,
    /// How important it is.
    pub priority: Option<String>,
    /// When it was told.
    pub timestamp: Option<String>,
    /// What it is about.
    pub payload: Box<Explained>,
}

/// What a method changed about its object, and what it returned.
#[derive(Debug, Clone, Serialize)]
pub struct Updates {
    /// The attributes the caller is to take over.
    pub fields: Vec<Entry>,
    /// What counts as changed from now on.
    pub changes: Vec<String>,
    /// What the method returned.
    pub result: Box<Explained>,
}

/// An exception.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    /// Its class.
    pub class: String,
    /// The module of the class.
    pub module: String,
    /// What it says.
    pub message: String,
    /// Whether callers here get it as an error of its own.
    pub known: bool,
    /// The arguments it was raised with.
    pub kwargs: Map<String, Json>,
    /// Where it was raised, innermost last.
    pub traceback: Vec<String>,
}

/// Explains a dictionary that is a message or a part of one.
pub(super) fn explain(map: &Map<String, Json>) -> Option<Explained> {
    envelope(map)
        .or_else(|| request(map))
        .or_else(|| reply(map))
        .or_else(|| notification(map))
        .or_else(|| failure(map))
}

fn text(map: &Map<String, Json>, key: &str) -> Option<String> {
    map.get(key).and_then(Json::as_str).map(str::to_owned)
}

fn envelope(map: &Map<String, Json>) -> Option<Explained> {
    let version = map.get("oslo.version")?;
    let version = version
        .as_str()
        .map_or_else(|| version.to_string(), str::to_owned);
    // Recordings keep the text, or what it parses to.
    let message = map
        .iter()
        .find(|(key, _)| key.starts_with("oslo.message"))
        .map(|(_, message)| message)?;
    let parsed = message
        .as_str()
        .and_then(|text| serde_json::from_str::<Json>(text).ok());
    let message = Box::new(part(parsed.as_ref().unwrap_or(message)));
    Some(Explained::Envelope(Envelope {
        accepted: version == ENVELOPE,
        version,
        message,
    }))
}

fn request(map: &Map<String, Json>) -> Option<Explained> {
    let method = text(map, "method")?;
    let args = map.get("args")?.as_object()?;
    let object_call = ObjectCall::of(&method, args);
    let context = map.iter().filter_map(|(key, value)| {
        let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        Some((key.strip_prefix(CONTEXT)?.to_owned(), value.clone())).filter(|_| !empty)
    });
    Some(Explained::Request(Request {
        version: text(map, "version"),
        namespace: text(map, "namespace"),
        reply_to: text(map, "_reply_q"),
        msg_id: text(map, "_msg_id"),
        unique_id: text(map, "_unique_id"),
        call_monitor_timeout: map
            .get("_timeout")
            .filter(|timeout| !timeout.is_null())
            .cloned(),
        context: context.collect(),
        calls: object_call.as_ref().map(|call| call.label.clone()),
        known: object_call.as_ref().and_then(|call| call.known),
        manifest: args
            .get("object_versions")
            .and_then(Json::as_object)
            .map(differing)
            .unwrap_or_default(),
        arguments: object_call.map_or_else(
            || {
                args.iter()
                    .map(|(name, value)| Entry::new(name, part(value)))
                    .collect()
            },
            |call| call.arguments,
        ),
        method,
    }))
}

/// What one of the conductor's object methods is about.
struct ObjectCall {
    label: String,
    known: Option<bool>,
    arguments: Vec<Entry>,
}

impl ObjectCall {
    fn of(method: &str, args: &Map<String, Json>) -> Option<Self> {
        let object = args
            .get("objinst")
            .map(|object| Entry::new("objinst", part(object)));
        let class = match (&object, args.get("objname").and_then(Json::as_str)) {
            (
                Some(Entry {
                    value: Explained::Object(object),
                    ..
                }),
                _,
            ) => object.class.clone(),
            (_, Some(name)) => name.to_owned(),
            _ => "?".to_owned(),
        };
        if method == "object_backport_versions" {
            let wanted = args
                .get("object_versions")
                .and_then(|versions| versions.get(&class))
                .and_then(Json::as_str);
            let label = format!("convert {class} to version {}", wanted.unwrap_or("?"));
            return Some(Self {
                label,
                known: None,
                arguments: object.into_iter().collect(),
            });
        }
        if !matches!(
            method,
            "object_action" | "object_class_action_versions" | "object_class_action"
        ) {
            return None;
        }
        let name = args.get("objmethod").and_then(Json::as_str).unwrap_or("?");
        let known = registry()
            .newest(&class)
            .ok()
            .map(|class| class.methods.iter().find(|method| method.name == name));
        let mut arguments: Vec<Entry> = object.into_iter().collect();
        let given = args
            .get("args")
            .and_then(Json::as_array)
            .map_or(&[][..], Vec::as_slice);
        for (place, value) in given.iter().enumerate() {
            arguments.push(Entry::new(&parameter(known.flatten(), place), part(value)));
        }
        for (name, value) in args
            .get("kwargs")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
        {
            arguments.push(Entry::new(name, part(value)));
        }
        Some(Self {
            label: format!("{class}.{name}()"),
            known: known.map(|method| method.is_some()),
            arguments,
        })
    }
}

/// What the parameter at that place is called.
fn parameter(method: Option<&MethodDef>, place: usize) -> String {
    let plain = method.and_then(|method| {
        method
            .arguments
            .iter()
            .filter(|argument| argument.kind == ArgumentKind::Plain)
            .nth(place)
    });
    plain.map_or_else(|| format!("[{place}]"), |argument| argument.name.to_owned())
}

fn differing(versions: &Map<String, Json>) -> Vec<Seat> {
    let seat = |(class, theirs): (&String, &Json)| {
        let theirs = theirs
            .as_str()
            .map_or_else(|| theirs.to_string(), str::to_owned);
        let ours = registry().newest(class).ok().map(|class| class.version());
        let same = ours.is_some() && Version::from_str(&theirs).ok() == ours;
        (!same).then(|| Seat {
            class: class.clone(),
            theirs,
            ours: ours.map(|version| version.to_string()),
        })
    };
    versions.iter().filter_map(seat).collect()
}

fn reply(map: &Map<String, Json>) -> Option<Explained> {
    if !map.contains_key("result") || !(map.contains_key("_msg_id") || map.contains_key("ending")) {
        return None;
    }
    let failed = map.get("failure").filter(|failure| !failure.is_null());
    let ending = map.get("ending").and_then(Json::as_bool).unwrap_or(false);
    // A sign of life carries nothing, and a failure no result.
    let result = map
        .get("result")
        .filter(|result| failed.is_none() && (ending || !result.is_null()));
    Some(Explained::Reply(Reply {
        msg_id: text(map, "_msg_id"),
        ending,
        result: result.map(|result| Box::new(updates(result).unwrap_or_else(|| part(result)))),
        failure: failed.map(|failed| Box::new(failure_in(failed))),
    }))
}

fn notification(map: &Map<String, Json>) -> Option<Explained> {
    let (event_type, payload) = (text(map, "event_type")?, map.get("payload")?);
    Some(Explained::Notification(Notification {
        event_type,
        publisher: text(map, "publisher_id"),
        priority: text(map, "priority"),
        timestamp: text(map, "timestamp"),
        payload: Box::new(part(payload)),
    }))
}

/// `[updates, result]`, the answer of `object_action`.
fn updates(json: &Json) -> Option<Explained> {
    let [updates, result] = json.as_array()?.as_slice() else {
        return None;
    };
    let changes = updates.get("obj_what_changed")?.as_array()?;
    let fields = updates
        .as_object()?
        .iter()
        .filter(|(name, _)| *name != "obj_what_changed");
    Some(Explained::Updates(Updates {
        fields: fields
            .map(|(name, value)| Entry::new(name, part(value)))
            .collect(),
        changes: changes
            .iter()
            .filter_map(Json::as_str)
            .map(str::to_owned)
            .collect(),
        result: Box::new(part(result)),
    }))
}

/// A failure in its place in a reply, where it is text.
fn failure_in(json: &Json) -> Explained {
    let parsed = json
        .as_str()
        .and_then(|text| serde_json::from_str::<Json>(text).ok());
    let inner = parsed.as_ref().unwrap_or(json);
    // A recording may say beside it that it was text.
    let wrapped = inner
        .as_object()
        .filter(|map| map.len() == 1)
        .and_then(|map| map.values().next());
    let found = [Some(inner), wrapped]
        .into_iter()
        .flatten()
        .find_map(|json| failure(json.as_object()?));
    found.unwrap_or_else(|| part(inner))
}

fn failure(map: &Map<String, Json>) -> Option<Explained> {
    let (class, module, message) = (
        text(map, "class")?,
        text(map, "module")?,
        text(map, "message")?,
    );
    if !map.contains_key("tb") && !map.contains_key("kwargs") {
        return None;
    }
    let known = match module.as_str() {
        nova_objects::exception::MODULE => NovaException::CLASSES.contains(&class.as_str()),
        "builtins" | "exceptions" => true,
        module => module.starts_with("oslo_"),
    };
    let lines = map
        .get("tb")
        .and_then(Json::as_array)
        .map_or(&[][..], Vec::as_slice);
    let traceback = lines
        .iter()
        .filter_map(Json::as_str)
        .flat_map(str::lines)
        .map(str::to_owned)
        .collect();
    let kwargs = map
        .get("kwargs")
        .and_then(Json::as_object)
        .cloned()
        .unwrap_or_default();
    Some(Explained::Failure(Failure {
        class,
        module,
        message,
        known,
        kwargs,
        traceback,
    }))
}
