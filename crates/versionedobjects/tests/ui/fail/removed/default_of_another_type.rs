//! What is sent has the type of the field that is gone.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"),
    removed(pages: i64, until = "1.1", default = "none", lossy)
)]
pub struct Book {
    meta: Meta,
    title: Attr<String>,
}

fn main() {}
