//! A list holds what it says.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Author {
    meta: Meta,
    name: Attr<String>,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(list_of(Author), history("1.0" = "Initial version"))]
pub struct AuthorList {
    meta: Meta,
    objects: Attr<Vec<String>>,
}

fn main() {}
