//! The wire form of objects: written from the table in one pass, read into it
//! in one pass.
//!
//! The envelope is oslo's: `{"nova_object.name", ".namespace", ".version",
//! ".data", ".changes"}`, the prefix being the project's. What a reader of an
//! older version is given follows `obj_to_primitive` and `obj_make_compatible`
//! of oslo.versionedobjects `base.py` to the letter in the compat form.

use std::borrow::Cow;
use std::str::FromStr as _;

use crate::carry::{self, Lost};
use crate::changes::{FieldSet, tells_of_changes, what_changed};
use crate::error::ValueErrorKind;
use crate::writer::ChildRule;
use crate::{
    Class, Data, Error, FieldDef, FieldType, Form, ObjectExt as _, Reader, Result, ValueError,
    Version, VersionedObject, Writer,
};

/// Writes an object that is not inside another, at `target` or its own version.
pub(crate) fn write_top(
    object: &dyn VersionedObject,
    writer: &mut Writer<'_>,
    target: Option<Version>,
) {
    let own = object.version();
    let version = target.unwrap_or(own);
    if version > own {
        writer.fail(Error::InvalidTargetVersion {
            object: object.class().name,
            requested: version,
            current: own,
        });
        return;
    }
    let convert = version != own || writer.manifest.is_some();
    write(object, writer, version, convert, Place::Top);
}

/// Writes an object that is inside another or among arguments, at the version
/// its surroundings demand.
pub fn write_child(object: &dyn VersionedObject, writer: &mut Writer<'_>) {
    match writer.children {
        ChildRule::Untouched => write(object, writer, object.version(), false, Place::Inside),
        ChildRule::At(version) => write(object, writer, version, true, Place::Inside),
        ChildRule::ByManifest => {
            let own = object.version();
            let asked = writer
                .manifest
                .and_then(|manifest| manifest.get(object.class().name));
            write(
                object,
                writer,
                asked.map_or(own, |asked| asked.min(own)),
                true,
                Place::Inside,
            );
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    Inside,
}

fn write(
    object: &dyn VersionedObject,
    writer: &mut Writer<'_>,
    version: Version,
    convert: bool,
    place: Place,
) {
    let class = object.class();
    writer.raw(class.header(writer.form()));
    let digits = |writer: &mut Writer<'_>, number: u16| writer.int(number.into());
    digits(writer, version.major);
    writer.raw(".");
    digits(writer, version.minor);
    if let Some(patch) = version.patch {
        writer.raw(".");
        digits(writer, patch);
    }
    writer.raw("\"");
    writer.comma();
    let label = |writer: &mut Writer<'_>, key: &str| {
        writer.raw("\"");
        writer.raw(class.prefix);
        writer.raw(key);
        writer.colon();
    };
    label(writer, ".data\"");
    let outer = writer.children;
    let hook = class
        .backport
        .filter(|_| convert && version < class.version());
    let mut lost = Lost::default();
    let beside = writer.changed;
    let mut inside = FieldSet::default();
    let present = match hook {
        None => write_data(object, writer, version, convert, Drops::Newer, &mut inside),
        Some(hook) => {
            // Conversion works on a tree; only this object's level is one. The
            // hook still sees the fields it may have to move elsewhere.
            let mut part = writer.part();
            let present = write_data(
                object,
                &mut part,
                version,
                convert,
                Drops::Nothing,
                &mut inside,
            );
            match converted(object, part, version, hook) {
                Ok((before, mut data)) => {
                    for field in class.fields.iter().filter(|field| is_newer(field, version)) {
                        data.shift_remove(field.name);
                    }
                    for (name, value) in &data {
                        if writer.form() == Form::Native && before.get(name) != Some(value) {
                            lost.changed.insert(name.clone(), value.clone());
                        }
                    }
                    writer.object(
                        data.iter().map(|(key, value)| (key.as_str(), value)),
                        |writer, value| writer.json(value),
                    );
                    let mut present = present;
                    for index in present.iter() {
                        if class
                            .fields
                            .get(index)
                            .is_none_or(|field| !data.contains_key(field.name))
                        {
                            present.remove(index);
                        }
                    }
                    present
                }
                Err(error) => {
                    writer.fail(error);
                    present
                }
            }
        }
    };
    writer.children = outer;
    // oslo filters only the outermost object's changes by what is left after
    // the conversion; below, everything that was set counts.
    let filtered = place == Place::Top || writer.form() == Form::Native;
    // All that is set was written, so that what is inside has told of its
    // changes: looking again at each level would go through everything below.
    let changed = if convert {
        what_changed(object)
    } else {
        object.meta().changed.with(inside)
    };
    debug_assert_eq!(changed, what_changed(object));
    writer.changed = beside || !changed.is_empty();
    if !changed.is_empty() {
        let counts = |index: &usize| {
            if filtered {
                present.contains(*index)
            } else {
                object.slot(*index).is_set()
            }
        };
        let names: Vec<&str> = changed
            .iter()
            .filter(counts)
            .filter_map(|index| class.fields.get(index))
            .map(|field| field.name)
            .collect();
        if !names.is_empty() {
            writer.comma();
            label(writer, ".changes\"");
            writer.array(names, |writer, name| writer.str(name));
        }
    }
    if writer.carries() {
        if convert && writer.form() == Form::Native {
            for index in 0..class.fields.len() {
                if object.slot(index).is_set() && !present.contains(index) {
                    lost.dropped.insert(index);
                }
            }
        }
        writer.children = ChildRule::Untouched;
        carry::write(object, &lost, writer, |writer| {
            label(writer, ".carried\"");
        });
        writer.children = outer;
    }
    writer.raw("}");
}

/// Which fields an older reader is not given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drops {
    /// Those added later.
    Newer,
    /// None yet.
    Nothing,
}

