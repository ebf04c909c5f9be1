//! The attributes of a mixin come behind the object's own on the wire.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(Mixin, Debug, Clone, Default)]
pub struct Timestamped {
    created_at: Attr<Option<DateTime>>,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Book {
    meta: Meta,
    #[object(embed)]
    timestamped: Timestamped,
    title: Attr<String>,
}

fn main() {}
