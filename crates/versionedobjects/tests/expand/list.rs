//! A list: objects of one class, which it iterates over.

#[path = "../ui/data.rs"]
mod data;

use data::{Project};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Author {
    meta: Meta,
    name: Attr<String>,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(list_of(Author), history("1.0" = "Initial version"))]
pub struct AuthorList {
    meta: Meta,
    objects: Attr<Vec<Author>>,
}

fn main() {
    let mut author = Author::new();
    author.set_name("Ursula");
    let list: AuthorList = [author].into_iter().collect();
    assert_eq!(list.len(), 1);
    let names: Vec<&str> = list.iter().filter_map(|author| author.name().ok()).collect();
    assert_eq!(names, ["Ursula"]);
    let read = AuthorList::from_json(&list.to_json().expect("written")).expect("read");
    assert_eq!(read, list);
}
