//! Readers that know a field are sent something, or nothing by declaration.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"),
    removed(pages: i64, until = "1.1", lossy)
)]
pub struct Book {
    meta: Meta,
    title: Attr<String>,
}

fn main() {}
