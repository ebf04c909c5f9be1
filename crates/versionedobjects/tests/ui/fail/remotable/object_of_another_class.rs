//! A method belongs to the class that the trait is for.

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

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Author {
    meta: Meta,
    name: Attr<String>,
}

#[remotable(Book)]
pub trait BookStore {
    async fn save(&self, ctx: &Context, author: &mut Author) -> Result<()>;
}

fn main() {}
