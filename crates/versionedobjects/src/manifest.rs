//! Manifests: which version of each class a service can read.

use std::fmt;
use std::str::FromStr as _;

use indexmap::IndexMap;

use crate::{Class, JsonMap, Result, Version};

/// For each class, the newest version its owner can read. Written as a flat
/// dictionary of version numbers, in the order of discovery.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Manifest(IndexMap<String, Version, foldhash::fast::RandomState>);

impl Manifest {
    /// A manifest of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it names no class.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many classes it names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The version of a class.
    #[must_use]
    pub fn get(&self, class: &str) -> Option<Version> {
        self.0.get(class).copied()
    }

    /// Adds a class or changes its version.
    pub fn insert(&mut self, class: impl Into<String>, version: Version) {
        self.0.insert(class.into(), version);
    }

    /// The classes with their versions, in the order of discovery.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Version)> {
        self.0
            .iter()
            .map(|(name, version)| (name.as_str(), *version))
    }

    /// The same classes, none at a version above the one `pin` names for it.
    #[must_use]
    pub fn pinned(&self, pin: &Self) -> Self {
        self.iter()
            .map(|(name, version)| {
                (
                    name,
                    pin.get(name).map_or(version, |pinned| pinned.min(version)),
                )
            })
            .collect()
    }

    /// What both can read: the classes that both name, each at the older of the
    /// two versions.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        self.iter()
            .filter_map(|(name, version)| Some((name, version.min(other.get(name)?))))
            .collect()
    }

    /// Whether whoever reads this reads everything that `other` names.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.iter().all(|(name, version)| {
            self.get(name)
                .is_some_and(|known| version.is_readable_by(known))
        })
    }

    /// Reads the wire form.
    ///
    /// # Errors
    /// [`crate::Error::MalformedVersion`] if a value is no version.
    pub fn from_json(map: &JsonMap) -> Result<Self> {
        map.iter()
            .map(|(name, value)| {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                Ok((name.clone(), Version::from_str(&text)?))
            })
            .collect::<Result<_>>()
            .map(Self)
    }

    /// The wire form.
    #[must_use]
    pub fn to_json(&self) -> JsonMap {
        self.iter()
            .map(|(name, version)| (name.to_owned(), version.to_string().into()))
            .collect()
    }

    /// The wire form as text, as Python writes it.
    #[must_use]
    pub fn python_json(&self) -> String {
        let mut writer = crate::Writer::new(crate::Form::Compat);
        writer.object(self.iter(), |writer, version| {
            writer.str(&version.to_string())
        });
        writer.finish().unwrap_or_default()
    }
}

impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(
                self.iter()
                    .map(|(name, version)| (name, version.to_string())),
            )
            .finish()
    }
}

impl<S: Into<String>> FromIterator<(S, Version)> for Manifest {
    fn from_iter<I: IntoIterator<Item = (S, Version)>>(items: I) -> Self {
        Self(
            items
                .into_iter()
                .map(|(name, version)| (name.into(), version))
                .collect(),
        )
    }
}

/// What becomes of the subclasses that a field takes.
#[derive(Clone, Copy)]
enum Heirs {
    /// The declared class stands for them.
    Stood,
    /// They are named themselves.
    Named,
}

impl Class {
    /// The fields of the class and of everything in its manifest whose content
    /// no version covers: JSON in a text, or anything at all. They change
    /// without a bump and reach readers of every version as they are, so a
    /// project counts them in a test and does without more.
    #[must_use]
    pub fn unversioned(&'static self) -> Vec<String> {
        let mut tree = Vec::new();
        self.discover(Heirs::Stood, &mut tree);
        let fields = tree.into_iter().flat_map(|class| {
            let opaque = class.fields.iter().filter(|field| field.ty.is_opaque());
            opaque.map(|field| format!("{}.{}", class.name, field.name))
        });
        fields.collect()
    }

    /// The class and everything reachable through its fields, with their
    /// current versions: what a caller sends along so that the answer is one
    /// it can read (oslo's `obj_tree_get_versions`). Where a field takes
    /// subclasses, the declared class stands for them.
    ///
    /// Unlike the original, objects in dictionaries are found too.
    #[must_use]
    pub fn manifest(&'static self) -> &'static Manifest {
        self.derived
            .manifest
            .get_or_init(|| self.tree(Heirs::Stood))
    }

    /// [`Class::manifest`] with the subclasses that fields take, too: what a
    /// peer of our own is told, which writes each object at the version that
    /// its own class has in it.
    #[must_use]
    pub fn readable(&'static self) -> &'static Manifest {
        self.derived
            .readable
            .get_or_init(|| self.tree(Heirs::Named))
    }

    fn tree(&'static self, heirs: Heirs) -> Manifest {
        let mut tree = Vec::new();
        self.discover(heirs, &mut tree);
        tree.into_iter()
            .map(|class| (class.name, class.version()))
            .collect()
    }

    fn discover(&'static self, heirs: Heirs, tree: &mut Vec<&'static Self>) {
        if tree.iter().any(|known| known.name == self.name) {
            return;
        }
        tree.push(self);
        for field in self.fields {
            let Some(target) = field.ty.any_object() else {
                continue;
            };
            let classes = (target.classes)().iter();
            let number = match heirs {
                Heirs::Stood => 1,
                Heirs::Named => classes.len(),
            };
            for class in classes.take(number) {
                class.discover(heirs, tree);
            }
        }
    }
}
