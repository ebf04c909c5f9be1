//! What is stored of an object can be compared, of a class nothing is stored.

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
    #[method(conditional)]
    async fn find(&self, ctx: &Context, title: String) -> Result<Book>;
}

fn main() {}
