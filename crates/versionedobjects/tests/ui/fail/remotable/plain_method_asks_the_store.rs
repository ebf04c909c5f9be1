//! A method that asks the store without being remotable: there is no store to ask, only a context.

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

impl Book {
    pub async fn rename(&mut self, ctx: &Context, title: &str) -> Result<()> {
        self.set_title(title);
        // Fine: by whatever route the context has.
        self.save(ctx).await?;
        // Not fine: would need a database here.
        BookStore::save(ctx, ctx, self).await
    }

    pub async fn burn(&mut self, ctx: &Context) -> Result<()> {
        ctx.store().burn(ctx, self).await
    }
}

fn main() {}
