//! Whether objects survive the way to any older version and back.

use super::arbitrary::{Source, arbitrary};
use crate::{
    Class, Error, FieldDef, Form, LossKind, Manifest, ObjectExt as _, Reader, Result, Version,
    VersionedObject, WriteOptions, primitive,
};

/// What [`every_way`] went through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ways {
    /// How often an object went down and up again.
    pub tried: usize,
    /// How often a rule refused to write an object at an older version.
    pub refused: usize,
    /// How many pairs of versions rules let no object pass by.
    pub untried: usize,
    /// How many fields had a value at least once.
    pub fields: usize,
}

/// How many objects are at least made up for a pair of versions, until rules let one pass.
const TRIES: u64 = 64;

/// Sends arbitrary objects of a class by every pair of its versions, down and
/// up again, and says what does not survive; see [`arbitrary`].
///
/// For each pair an object is written at the first version, read by a release
/// of that age, written at the second, read by one of that age, and read back:
///
/// - in the native form nothing may be lost, whatever the versions lack, be it
///   with those releases in the middle or without;
/// - in the compat form nothing may be lost but what rules declare
///   ([`Class::losses`]), and nothing sent that the version does not have;
/// - what was read at a version must stay the same when written and read again.
///
/// Objects inside go along, each class at a version of its own. `cases` are
/// tried for each pair; whatever fails names the seed that does so again.
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
/// versionedobjects::check::every_way(Book::class_def(), 100)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::Action`] that says which object by which versions lost what; what
/// writing or reading fails with.
pub fn every_way(class: &'static Class, cases: u64) -> Result<Ways> {
    let current = class.version();
    let versions: Vec<Version> = class
        .history
        .iter()
        .map(|release| release.version)
        .filter(|version| version.major == current.major)
        .collect();
    let mut ways = Ways::default();
    let mut filled = crate::FieldSet::default();
    let mut seed = 0;
    for first in &versions {
        for second in &versions {
            let mut done = 0;
            // What a rule refuses says little; others are tried in its place.
            for _ in 0..cases.saturating_mul(8).max(TRIES) {
                if done == cases {
                    break;
                }
                let object = arbitrary(class, seed);
                for index in (0..class.fields.len()).filter(|index| object.slot(*index).is_set()) {
                    filled.insert(index);
                }
                let mut source = Source::new(!seed);
                let (first, second) = (
                    pin(class, *first, &mut source),
                    pin(class, *second, &mut source),
                );
                let way = Way {
                    object: &*object,
                    seed,
                    first: &first,
                    second: &second,
                };
                match way.go() {
                    Ok(()) => {
                        ways.tried += 1;
                        done += 1;
                    }
                    Err(Outcome::Refused) => ways.refused += 1,
                    Err(Outcome::Error(error)) => return Err(error),
                }
                seed += 1;
            }
            if done == 0 {
                ways.untried += 1;
            }
        }
    }
    ways.fields = filled.iter().count();
    Ok(ways)
}

/// What a release reads that knows this version of the class, and of the
/// classes inside some version each.
fn pin(class: &'static Class, version: Version, source: &mut Source) -> Manifest {
    let mut pin = Manifest::new();
    add(class, &mut pin, source);
    pin.insert(class.name, version);
    pin
}

fn add(class: &'static Class, pin: &mut Manifest, source: &mut Source) {
    if pin.get(class.name).is_some() {
        return;
    }
    let current = class.version();
    let versions: Vec<Version> = class
        .history
        .iter()
        .map(|release| release.version)
        .filter(|version| version.major == current.major)
        .collect();
    let version = source.one_of(&versions).copied().unwrap_or(current);
    pin.insert(class.name, version);
    for target in class
        .fields
        .iter()
        .filter_map(|field| field.ty.any_object())
    {
        for child in (target.classes)() {
            add(child, pin, source);
        }
    }
}

enum Outcome {
    /// A rule refuses, which is no mistake.
    Refused,
    Error(Error),
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Self {
        match error {
            Error::Action { ref action, .. } if action == "obj_make_compatible" => Self::Refused,
            Error::MissingKey { .. } => Self::Refused,
            other => Self::Error(other),
        }
    }
}

struct Way<'w> {
    object: &'w dyn VersionedObject,
    seed: u64,
    first: &'w Manifest,
    second: &'w Manifest,
}

