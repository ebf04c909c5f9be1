//! What an object carries for others: data that the version it is written at,
//! or the release that reads it, does not know.
//!
//! In the native form an object that is written at an older version takes what
//! that version lacks along, beside its data, under `.carried`. Whoever is at
//! least as new as the writer puts it back; everybody else passes it on, if
//! asked to keep what they do not know. So a way down and up again loses
//! nothing. Nothing like it exists in oslo, whose readers ignore the key.

use std::str::FromStr as _;

use indexmap::IndexMap;

use crate::changes::{FieldSet, what_changed};
use crate::primitive::in_field;
use crate::{
    Class, Error, FieldDef, JsonMap, ObjectExt as _, Reader, Result, Slot, Version,
    VersionedObject, Writer,
};

/// What is carried for others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bag {
    /// The version of the object it was taken out of.
    pub(crate) version: Option<Version>,
    /// The data, as raw JSON by field.
    pub(crate) data: IndexMap<String, String>,
    /// What was sent in the place of data that a conversion changed: only as
    /// long as that is what the object has is the data what it would be.
    pub(crate) sent: IndexMap<String, String>,
    /// Which of it counts as changed.
    pub(crate) changes: Vec<String>,
}

impl Bag {
    fn is_empty(&self) -> bool {
        self.data.is_empty() && self.sent.is_empty()
    }
}

/// Puts data of a field that this side does not know into an object.
pub(crate) fn keep(object: &mut dyn VersionedObject, field: String, json: String) {
    let bag = object.meta_mut().bag.get_or_insert_default();
    bag.sent.shift_remove(&field);
    bag.data.insert(field, json);
}

/// The fields that are carried for others and were not among the data.
pub(crate) fn closed(object: &dyn VersionedObject, read: FieldSet) -> FieldSet {
    let mut closed = FieldSet::default();
    for (name, _) in object.meta().unknown() {
        if let Some(index) = object.field_index(name)
            && !read.contains(index)
        {
            closed.insert(index);
        }
    }
    closed
}

/// What a conversion did to the data of an object.
#[derive(Debug, Default)]
pub(crate) struct Lost {
    /// Set, but not written.
    pub(crate) dropped: FieldSet,
    /// Written as something else, by name; without a value of its own if the
    /// conversion made it up.
    pub(crate) changed: JsonMap,
}

/// Writes what the version being written lacks, and what was carried before.
/// `label` writes the key.
pub(crate) fn write(
    object: &dyn VersionedObject,
    lost: &Lost,
    writer: &mut Writer<'_>,
    label: impl FnOnce(&mut Writer<'_>),
) {
    let nothing = Bag::default();
    let bag = object.meta().bag.as_deref().unwrap_or(&nothing);
    if bag.is_empty() && lost.dropped.is_empty() && lost.changed.is_empty() {
        return;
    }
    let class = object.class();
    // The oldest original counts, unless what was sent for it has been replaced.
    let older = |index: usize, field: &FieldDef| {
        bag.sent
            .get(field.name)
            .is_some_and(|sent| holds(object, index, field, sent))
    };
    let own: Vec<(usize, &FieldDef)> = class
        .fields
        .iter()
        .enumerate()
        .filter(|(index, field)| {
            (lost.dropped.contains(*index) || lost.changed.contains_key(field.name))
                && !older(*index, field)
        })
        .collect();
    let replaced = |name: &str| own.iter().any(|(_, field)| field.name == name);
    writer.comma();
    label(writer);
    writer.raw("{");
    writer.key("version");
    let own_version = object.version();
    writer.str(
        &bag.version
            .map_or(own_version, |version| version.max(own_version))
            .to_string(),
    );
    writer.comma();
    writer.key("data");
    writer.raw("{");
    let mut first = true;
    let mut entry = |writer: &mut Writer<'_>, name: &str, value: &dyn Fn(&mut Writer<'_>)| {
        if !std::mem::take(&mut first) {
            writer.comma();
        }
        writer.key(name);
        value(writer);
    };
    for (index, field) in &own {
        let slot = object.slot(*index);
        if slot.is_set() {
            entry(writer, field.name, &|writer| slot.write(writer));
        }
    }
    for (name, json) in bag.data.iter().filter(|(name, _)| !replaced(name)) {
        entry(writer, name, &|writer| writer.raw(json));
    }
    writer.raw("}");
    let mut sent: IndexMap<&str, String> = bag
        .sent
        .iter()
        .filter(|(name, _)| !replaced(name))
        .map(|(name, json)| (name.as_str(), json.clone()))
        .collect();
    for (name, json) in &lost.changed {
        sent.insert(name, crate::python_json(json));
    }
    if !sent.is_empty() {
        writer.comma();
        writer.key("sent");
        writer.object(
            sent.iter().map(|(name, json)| (*name, json)),
            |writer, json| writer.raw(json),
        );
    }
    let changed = what_changed(object);
    let names: Vec<&str> = own
        .iter()
        .filter(|(index, _)| lost.dropped.contains(*index) && changed.contains(*index))
        .map(|(_, field)| field.name)
        .chain(bag.changes.iter().map(String::as_str))
        .collect();
    if !names.is_empty() {
        writer.comma();
        writer.key("changes");
        writer.array(names, |writer, name| writer.str(name));
    }
    writer.raw("}");
}

