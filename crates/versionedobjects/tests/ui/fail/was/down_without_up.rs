//! Values that older readers are sent must come back, or be lost by declaration.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"))]
pub struct Book {
    meta: Meta,
    #[object(was(until = "1.1", down = half))]
    pages: Attr<i64>,
}

fn half(pages: i64) -> i64 {
    pages / 2
}

fn main() {}
