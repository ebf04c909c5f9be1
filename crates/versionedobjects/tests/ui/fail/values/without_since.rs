//! New values came with a version.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"))]
pub struct Book {
    meta: Meta,
    #[object(values("hard"))]
    binding: Attr<String>,
    #[object(values("hard", since = "1.9"))]
    cover: Attr<String>,
}

fn main() {}
