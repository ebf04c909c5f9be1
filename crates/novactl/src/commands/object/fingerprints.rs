//! `novactl object fingerprints`

use std::collections::BTreeMap;

use nova_objects::classes;
use serde_json::json;

use crate::output::{Answer, Table, Text};

/// The fingerprint of each class.
pub(super) fn fingerprints() -> Answer {
    let all: BTreeMap<&str, String> = classes()
        .map(|class| (class.name, class.fingerprint()))
        .collect();
    let mut table = Table::new(["CLASS", "FINGERPRINT"], "");
    for (class, fingerprint) in &all {
        table.row([(*class).into(), fingerprint.as_str().into()]);
    }
    Answer::new("fingerprints", json!(all), Text::Table(table))
}
