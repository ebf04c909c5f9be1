//! A rule says that a field was something else than recorded.

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
    history("1.0" = "Initial version", "1.1" = "heading is title; added binding", "1.2" = "No shelf mark", "1.3" = "Newer"),
    removed(mark: String, until = "1.2", default = "none", lossy)
)]
pub struct Book {
    meta: Meta,
    isbn: Attr<String>,
    #[object(was(name = "heading", until = "1.1"))]
    title: Attr<String>,
    #[object(was(type = f64, until = "1.3", up = whole, down = fraction))]
    pages: Attr<String>,
    author: Attr<Option<Author>>,
    tags: Attr<Vec<String>>,
    #[object(since = "1.1")]
    binding: Attr<Option<String>>,
}

fn whole(pages: f64) -> String {
    pages.to_string()
}

fn fraction(pages: &str) -> f64 {
    pages.parse().unwrap_or_default()
}

fn main() {}
