//! `novactl object`

mod call;
mod convert;
mod diff;
mod explain;
mod fingerprints;
mod list;
mod manifest;
mod methods;
mod reference;
mod schema;

use std::path::Path;

use nova_objects::{classes, registry};
use versionedobjects::Class;

use crate::cli::Object;
use crate::names::near;
use crate::output::Answer;
use crate::{Error, Result, Session};

/// Runs the commands that need neither configuration nor deployment; `None`
/// for the others.
#[must_use]
pub fn offline(command: &Object) -> Option<Result<Answer>> {
    Some(match command {
        Object::List => Ok(list::list()),
        Object::Methods { class } => methods::methods(class.as_deref()),
        Object::Explain { file } => explain::explain(file),
        Object::Manifest { class } => manifest::manifest(class.as_deref()),
        Object::Reference { folder } => reference::reference(folder),
        Object::Fingerprints { class } => fingerprints::fingerprints(class.as_deref()),
        Object::Schema(wanted) => schema::schema(wanted),
        Object::Convert(wanted) => convert::convert(wanted),
        Object::Diff(wanted) => diff::diff(wanted),
        Object::Call(_) => return None,
    })
}

/// Runs one of the commands.
///
/// # Errors
/// What a method refuses; input that cannot be understood.
pub async fn run(command: &Object, session: &Session) -> Result<Answer> {
    match command {
        Object::Call(wanted) => call::call(wanted, session).await,
        other => offline(other).unwrap_or_else(|| Ok(list::list())),
    }
}

fn find(name: &str) -> Result<&'static Class> {
    registry().newest(name).map_err(|_| Error::Input {
        what: format!("the class `{name}`"),
        reason: "there is none of that name".to_owned(),
        hint: Some(hint(
            &near(name, classes().map(|class| class.name)),
            "`novactl object list` shows what there is",
        )),
    })
}

fn hint(near: &[String], otherwise: &str) -> String {
    if near.is_empty() {
        otherwise.to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    }
}

fn name(file: &Path) -> String {
    if file.as_os_str() == "-" {
        "standard input".to_owned()
    } else {
        file.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_classes_are_answered_with_the_near_ones() {
        let hint = find("Instnace")
            .expect_err("it is no class")
            .hint()
            .unwrap_or_default();
        assert!(hint.contains("Instance"), "{hint}");
    }
}
