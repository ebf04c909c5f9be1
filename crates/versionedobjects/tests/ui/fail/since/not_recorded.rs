//! A version that `history` does not have.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Added binding"))]
pub struct Book {
    meta: Meta,
    #[object(since = "1.9")]
    binding: Attr<String>,
}

fn main() {}
