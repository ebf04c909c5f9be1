//! Another type needs a way up.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"))]
pub struct Book {
    meta: Meta,
    #[object(was(type = i64, until = "1.1", down = count))]
    pages: Attr<String>,
}

fn count(pages: &str) -> i64 {
    pages.len() as i64
}

fn main() {}
