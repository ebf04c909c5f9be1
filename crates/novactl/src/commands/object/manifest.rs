//! `novactl object manifest`

use nova_objects::classes;
use serde_json::Value as Json;
use versionedobjects::Manifest;

use super::find;
use crate::Result;
use crate::output::{Answer, Table, Text};

/// The newest version of each class that is read here, or of those in the tree
/// of one.
pub(super) fn manifest(class: Option<&str>) -> Result<Answer> {
    let manifest: Manifest = match class {
        Some(name) => find(name)?.manifest().clone(),
        None => {
            let mut all: Vec<_> = classes()
                .map(|class| (class.name, class.version()))
                .collect();
            all.sort_unstable();
            all.into_iter().collect()
        }
    };
    let mut table = Table::new(["CLASS", "VERSION"], "");
    for (class, version) in manifest.iter() {
        table.row([class.into(), version.to_string().into()]);
    }
    Ok(Answer::new(
        "manifest",
        Json::Object(manifest.to_json()),
        Text::Table(table),
    ))
}