fn is_newer(field: &FieldDef, version: Version) -> bool {
    field.since.is_some_and(|since| since > version)
}

/// Writes the attributes that readers of `version` know; says which were written.
/// `inside` gets those whose object counts as changed.
fn write_data(
    object: &dyn VersionedObject,
    writer: &mut Writer<'_>,
    version: Version,
    convert: bool,
    drops: Drops,
    inside: &mut FieldSet,
) -> FieldSet {
    let class = object.class();
    let mut present = FieldSet::default();
    let mut first = true;
    writer.children = ChildRule::Untouched;
    writer.raw("{");
    for (index, field) in class.fields.iter().enumerate() {
        let slot = object.slot(index);
        if !slot.is_set() || convert && drops == Drops::Newer && is_newer(field, version) {
            continue;
        }
        if convert {
            match child_rule(class, field, writer, version) {
                Ok(Some(rule)) => writer.children = rule,
                Ok(None) => continue,
                Err(error) => {
                    writer.fail(error);
                    break;
                }
            }
        }
        if first {
            first = false;
        } else {
            writer.comma();
        }
        writer.raw(match writer.form() {
            Form::Compat => field.key,
            Form::Native => field.key.trim_end(),
        });
        writer.changed = false;
        slot.write(writer);
        present.insert(index);
        if writer.changed && tells_of_changes(class, field) {
            inside.insert(index);
        }
    }
    writer.raw("}");
    present
}

/// How objects in a field are to be written; `None` if the field must go.
fn child_rule(
    class: &Class,
    field: &FieldDef,
    writer: &Writer<'_>,
    version: Version,
) -> Result<Option<ChildRule>> {
    if writer.form() == Form::Native {
        return Ok(match (writer.manifest, field.ty.any_object()) {
            (Some(manifest), Some(target)) => {
                manifest.get(target.name).map(|_| ChildRule::ByManifest)
            }
            _ => Some(ChildRule::Untouched),
        });
    }
    let Some(target) = field.ty.oslo_object().filter(|_| class.backport_children) else {
        return Ok(Some(ChildRule::Untouched));
    };
    let items = class.is_list && field.name == "objects";
    if class.is_list && !items {
        return Ok(Some(ChildRule::Untouched));
    }
    // Python falls back to the oldest version for list items without a rule.
    let oldest = Some(ChildRule::At(Version::new(1, 0)));
    if items && !class.child_versions.is_empty() {
        return Ok(related(class.child_versions, version));
    }
    if let Some(manifest) = writer.manifest {
        return Ok(match manifest.get(target.name) {
            Some(child) => Some(ChildRule::At(child)),
            None if items => oldest,
            None => Some(ChildRule::Untouched),
        });
    }
    match field.children {
        [] if items => Ok(oldest),
        [] => Err(Error::Action {
            action: "obj_make_compatible".into(),
            reason: format!("No rule for {}", field.name),
        }),
        children => Ok(related(children, version)),
    }
}

/// The child's version that goes with a version of the parent: that of the
/// last rule not above it. Before the first rule the field did not exist;
/// beyond the last, oslo leaves the child as it is.
fn related(rules: &[(Version, Version)], version: Version) -> Option<ChildRule> {
    let (first, _) = rules.first()?;
    let (last, _) = rules.last()?;
    if version < *first {
        None
    } else if version > *last {
        Some(ChildRule::Untouched)
    } else {
        rules
            .iter()
            .rev()
            .find(|(parent, _)| *parent <= version)
            .map(|(_, child)| ChildRule::At(*child))
    }
}

