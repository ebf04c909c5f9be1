//! One object after another, to one version or as each line says.

use std::collections::HashMap;

use nova_objects::registry;
use versionedobjects::{
    Class, Error, Exception, Form, Manifest, ObjectExt as _, ProjectError as _, Version,
    VersionedObject, WriteOptions,
};

use super::request::{Request, read_manifest};

/// How many manifests are kept for the lines that follow.
const KEPT: usize = 1024;

/// Converts primitives to what a reader can read.
#[derive(Debug, Default)]
pub struct Converter {
    to: Option<Version>,
    manifest: Option<Manifest>,
    /// What a reader knows that knows one class at an older version, and all
    /// others as they are here.
    lowered: HashMap<(&'static str, Version), Manifest>,
}

impl Converter {
    /// Converts to that version, for a reader of that manifest, where a line
    /// does not say anything else.
    #[must_use]
    pub fn new(to: Option<Version>, manifest: Option<Manifest>) -> Self {
        Self {
            to,
            manifest,
            lowered: HashMap::new(),
        }
    }

    /// Reads a manifest: versions by class, or what `novactl object manifest
    /// --json` writes.
    ///
    /// # Errors
    /// When it is neither.
    pub fn manifest(text: &str) -> versionedobjects::Result<Manifest> {
        let inner = serde_json::from_str::<serde_json::Value>(text)
            .ok()
            .and_then(|mut answer| Some(answer.get_mut("manifest")?.take()))
            .filter(serde_json::Value::is_object);
        match inner {
            Some(inner) => read_manifest(&inner.to_string()),
            None => read_manifest(text),
        }
    }

    /// The object of a line as its reader reads it.
    ///
    /// # Errors
    /// The exception that Nova raises, or would.
    pub fn convert(&mut self, line: &str) -> Result<String, Box<Exception>> {
        self.written(line)
            .map_err(|error| Box::new(nova_objects::Error::from(error).to_exception()))
    }

    fn written(&mut self, line: &str) -> versionedobjects::Result<String> {
        let request = Request::read(line)?;
        let object = registry().read(request.primitive)?;
        let to = request.to.or(self.to);
        let given = request.manifest.as_ref().or(self.manifest.as_ref());
        let (target, manifest) = match (to, given) {
            (None, None) => (None, None),
            (Some(to), Some(given)) => (Some(to), Some(given)),
            (None, Some(given)) => (Some(readable(&*object, given)?), Some(given)),
            (Some(to), None) => (
                Some(to),
                Some(lowered(&mut self.lowered, object.class(), to)),
            ),
        };
        object.to_json_with(WriteOptions {
            form: Form::Compat,
            target,
            manifest,
        })
    }
}

/// The newest version of the object that whoever has the manifest reads.
fn readable(
    object: &dyn VersionedObject,
    manifest: &Manifest,
) -> versionedobjects::Result<Version> {
    let class = object.class().name;
    // A conductor that is asked for a class that is not in the manifest looks
    // it up there all the same.
    let newest = manifest.get(class).ok_or_else(|| Error::MissingKey {
        object: class,
        version: object.version(),
        key: class.to_owned(),
    })?;
    Ok(newest.min(object.version()))
}

fn lowered<'c>(
    kept: &'c mut HashMap<(&'static str, Version), Manifest>,
    class: &'static Class,
    to: Version,
) -> &'c Manifest {
    // Lines may name any versions; what is remembered of them is bounded.
    if kept.len() >= KEPT && !kept.contains_key(&(class.name, to)) {
        kept.clear();
    }
    kept.entry((class.name, to)).or_insert_with(|| {
        let mut manifest = class.manifest().clone();
        manifest.insert(class.name, to);
        manifest
    })
}
