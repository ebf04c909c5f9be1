//! What fields were in earlier versions: the rules by which the data of a class
//! goes down to an older version and becomes current again.
//!
//! A rule is a row of the class's table, like a field. Rules are followed while
//! an object is written and while it is read, so that its attributes always
//! have the names and types of the struct, whatever version is on the wire.

mod losses;
mod recorded;
#[doc(hidden)]
pub mod rule;

use crate::changes::FieldSet;
use crate::{
    Class, Error, FieldDef, Reader, Result, Slot, TypeDef, Value, Version, VersionedObject, Writer,
};

pub use losses::{Loss, LossKind};

/// Writes what older readers are sent in the place of an attribute; says
/// whether anything was written.
pub type DownRule = fn(&dyn VersionedObject, &dyn Slot, Version, &mut Writer<'_>) -> Result<bool>;

/// Reads what an older version wrote into an attribute.
pub type UpRule = fn(&mut Reader<'_>, &mut dyn Slot, &FieldDef) -> Result<()>;

/// Writes what readers that know a field which is gone are sent; says whether
/// that is anything.
pub type SendRule = fn(&dyn VersionedObject, Version, &mut Writer<'_>) -> Result<bool>;

/// Takes the value of a field that is gone into the object.
pub type TakeRule = fn(&mut dyn VersionedObject, &mut Reader<'_>) -> Result<()>;

/// What a field was before a version: derived from `#[object(was(..))]`.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    /// The first version in which it no longer was so.
    pub until: Version,
    /// The name it had.
    pub name: &'static str,
    /// The name as a key of the wire text.
    pub key: &'static str,
    /// The type it had.
    pub ty: &'static TypeDef,
    /// Whether null was allowed.
    pub nullable: bool,
    /// Whether something may be lost on the way down, as the rule declares.
    pub lossy: bool,
    /// Whether the way down asks the whole object, so that something may be
    /// sent although the attribute is unset.
    pub asks_object: bool,
    /// The way down, where the value is another.
    pub down: Option<DownRule>,
    /// The way up. A rule that has none is one for readers alone: what is read
    /// at that version is taken, and written again, as it is.
    pub up: Option<UpRule>,
}

/// Values that a field has only since a version: derived from
/// `#[object(values(..))]`.
#[derive(Debug, Clone, Copy)]
pub struct NewerValues {
    /// The values.
    pub values: &'static [&'static str],
    /// The version that brought them.
    pub since: Version,
    /// What older readers are sent instead; without it, an object that has such
    /// a value cannot be written for them.
    pub before: Option<&'static str>,
}

/// A field that a class had until a version: derived from
/// `#[object(removed(..))]`.
#[derive(Debug, Clone, Copy)]
pub struct Removed {
    /// The name it had.
    pub name: &'static str,
    /// The name as a key of the wire text.
    pub key: &'static str,
    /// The type it had.
    pub ty: &'static TypeDef,
    /// Whether null was allowed.
    pub nullable: bool,
    /// The version that had added it, if not the first.
    pub since: Option<Version>,
    /// The first version without it.
    pub until: Version,
    /// Whether its value is lost, in one direction or the other.
    pub lossy: bool,
    /// The fields that say now what it said, which counts as changed with them.
    pub became: &'static [&'static str],
    /// Writes what readers that know it are sent; says whether that is anything.
    pub down: Option<SendRule>,
    /// Puts the value that came in old data where it belongs now.
    pub up: Option<TakeRule>,
}

impl Removed {
    /// Whether that version has the field.
    #[must_use]
    pub fn is_in(&self, version: Version) -> bool {
        version < self.until && self.since.is_none_or(|since| since <= version)
    }
}

/// What the fields of a class need when its objects are written for readers of
/// a version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needs {
    /// Those that are written as they are, without a question.
    pub(crate) settled: FieldSet,
    /// Those that may be made up where they are not set.
    pub(crate) asking: FieldSet,
}

impl Class {
    pub(crate) fn needs_at(&self, version: Version) -> Needs {
        let known = self.derived.needs_at.get_or_init(|| {
            let versions = self.history.iter().map(|entry| entry.version);
            versions
                .map(|version| (version, self.find_needs_at(version)))
                .collect()
        });
        let known = known.iter().find(|(at, _)| *at == version);
        // Readers may be of versions that never were.
        known.map_or_else(|| self.find_needs_at(version), |(_, needs)| *needs)
    }

    fn find_needs_at(&self, version: Version) -> Needs {
        let (mut settled, mut asking) = (FieldSet::default(), FieldSet::default());
        for (index, field) in self.fields.iter().enumerate() {
            if field.is_settled_at(version) {
                settled.insert(index);
            }
            if field.past_at(version).is_some_and(|past| past.asks_object) {
                asking.insert(index);
            }
        }
        Needs { settled, asking }
    }
}

