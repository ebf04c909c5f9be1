//! Objects from the wire, whatever version wrote them.

use std::borrow::Cow;
use std::cell::Cell;
use std::str::FromStr as _;

use crate::carry;
use crate::changes::FieldSet;
use crate::error::ValueErrorKind;
use crate::past::Named;
use crate::reader::Place;
use crate::{
    Class, Error, FieldDef, Form, Past, Reader, Removed, Result, ValueError, Version,
    VersionedObject,
};

/// The envelope of an object without its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The class name.
    pub name: String,
    /// The namespace.
    pub namespace: String,
    /// The version.
    pub version: Version,
}

impl Header {
    /// `namespace.name`, cut to a size that is fit for messages.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.namespace, self.name)
            .chars()
            .take(128)
            .collect()
    }
}

/// Reads the envelope of the object that comes next, whatever its prefix, and
/// skips the rest.
///
/// # Errors
/// [`Error::Malformed`] or [`Error::MissingPart`] if it is no object's primitive.
pub fn header(reader: &mut Reader<'_>) -> Result<Header> {
    header_of(reader, "versioned_object")
}

/// The class name with which the object that comes next begins, where peers put
/// it; `None` where it comes later, or is no plain text.
pub(crate) fn leading_name(text: &[u8]) -> Option<&str> {
    fn until_quote(text: &[u8]) -> Option<(&[u8], &[u8])> {
        let end = text.iter().position(|byte| *byte == b'"')?;
        text.split_at_checked(end)
    }
    let (key, rest) = until_quote(text.strip_prefix(b"{\"")?)?;
    key.strip_suffix(b".name")?;
    let rest = rest.strip_prefix(b"\":")?;
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let (name, _) = until_quote(rest.strip_prefix(b"\"")?)?;
    // An escape would make another name of it.
    std::str::from_utf8(name)
        .ok()
        .filter(|name| !name.contains('\\'))
}

impl Class {
    /// The version of the object of this class that a text begins with, if it
    /// begins to the letter as peers write it, and the text behind the version.
    pub(crate) fn announced<'j>(&self, text: &'j [u8]) -> Option<(&'j str, &'j [u8])> {
        let rest = [Form::Compat, Form::Native]
            .into_iter()
            .find_map(|form| text.strip_prefix(self.header(form).as_bytes()))?;
        let end = rest.iter().take(32).position(|byte| *byte == b'"')?;
        let (version, rest) = rest.split_at(end);
        let plain = version
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'.');
        let version = std::str::from_utf8(version).ok().filter(|_| plain)?;
        Some((version, rest.strip_prefix(b"\"")?))
    }
}

/// All of the envelope, where keys that are missing would have had that prefix.
pub(crate) fn header_of(reader: &mut Reader<'_>, prefix: &str) -> Result<Header> {
    let (mut name, mut namespace, mut version) = (None, None, None);
    reader.object(
        |key| key.rsplit_once('.').map(|(_, key)| Key::of(key)),
        |reader, key| {
            match key {
                Some(Key::Name) => name = Some(said(reader)?),
                Some(Key::Namespace) => namespace = Some(said(reader)?),
                Some(Key::Version) => {
                    let text = reader.str()?.map(Version::from_str);
                    let text = text.unwrap_or_else(|| {
                        Err(Error::MalformedVersion {
                            text: reader.raw()?.chars().take(64).collect(),
                        })
                    });
                    version = Some(text?);
                }
                _ => reader.skip()?,
            }
            Ok(())
        },
    )?;
    let lacks = |part: &str| Error::MissingPart {
        object: "an object",
        key: format!("{prefix}.{part}"),
    };
    Ok(Header {
        // oslo looks for the namespace first.
        namespace: namespace.ok_or_else(|| lacks("namespace"))?,
        name: name.ok_or_else(|| lacks("name"))?,
        version: version.ok_or_else(|| lacks("version"))?,
    })
}

/// A name; of what is no text its beginning, which is nobody's name.
fn said(reader: &mut Reader<'_>) -> Result<String> {
    if let Some(text) = reader.str()? {
        return Ok(text.to_owned());
    }
    Ok(reader.raw()?.chars().take(128).collect())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Name,
    Namespace,
    Version,
    Data,
    Changes,
    Carried,
    Other,
}

