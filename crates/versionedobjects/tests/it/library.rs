//! A small domain for the tests: books, their shelf, and a store in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use versionedobjects::fields::{DateTime, Dict};
use versionedobjects::{
    Attr, Context, EnumField, Error, Exception, Meta, Mixin, ObjectExt as _, ProjectError,
    VersionedObject, async_trait, remotable,
};

/// The project of the tests.
#[derive(Debug)]
pub struct Library;

impl versionedobjects::Project for Library {
    const PREFIX: &'static str = "library_object";
    const NAMESPACE: &'static str = "library";
    type Store = dyn BookStore;
    type Error = LibraryError;
}

#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error(transparent)]
    Object(#[from] Error),
    #[error("no book {isbn}")]
    NoBook { isbn: String },
    #[error("{}", .0.message)]
    Remote(Exception),
}

impl ProjectError for LibraryError {
    const CLASSES: &'static [&'static str] = &["NoBook"];

    fn to_exception(&self) -> Exception {
        match self {
            Self::Object(error) => error.to_exception(),
            Self::NoBook { isbn } => {
                let mut exception = Exception::new("library", "NoBook", self.to_string());
                exception.kwargs.insert("isbn".into(), isbn.as_str().into());
                exception
            }
            Self::Remote(exception) => exception.clone(),
        }
    }

    fn from_exception(exception: Exception) -> Self {
        match (
            &*exception.class,
            exception.kwargs.get("isbn").and_then(|isbn| isbn.as_str()),
        ) {
            ("NoBook", Some(isbn)) => Self::NoBook {
                isbn: isbn.to_owned(),
            },
            _ => Self::Remote(exception),
        }
    }
}

pub type Result<T> = std::result::Result<T, LibraryError>;

#[derive(Mixin, Debug, Clone, Default)]
pub struct Timestamped {
    created_at: Attr<Option<DateTime>>,
    updated_at: Attr<Option<DateTime>>,
}

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "Binding")]
pub enum Binding {
    #[value("hard")]
    Hard,
    #[value("soft")]
    Soft,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Added email"))]
pub struct Author {
    meta: Meta,
    name: Attr<String>,
    #[object(since = "1.1")]
    email: Attr<Option<String>>,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(methods, history("1.0" = "Initial version", "1.1" = "Added binding", "1.2" = "Added author 1.1"))]
pub struct Book {
    meta: Meta,
    #[object(read_only)]
    isbn: Attr<String>,
    title: Attr<Option<String>>,
    #[object(default = 1)]
    copies: Attr<i64>,
    #[object(since = "1.1")]
    binding: Attr<Binding>,
    author: Attr<Author>,
    tags: Attr<Dict<String>>,
    #[object(embed)]
    timestamped: Timestamped,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(list_of(Book), history("1.0" = "Initial version"))]
pub struct BookList {
    meta: Meta,
    objects: Attr<Vec<Book>>,
}

#[remotable(Book)]
pub trait BookStore {
    /// The book with that number.
    #[errors(NoBook)]
    async fn get(
        &self,
        ctx: &Context,
        isbn: String,
        #[arg(default = false)] with_author: bool,
    ) -> Result<Book>;
    /// Writes the changes.
    #[errors()]
    async fn save(&self, ctx: &Context, book: &mut Book) -> Result<i64>;
}

/// Keeps books as primitives, as a database would.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<BTreeMap<String, Book>>);

#[async_trait]
impl BookStore for Shelf {
    async fn get(&self, _: &Context, isbn: String, with_author: bool) -> Result<Book> {
        let shelf = self
            .0
            .lock()
            .expect("no test panics while it holds the shelf");
        let mut book = shelf
            .get(&isbn)
            .cloned()
            .ok_or(LibraryError::NoBook { isbn })?;
        if !with_author {
            book.unset("author");
        }
        Ok(book)
    }

    async fn save(&self, _: &Context, book: &mut Book) -> Result<i64> {
        use TimestampedFields as _;
        let isbn = book.isbn()?.to_owned();
        book.set_updated_at(DateTime::parse("2026-01-01T00:00:00Z").map_err(Error::from)?);
        book.reset_changes();
        let mut shelf = self
            .0
            .lock()
            .expect("no test panics while it holds the shelf");
        shelf.insert(isbn, book.clone());
        Ok(i64::try_from(shelf.len()).expect("few books"))
    }
}
