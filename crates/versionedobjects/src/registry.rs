//! The classes a program knows, by name and version.

use std::collections::HashMap;

use crate::{Class, Error, Header, Manifest, Reader, Result, Version, VersionedObject, primitive};

/// A closed set of classes. Nothing that is not in it can be made from a
/// message, and there is no global one: a program may hold several.
#[derive(Debug, Default)]
pub struct Registry {
    /// Newest first, as oslo keeps them.
    by_name: HashMap<(&'static str, &'static str), Vec<&'static Class>>,
    order: Vec<&'static Class>,
}

impl Registry {
    /// A registry of these classes. Several versions of one class may be among
    /// them; one of an equal version replaces the earlier.
    #[must_use]
    pub fn new(classes: impl IntoIterator<Item = &'static Class>) -> Self {
        let mut registry = Self::default();
        for class in classes {
            let versions = registry
                .by_name
                .entry((class.namespace, class.name))
                .or_default();
            if let Some(same) = versions
                .iter_mut()
                .find(|known| known.version() == class.version())
            {
                registry.order.retain(|known| !std::ptr::eq(*known, *same));
                *same = class;
            } else {
                versions.push(class);
                versions.sort_by_key(|class| std::cmp::Reverse(class.version()));
            }
            registry.order.push(class);
        }
        registry
    }

    /// All classes, in the order they were given.
    pub fn iter(&self) -> impl Iterator<Item = &'static Class> {
        self.order.iter().copied()
    }

    /// What can be read with it: each class at its newest version.
    #[must_use]
    pub fn manifest(&self) -> Manifest {
        let mut manifest = Manifest::new();
        for class in self.iter() {
            let newest = manifest.get(class.name).unwrap_or(class.version());
            manifest.insert(class.name, newest.max(class.version()));
        }
        manifest
    }

    /// The newest version of a class, in whatever namespace has the name.
    ///
    /// # Errors
    /// [`Error::UnsupportedObject`]
    pub fn newest(&self, name: &str) -> Result<&'static Class> {
        self.iter()
            .filter(|class| class.name == name)
            .max_by_key(|class| class.version())
            .ok_or_else(|| Error::UnsupportedObject {
                name: name.chars().take(128).collect(),
            })
    }

    /// The class that serves a version: exactly that one if registered, else
    /// the highest of the same major that is not older (oslo's
    /// `obj_class_from_name`).
    ///
    /// # Errors
    /// [`Error::UnsupportedObject`], [`Error::IncompatibleVersion`]
    pub fn lookup(&self, name: &str, version: Version) -> Result<&'static Class> {
        self.serving(self.newest(name)?.namespace, name, version)
    }

    /// The class of that namespace that serves a version.
    fn serving(&self, namespace: &str, name: &str, version: Version) -> Result<&'static Class> {
        let versions = self
            .by_name
            .get(&(namespace, name))
            .map_or(&[][..], Vec::as_slice);
        let exact = versions.iter().find(|class| class.version() == version);
        match exact.or_else(|| {
            versions
                .iter()
                .find(|class| version.is_served_by(class.version()))
        }) {
            Some(class) => Ok(class),
            None => Err(match versions.first() {
                Some(newest) => Error::IncompatibleVersion {
                    name: name.to_owned(),
                    requested: version,
                    supported: newest.version(),
                },
                None => Error::UnsupportedObject {
                    name: name.chars().take(128).collect(),
                },
            }),
        }
    }

    /// Reads an object of whatever registered class the text says it is.
    ///
    /// # Errors
    /// [`Error::UnsupportedObject`], [`Error::IncompatibleVersion`], and what
    /// is wrong with the data.
    pub fn read(&self, text: &str) -> Result<Box<dyn VersionedObject>> {
        let mut reader = Reader::new(text)?;
        let object = self.read_from(&mut reader)?;
        reader.finish()?;
        Ok(object)
    }

    /// Reads the object that comes next.
    ///
    /// # Errors
    /// As [`Registry::read`].
    pub fn read_from(&self, reader: &mut Reader<'_>) -> Result<Box<dyn VersionedObject>> {
        let ahead = reader.rest()?;
        if let Some(header) = primitive::leading_header(&mut reader.part(ahead)) {
            let mut object = (self.class_of(&header)?.new)();
            primitive::read_into(reader, &mut *object)?;
            return Ok(object);
        }
        // Its data may come first: it is read again once it is known whose it is.
        let text = reader.raw()?;
        let prefix = self
            .order
            .first()
            .map_or("versioned_object", |class| class.prefix);
        let header = primitive::header_of(&mut reader.part(text.as_bytes()), prefix)?;
        let mut part = reader.part(text.as_bytes());
        let mut object = (self.class_of(&header)?.new)();
        primitive::read_into(&mut part, &mut *object)?;
        reader.absorb(&part);
        Ok(object)
    }

    /// The class that reads an object with that envelope.
    fn class_of(&self, header: &Header) -> Result<&'static Class> {
        let (namespace, name) = (header.namespace.as_str(), header.name.as_str());
        match self.serving(namespace, name, header.version) {
            // Whoever knows the namespace needs only the class to be named.
            Err(Error::UnsupportedObject { .. })
                if self.iter().all(|class| class.namespace != namespace) =>
            {
                Err(Error::UnsupportedObject {
                    name: header.full_name(),
                })
            }
            // A third part never decides whether data is readable.
            Err(Error::IncompatibleVersion { .. }) if header.version.patch.is_some() => {
                self.serving(namespace, name, header.version.without_patch())
            }
            found => found,
        }
    }
}