impl Way<'_> {
    fn go(&self) -> Result<(), Outcome> {
        let class = self.object.class();
        // Some classes do something when they are read, whatever the version.
        let current = self.read(&write(self.object, Form::Native, None)?, None)?;
        if let Some(field) = differs(self.object, &*current) {
            return Err(self.error(format!("{field} is not read as it was written")));
        }
        let down = write(self.object, Form::Native, Some(self.first))?;
        let straight = self.read(&down, None)?;
        self.same(&*current, &*straight, "straight back")?;
        let middle = self.read(&down, Some(self.first))?;
        let back = write(&*middle, Form::Native, None)?;
        self.same(&*current, &*self.read(&back, None)?, "by way of the first")?;
        let further = write(&*middle, Form::Native, Some(self.second))?;
        let middle = self.read(&further, Some(self.second))?;
        let back = write(&*middle, Form::Native, None)?;
        self.same(&*current, &*self.read(&back, None)?, "by way of both")?;

        let text = write(self.object, Form::Compat, Some(self.first))?;
        let read = self.read(&text, None)?;
        if let Some(field) = lost(self.object, &*read) {
            return Err(self.error(format!("{field} is lost, which no rule declares")));
        }
        let again = write(&*read, Form::Compat, None)?;
        let reread = self.read(&again, None)?;
        let third = write(&*reread, Form::Compat, None)?;
        let version = read.version();
        if let Some(field) = differs(&*read, &*reread) {
            return Err(self.error(format!(
                "{field} is not read again as it was written at {version}"
            )));
        }
        if stable(class, &again) != stable(class, &third) {
            return Err(self.error(format!("{again} is written again as {third}")));
        }
        let data: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let data = data.get(format!("{}.data", class.prefix));
        let names = data.and_then(serde_json::Value::as_object);
        let known = |name: &str| class.fields_at(version).any(|field| field.name == name);
        match names.into_iter().flatten().find(|(name, _)| !known(name)) {
            Some((name, _)) => {
                Err(self.error(format!("{name} is sent to readers that do not know it")))
            }
            None => Ok(()),
        }
    }

    fn read(&self, text: &str, pin: Option<&Manifest>) -> Result<Box<dyn VersionedObject>> {
        let mut object = (self.object.class().new)();
        let mut reader = Reader::new(text)?
            .pinned(pin)
            .keeping_unknown(pin.is_some());
        primitive::read_into(&mut reader, &mut *object)?;
        reader.finish()?;
        Ok(object)
    }

    fn same(
        &self,
        was: &dyn VersionedObject,
        back: &dyn VersionedObject,
        way: &str,
    ) -> Result<(), Outcome> {
        if let Some(field) = differs(was, back) {
            return Err(self.error(format!("{field} is not what it was {way}: {back:?}")));
        }
        if back.changes() != was.changes() {
            let (was, is) = (was.changes(), back.changes());
            return Err(self.error(format!("what changed was {was:?} and is {is:?} {way}")));
        }
        Ok(())
    }

    fn error(&self, what: String) -> Outcome {
        Outcome::Error(Error::Action {
            action: "check".into(),
            reason: format!(
                "{} of seed {} by way of {:?} and {:?}: {what}; it was {:?}",
                self.object.class().name,
                self.seed,
                self.first,
                self.second,
                self.object
            ),
        })
    }
}

fn write(object: &dyn VersionedObject, form: Form, manifest: Option<&Manifest>) -> Result<String> {
    let asked = manifest.and_then(|manifest| manifest.get(object.class().name));
    object.to_json_with(WriteOptions {
        form,
        target: asked.map(|asked| asked.min(object.version())),
        manifest,
    })
}

/// The same without the changes of objects inside: oslo tells of some that did
/// not come along.
fn stable(class: &Class, text: &str) -> Option<serde_json::Value> {
    fn strip(json: &mut serde_json::Value, key: &str) {
        match json {
            serde_json::Value::Object(map) => {
                for (_, value) in map.iter_mut() {
                    strip(value, key);
                    if let Some(inside) = value.as_object_mut() {
                        inside.shift_remove(key);
                    }
                }
            }
            serde_json::Value::Array(items) => {
                for item in items {
                    strip(item, key);
                    if let Some(inside) = item.as_object_mut() {
                        inside.shift_remove(key);
                    }
                }
            }
            _ => {}
        }
    }
    let mut json = serde_json::from_str(text).ok()?;
    strip(&mut json, &format!("{}.changes", class.prefix));
    Some(json)
}

/// The first field in which two objects differ.
fn differs(a: &dyn VersionedObject, b: &dyn VersionedObject) -> Option<&'static str> {
    fields(a)
        .find(|(index, _)| !a.slot(*index).same(b.slot(*index)))
        .map(|(_, field)| field.name)
}

/// The first field that differs although no rule says that it may.
fn lost(was: &dyn VersionedObject, is: &dyn VersionedObject) -> Option<String> {
    let class = was.class();
    let version = is.version();
    let losses = class.losses();
    let declared = |field: &FieldDef| {
        losses.iter().any(|loss| {
            version < loss.before && (loss.field == field.name || loss.why == LossKind::Hook)
        })
    };
    for (index, field) in fields(was).filter(|(_, field)| !declared(field)) {
        let (old, new) = (was.slot(index), is.slot(index));
        if old.same(new) {
            continue;
        }
        if field.ty.any_object().is_none() {
            return Some(field.name.to_owned());
        }
        let (mut olds, mut news) = (Vec::new(), Vec::new());
        old.visit(&mut |child| olds.push(child));
        new.visit(&mut |child| news.push(child));
        if olds.len() != news.len() || old.is_set() != new.is_set() {
            return Some(field.name.to_owned());
        }
        for (old, new) in olds.into_iter().zip(news) {
            if !std::ptr::eq(old.class(), new.class()) {
                return Some(field.name.to_owned());
            }
            if let Some(inside) = lost(old, new) {
                return Some(format!("{}.{inside}", field.name));
            }
        }
    }
    None
}

fn fields(object: &dyn VersionedObject) -> impl Iterator<Item = (usize, &'static FieldDef)> {
    object.class().fields.iter().enumerate()
}