/// Whether an attribute is what that JSON says.
fn holds(object: &dyn VersionedObject, index: usize, field: &FieldDef, json: &str) -> bool {
    let mut probe = (object.class().new)();
    let Ok(mut reader) = Reader::new(json) else {
        return false;
    };
    probe.slot_mut(index).read(&mut reader, field).is_ok()
        && probe.slot(index).same(object.slot(index))
}

/// Reads what was carried and puts back what this side knows, if it is as new
/// as whoever took it out. The rest is kept, if the reader keeps such things.
pub(crate) fn read<'j>(
    reader: &mut Reader<'j>,
    object: &mut dyn VersionedObject,
    present: FieldSet,
    text: &'j str,
) -> Result<()> {
    let class = object.class();
    let mut part = reader.part(text.as_bytes());
    let (mut data, mut sent) = (IndexMap::new(), IndexMap::new());
    let (mut version, mut changes) = (None, Vec::new());
    part.object(str::to_owned, |part, key| {
        match key.as_str() {
            "version" => version = part.str()?.map(Version::from_str).transpose()?,
            "data" | "sent" => {
                let into = if key == "data" { &mut data } else { &mut sent };
                part.object(str::to_owned, |part, name| {
                    into.insert(name, part.raw()?);
                    Ok(())
                })?;
            }
            "changes" => part.array(|part| {
                match part.str()? {
                    Some(name) => changes.push(name.to_owned()),
                    None => part.skip()?,
                }
                Ok(())
            })?,
            _ => part.skip()?,
        }
        Ok(())
    })?;
    reader.absorb(&part);
    let version = version.ok_or_else(|| Error::Malformed {
        what: class.name.into(),
        reason: format!("its `{}.carried` has no version", class.prefix),
    })?;
    if version.is_readable_by(reader.newest_of(class)) {
        restore(reader, object, present, &mut data, &mut sent, &mut changes)?;
        let known = version.without_patch().max(object.version());
        object.meta_mut().version = (known != class.version()).then_some(known);
    }
    if reader.keeps_unknown() && !(data.is_empty() && sent.is_empty()) {
        let owned = |(name, json): (String, &str)| (name, json.to_owned());
        let bag = object.meta_mut().bag.get_or_insert_default();
        bag.version = Some(version);
        bag.data.extend(data.into_iter().map(owned));
        bag.sent.extend(sent.into_iter().map(owned));
        bag.changes = changes;
    }
    Ok(())
}

/// Puts back what the class knows, and takes it out of what is kept.
fn restore<'j>(
    reader: &mut Reader<'j>,
    object: &mut dyn VersionedObject,
    mut present: FieldSet,
    data: &mut IndexMap<String, &'j str>,
    sent: &mut IndexMap<String, &'j str>,
    changes: &mut Vec<String>,
) -> Result<()> {
    let class = object.class();
    let place = |name: &str| {
        let index = class.field_index(name)?;
        Some((index, class.fields.get(index)?))
    };
    for (name, json) in std::mem::take(sent) {
        let Some((index, field)) = place(&name) else {
            continue;
        };
        if holds(object, index, field, json) {
            // What the conversion made gives way to what it was made of.
            object.slot_mut(index).unset();
            present.remove(index);
        } else {
            data.shift_remove(&name);
        }
    }
    for (name, json) in std::mem::take(data) {
        let known = place(&name);
        if let Some((index, field)) = known {
            if present.contains(index) {
                continue;
            }
            match read_slot(reader, class, object.slot_mut(index), field, json) {
                Ok(()) => {
                    if changes.contains(&name) {
                        object.meta_mut().mark(index);
                    }
                    continue;
                }
                // Not ours to open: an object inside is newer than we are.
                Err(Error::IncompatibleVersion { .. }) if reader.keeps_unknown() => {}
                Err(Error::IncompatibleVersion { .. }) => continue,
                Err(other) => return Err(other),
            }
        }
        data.insert(name, json);
    }
    changes.retain(|name| data.contains_key(name));
    Ok(())
}

fn read_slot<'j>(
    reader: &mut Reader<'j>,
    class: &Class,
    slot: &mut dyn Slot,
    field: &FieldDef,
    json: &'j str,
) -> Result<()> {
    let mut part = reader.part(json.as_bytes());
    let result = slot.read(&mut part, field);
    reader.absorb(&part);
    result.map_err(|error| in_field(error, class, field))
}
