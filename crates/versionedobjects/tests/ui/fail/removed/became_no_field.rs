//! What a field became is a field.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"),
    removed(pages: i64, until = "1.1", down = count, up = count_up, became(sheets))
)]
pub struct Book {
    meta: Meta,
    title: Attr<String>,
}

fn count(book: &Book, _: Version) -> i64 {
    0
}

fn count_up(book: &mut Book, pages: i64) {}

fn main() {}
