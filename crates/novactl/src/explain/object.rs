//! What the primitive of an object says, beside the class as it is here.

use std::str::FromStr as _;

use nova_objects::registry;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use versionedobjects::{Class, Version};

use super::{Explained, part};

/// The parts of an envelope.
const PARTS: [&str; 6] = ["name", "namespace", "version", "data", "changes", "carried"];

/// A versioned object as it was sent or stored.
#[derive(Debug, Clone, Serialize)]
pub struct Object {
    /// Its class.
    pub class: String,
    /// The namespace of the class.
    pub namespace: String,
    /// The version of the data.
    pub version: String,
    /// The version of the class here, if there is such a class.
    pub ours: Option<String>,
    /// How the two compare.
    pub standing: Standing,
    /// What has changed about the class since that version.
    pub since_then: Vec<String>,
    /// Why it could not be read here, if it could not.
    pub refused: Option<String>,
    /// What is set, in the order in which it was written.
    pub fields: Vec<Field>,
    /// What is not set, though the version has it.
    pub unset: Vec<String>,
    /// What the sender had changed.
    pub changes: Vec<String>,
    /// What newer peers of our own carry along for others.
    pub carried: Option<Box<Explained>>,
    /// Parts of the envelope that mean nothing here.
    pub other: Vec<String>,
}

/// How the version of an object compares with that of the class here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is the same.
    Same,
    /// It is older, and can be read.
    Older,
    /// It is newer: a conductor of that release must convert it.
    Newer,
    /// It has another major: nobody here can make sense of it.
    Foreign,
    /// There is no such class here.
    Unknown,
}

/// An attribute that is set.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type here; none where the class here has no such field.
    #[serde(rename = "type")]
    pub field_type: Option<String>,
    /// Whether the sender had changed it.
    pub changed: bool,
    /// Its value.
    pub value: Explained,
}

/// Explains a dictionary that is an object's primitive.
pub(super) fn explain(map: &Map<String, Json>) -> Option<Explained> {
    let prefix = map.keys().find_map(|key| key.strip_suffix(".data"))?;
    let get = |key: &str| map.get(&format!("{prefix}.{key}"));
    let text = |key: &str| get(key).and_then(Json::as_str);
    let (name, version, data) = (text("name")?, text("version")?, get("data")?.as_object()?);
    let namespace = text("namespace").unwrap_or_default();
    let class = registry()
        .newest(name)
        .ok()
        .filter(|class| class.namespace == namespace);
    let changes = strings(get("changes"));
    let parsed = Version::from_str(version).ok();
    let fields = data
        .iter()
        .map(|(name, value)| Field {
            name: name.clone(),
            field_type: class.and_then(|class| type_of(class, name)),
            changed: changes.contains(name),
            value: part(value),
        })
        .collect();
    Some(Explained::Object(Object {
        class: name.to_owned(),
        namespace: namespace.to_owned(),
        version: version.to_owned(),
        ours: class.map(|class| class.version().to_string()),
        standing: standing(class, parsed),
        since_then: class
            .zip(parsed)
            .map(|(class, version)| since(class, version))
            .unwrap_or_default(),
        refused: class.and_then(|_| refused(map)),
        fields,
        unset: class
            .map(|class| unset(class, parsed, data))
            .unwrap_or_default(),
        changes,
        carried: get("carried").map(|carried| Box::new(part(carried))),
        other: map
            .keys()
            .filter(|key| {
                let known = key
                    .strip_prefix(prefix)
                    .and_then(|key| key.strip_prefix('.'));
                !known.is_some_and(|key| PARTS.contains(&key))
            })
            .cloned()
            .collect(),
    }))
}

fn strings(json: Option<&Json>) -> Vec<String> {
    let items = json.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    items
        .iter()
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect()
}

fn standing(class: Option<&Class>, version: Option<Version>) -> Standing {
    match (class, version) {
        (Some(class), Some(version)) => {
            let (ours, theirs) = (class.version().without_patch(), version.without_patch());
            if ours.major != theirs.major {
                Standing::Foreign
            } else if theirs > ours {
                Standing::Newer
            } else if theirs < ours {
                Standing::Older
            } else {
                Standing::Same
            }
        }
        _ => Standing::Unknown,
    }
}

fn since(class: &Class, version: Version) -> Vec<String> {
    let later = class
        .history
        .iter()
        .filter(|release| release.version > version && release.version.major == version.major);
    later
        .map(|release| format!("{}: {}", release.version, release.note))
        .collect()
}

/// What reading it here says. Secrets are masked by now, which no type minds
/// but those that cannot hold text; so only what is wrong with the version and
/// the shape of the envelope is taken from it, and values that do not fit.
fn refused(map: &Map<String, Json>) -> Option<String> {
    let text = Json::Object(map.clone()).to_string();
    registry().read(&text).err().map(|error| error.to_string())
}

fn type_of(class: &Class, name: &str) -> Option<String> {
    let field = class.fields.get(class.field_index(name)?)?;
    let element = match field.ty.any_object() {
        Some(target) if field.ty.is_object() => target.name.to_owned(),
        Some(target) => format!("{} of {}", field.ty.name, target.name),
        None => field.ty.name.to_owned(),
    };
    Some(if field.nullable {
        format!("{element} or null")
    } else {
        element
    })
}

fn unset(class: &Class, version: Option<Version>, data: &Map<String, Json>) -> Vec<String> {
    class
        .fields
        .iter()
        .filter(|field| !data.contains_key(field.name))
        .filter(|field| {
            field
                .since
                .zip(version)
                .is_none_or(|(since, version)| since <= version)
        })
        .map(|field| field.name.to_owned())
        .collect()
}
