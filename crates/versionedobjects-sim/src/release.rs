//! What a release of a program knows of its classes.

use versionedobjects::{
    Class, FieldType as _, JsonMap, Manifest, ObjectExt as _, Reader, Registry, Result,
    VersionedObject, WriteOptions,
};
use versionedobjects::{Form, Json};

/// A release of a program: its own tables of the classes, or a later release's
/// held to older versions.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    /// Its name, for people.
    pub name: &'static str,
    registry: &'static Registry,
    pin: Option<&'static Manifest>,
}

impl Release {
    /// A release with tables of its own.
    #[must_use]
    pub const fn new(name: &'static str, registry: &'static Registry) -> Self {
        Self {
            name,
            registry,
            pin: None,
        }
    }

    /// A release that knows no newer versions than `pin` names.
    #[must_use]
    pub const fn pinned(
        name: &'static str,
        registry: &'static Registry,
        pin: &'static Manifest,
    ) -> Self {
        Self {
            name,
            registry,
            pin: Some(pin),
        }
    }

    /// Its classes.
    #[must_use]
    pub const fn registry(&self) -> &'static Registry {
        self.registry
    }

    /// What it reads.
    #[must_use]
    pub fn reads(&self) -> Manifest {
        let own = self.registry.manifest();
        match self.pin {
            Some(pin) => own.pinned(pin),
            None => own,
        }
    }

    /// Reads an object as the release does, keeping in it what the release does
    /// not know.
    ///
    /// # Errors
    /// What is wrong with it, or that it is too new.
    pub fn read(&self, text: &str, keep_unknown: bool) -> Result<Box<dyn VersionedObject>> {
        let mut reader = Reader::new(text)?
            .pinned(self.pin)
            .keeping_unknown(keep_unknown);
        let object = self.registry.read_from(&mut reader)?;
        reader.finish()?;
        Ok(object)
    }

    /// An object that a later release made, as this one would have made it.
    ///
    /// # Errors
    /// When it cannot be written or read.
    pub fn narrowed(&self, object: &dyn VersionedObject) -> Result<Box<dyn VersionedObject>> {
        let reads = self.reads();
        let target = reads.get(object.class().name);
        let text = object.to_json_with(WriteOptions {
            form: Form::Compat,
            target: target.map(|target| target.min(object.version())),
            manifest: Some(&reads),
        })?;
        self.read(&text, false)
    }

    /// What is left of a plain view of an object of that class when this
    /// release looks at it: fields that came later are not there.
    #[must_use]
    pub fn known_to(&self, class: &str, plain: &JsonMap) -> JsonMap {
        let Ok(class) = self.registry.newest(class) else {
            return JsonMap::new();
        };
        let version = self.reads().get(class.name).unwrap_or(class.version());
        let mut known = JsonMap::new();
        for field in class.fields {
            let Some(value) = plain.get(field.name) else {
                continue;
            };
            if field.since.is_some_and(|since| since > version) {
                continue;
            }
            let inside = field.ty.any_object().map(|target| (target.classes)());
            let value = match inside.and_then(|classes| classes.first()) {
                Some(class) => self.inside(class, value),
                None => value.clone(),
            };
            known.insert(field.name.to_owned(), value);
        }
        known
    }

    fn inside(&self, class: &Class, value: &Json) -> Json {
        match value {
            Json::Object(map) => Json::Object(self.known_to(class.name, map)),
            Json::Array(items) => items.iter().map(|item| self.inside(class, item)).collect(),
            other => other.clone(),
        }
    }
}

/// The plain view of an object, as a map; that of a list has its `objects`.
///
/// # Errors
/// When a value has no JSON form.
pub fn plain(object: &dyn VersionedObject) -> Result<JsonMap> {
    let plain = versionedobjects::plain(object)?;
    if plain.is_array() {
        return Ok([("objects".to_owned(), plain)].into_iter().collect());
    }
    JsonMap::coerce(plain.into()).map_err(versionedobjects::Error::BareValue)
}
