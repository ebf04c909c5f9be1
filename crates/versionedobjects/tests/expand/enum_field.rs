//! An enumeration: the values an attribute can have.

#[path = "../ui/data.rs"]
mod data;

use data::{Project};
use versionedobjects::prelude::*;

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "Binding")]
pub enum Binding {
    #[value("hard")]
    Hard,
    #[value("soft")]
    Soft,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Book {
    meta: Meta,
    binding: Attr<Binding>,
}

fn main() {
    let mut book = Book::new();
    book.set_binding(Binding::Soft);
    assert_eq!(book.binding().expect("set").as_str(), "soft");
    assert!(book.set("binding", "leather").is_err());
    assert_eq!(Binding::VALUES, ["hard", "soft"]);
}
