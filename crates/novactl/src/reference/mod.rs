//! The reference of all classes as static pages: what each class has, since
//! when, and what can be called. Made from the classes themselves, so it is
//! never behind them, and the same each time.
//!
//! Nothing is loaded from anywhere else, and the pages work from a folder.

mod class;
mod html;
mod index;
mod spelling;

use std::fs;
use std::path::{Path, PathBuf};

use nova_objects::classes;
use versionedobjects::Class;

use crate::{Error, Result};

/// How the pages look, and how they are searched.
const FILES: [(&str, &str); 2] = [
    ("style.css", include_str!("style.css")),
    ("search.js", include_str!("search.js")),
];

/// Writes the pages into a folder, which is made if it is missing; says how
/// many classes there are.
///
/// # Errors
/// [`Error::WriteFile`]
pub fn write(folder: &Path) -> Result<usize> {
    let mut all: Vec<&'static Class> = classes().collect();
    all.sort_by_key(|class| class.name);
    let failed = |path: PathBuf| move |source| Error::WriteFile { path, source };
    fs::create_dir_all(folder).map_err(failed(folder.to_owned()))?;
    let put = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(failed(path))
    };
    for (name, text) in FILES {
        put(name, text)?;
    }
    put("index.html", &index::page(&all))?;
    put("names.js", &index::names(&all))?;
    for class in &all {
        put(&page_of(class.name), &class::page(class, &all))?;
    }
    Ok(all.len())
}

/// The file that describes a class.
fn page_of(class: &str) -> String {
    format!("{class}.html")
}
