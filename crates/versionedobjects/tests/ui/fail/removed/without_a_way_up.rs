//! A value in old data becomes something, or is lost by declaration.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"),
    removed(pages: i64, until = "1.1", default = 0)
)]
pub struct Book {
    meta: Meta,
    title: Attr<String>,
}

fn main() {}
