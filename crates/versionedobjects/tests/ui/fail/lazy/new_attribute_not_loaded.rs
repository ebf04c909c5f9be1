//! A lazy attribute was added and the loader forgotten.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Added reviews"))]
pub struct Book {
    meta: Meta,
    #[object(lazy)]
    summary: Attr<String>,
    #[object(lazy, since = "1.1")]
    reviews: Attr<Vec<String>>,
}

#[async_trait]
impl LazyLoad for Book {
    type Field = BookLazy;

    async fn load_fields(&mut self, _ctx: &Context, fields: &[BookLazy]) -> Result<()> {
        for field in fields {
            match field {
                BookLazy::Summary => self.set_summary("short"),
            }
        }
        Ok(())
    }
}

fn main() {}
