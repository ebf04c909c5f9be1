//! An exception that the project does not have is no promise.

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
    #[errors(NoBook, NoShelv)]
    async fn misspelt(&self, ctx: &Context) -> Result<()>;
    #[errors(NoBook, NoBook)]
    async fn twice(&self, ctx: &Context) -> Result<()>;
    #[errors = "NoBook"]
    async fn no_list(&self, ctx: &Context) -> Result<()>;
    #[errors(NoBook, NoShelf)]
    async fn all_right(&self, ctx: &Context, book: &mut Book) -> Result<()>;
}

fn main() {}
