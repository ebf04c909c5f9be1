//! Lazy attributes: loaded when asked for, never by reading.

#[path = "../ui/data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Book {
    meta: Meta,
    title: Attr<String>,
    #[object(lazy)]
    summary: Attr<String>,
    #[object(lazy)]
    reviews: Attr<Vec<String>>,
}

#[async_trait]
impl LazyLoad for Book {
    type Field = BookLazy;

    async fn load_fields(&mut self, _: &Context, fields: &[BookLazy]) -> Result<()> {
        for field in fields {
            match field {
                BookLazy::Summary => self.load("summary", "Two worlds, one wall")?,
                BookLazy::Reviews => self.load("reviews", vec![Value::from("good")])?,
            }
        }
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ctx = Context::direct::<()>(std::sync::Arc::new(()), ());
    let mut book = Book::new();
    assert!(book.summary().is_err());
    book.load_summary(&ctx).await.expect("loaded");
    book.load_missing(&ctx, BookLazy::ALL).await.expect("loaded");
    assert_eq!(book.summary().expect("loaded"), "Two worlds, one wall");
    assert_eq!(book.reviews().expect("loaded").len(), 1);
    assert!(book.changes().is_empty());
    assert_eq!(ctx.loads(), 2);
}
