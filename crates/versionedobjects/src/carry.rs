//! What an object carries for others: data that the version it is written at,
//! or the release that reads it, does not know.
//!
//! In the native form an object that is written at an older version takes what
//! that version lacks along, beside its data, under `.carried`. Whoever is at
//! least as new as the writer puts it back; everybody else passes it on, if
//! asked to keep what they do not know. So a way down and up again loses
//! nothing. Nothing like it exists in oslo, whose readers ignore the key.
//!
//! Each step down adds a layer in front of those that came before; a reader
//! undoes the steps in turn, as far as it is new enough.

use std::str::FromStr as _;

use indexmap::IndexMap;

use crate::changes::{FieldSet, what_changed};
use crate::past::Named;
use crate::primitive::{Found, read_field, write_attribute};
use crate::{
    Class, Error, ObjectExt as _, Reader, Removed, Result, Version, VersionedObject, Writer,
};

/// What is carried for others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bag {
    /// Data of fields this side does not know, as raw JSON by name.
    pub(crate) unknown: IndexMap<String, String>,
    /// Which of it counts as changed.
    pub(crate) unknown_changes: Vec<String>,
    /// What ways down took out, the latest first.
    pub(crate) layers: Vec<Layer>,
    /// Fields that are gone here, for those who still have them.
    removed: IndexMap<String, String>,
}

/// What one way down took out.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    /// The version of the object it was taken out of, which its data is in.
    version: Version,
    /// The version the object was written at.
    at: Version,
    /// The data, as raw JSON by field.
    pub(crate) data: IndexMap<String, String>,
    /// What was sent in the place of data that a conversion changed: only as
    /// long as that is what the object has is the data what it would be.
    sent: IndexMap<String, String>,
    /// Which of it counts as changed.
    pub(crate) changes: Vec<String>,
}

/// Puts data of a field that this side does not know into an object.
pub(crate) fn keep(object: &mut dyn VersionedObject, field: String, json: String) {
    let bag = object.meta_mut().bag.get_or_insert_default();
    for layer in &mut bag.layers {
        layer.sent.shift_remove(&field);
        layer.data.shift_remove(&field);
    }
    bag.unknown.insert(field, json);
}

/// Notes which of the data that was kept counts as changed.
pub(crate) fn keep_changes(object: &mut dyn VersionedObject, mut names: Vec<String>) {
    if let Some(bag) = &mut object.meta_mut().bag {
        names.retain(|name| bag.unknown.contains_key(name));
        bag.unknown_changes = names;
    }
}

/// Keeps the value of a field that is gone for those who still have it.
pub(crate) fn keep_removed(object: &mut dyn VersionedObject, field: &Removed, json: &str) {
    let bag = object.meta_mut().bag.get_or_insert_default();
    bag.removed.insert(field.name.to_owned(), json.to_owned());
}

/// The value of a field that is gone, if it was kept.
pub(crate) fn removed<'o>(object: &'o dyn VersionedObject, field: &Removed) -> Option<&'o str> {
    let bag = object.meta().bag.as_deref()?;
    bag.removed.get(field.name).map(String::as_str)
}

/// The fields that are carried for others and were not among the data.
pub(crate) fn closed(object: &dyn VersionedObject, read: FieldSet) -> FieldSet {
    let mut closed = FieldSet::default();
    let class = object.class();
    let mut close = |name: &str, version: Version| {
        if let Some(Named::Field(index, _)) = class.named_at(name, version)
            && !read.contains(index)
        {
            closed.insert(index);
        }
    };
    if let Some(bag) = &object.meta().bag {
        for name in bag.unknown.keys() {
            close(name, object.version());
        }
        for layer in &bag.layers {
            for name in layer.data.keys() {
                close(name, layer.version);
            }
        }
    }
    closed
}

/// What a conversion did to the data of an object.
#[derive(Debug, Default)]
pub(crate) struct Lost {
    /// Set, but not written.
    pub(crate) dropped: FieldSet,
    /// Written as something else.
    pub(crate) converted: FieldSet,
    /// What was written in their place, and what a conversion made up.
    pub(crate) sent: Vec<(String, String)>,
}

