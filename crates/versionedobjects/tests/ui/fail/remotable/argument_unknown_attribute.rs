//! Attributes of arguments and methods.

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
    #[method(nmae = "_find", contxt = "ctxt")]
    async fn find(
        &self,
        ctx: &Context,
        #[arg(defualt = "any")] title: String,
        #[arg(vargs)] rest: Vec<Json>,
        #[object(lazy)] more: bool,
    ) -> Result<Book>;
}

fn main() {}
