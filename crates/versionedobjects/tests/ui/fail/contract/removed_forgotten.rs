//! A recorded field that is gone is gone altogether.

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
#[object(
    contract = "recorded",
    history("1.0" = "Initial version", "1.1" = "heading is title; added binding", "1.2" = "No shelf mark")
)]
pub struct Book {
    meta: Meta,
    isbn: Attr<String>,
    #[object(was(name = "heading", until = "1.1"))]
    title: Attr<String>,
    pages: Attr<i64>,
    author: Attr<Option<Author>>,
    tags: Attr<Vec<String>>,
    #[object(since = "1.1")]
    binding: Attr<Option<String>>,
}

fn main() {}
