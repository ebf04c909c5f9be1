//! Edits of a recorded class that say what became of everything.

#[path = "../ui/data.rs"]
mod data;

use data::{Project};
use versionedobjects::prelude::*;

/// Who wrote it.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Author {
    meta: Meta,
    name: Attr<String>,
}

/// A title in the catalogue, changed in every way since 1.2 was recorded.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../ui/fail/contract/recorded",
    history(
        "1.0" = "Initial version",
        "1.1" = "heading is title; added binding",
        "1.2" = "No shelf mark",
        "1.3" = "isbn is number, pages are text, no binding, an author always, tags or none, added shelf"
    ),
    removed(mark: String, until = "1.2", default = "none", lossy),
    removed(binding: Option<String>, since = "1.1", until = "1.3", unset, lossy)
)]
pub struct Book {
    meta: Meta,
    #[object(was(name = "isbn", until = "1.3"))]
    number: Attr<String>,
    #[object(was(name = "heading", until = "1.1"))]
    title: Attr<String>,
    #[object(was(type = i64, until = "1.3", up = spell, down = count))]
    pages: Attr<String>,
    #[object(was(nullable, until = "1.3", null = Author::new()))]
    author: Attr<Author>,
    #[object(was(required, until = "1.3", null = Vec::new()))]
    tags: Attr<Option<Vec<String>>>,
    #[object(since = "1.3")]
    shelf: Attr<String>,
}

fn spell(pages: i64) -> String {
    pages.to_string()
}

fn count(pages: &str) -> Option<i64> {
    pages.parse().ok()
}

fn main() {
    let mut book = Book::new();
    book.set_number("1");
    book.set_pages("341");
    book.set_tags(None);
    let old = versionedobjects::WriteOptions { target: Some(Version::new(1, 2)), ..Default::default() };
    let text = book.to_json_with(old).expect("written at 1.2");
    assert!(text.contains(r#"{"isbn": "1", "pages": 341, "tags": []}"#), "{text}");
}
