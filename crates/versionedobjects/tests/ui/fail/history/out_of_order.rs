//! Versions are recorded oldest first, each once.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.10" = "Added isbn", "1.9" = "Added copies", "1.9" = "Added copies again"))]
pub struct Book {
    meta: Meta,
    title: Attr<String>,
}

fn main() {}
