//! What each command does. Every one gives an [`Answer`](crate::output::Answer).

pub mod db;
pub mod flavor;
pub mod fleet;
pub mod hypervisor;
pub mod keypair;
pub mod object;
pub mod rpc;
pub mod server;
pub mod service;

use std::io::Read as _;
use std::path::Path;

use serde_json::Value as Json;
use versionedobjects::DateTime;

use crate::{Error, Result};

/// How much of a file is read.
const LARGEST: u64 = 64 * 1024 * 1024;

/// A file, or standard input where the name is `-`.
fn read(path: &Path) -> Result<String> {
    let failed = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    if path.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .take(LARGEST)
            .read_to_string(&mut text)
            .map_err(failed)?;
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(LARGEST)
            .read_to_string(&mut text)
            .map_err(failed)?;
    }
    Ok(text)
}

/// A moment as it is shown: UTC, to the second.
fn moment(time: Option<DateTime>) -> Option<String> {
    time.map(|time| time.to_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The error for a thing that is not there, if that is what the error says.
fn not_found<E: Into<Error>>(error: E, classes: &[&str], instead: impl FnOnce() -> Error) -> Error {
    match error.into() {
        Error::Object(error) if classes.iter().any(|class| error.is_class(class)) => instead(),
        other => other,
    }
}

/// Text in JSON, or null.
fn text(value: Option<&str>) -> Json {
    value.map_or(Json::Null, Json::from)
}
