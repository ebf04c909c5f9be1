//! Two fields cannot have had one name at one time.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"))]
pub struct Book {
    meta: Meta,
    isbn: Attr<String>,
    #[object(was(name = "isbn", until = "1.1"))]
    number: Attr<String>,
}

fn main() {}
