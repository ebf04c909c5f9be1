//! Peers know the field by the class it was declared with.

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
pub enum AnyAuthor {
    Author(Author),
}

fn main() {}
