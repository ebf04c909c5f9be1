//! The version that took a field away is one of the class.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"),
    removed(pages: i64, until = "2.0", default = 0, lossy)
)]
pub struct Book {
    meta: Meta,
    title: Attr<String>,
}

fn main() {}
