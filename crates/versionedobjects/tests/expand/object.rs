//! An object: fields of several kinds, versions, a conversion.

#[path = "../ui/data.rs"]
mod data;

use data::{Project};
use versionedobjects::prelude::*;

/// A title in the catalogue.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Added binding, copies are counted"), backport = uncount)]
pub struct Book {
    meta: Meta,
    /// The number by which it is found.
    #[object(read_only)]
    isbn: Attr<String>,
    title: Attr<Option<String>>,
    #[object(default = 1)]
    copies: Attr<i64>,
    #[object(since = "1.1")]
    r#type: Attr<String>,
}

fn uncount(data: &mut Data, version: Version) -> versionedobjects::Result<()> {
    if version < Version::new(1, 1) && data.get("copies") == Some(&Json::from(0)) {
        data.insert("copies".to_owned(), Json::Null);
    }
    Ok(())
}

fn main() {
    let mut book = Book::new();
    book.set_isbn("1").expect("set once");
    assert!(book.set_isbn("2").is_err());
    book.set_title("The Dispossessed");
    book.set_copies(0);
    book.set_type("paper");
    assert_eq!(book.changes(), ["isbn", "title", "copies", "type"]);
    assert_eq!(book.title().expect("set"), Some("The Dispossessed"));

    let old = versionedobjects::WriteOptions { target: Some(Version::new(1, 0)), ..Default::default() };
    let text = book.to_json_with(old).expect("written at 1.0");
    assert!(text.contains(r#""copies": null"#) && !text.contains("paper"), "{text}");
}
