//! Each variant is one class.

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

#[derive(ObjectEnum, Debug, Clone)]
#[object_enum(base = "Author", bass = "Author")]
pub enum AnyAuthor {
    Author(Author),
    Nobody,
    Pair(Author, Author),
}

fn main() {}
