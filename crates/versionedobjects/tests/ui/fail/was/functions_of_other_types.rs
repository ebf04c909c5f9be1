//! Rules go from one type to the other.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"))]
pub struct Book {
    meta: Meta,
    #[object(was(type = i64, until = "1.1", up = spell, down = count))]
    pages: Attr<String>,
}

fn spell(pages: String) -> String {
    pages
}

fn count(pages: &str) -> bool {
    pages.is_empty()
}

fn main() {}
