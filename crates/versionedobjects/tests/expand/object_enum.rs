//! A choice of classes: an attribute that takes an object of any of them.

#[path = "../ui/data.rs"]
mod data;

use data::{Project};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Print {
    meta: Meta,
    pages: Attr<i64>,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Audio {
    meta: Meta,
    minutes: Attr<i64>,
}

#[derive(ObjectEnum, Debug, Clone)]
#[object_enum(base = "Edition")]
pub enum AnyEdition {
    Print(Print),
    Audio(Audio),
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Book {
    meta: Meta,
    edition: Attr<AnyEdition>,
}

fn main() {
    let mut audio = Audio::new();
    audio.set_minutes(600);
    let mut book = Book::new();
    book.set_edition(audio);
    let read = Book::from_json(&book.to_json().expect("written")).expect("read");
    assert!(matches!(read.edition().expect("set"), AnyEdition::Audio(audio) if audio.minutes().is_ok()));
}
