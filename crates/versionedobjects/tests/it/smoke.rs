//! A book through the direct route.

use std::sync::Arc;

use versionedobjects::{Context, Object as _, ObjectExt as _};

use crate::library::{
    Author, Binding, Book, BookStore, LibraryError, Shelf, TimestampedFields as _,
};

fn book() -> Book {
    let mut author = Author::new();
    author.set_name("Ursula");
    let mut book = Book::new();
    book.set_isbn("1").expect("set once");
    book.set_title("The Dispossessed");
    book.set_binding(Binding::Soft);
    book.set_author(author);
    book
}

#[tokio::test]
async fn saves_and_gets() {
    let ctx = Context::direct::<dyn BookStore>(Arc::new(Shelf::default()), ());
    let mut book = book();
    assert_eq!(book.changes(), ["isbn", "title", "binding", "author"]);
    assert_eq!(book.save(&ctx).await.expect("saved"), 1);
    assert!(book.updated_at().expect("set").is_some());
    let got = Book::get(&ctx, "1").with_author(true).await.expect("there");
    assert_eq!(got, book);
    assert!(!Book::get(&ctx, "1").await.expect("there").is_set("author"));
    assert!(
        matches!(Book::get(&ctx, "2").await, Err(LibraryError::NoBook { isbn }) if isbn == "2")
    );
}

#[test]
fn writes_and_reads() {
    let text = book().to_json().expect("written");
    assert_eq!(
        text,
        concat!(
            r#"{"library_object.name": "Book", "library_object.namespace": "library", "library_object.version": "1.2", "#,
            r#""library_object.data": {"isbn": "1", "title": "The Dispossessed", "binding": "soft", "author": "#,
            r#"{"library_object.name": "Author", "library_object.namespace": "library", "library_object.version": "1.1", "#,
            r#""library_object.data": {"name": "Ursula"}, "library_object.changes": ["name"]}}, "#,
            r#""library_object.changes": ["isbn", "title", "binding", "author"]}"#
        )
    );
    let read = Book::from_json(&text).expect("read");
    assert_eq!(read, book());
    assert_eq!(read.to_json().expect("written again"), text);
}
