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
use crate::past::Named;
use crate::writer::ChildRule;
use crate::{
    Class, Data, Error, FieldDef, FieldType, Form, ObjectExt as _, Past, Reader, Removed, Result,
    ValueError, Version, VersionedObject, Writer,
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
    let mut at = At {
        version,
        convert,
        drops: Drops::Newer,
        older: version < class.version(),
        carried: writer.form() == Form::Native && version < object.version(),
        inside: FieldSet::default(),
        gone: Vec::new(),
        lost: &mut lost,
    };
    let present = match hook {
        None => write_data(object, writer, &mut at),
        Some(hook) => {
            // Conversion works on a tree; only this object's level is one. The
            // hook still sees the fields it may have to move elsewhere.
            let mut part = writer.part();
            at.drops = Drops::Nothing;
            let mut present = write_data(object, &mut part, &mut at);
            match converted(object, part, version, hook) {
                Ok((before, mut data)) => {
                    for field in class.fields.iter().filter(|field| !field.is_in(version)) {
                        data.shift_remove(field.name_at(version));
                    }
                    for (name, value) in &data {
                        if writer.form() == Form::Native && before.get(name) != Some(value) {
                            at.lost.sent.push((name.clone(), crate::python_json(value)));
                            if let Some(Named::Field(index, _)) = class.named_at(name, version) {
                                at.lost.converted.insert(index);
                            }
                        }
                    }
                    writer.object(
                        data.iter().map(|(key, value)| (key.as_str(), value)),
                        |writer, value| writer.json(value),
                    );
                    for index in present.iter() {
                        if class
                            .fields
                            .get(index)
                            .is_none_or(|field| !data.contains_key(field.name_at(version)))
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
    let At {
        older,
        inside,
        gone,
        ..
    } = at;
    writer.children = outer;
    // oslo filters only the outermost object's changes by what is left after
    // the conversion; below, everything that was set counts.
    let filtered = place == Place::Top || writer.form() == Form::Native;
    // All that is set was written, so that what is inside has told of its
    // changes: looking again at each level would go through everything below.
    let changed = if convert || older {
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
        let fields = changed
            .iter()
            .filter(counts)
            .filter_map(|index| class.fields.get(index));
        let mut names: Vec<&str> = if older {
            fields.map(|field| field.name_at(version)).collect()
        } else {
            fields.map(|field| field.name).collect()
        };
        names.extend(
            gone.iter()
                .filter(|gone| became(class, gone, changed))
                .map(|gone| gone.name),
        );
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
        carry::write(object, &lost, version, writer, |writer| {
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

/// What is being written, and what writing it found out.
struct At<'l> {
    version: Version,
    convert: bool,
    drops: Drops,
    /// Whether the version is older than the class.
    older: bool,
    /// Whether what is lost to this reader is carried for those behind it.
    carried: bool,
    /// The fields whose object counts as changed.
    inside: FieldSet,
    /// The fields written that the class no longer has.
    gone: Vec<&'static Removed>,
    lost: &'l mut Lost,
}

/// Writes the attributes that readers of a version know; says which were written.
fn write_data(object: &dyn VersionedObject, writer: &mut Writer<'_>, at: &mut At<'_>) -> FieldSet {
    let class = object.class();
    let mut present = FieldSet::default();
    writer.children = ChildRule::Untouched;
    writer.raw("{");
    let mut made_up = FieldSet::default();
    for (index, field) in class.fields.iter().enumerate() {
        if object.slot(index).is_set() {
            if !write_entry(object, index, field, writer, at, &mut present) {
                return present;
            }
        } else if at.older
            && at.convert
            && field
                .past_at(at.version)
                .is_some_and(|past| past.asks_object)
        {
            made_up.insert(index);
        }
    }
    // A Python peer puts what it makes up behind what there is.
    for index in made_up.iter() {
        if let Some(field) = class.fields.get(index)
            && !write_entry(object, index, field, writer, at, &mut present)
        {
            return present;
        }
    }
    let mut first = present.is_empty();
    for gone in class
        .removed
        .iter()
        .filter(|gone| at.older && gone.is_in(at.version))
    {
        let start = writer.mark();
        if !first {
            writer.comma();
        }
        writer.raw(match writer.form() {
            Form::Compat => gone.key,
            Form::Native => gone.key.trim_end(),
        });
        let value = writer.mark();
        let written = match (carry::removed(object, gone), gone.down) {
            (Some(kept), _) => {
                writer.raw(kept);
                Ok(true)
            }
            (None, Some(down)) => down(object, at.version, writer),
            (None, None) => Ok(false),
        };
        match written {
            Ok(true) => {
                first = false;
                at.gone.push(gone);
                // A version of the object that has it too is sent the same.
                if at.carried && !gone.is_in(object.version()) {
                    at.lost
                        .sent
                        .push((gone.name.to_owned(), writer.since(value)));
                }
            }
            Ok(false) => writer.rewind(start),
            Err(error) => {
                writer.fail(error);
                break;
            }
        }
    }
    writer.raw("}");
    present
}

/// Writes an attribute, if the version has it; `false` after an error.
fn write_entry(
    object: &dyn VersionedObject,
    index: usize,
    field: &'static FieldDef,
    writer: &mut Writer<'_>,
    at: &mut At<'_>,
    present: &mut FieldSet,
) -> bool {
    let class = object.class();
    let slot = object.slot(index);
    let mut instead = None;
    if at.convert && at.older {
        match field.value_at(slot, at.version) {
            Ok(value) => instead = value,
            Err(error) => {
                writer.fail(error);
                return false;
            }
        }
        if at.drops == Drops::Newer && !field.is_in(at.version) {
            return true;
        }
    } else if at.older && !field.is_in(at.version) && class.had_else(field, at.version) {
        return true;
    }
    if at.convert {
        match child_rule(class, field, writer, at.version) {
            Ok(Some(rule)) => writer.children = rule,
            Ok(None) => return true,
            Err(error) => {
                writer.fail(error);
                return false;
            }
        }
    }
    let past = if at.older {
        field.past_at(at.version)
    } else {
        None
    };
    let start = writer.mark();
    if !present.is_empty() {
        writer.comma();
    }
    let key = past.map_or(field.key, |past| past.key);
    writer.raw(match writer.form() {
        Form::Compat => key,
        Form::Native => key.trim_end(),
    });
    writer.changed = false;
    let value = writer.mark();
    // Whoever reads a value as it is writes it as it is, at its own version.
    let past = past.filter(|past| past.up.is_some() || at.convert);
    let written = match (instead, past.and_then(|past| past.down)) {
        (Some(value), _) => {
            writer.str(value);
            Ok(true)
        }
        (None, Some(down)) => down(object, slot, at.version, writer),
        (None, None) => {
            slot.write(writer);
            Ok(true)
        }
    };
    match written {
        Ok(true) => {}
        Ok(false) => {
            writer.rewind(start);
            return true;
        }
        Err(error) => {
            writer.fail(error);
            return false;
        }
    }
    present.insert(index);
    let lossy = past.is_some_and(|past| past.down.is_some() && (past.lossy || past.up.is_none()));
    if at.carried && (instead.is_some() || lossy) {
        let sent = (field.name_at(at.version).to_owned(), writer.since(value));
        at.lost.converted.insert(index);
        at.lost.sent.push(sent);
    }
    if writer.changed && tells_of_changes(class, field) {
        at.inside.insert(index);
    }
    true
}

/// Whether a field that is gone counts as changed: with what it became.
fn became(class: &Class, gone: &Removed, changed: FieldSet) -> bool {
    let mut fields = gone
        .became
        .iter()
        .filter_map(|name| class.field_index(name));
    fields.any(|index| changed.contains(index))
}

/// Writes an attribute with its key as the version the object has knows it; says
/// whether it has anything to write. For messages that list attributes.
pub fn write_attribute(
    object: &dyn VersionedObject,
    index: usize,
    writer: &mut Writer<'_>,
) -> bool {
    let Some(field) = object.class().fields.get(index) else {
        return false;
    };
    let slot = object.slot(index);
    if !slot.is_set() {
        return false;
    }
    let version = object.version();
    let start = writer.mark();
    writer.key(field.name_at(version));
    let down = field.past_at(version).filter(|past| past.up.is_some());
    let written = match down.and_then(|past| past.down) {
        Some(down) => down(object, slot, version, writer),
        None => {
            slot.write(writer);
            Ok(true)
        }
    };
    match written {
        Ok(true) => true,
        Ok(false) => {
            writer.rewind(start);
            false
        }
        Err(error) => {
            writer.fail(error);
            false
        }
    }
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
    let mut changes = Changes::default();
    let mut late = None;
    let mut carried = None;
    let mut read = Found::default();
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
    if let Some(carried) = carried {
        carry::read(reader, object, &read, carried)?;
        for index in carry::closed(object, read.fields).iter() {
            object.slot_mut(index).unset();
        }
    }
    if let Some(after_read) = class.after_read {
        let closed = carry::closed(object, read.fields);
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
    let mut expected = 0;
    reader.object(
        |key| {
            if past {
                return match class.named_at(key, version) {
                    Some(Named::Field(index, past)) => DataKey::Known(index, past),
                    Some(Named::Removed(removed)) => DataKey::Gone(removed),
                    None => DataKey::Unknown(keep.then(|| key.to_owned())),
                };
            }
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
    reader.array(|reader| {
        let Some(name) = reader.str()? else {
            return reader.skip();
        };
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
