//! `novactl object explain`

use std::path::Path;

use serde_json::Value as Json;

use super::name;
use crate::commands::read;
use crate::explain;
use crate::output::{Answer, Text};
use crate::{Error, Result};

/// Explains what is in a file.
pub(super) fn explain(file: &Path) -> Result<Answer> {
    let json = parse(file, &read(file)?)?;
    let explained = explain::explain(&json);
    let summary = explain::summary(&json, &explained);
    let mut text = explain::lines(&explained);
    text.extend(explain::in_short(&summary));
    let facts = |value: serde_json::Result<Json>| value.unwrap_or(Json::Null);
    Ok(Answer::new(
        "explanation",
        facts(serde_json::to_value(&explained)),
        Text::Lines(text),
    )
    .with("summary", facts(serde_json::to_value(&summary))))
}

fn parse(file: &Path, text: &str) -> Result<Json> {
    explain::parse(text).map_err(|error| {
        let hint = match text.trim_start().chars().next() {
            None => "there is nothing in it",
            Some('{' | '[') => "it may have been cut off or wrapped: take the whole body of the message, as it was sent",
            Some(_) => "a primitive or message is JSON and begins with `{`; take the body without headers and frames",
        };
        Error::Input { what: format!("{} as JSON", name(file)), reason: error.to_string(), hint: Some(hint.to_owned()) }
    })
}
