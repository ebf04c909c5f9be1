//! Stores are held to the errors that methods declare, in debug builds.

use std::sync::Arc;

use versionedobjects::{Context, Error, Object as _, async_trait};

use crate::library::{Book, BookStore, LibraryError, Result};

/// Fails in one way or another, whatever is asked of it.
#[derive(Debug)]
struct Failing {
    undeclared: bool,
}

impl Failing {
    fn error(&self) -> LibraryError {
        if self.undeclared {
            LibraryError::NoBook { isbn: "1".into() }
        } else {
            LibraryError::Object(Error::Unset {
                object: "Book",
                field: "isbn",
            })
        }
    }
}

#[async_trait]
impl BookStore for Failing {
    async fn get(&self, _: &Context, _: String, _: bool) -> Result<Book> {
        Err(self.error())
    }

    async fn save(&self, _: &Context, _: &mut Book) -> Result<i64> {
        Err(self.error())
    }
}

fn context(undeclared: bool) -> Context {
    Context::direct::<dyn BookStore>(Arc::new(Failing { undeclared }), ())
}

#[test]
fn declarations_are_in_the_table() {
    let errors = |name: &str| {
        let mut methods = Book::class_def().methods.iter();
        methods
            .find(|method| method.name == name)
            .and_then(|method| method.errors)
    };
    assert_eq!(errors("get"), Some(&["NoBook"][..]));
    assert_eq!(errors("save"), Some(&[][..]));
}

#[tokio::test]
async fn what_is_declared_may_be_raised() {
    let found = Book::get(&context(true), "1").await;
    assert!(matches!(found, Err(LibraryError::NoBook { .. })));
}

#[tokio::test]
async fn what_may_happen_to_any_call_needs_no_declaration() {
    let saved = Book::new().save(&context(false)).await;
    assert!(matches!(saved, Err(LibraryError::Object(_))));
}

#[cfg(debug_assertions)]
#[tokio::test]
#[should_panic(expected = "Book.save raised NoBook, which it does not declare")]
async fn what_is_not_declared_is_noticed() {
    let _ = Book::new().save(&context(true)).await;
}
