//! Nullability that did not change needs no rule.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"))]
pub struct Book {
    meta: Meta,
    #[object(was(nullable, until = "1.1", null = "untitled"))]
    title: Attr<Option<String>>,
    #[object(was(required, until = "1.1", null = 0))]
    pages: Attr<i64>,
}

fn main() {}
