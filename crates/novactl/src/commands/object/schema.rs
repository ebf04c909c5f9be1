//! `novactl object schema`

use versionedobjects::Draft;

use super::find;
use crate::cli::{Draft as Wanted, Schema};
use crate::output::Answer;
use crate::{Error, Result};

/// The schema of a class at a version.
pub(super) fn schema(wanted: &Schema) -> Result<Answer> {
    let class = find(&wanted.class)?;
    let version = wanted.at.unwrap_or_else(|| class.version());
    let known = |release: &versionedobjects::Release| release.version == version;
    if !class.history.iter().any(known) {
        let versions: Vec<String> = class
            .history
            .iter()
            .map(|release| release.version.to_string())
            .collect();
        return Err(Error::Input {
            what: format!("version {version} of {}", class.name),
            reason: "there never was one".to_owned(),
            hint: Some(format!("it had {}", versions.join(", "))),
        });
    }
    let draft = match wanted.draft {
        Wanted::Draft2020 => Draft::Draft2020,
        Wanted::Draft4 => Draft::Draft4,
        Wanted::Oslo => Draft::Oslo,
    };
    Ok(Answer::document(class.json_schema(version, draft)))
}
