//! What is gone is not there.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"),
    removed(pages: i64, until = "1.1", default = 0, lossy)
)]
pub struct Book {
    meta: Meta,
    pages: Attr<i64>,
}

fn main() {}