fn converted(
    object: &dyn VersionedObject,
    part: Writer<'_>,
    version: Version,
    hook: crate::BackportHook,
) -> Result<(Data, Data)> {
    let text = part.finish()?;
    let before = <Data as FieldType>::read(&mut Reader::new(&text)?)?;
    let mut data = before.clone();
    hook(object, &mut data, version)?;
    Ok((before, data))
}

impl Class {
    /// Everything of the envelope before the version.
    fn header(&self, form: Form) -> &str {
        let (cell, space) = match (form, &self.derived.header) {
            (Form::Compat, [cell, _]) => (cell, " "),
            (Form::Native, [_, cell]) => (cell, ""),
        };
        cell.get_or_init(|| {
            let (prefix, name, namespace) = (self.prefix, self.name, self.namespace);
            format!(
                "{{\"{prefix}.name\":{space}\"{name}\",{space}\"{prefix}.namespace\":{space}\"{namespace}\",{space}\"{prefix}.version\":{space}\""
            )
        })
    }
}

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

/// The same, where keys that are missing would have had that prefix.
pub(crate) fn header_of(reader: &mut Reader<'_>, prefix: &str) -> Result<Header> {
    let (mut name, mut namespace, mut version) = (None, None, None);
    reader.object(
        |key| key.rsplit_once('.').map(|(_, key)| Key::of(key)),
        |reader, key| {
            match key {
                Some(Key::Name) => name = reader.str()?.map(str::to_owned),
                Some(Key::Namespace) => namespace = reader.str()?.map(str::to_owned),
                Some(Key::Version) => version = reader.str()?.map(Version::from_str).transpose()?,
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
    let mut changes = FieldSet::default();
    let mut carried = None;
    let mut read = FieldSet::default();
    reader.object(
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
                Key::Data if name.is_some() && namespace == Some(true) && version.is_some() => {
                    read = read_data(reader, object)?;
                    done = true;
                }
                Key::Data => early = Some(reader.raw()?),
                Key::Changes => changes = read_changes(reader, class)?,
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
        read = read_data(&mut part, object)?;
        reader.absorb(&part);
    }
    let meta = object.meta_mut();
    meta.restore_changes(changes);
    meta.version = (version != class.version()).then_some(version);
    if let Some(carried) = carried {
        carry::read(reader, object, read, carried)?;
        for index in carry::closed(object, read).iter() {
            object.slot_mut(index).unset();
        }
    }
    if let Some(after_read) = class.after_read {
        let closed = carry::closed(object, read);
        after_read(object);
        // What is only carried is not there to be completed.
        for index in closed.iter() {
            object.slot_mut(index).unset();
        }
    }
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
    Known(usize),
    Unknown(Option<String>),
}

fn read_data(reader: &mut Reader<'_>, object: &mut dyn VersionedObject) -> Result<FieldSet> {
    let mut found = FieldSet::default();
    let class = object.class();
    if !reader.is_object()? {
        return Err(Error::Malformed {
            what: class.name.into(),
            reason: format!("its `{}.data` is no dictionary", class.prefix),
        });
    }
    let keep = reader.keeps_unknown();
    // Peers write fields in the order of the table, so the next one is
    // usually the one behind the last.
    let mut expected = 0;
    reader.object(
        |key| {
            let ahead = class
                .fields
                .iter()
                .enumerate()
                .skip(expected)
                .take(8)
                .find(|(_, field)| field.name == key);
            let index = ahead
                .map(|(index, _)| index)
                .or_else(|| class.field_index(key));
            match index {
                Some(index) => {
                    expected = index + 1;
                    DataKey::Known(index)
                }
                None => DataKey::Unknown(keep.then(|| key.to_owned())),
            }
        },
        |reader, key| {
            match key {
                DataKey::Known(index) => {
                    if let Some(field) = class.fields.get(index) {
                        object
                            .slot_mut(index)
                            .read(reader, field)
                            .map_err(|error| in_field(error, class, field))?;
                        found.insert(index);
                    }
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

/// Says which field a value was meant for.
pub(crate) fn in_field(error: Error, class: &Class, field: &FieldDef) -> Error {
    match error {
        Error::BareValue(cause) => Error::Value {
            object: class.name,
            field: field.name,
            cause,
        },
        other => other,
    }
}

fn read_changes(reader: &mut Reader<'_>, class: &Class) -> Result<FieldSet> {
    let mut changes = FieldSet::default();
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
    reader.array(|reader| {
        match reader.str()?.map(|name| class.field_index(name)) {
            Some(Some(index)) => changes.insert(index),
            Some(None) => {}
            None => reader.skip()?,
        }
        Ok(())
    })?;
    Ok(changes)
}
