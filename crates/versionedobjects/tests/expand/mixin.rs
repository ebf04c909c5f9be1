//! A mixin: attributes that several classes share, behind their own.

#[path = "../ui/data.rs"]
mod data;

use data::{Project};
use versionedobjects::prelude::*;

#[derive(Mixin, Debug, Clone, Default)]
pub struct Timestamped {
    created_at: Attr<Option<DateTime>>,
    #[object(default = false)]
    deleted: Attr<bool>,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Book {
    meta: Meta,
    title: Attr<String>,
    #[object(embed)]
    timestamped: Timestamped,
}

fn main() {
    let mut book = Book::new();
    book.set_defaults(&[]).expect("there is one");
    assert!(!book.deleted().expect("set by default"));
    book.set_created_at(None);
    let names: Vec<&str> = Book::class_def().fields.iter().map(|field| field.name).collect();
    assert_eq!(names, ["title", "created_at", "deleted"]);
}
