//! Lazy attributes need somebody to load them.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Book {
    meta: Meta,
    #[object(lazy)]
    summary: Attr<String>,
    #[object(lazy)]
    reviews: Attr<Vec<String>>,
}

fn main() {}
