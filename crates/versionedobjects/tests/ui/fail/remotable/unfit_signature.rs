//! All that is wrong with a signature is said at once, each where it is to be mended.

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
    fn not_async(&self, ctx: &Context) -> Result<()>;
    async fn no_store(ctx: &Context) -> Result<()>;
    async fn no_context(&self) -> Result<()>;
    async fn something_else(&self, title: String) -> Result<()>;
    async fn no_result(&self, ctx: &Context);
    async fn other_result(&self, ctx: &Context) -> Option<Book>;
    async fn generic<T: FieldType>(&self, ctx: &Context, value: T) -> Result<()>;
    fn nothing_right();
    async fn all_right(&self, ctx: &Context, book: &mut Book) -> Result<()>;
}

async fn call(ctx: &Context, book: &mut Book) -> Result<()> {
    // What is right is there all the same: no error here.
    book.all_right(ctx).await
}

fn main() {}