/// Writes what the version being written lacks, and what was carried before.
/// `label` writes the key.
pub(crate) fn write(
    object: &dyn VersionedObject,
    lost: &Lost,
    at: Version,
    writer: &mut Writer<'_>,
    label: impl FnOnce(&mut Writer<'_>),
) {
    let nothing = Bag::default();
    let bag = object.meta().bag.as_deref().unwrap_or(&nothing);
    let own = lost.dropped.with(lost.converted);
    let step = !own.is_empty() || !lost.sent.is_empty() || !bag.unknown.is_empty();
    if !step && bag.layers.is_empty() {
        return;
    }
    writer.comma();
    label(writer);
    writer.raw("[");
    if step {
        write_step(object, lost, own, bag, at, writer);
    }
    for (place, layer) in bag.layers.iter().enumerate() {
        if step || place > 0 {
            writer.comma();
        }
        layer.write(writer);
    }
    writer.raw("]");
}

/// Writes the layer of this step.
fn write_step(
    object: &dyn VersionedObject,
    lost: &Lost,
    own: FieldSet,
    bag: &Bag,
    at: Version,
    writer: &mut Writer<'_>,
) {
    let version = object.version();
    open(version, at, writer);
    let mut first = true;
    for index in own.iter() {
        let start = writer.mark();
        if !first {
            writer.comma();
        }
        if write_attribute(object, index, writer) {
            first = false;
        } else {
            writer.rewind(start);
        }
    }
    for (name, json) in &bag.unknown {
        if !std::mem::take(&mut first) {
            writer.comma();
        }
        writer.key(name);
        writer.raw(json);
    }
    writer.raw("}");
    let changed = what_changed(object);
    let fields = object.class().fields;
    let names = lost
        .dropped
        .iter()
        .filter(|index| changed.contains(*index))
        .filter_map(|index| fields.get(index))
        .map(|field| field.name_at(version))
        .chain(bag.unknown_changes.iter().map(String::as_str));
    close(&lost.sent, names.collect(), writer);
}

fn open(version: Version, at: Version, writer: &mut Writer<'_>) {
    writer.raw("{");
    writer.key("version");
    writer.str(&version.to_string());
    writer.comma();
    writer.key("at");
    writer.str(&at.to_string());
    writer.comma();
    writer.key("data");
    writer.raw("{");
}

fn close(sent: &[(String, String)], changes: Vec<&str>, writer: &mut Writer<'_>) {
    if !sent.is_empty() {
        writer.comma();
        writer.key("sent");
        writer.object(
            sent.iter().map(|(name, json)| (name.as_str(), json)),
            |writer, json| writer.raw(json),
        );
    }
    if !changes.is_empty() {
        writer.comma();
        writer.key("changes");
        writer.array(changes, |writer, name| writer.str(name));
    }
    writer.raw("}");
}

impl Layer {
    fn write(&self, writer: &mut Writer<'_>) {
        open(self.version, self.at, writer);
        for (place, (name, json)) in self.data.iter().enumerate() {
            if place > 0 {
                writer.comma();
            }
            writer.key(name);
            writer.raw(json);
        }
        writer.raw("}");
        let sent: Vec<(String, String)> = self.sent.clone().into_iter().collect();
        close(
            &sent,
            self.changes.iter().map(String::as_str).collect(),
            writer,
        );
    }

    fn read(reader: &mut Reader<'_>, class: &Class) -> Result<Self> {
        let (mut data, mut sent) = (IndexMap::new(), IndexMap::new());
        let (mut version, mut at, mut changes) = (None, None, Vec::new());
        reader.object(str::to_owned, |reader, key| {
            match key.as_str() {
                "version" => version = reader.str()?.map(Version::from_str).transpose()?,
                "at" => at = reader.str()?.map(Version::from_str).transpose()?,
                "data" | "sent" => {
                    let into = if key == "data" { &mut data } else { &mut sent };
                    reader.object(str::to_owned, |reader, name| {
                        into.insert(name, reader.raw()?.to_owned());
                        Ok(())
                    })?;
                }
                "changes" => reader.array(|reader| {
                    match reader.str()? {
                        Some(name) => changes.push(name.to_owned()),
                        None => reader.skip()?,
                    }
                    Ok(())
                })?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        let lacks = |what: &str| Error::Malformed {
            what: class.name.into(),
            reason: format!("a part of its `{}.carried` has no `{what}`", class.prefix),
        };
        Ok(Self {
            version: version.ok_or_else(|| lacks("version"))?.without_patch(),
            at: at.ok_or_else(|| lacks("at"))?.without_patch(),
            data,
            sent,
            changes,
        })
    }
}

/// Reads what was carried and puts back what this side knows, as far as it is
/// as new as whoever took it out. The rest is kept, if the reader keeps such
/// things. Returns the fields that were put back.
pub(crate) fn read<'j>(
    reader: &mut Reader<'j>,
    object: &mut dyn VersionedObject,
    found: &Found<'j>,
    text: &'j str,
) -> Result<FieldSet> {
    let class = object.class();
    let mut part = reader.part(text.as_bytes());
    let mut layers = Vec::new();
    if !part.is_array()? {
        return Err(Error::Malformed {
            what: class.name.into(),
            reason: format!("its `{}.carried` is no list", class.prefix),
        });
    }
    part.array(|part| {
        layers.push(Layer::read(part, class)?);
        Ok(())
    })?;
    reader.absorb(&part);
    let newest = reader.newest_of(class);
    let mut present = found.fields;
    let mut layers = layers.into_iter().peekable();
    let mut opened = FieldSet::default();
    let mut rest = Vec::new();
    while let Some(mut layer) = layers.next_if(|layer| layer.version.is_readable_by(newest)) {
        let version = layer.version.max(object.version());
        opened = opened.with(restore(reader, object, found, &mut present, &mut layer)?);
        object.meta_mut().version = (version != class.version()).then_some(version);
        if !layer.data.is_empty() {
            rest.push(layer);
        }
    }
    rest.extend(layers);
    if reader.keeps_unknown() && !rest.is_empty() {
        object.meta_mut().bag.get_or_insert_default().layers = rest;
    }
    Ok(opened)
}

/// Puts back what one step took out, and says which fields that are; what cannot be put back stays. `present` are the
/// fields that have what they are to have.
fn restore(
    reader: &mut Reader<'_>,
    object: &mut dyn VersionedObject,
    found: &Found<'_>,
    present: &mut FieldSet,
    layer: &mut Layer,
) -> Result<FieldSet> {
    let class = object.class();
    let mut opened = FieldSet::default();
    for (name, json) in &layer.sent {
        match class.named_at(name, layer.at) {
            Some(Named::Field(index, _)) => {
                if holds(object, index, name, layer.at, json) {
                    // What the conversion made gives way to what it was made of.
                    object.slot_mut(index).unset();
                    present.remove(index);
                } else {
                    present.insert(index);
                }
            }
            // What it became here was only made of what had been sent.
            Some(Named::Removed(gone)) => {
                if let Some(old) = found.gone.iter().find(|old| old.field.name == gone.name) {
                    for index in old.touched.iter() {
                        if same_json(old.json, json) {
                            object.slot_mut(index).unset();
                            present.remove(index);
                        } else {
                            present.insert(index);
                        }
                    }
                }
            }
            None => {}
        }
    }
    for (name, json) in std::mem::take(&mut layer.data) {
        let named = class.named_at(&name, layer.version);
        if let Some(Named::Field(index, past)) = named {
            if present.contains(index) {
                continue;
            }
            let mut part = reader.detached(json.as_bytes());
            let read = read_field(&mut part, object, index, past);
            reader.absorb(&part);
            match read {
                Ok(()) => {
                    present.insert(index);
                    opened.insert(index);
                    if layer.changes.contains(&name) {
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
        layer.data.insert(name, json);
    }
    layer.sent.clear();
    layer.changes.retain(|name| layer.data.contains_key(name));
    Ok(opened)
}

/// Whether an attribute is what that JSON says, which a version wrote.
fn holds(object: &dyn VersionedObject, index: usize, name: &str, at: Version, json: &str) -> bool {
    let class = object.class();
    let mut probe = (class.new)();
    let past = match class.named_at(name, at) {
        Some(Named::Field(_, past)) => past,
        _ => None,
    };
    let Ok(mut reader) = Reader::new(json) else {
        return false;
    };
    read_field(&mut reader, &mut *probe, index, past).is_ok()
        && probe.slot(index).same(object.slot(index))
}

/// Whether two texts are the same JSON.
fn same_json(a: &str, b: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    a == b || read(a).is_some_and(|value| read(b) == Some(value))
}
