//! Checks for the tests of those who declare classes.

mod arbitrary;
mod routes;
mod ways;

pub use arbitrary::{Source, arbitrary};
pub use routes::{Asked, Fault, Faults, Faulty, Record, Recording, Watch, Watched};
pub use ways::{Ways, every_way};

use crate::{
    Error, Manifest, ObjectExt as _, Reader, Result, Version, VersionedObject, WriteOptions,
    primitive,
};

/// Writes an object at every version its class records, reads each text back,
/// and compares: at the current version nothing may be lost, at an older one
/// nothing may be left that it does not know, and what was read must be
/// written as it came.
///
/// Give it objects with everything set, and some for which a conversion hook
/// has something to decide. Versions of another major than the current one
/// are left out, since nobody converts to them.
///
/// ```
/// # mod project { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ui/data.rs")); }
/// # use project::Project;
/// use versionedobjects::prelude::*;
///
/// #[derive(VersionedObject, Debug, Clone, Default)]
/// #[object(history("1.0" = "Initial version", "1.1" = "Added binding"))]
/// pub struct Book {
///     meta: Meta,
///     title: Attr<String>,
///     #[object(since = "1.1")]
///     binding: Attr<String>,
/// }
///
/// # fn main() -> versionedobjects::Result<()> {
/// let mut book = Book::new();
/// book.set_title("The Dispossessed");
/// book.set_binding("soft");
/// versionedobjects::check::every_version(&book)
/// # }
/// ```
///
/// # Errors
///
/// [`Error::Action`] that says at which version what differs; what writing or
/// reading fails with.
pub fn every_version(object: &dyn VersionedObject) -> Result<()> {
    let class = object.class();
    let current = class.version();
    for release in class.history {
        let version = release.version;
        if version.major != current.major {
            continue;
        }
        let mut manifest = class.manifest().clone();
        manifest.insert(class.name, version);
        let text = write(object, version, &manifest)?;
        let mut read = (class.new)();
        primitive::read_into(&mut Reader::new(&text)?, &mut *read)?;

        if version == current {
            let lost = first(object, |index| !object.slot(index).same(read.slot(index)));
            refuse(object, version, "is not read as it was written", lost)?;
        }
        let unknown = first(object, |index| {
            let since = class.fields.get(index).and_then(|field| field.since);
            since.is_some_and(|since| version < since) && read.slot(index).is_set()
        });
        refuse(
            object,
            version,
            "is sent to readers that do not know it",
            unknown,
        )?;
        let again = write(&*read, version, &manifest)?;
        if again != text {
            let reason = format!(
                "{} {version} is read from {text} but written as {again}",
                class.name
            );
            return Err(Error::Action {
                action: "check".into(),
                reason,
            });
        }
    }
    Ok(())
}

fn write(object: &dyn VersionedObject, version: Version, manifest: &Manifest) -> Result<String> {
    object.to_json_with(WriteOptions {
        target: Some(version),
        manifest: Some(manifest),
        ..WriteOptions::default()
    })
}

/// The name of the first field of which that holds.
fn first(object: &dyn VersionedObject, holds: impl Fn(usize) -> bool) -> Option<&'static str> {
    let mut fields = object.class().fields.iter().enumerate();
    fields
        .find(|(index, _)| holds(*index))
        .map(|(_, field)| field.name)
}

fn refuse(
    object: &dyn VersionedObject,
    version: Version,
    what: &str,
    field: Option<&'static str>,
) -> Result<()> {
    field.map_or(Ok(()), |field| {
        let reason = format!(
            "{}.{field} {what} at version {version}",
            object.class().name
        );
        Err(Error::Action {
            action: "check".into(),
            reason,
        })
    })
}
