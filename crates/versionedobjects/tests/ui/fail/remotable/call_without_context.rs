//! A method asks somebody.

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
    async fn save(&self, ctx: &Context, book: &mut Book) -> Result<()>;
}

async fn call(book: &mut Book) -> Result<()> {
    book.save().await
}

fn main() {}
