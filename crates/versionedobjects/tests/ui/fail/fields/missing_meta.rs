//! Changes and versions need a place.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Book {
    title: Attr<String>,
}

fn main() {}