impl FieldDef {
    /// What the field was in that version, if anything else than now.
    #[must_use]
    pub fn past_at(&self, version: Version) -> Option<&'static Past> {
        self.past.iter().find(|past| version < past.until)
    }

    /// The name the field has on the wire in that version.
    #[must_use]
    pub fn name_at(&self, version: Version) -> &'static str {
        self.past_at(version).map_or(self.name, |past| past.name)
    }

    /// Whether that version had the field, under whatever name.
    #[must_use]
    pub fn is_in(&self, version: Version) -> bool {
        self.since.is_none_or(|since| since <= version)
    }

    /// Whether readers of a version are sent the attribute as it is, whatever
    /// it is: they have the field, it never was anything else, and there is no
    /// object in it.
    fn is_settled_at(&self, version: Version) -> bool {
        self.past.is_empty()
            && self.values.is_empty()
            && self.is_in(version)
            && self.ty.any_object().is_none()
    }

    /// What readers of a version are sent in the place of a value that came
    /// later; `None` if they know it.
    pub(crate) fn value_at(
        &self,
        slot: &dyn Slot,
        version: Version,
    ) -> Result<Option<&'static str>> {
        if self.values.iter().all(|newer| newer.since <= version) {
            return Ok(None);
        }
        let Some(Value::Str(value)) = slot.value() else {
            return Ok(None);
        };
        let mut sent = None;
        // One replacement may be newer than the reader too; none comes twice.
        for _ in self.values {
            let value = sent.unwrap_or(value.as_str());
            let newer = self
                .values
                .iter()
                .find(|newer| version < newer.since && newer.values.contains(&value));
            match newer {
                Some(newer) if newer.before.is_some() => sent = newer.before,
                // In oslo's and Nova's words, which peers know.
                Some(_) => {
                    return Err(Error::Action {
                        action: "obj_make_compatible".into(),
                        reason: format!(
                            "{}={value} not supported in version ({}, {})",
                            self.name, version.major, version.minor
                        ),
                    });
                }
                None => break,
            }
        }
        Ok(sent)
    }
}

/// What a key of an object's data is, in the version the data has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Named {
    /// A field that is still there.
    Field(usize, Option<&'static Past>),
    /// A field that is gone.
    Removed(&'static Removed),
}

/// A field as one version of a class has it.
#[derive(Debug, Clone, Copy)]
pub struct FieldAt {
    /// The name.
    pub name: &'static str,
    /// The type.
    pub ty: &'static TypeDef,
    /// Whether null is allowed.
    pub nullable: bool,
    /// The field as it is now, unless it is gone.
    pub now: Option<&'static FieldDef>,
}

impl Class {
    /// Whether older versions had other names or types, or fields that are gone.
    #[must_use]
    pub fn has_past(&self) -> bool {
        *self.derived.has_past.get_or_init(|| {
            !self.removed.is_empty() || self.fields.iter().any(|field| !field.past.is_empty())
        })
    }

    /// The field that had a name in a version.
    pub(crate) fn named_at(&self, name: &str, version: Version) -> Option<Named> {
        let now = self.field_index(name);
        if version >= self.version() || !self.has_past() {
            return now.map(|index| Named::Field(index, None));
        }
        let removed = self.removed.iter();
        if let Some(removed) = removed
            .into_iter()
            .find(|removed| removed.name == name && removed.is_in(version))
        {
            return Some(Named::Removed(removed));
        }
        for (index, field) in self.fields.iter().enumerate() {
            if let Some(past) = field.past_at(version)
                && past.name == name
            {
                return Some(Named::Field(index, Some(past)));
            }
        }
        let index = now?;
        let renamed = self.fields.get(index)?.past_at(version).is_some();
        (!renamed).then_some(Named::Field(index, None))
    }

    /// Whether a version had a field that is gone in the place of one that came
    /// later, or under its name.
    pub(crate) fn had_else(&self, field: &FieldDef, version: Version) -> bool {
        self.removed.iter().any(|gone| {
            gone.is_in(version) && (gone.name == field.name || gone.became.contains(&field.name))
        })
    }

    /// The fields of a version, with the names and types they have there: those
    /// that are still there in the order of the table, then those that are gone.
    pub fn fields_at(&self, version: Version) -> impl Iterator<Item = FieldAt> {
        let fields = self.fields.iter().filter(move |field| field.is_in(version));
        let removed = self.removed.iter().filter(move |gone| gone.is_in(version));
        fields
            .map(move |field| match field.past_at(version) {
                Some(past) => FieldAt {
                    name: past.name,
                    ty: past.ty,
                    nullable: past.nullable,
                    now: Some(field),
                },
                None => FieldAt {
                    name: field.name,
                    ty: field.ty,
                    nullable: field.nullable,
                    now: Some(field),
                },
            })
            .chain(removed.map(|gone| FieldAt {
                name: gone.name,
                ty: gone.ty,
                nullable: gone.nullable,
                now: None,
            }))
    }
}

/// What the functions of a rule may return for a `T`: the value, `None` for
/// none, or either in a `Result` if some values cannot be expressed.
#[diagnostic::on_unimplemented(
    message = "what the rule's function returns, `{Self}`, is no `{T}`",
    note = "`down` returns the older type and `up` the newer one, each as it is, in an `Option` where there may be none, or in a `Result`"
)]
pub trait Converted<T> {
    /// The value, if there is one.
    ///
    /// # Errors
    /// When the value cannot be expressed.
    fn converted(self) -> Result<Option<T>>;
}

impl<T> Converted<T> for T {
    fn converted(self) -> Result<Option<T>> {
        Ok(Some(self))
    }
}

impl<T> Converted<T> for Option<T> {
    fn converted(self) -> Result<Self> {
        Ok(self)
    }
}

impl<T> Converted<T> for Result<T> {
    fn converted(self) -> Result<Option<T>> {
        self.map(Some)
    }
}

impl<T> Converted<T> for Result<Option<T>> {
    fn converted(self) -> Self {
        self
    }
}