impl Key {
    fn of(key: &str) -> Self {
        match key {
            "name" => Self::Name,
            "namespace" => Self::Namespace,
            "version" => Self::Version,
            "data" => Self::Data,
            "changes" => Self::Changes,
            "carried" => Self::Carried,
            _ => Self::Other,
        }
    }
}

/// Reads an object of the class of `object` into it, which should be new.
///
/// # Errors
/// [`Error::UnsupportedObject`] for a foreign namespace,
/// [`Error::IncompatibleVersion`] for one too new, [`Error::BareValue`] for an
/// object of another class, [`Error::Value`] for data that does not fit.
pub fn read_into(reader: &mut Reader<'_>, object: &mut dyn VersionedObject) -> Result<()> {
    let class = object.class();
    if !reader.is_object()? {
        return Err(ValueError::of(
            ValueErrorKind::Type,
            format!("An object of type {} is required here", class.name),
        )
        .into());
    }
    let mut namespace: Option<bool> = None;
    let mut foreign = String::new();
    let mut name: Option<bool> = None;
    let mut version = None;
    let mut early: Option<&str> = None;
    let mut done = false;
    let mut changes = Changes::default();
    let mut late = None;
    let mut carried = None;
    let mut read = Found::default();
    let place = match class.announced(reader.ahead()) {
        Some((found, rest)) => {
            let found = Version::from_str(found)?;
            reader.check_readable(class, found)?;
            (name, namespace, version) = (Some(true), Some(true), Some(found.without_patch()));
            reader.begin(3, rest)?;
            Place::Inside
        }
        None => {
            reader.enter()?;
            Place::Start
        }
    };
    reader.entries(
        place,
        |ahead| {
            let ahead = ahead.strip_prefix(b"\"")?;
            let ahead = ahead.strip_prefix(class.prefix.as_bytes())?;
            let size = 1 + class.prefix.len();
            let known = [
                (Key::Data, ".data\":"),
                (Key::Changes, ".changes\":"),
                (Key::Carried, ".carried\":"),
            ];
            known.into_iter().find_map(|(key, rest)| {
                ahead
                    .starts_with(rest.as_bytes())
                    .then_some((key, size + rest.len()))
            })
        },
        |key| {
            let key = key
                .strip_prefix(class.prefix)
                .and_then(|rest| rest.strip_prefix('.'));
            key.map_or(Key::Other, Key::of)
        },
        |reader, key| {
            match key {
                Key::Name => {
                    let text = text(reader, class, "name")?;
                    name = Some(text == class.name);
                    if text != class.name {
                        return Err(ValueError::new(format!(
                            "An object of type {} is required here, not a {}",
                            class.name,
                            text.chars().take(128).collect::<String>()
                        ))
                        .into());
                    }
                }
                Key::Namespace => {
                    let text = text(reader, class, "namespace")?;
                    namespace = Some(text == class.namespace);
                    if text != class.namespace {
                        foreign = text.chars().take(128).collect();
                    }
                }
                Key::Version => {
                    let found = Version::from_str(&text(reader, class, "version")?)?;
                    reader.check_readable(class, found)?;
                    version = Some(found.without_patch());
                }
                // Whoever writes the data last has it read in one pass;
                // otherwise it is read again once it is known whose it is.
                Key::Data
                    if name.is_some()
                        && namespace == Some(true)
                        && let Some(version) = version =>
                {
                    read = read_data(reader, object, version)?;
                    done = true;
                }
                Key::Data => early = Some(reader.raw()?),
                Key::Changes => match version {
                    Some(version) => changes = read_changes(reader, class, version)?,
                    None => late = Some(reader.raw()?),
                },
                Key::Carried => carried = Some(reader.raw()?),
                Key::Other => reader.skip()?,
            }
            Ok(())
        },
    )?;
    let lacks = |part: &str| Error::MissingPart {
        object: class.name,
        key: format!("{}.{part}", class.prefix),
    };
    if !namespace.ok_or_else(|| lacks("namespace"))? {
        return Err(Error::UnsupportedObject {
            name: format!("{foreign}.{}", class.name),
        });
    }
    name.ok_or_else(|| lacks("name"))?;
    let version = version.ok_or_else(|| lacks("version"))?;
    if !done {
        let data = early.ok_or_else(|| lacks("data"))?;
        let mut part = reader.part(data.as_bytes());
        read = read_data(&mut part, object, version)?;
        reader.absorb(&part);
    }
    if let Some(late) = late {
        let mut part = reader.part(late.as_bytes());
        changes = read_changes(&mut part, class, version)?;
        reader.absorb(&part);
    }
    let meta = object.meta_mut();
    meta.restore_changes(changes.fields);
    meta.version = (version != class.version()).then_some(version);
    if !changes.unknown.is_empty() {
        carry::keep_changes(object, changes.unknown);
    }
    for old in &mut read.gone {
        take(
            reader,
            object,
            old,
            changes.removed.contains(&old.field.name),
        )?;
    }
    let mut known = read.fields;
    if let Some(carried) = carried {
        // What a later step took out counts, whatever an earlier one still carries.
        known = known.with(carry::read(reader, object, &read, carried)?);
        for index in carry::closed(object, known).iter() {
            object.slot_mut(index).unset();
        }
    }
    if let Some(after_read) = class.after_read {
        let closed = carry::closed(object, known);
        after_read(object);
        // What is only carried is not there to be completed.
        for index in closed.iter() {
            object.slot_mut(index).unset();
        }
    }
    Ok(())
}

