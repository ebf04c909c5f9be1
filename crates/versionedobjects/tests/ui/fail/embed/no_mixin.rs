//! What is embedded derives `Mixin`.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(Debug, Clone, Default)]
pub struct Timestamped {
    created_at: Attr<Option<DateTime>>,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Book {
    meta: Meta,
    title: Attr<String>,
    #[object(embed)]
    timestamped: Timestamped,
}

fn main() {}
