//! What a class was: a name, a type, nulls, values, a field that is gone.

#[path = "../ui/data.rs"]
mod data;

use data::{Project};
use versionedobjects::prelude::*;

/// How a book is bound.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "Binding")]
pub enum Binding {
    #[value("hard")]
    Hard,
    #[value("soft")]
    Soft,
}

/// A title in the catalogue.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    history("1.0" = "Initial version", "1.1" = "Soft bindings, sheets", "1.2" = "pages are a number"),
    removed(leaves: i64, until = "1.1", down = leaves, up = from_leaves, became(sheets))
)]
pub struct Book {
    meta: Meta,
    #[object(was(name = "heading", until = "1.1"))]
    title: Attr<String>,
    #[object(was(type = String, until = "1.2", up = count, down = spell))]
    pages: Attr<i64>,
    #[object(was(nullable, until = "1.1", null = "nobody"))]
    author: Attr<String>,
    #[object(was(required, until = "1.1", null = -1))]
    year: Attr<Option<i64>>,
    #[object(values("soft", since = "1.1", before = "hard"))]
    binding: Attr<Binding>,
    #[object(since = "1.1")]
    sheets: Attr<i64>,
    #[object(was(until = "1.1", down_with = shouted, lossy))]
    blurb: Attr<String>,
}

fn count(pages: String) -> Option<i64> {
    pages.parse().ok()
}

fn spell(pages: i64) -> String {
    pages.to_string()
}

fn leaves(book: &Book, _: Version) -> versionedobjects::Result<i64> {
    Ok(book.sheets()? * 2)
}

fn from_leaves(book: &mut Book, leaves: i64) {
    book.set_sheets(leaves / 2);
}

fn shouted(book: &Book, _: Version) -> Option<String> {
    book.blurb().ok().map(str::to_uppercase)
}

fn main() {
    let mut book = Book::new();
    book.set_title("The Dispossessed");
    book.set_pages(341);
    book.set_author("Le Guin");
    book.set_year(None);
    book.set_binding(Binding::Soft);
    book.set_sheets(11);
    book.set_blurb("An ambiguous utopia");
    let old = versionedobjects::WriteOptions { target: Some(Version::new(1, 0)), ..Default::default() };
    let text = book.to_json_with(old).expect("written at 1.0");
    let data = r#"{"heading": "The Dispossessed", "pages": "341", "author": "Le Guin", "year": -1, "binding": "hard", "blurb": "AN AMBIGUOUS UTOPIA", "leaves": 22}"#;
    assert!(text.contains(data), "{text}");

    let read = Book::from_json(&text).expect("read at 1.0");
    assert_eq!(read.title().expect("set"), "The Dispossessed");
    assert_eq!((read.pages().expect("set"), read.sheets().expect("set")), (341, 11));
}