/// Puts the value of a field that is gone where it belongs now. What that sets
/// counts as changed if the old field did.
fn take<'j>(
    reader: &mut Reader<'j>,
    object: &mut dyn VersionedObject,
    old: &mut Gone<'j>,
    changed: bool,
) -> Result<()> {
    let Some(up) = old.field.up else {
        if reader.keeps_unknown() {
            carry::keep_removed(object, old.field, old.json);
        }
        return Ok(());
    };
    let before = object.meta_mut().set_aside_changes();
    let mut part = reader.part(old.json.as_bytes());
    let result = up(object, &mut part);
    reader.absorb(&part);
    result.map_err(|error| match error {
        Error::BareValue(cause) => Error::Value {
            object: object.class().name,
            field: old.field.name,
            cause,
        },
        other => other,
    })?;
    old.touched = object.meta().changed;
    object.meta_mut().bring_back_changes(before, changed);
    Ok(())
}

fn text<'r>(reader: &'r mut Reader<'_>, class: &Class, key: &str) -> Result<Cow<'r, str>> {
    reader
        .str()?
        .map(Cow::Borrowed)
        .ok_or_else(|| Error::Malformed {
            what: class.name.into(),
            reason: format!("its `{}.{key}` is no text", class.prefix),
        })
}

enum DataKey {
    Known(usize, Option<&'static Past>),
    Gone(&'static Removed),
    Unknown(Option<String>),
}

/// What the data of an object had.
#[derive(Debug, Default)]
pub(crate) struct Found<'j> {
    /// The fields of the class.
    pub(crate) fields: FieldSet,
    /// The fields that are gone.
    pub(crate) gone: Vec<Gone<'j>>,
}

/// The value of a field that is gone.
#[derive(Debug)]
pub(crate) struct Gone<'j> {
    pub(crate) field: &'static Removed,
    pub(crate) json: &'j str,
    /// The fields that it became.
    pub(crate) touched: FieldSet,
}

