//! Arguments may travel.

#![allow(unused)]

#[path = "../../service.rs"]
mod service;

use service::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(methods, history("1.0" = "Initial version"))]
pub struct Book {
    meta: Meta,
    title: Attr<String>,
}

#[remotable(Book)]
pub trait BookStore {
    async fn find(&self, ctx: &Context, title: &str) -> Result<Book>;
    async fn rename(&self, ctx: &Context, book: &mut Book, title: &str, (first, second): (i64, i64)) -> Result<()>;
}

fn main() {}
