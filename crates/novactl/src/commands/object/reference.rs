//! `novactl object reference`

use std::path::Path;

use serde_json::json;

use crate::Result;
use crate::output::{Answer, Text};
use crate::reference;

/// Writes the reference of all classes.
pub(super) fn reference(folder: &Path) -> Result<Answer> {
    let classes = reference::write(folder)?;
    let index = folder.join("index.html");
    Ok(Answer::new(
        "reference",
        json!({ "classes": classes, "index": index }),
        Text::line(format!("{classes} classes: {}", index.display())),
    ))
}
