//! What null meant, or what stands for it, must be said.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"))]
pub struct Book {
    meta: Meta,
    #[object(was(nullable, until = "1.1"))]
    title: Attr<String>,
    #[object(was(required, until = "1.1"))]
    pages: Attr<Option<i64>>,
}

fn main() {}
