//! What is changed in place is changed through the object, which keeps track.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

mod book {
    use super::*;

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(history("1.0" = "Initial version"))]
    pub struct Book {
        meta: Meta,
        tags: Attr<Vec<String>>,
    }
}

fn tag(book: &mut book::Book) -> versionedobjects::Result<()> {
    book.edit_tags(|tags| tags.push("tracked".to_owned()))?;
    book.tags()?.push("untracked".to_owned());
    book.tags.as_option_mut().unwrap().push("untracked".to_owned());
    Ok(())
}

fn main() {}
