//! A store implements everything that can be asked.

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

struct Shelf;

fn context(shelf: std::sync::Arc<Shelf>) -> Context {
    Context::direct::<dyn BookStore>(shelf, ())
}

fn main() {}
