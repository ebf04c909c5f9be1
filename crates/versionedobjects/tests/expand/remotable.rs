//! Remotable methods: of the class and of an object, with and without defaults.

#[path = "../ui/service.rs"]
mod service;

use service::{Project, Result};
use versionedobjects::MethodKind;
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(methods, history("1.0" = "Initial version"))]
pub struct Book {
    meta: Meta,
    isbn: Attr<String>,
    copies: Attr<i64>,
}

#[remotable(Book)]
pub trait BookStore {
    /// The book with that number.
    #[errors(NoBook)]
    async fn get(&self, ctx: &Context, isbn: String, #[arg(default = 1)] copies: i64) -> Result<Book>;

    /// Writes the changes.
    #[method(name = "_save", conditional)]
    async fn save(&self, ctx: &Context, book: &mut Book) -> Result<()>;
}

struct Shelf;

#[async_trait]
impl BookStore for Shelf {
    async fn get(&self, _: &Context, isbn: String, copies: i64) -> Result<Book> {
        let mut book = Book::new();
        book.set_isbn(isbn);
        book.set_copies(copies);
        Ok(book)
    }

    async fn save(&self, ctx: &Context, book: &mut Book) -> Result<()> {
        assert_eq!(ctx.expected(), &Expect::field("copies", 1));
        book.reset_changes();
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ctx = Context::direct::<dyn BookStore>(std::sync::Arc::new(Shelf), ());
    assert_eq!(Book::get(&ctx, "1").await.expect("there").copies().expect("set"), 1);
    let mut book = Book::get(&ctx, "1").copies(3).await.expect("there");
    assert_eq!(book.copies().expect("set"), 3);
    let expecting = ctx.expecting(Expect::field("copies", 1));
    book.save(&expecting).await.expect("saved");
    assert!(Book::get(&expecting, "1").await.is_err());
    assert!(book.changes().is_empty());
    assert!(Book::class_def().method("_save", MethodKind::Instance).is_ok());
}
