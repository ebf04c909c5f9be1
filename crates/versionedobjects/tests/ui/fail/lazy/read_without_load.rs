//! There is no way from an attribute to its value that does not say that it may be unset.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

mod book {
    use super::*;

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(history("1.0" = "Initial version"))]
    pub struct Author {
        meta: Meta,
        name: Attr<String>,
    }

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(history("1.0" = "Initial version"))]
    pub struct Book {
        meta: Meta,
        #[object(lazy)]
        pub author: Attr<Author>,
    }

    #[async_trait]
    impl LazyLoad for Book {
        type Field = BookLazy;

        async fn load_fields(&mut self, _: &Context, _: &[BookLazy]) -> Result<()> {
            Ok(())
        }
    }
}

fn print(book: &book::Book) {
    println!("{:?}", book.author().name());
    println!("{:?}", book.author.name());
    println!("{:?}", *book.author);
}

fn main() {}
