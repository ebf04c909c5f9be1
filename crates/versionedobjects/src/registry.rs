//! The classes a program knows, by name and version.

use std::collections::HashMap;

use crate::{Class, Error, Header, Manifest, Reader, Result, Version, VersionedObject, primitive};

/// A closed set of classes. Nothing that is not in it can be made from a
/// message, and there is no global one: a program may hold several.
#[derive(Debug, Default)]
pub struct Registry {
    /// Newest first, as oslo keeps them; those of several namespaces together.
    by_name: HashMap<&'static str, Vec<&'static Class>>,
    order: Vec<&'static Class>,
}

impl Registry {
    /// A registry of these classes. Several versions of one class may be among
    /// them; one of an equal version replaces the earlier.
    #[must_use]
    pub fn new(classes: impl IntoIterator<Item = &'static Class>) -> Self {
        let mut registry = Self::default();
        for class in classes {
            let versions = registry.by_name.entry(class.name).or_default();
            if let Some(same) = versions.iter_mut().find(|known| {
                known.namespace == class.namespace && known.version() == class.version()
            }) {
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
        self.named(name)
            .iter()
            .copied()
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

    /// All classes of that name, in whatever namespace, newest first.
    fn named(&self, name: &str) -> &[&'static Class] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// The class of that namespace that serves a version.
    fn serving(&self, namespace: &str, name: &str, version: Version) -> Result<&'static Class> {
        let versions = || {
            self.named(name)
                .iter()
                .filter(|class| class.namespace == namespace)
        };
        let exact = versions().find(|class| class.version() == version);
        match exact.or_else(|| versions().find(|class| version.is_served_by(class.version()))) {
            Some(class) => Ok(class),
            None => Err(match versions().next() {
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
        reader.go_to_next()?;
        if let Some(class) = self.announced(reader.ahead()) {
            let mut object = (class.new)();
            primitive::read_into(reader, &mut *object)?;
            return Ok(object);
        }
        // Not as peers write it: it is gone through once to know whose it is.
        let text = reader.ahead();
        let prefix = self
            .order
            .first()
            .map_or("versioned_object", |class| class.prefix);
        let header = primitive::header_of(&mut reader.part(text), prefix)?;
        let mut object = (self.class_of(&header)?.new)();
        primitive::read_into(reader, &mut *object)?;
        Ok(object)
    }

    /// The class that reads the object a text begins with, if it begins as peers
    /// write it and that class is known.
    fn announced(&self, text: &[u8]) -> Option<&'static Class> {
        let named = self.named(primitive::leading_name(text)?).iter();
        let (class, version) = named
            .into_iter()
            .find_map(|class| Some((class, class.announced(text)?.0)))?;
        let version = version.parse::<Version>().ok()?;
        [version, version.without_patch()]
            .into_iter()
            .find_map(|version| self.serving(class.namespace, class.name, version).ok())
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
