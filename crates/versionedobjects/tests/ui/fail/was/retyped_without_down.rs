//! Another type needs a way down.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"))]
pub struct Book {
    meta: Meta,
    #[object(was(type = i64, until = "1.1", up = spell))]
    pages: Attr<String>,
}

fn spell(pages: i64) -> String {
    pages.to_string()
}

fn main() {}
