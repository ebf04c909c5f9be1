//! What a class promises, as data of its own: owned, comparable, and the same
//! whether it comes from a class's table or out of a recorded text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Content, Type};
use crate::{ArgumentKind, MethodKind, Version};

/// What peers may rely on of one class: its structure at every version it
/// records, and its methods at the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// The name on the wire.
    pub class: String,
    /// The namespace on the wire.
    pub namespace: String,
    /// The prefix of the envelope's keys.
    pub prefix: String,
    /// oslo's fingerprint, for those who compare with a Python peer's tests.
    pub fingerprint: String,
    /// Whether it is a list class.
    pub is_list: bool,
    /// Whether the original compares its objects by their data.
    pub comparable: bool,
    /// Whether objects inside follow when it is written at an older version.
    pub children_follow: bool,
    /// Whether a function converts its data to older versions.
    pub converts_down: bool,
    /// Whether a function completes objects of older versions.
    pub completes_up: bool,
    /// The versions with what each brought, oldest first.
    pub versions: Vec<(Version, String)>,
    /// The fields of the newest version, in the order of the wire.
    pub fields: Vec<Field>,
    /// The fields that only earlier versions have.
    pub removed: Vec<Removed>,
    /// Names that can be read but are no fields.
    pub computed: Vec<String>,
    /// What can be called.
    pub methods: Vec<Method>,
    /// Differences that were recorded although the bump they need was not
    /// made: at which version, and why.
    pub forced: Vec<(Version, String)>,
}

/// A field of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// What it holds.
    pub ty: Type,
    /// Whether a second, different value is refused.
    pub read_only: bool,
    /// Whether it can be loaded later, and so may be missing from an object.
    pub lazy: bool,
    /// The version that added it.
    pub since: Option<Version>,
    /// Its default, as JSON.
    pub default: Option<String>,
    /// Which version of the objects inside goes with which version of the
    /// class, oldest first.
    pub children: Vec<(Version, Version)>,
    /// What it was in earlier versions, oldest first.
    pub past: Vec<Past>,
    /// Values it has only since a version.
    pub values: Vec<NewerValues>,
}

/// What a field was before a version, which a rule converts from and to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// The first version in which it no longer was so.
    pub until: Version,
    /// The name it had.
    pub name: String,
    /// The type it had.
    pub ty: Type,
}

/// Values of an enumeration that a field has only since a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewerValues {
    /// The version that brought them.
    pub since: Version,
    /// The values.
    pub values: Vec<String>,
    /// What older readers are sent instead; without it they are sent nothing.
    pub before: Option<String>,
}

/// A field that a class had until a version, and a rule that converts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The name it had.
    pub name: String,
    /// The type it had.
    pub ty: Type,
    /// The version that had added it.
    pub since: Option<Version>,
    /// The first version without it.
    pub until: Version,
}

/// A remotable method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// The name on the wire.
    pub name: String,
    /// Whether it is called on the class or on an object.
    pub kind: MethodKind,
    /// The arguments behind the context.
    pub arguments: Vec<Argument>,
    /// What it answers.
    pub returns: Type,
    /// The project's exceptions it may raise; `None` if nobody declared them.
    pub raises: Option<Vec<String>>,
    /// Whether it compares what is stored with what the caller expects.
    pub conditional: bool,
}

/// An argument of a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// The name, by which peers may pass it.
    pub name: String,
    /// How it is passed.
    pub kind: ArgumentKind,
    /// What it takes.
    pub ty: Type,
    /// What it is when it is left out, as JSON.
    pub default: Option<String>,
}

/// What a field is at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldAt<'c> {
    /// The name it has now, where it is still there.
    pub now: Option<&'c str>,
    /// What it holds.
    pub ty: Cow<'c, Type>,
    /// The version of the objects inside, where the class says so.
    pub child: Option<Version>,
}

impl Contract {
    /// The newest version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.versions
            .last()
            .map_or(Version::new(1, 0), |(version, _)| *version)
    }

    /// The fields of the data at a version, by name.
    #[must_use]
    pub fn at(&self, version: Version) -> BTreeMap<&str, FieldAt<'_>> {
        let known = self
            .fields
            .iter()
            .filter(|field| is_in(field.since, version));
        let known = known.map(|field| {
            let at = FieldAt {
                now: Some(field.name.as_str()),
                ty: field.type_at(version),
                child: field.child_at(version),
            };
            (field.name_at(version), at)
        });
        let gone = self
            .removed
            .iter()
            .filter(|field| is_in(field.since, version) && version < field.until);
        let gone = gone.map(|field| {
            let at = FieldAt {
                now: None,
                ty: Cow::Borrowed(&field.ty),
                child: None,
            };
            (field.name.as_str(), at)
        });
        known.chain(gone).collect()
    }

    /// The same with the reasons that were recorded of another.
    pub(super) fn with_forced_of(&self, recorded: &Self) -> Self {
        Self {
            forced: recorded.forced.clone(),
            ..self.clone()
        }
    }

    /// A field of the newest version by name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// A method by name.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.name == name)
    }
}

fn is_in(since: Option<Version>, version: Version) -> bool {
    since.is_none_or(|since| since <= version)
}

impl Field {
    fn past_at(&self, version: Version) -> Option<&Past> {
        self.past.iter().find(|past| version < past.until)
    }

    fn name_at(&self, version: Version) -> &str {
        self.past_at(version).map_or(&self.name, |past| &past.name)
    }

    /// What it holds at a version: what it held then, without later values.
    fn type_at(&self, version: Version) -> Cow<'_, Type> {
        let ty = self.past_at(version).map_or(&self.ty, |past| &past.ty);
        let later: Vec<&String> = self
            .values
            .iter()
            .filter(|newer| version < newer.since)
            .flat_map(|newer| &newer.values)
            .collect();
        if later.is_empty() {
            return Cow::Borrowed(ty);
        }
        let mut ty = ty.clone();
        match &mut ty.content {
            Content::Enum { values, .. } => values.retain(|value| !later.contains(&value)),
            Content::States { states } => states.retain(|(value, _)| !later.contains(&value)),
            _ => {}
        }
        Cow::Owned(ty)
    }

    /// The version of the objects inside at a version of the class.
    pub(super) fn child_at(&self, version: Version) -> Option<Version> {
        let rules = self.children.iter().rev();
        rules
            .into_iter()
            .find(|(parent, _)| *parent <= version)
            .map(|(_, child)| *child)
    }
}
