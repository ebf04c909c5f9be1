//! `novactl object list`

use nova_objects::classes;
use serde_json::json;
use versionedobjects::Class;

use crate::output::{Answer, Cell, Table, Text};

/// The classes with their versions and fingerprints.
pub(super) fn list() -> Answer {
    let mut table = Table::new(["CLASS", "VERSION", "FIELDS", "METHODS", "FINGERPRINT"], "");
    let mut facts = Vec::new();
    let mut all: Vec<&Class> = classes().collect();
    all.sort_by_key(|class| class.name);
    for class in all {
        let fingerprint = class.fingerprint();
        let version = class.version().to_string();
        table.row([
            Cell::from(class.name),
            version.as_str().into(),
            Cell::number(class.fields.len()),
            Cell::number(class.methods.len()),
            fingerprint.as_str().into(),
        ]);
        facts.push(json!({
            "class": class.name,
            "namespace": class.namespace,
            "version": version,
            "fields": class.fields.len(),
            "methods": class.methods.len(),
            "fingerprint": fingerprint,
        }));
    }
    Answer::new("classes", facts, Text::Table(table))
}
