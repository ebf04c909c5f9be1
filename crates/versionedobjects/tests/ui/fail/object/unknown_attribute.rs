//! All unknown attributes are named at once, and what is known beside them still counts.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(histroy("1.0" = "Initial version"), colour = "red", history("1.0" = "Initial version", "1.1" = "Added binding"))]
pub struct Book {
    meta: Meta,
    #[object(defualt = 1, since = "1.1")]
    copies: Attr<i64>,
    #[object(readonly)]
    isbn: Attr<String>,
}

fn main() {
    // The class is there all the same: no error here.
    let mut book = Book::new();
    book.set_copies(2);
}