fn read_data<'j>(
    reader: &mut Reader<'j>,
    object: &mut dyn VersionedObject,
    version: Version,
) -> Result<Found<'j>> {
    let mut found = Found::default();
    let class = object.class();
    if !reader.is_object()? {
        return Err(Error::Malformed {
            what: class.name.into(),
            reason: format!("its `{}.data` is no dictionary", class.prefix),
        });
    }
    let keep = reader.keeps_unknown();
    let past = version < class.version() && class.has_past();
    // Peers write fields in the order of the table, so the next one is
    // usually the one behind the last.
    let expected = Cell::new(0);
    let guess = |ahead: &[u8]| {
        if past {
            return None;
        }
        let mut near = class.fields.iter().enumerate().skip(expected.get()).take(8);
        let initial = ahead.get(1);
        let (index, size) = near.find_map(|(index, field)| {
            let key = Form::Native.key(field.key).as_bytes();
            // One byte spares most comparisons.
            (key.get(1) == initial && ahead.starts_with(key)).then_some((index, key.len()))
        })?;
        expected.set(index + 1);
        Some((DataKey::Known(index, None), size))
    };
    reader.object_guessing(
        guess,
        |key| {
            if past {
                return match class.named_at(key, version) {
                    Some(Named::Field(index, past)) => DataKey::Known(index, past),
                    Some(Named::Removed(removed)) => DataKey::Gone(removed),
                    None => DataKey::Unknown(keep.then(|| key.to_owned())),
                };
            }
            match class.field_index(key) {
                Some(index) => {
                    expected.set(index + 1);
                    DataKey::Known(index, None)
                }
                None => DataKey::Unknown(keep.then(|| key.to_owned())),
            }
        },
        |reader, key| {
            match key {
                DataKey::Known(index, past) => {
                    read_field(reader, object, index, past)?;
                    found.fields.insert(index);
                }
                DataKey::Gone(field) => {
                    let json = reader.raw()?;
                    // As with other fields, the last of a name counts.
                    found.gone.retain(|gone| gone.field.name != field.name);
                    found.gone.push(Gone {
                        field,
                        json,
                        touched: FieldSet::default(),
                    });
                }
                DataKey::Unknown(None) => reader.skip()?,
                DataKey::Unknown(Some(key)) => {
                    let json = reader.raw()?.to_owned();
                    carry::keep(object, key, json);
                }
            }
            Ok(())
        },
    )?;
    Ok(found)
}

/// Reads an attribute as the version that wrote it had it.
pub(crate) fn read_field(
    reader: &mut Reader<'_>,
    object: &mut dyn VersionedObject,
    index: usize,
    past: Option<&Past>,
) -> Result<()> {
    let class = object.class();
    let Some(field) = class.fields.get(index) else {
        return reader.skip();
    };
    let slot = object.slot_mut(index);
    match past.and_then(|past| past.up) {
        Some(up) => up(reader, slot, field),
        None => slot.read(reader, field),
    }
    .map_err(|error| in_field(error, class, field))
}

/// Says which field a value was meant for.
fn in_field(error: Error, class: &Class, field: &FieldDef) -> Error {
    match error {
        Error::BareValue(cause) => Error::Value {
            object: class.name,
            field: field.name,
            cause,
        },
        other => other,
    }
}

/// What an object says it changed.
#[derive(Debug, Default)]
struct Changes {
    fields: FieldSet,
    /// Fields that are gone.
    removed: Vec<&'static str>,
    /// Fields that are not known, if those are kept.
    unknown: Vec<String>,
}

fn read_changes(reader: &mut Reader<'_>, class: &Class, version: Version) -> Result<Changes> {
    let mut changes = Changes::default();
    let keep = reader.keeps_unknown();
    if reader.is_null()? {
        reader.null()?;
        return Ok(changes);
    }
    if !reader.is_array()? {
        return Err(Error::Malformed {
            what: class.name.into(),
            reason: format!("its `{}.changes` is no list", class.prefix),
        });
    }
    let current = version >= class.version();
    let mut next = 0;
    reader.array(|reader| {
        let Some(name) = reader.str()? else {
            return reader.skip();
        };
        if current && let Some(index) = class.sorted_field_index(name, &mut next) {
            changes.fields.insert(index);
            return Ok(());
        }
        match class.named_at(name, version) {
            Some(Named::Field(index, _)) => changes.fields.insert(index),
            Some(Named::Removed(gone)) => changes.removed.push(gone.name),
            None if keep => changes.unknown.push(name.to_owned()),
            None => {}
        }
        Ok(())
    })?;
    Ok(changes)
}
