//! A version is two numbers.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Book {
    meta: Meta,
    #[object(since = "one")]
    binding: Attr<String>,
    #[object(since = 1.1)]
    pages: Attr<i64>,
}

fn main() {}
