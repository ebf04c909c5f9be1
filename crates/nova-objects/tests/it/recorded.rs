//! Access to the recorded facts in `vectors/`.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

/// A file or folder below `vectors/`.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../vectors")
        .join(name)
}

/// A recorded JSON file.
pub(crate) fn json(name: &str) -> Json {
    let path = path(name);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("read {}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("parse {}: {error}", path.display()))
}

/// The same JSON with every list of changes in one order: on the wire theirs
/// means nothing.
pub(crate) fn normalized(json: &Json) -> Json {
    match json {
        Json::Array(items) => items.iter().map(normalized).collect(),
        Json::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let mut value = normalized(value);
                if key == "nova_object.changes"
                    && let Json::Array(names) = &mut value
                {
                    names.sort_by_key(Json::to_string);
                }
                (key.clone(), value)
            })
            .collect(),
        other => other.clone(),
    }
}

/// The text of the same JSON, so that the order of keys counts.
pub(crate) fn text(json: &Json) -> String {
    normalized(json).to_string()
}
