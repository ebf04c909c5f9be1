//! `novactl object fingerprints`

use std::collections::BTreeMap;

use nova_objects::classes;
use serde_json::json;

use super::find;
use crate::Result;
use crate::output::{Answer, Table, Text};

/// The fingerprint of each class, or of one.
pub(super) fn fingerprints(class: Option<&str>) -> Result<Answer> {
    let wanted = match class {
        Some(name) => vec![find(name)?],
        None => classes().collect(),
    };
    let all: BTreeMap<&str, String> = wanted
        .into_iter()
        .map(|class| (class.name, class.fingerprint()))
        .collect();
    let mut table = Table::new(["CLASS", "FINGERPRINT"], "");
    for (class, fingerprint) in &all {
        table.row([(*class).into(), fingerprint.as_str().into()]);
    }
    Ok(Answer::new("fingerprints", json!(all), Text::Table(table)))
}
