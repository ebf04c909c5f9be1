//! Objects onto the wire, at the version their reader knows.

use super::data::{At, Drops, became, put, write_data};
use crate::carry::{self, Lost};
use crate::changes::{FieldSet, tells_of_changes, what_changed};
use crate::past::Named;
use crate::writer::ChildRule;
use crate::{
    Class, Data, Error, FieldType, Form, ObjectExt as _, Reader, Result, Version, VersionedObject,
    Writer,
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
    if version == class.version() && !convert {
        return write_current(object, class, writer);
    }
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
    label(class, writer, ".data\"");
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
        gone: Vec::new(),
        unsaid: None,
        inside: FieldSet::default(),
        unseen: FieldSet::default(),
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
    let changed = changed(object, &at);
    debug_assert!(writer.has_failed() || changed == what_changed(object));
    let gone = at.gone;
    writer.children = outer;
    // oslo filters only the outermost object's changes by what is left after
    // the conversion; below, everything that was set counts.
    let filtered = place == Place::Top || writer.form() == Form::Native;
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
        let mut names: Vec<&str> = fields.map(|field| field.name_at(version)).collect();
        names.extend(
            gone.iter()
                .filter(|gone| became(class, gone, changed))
                .map(|gone| gone.name),
        );
        if !names.is_empty() {
            writer.comma();
            label(class, writer, ".changes\"");
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
            label(class, writer, ".carried\"");
        });
        writer.children = outer;
    }
    writer.raw("}");
}

/// What changed in an object that was written. What is inside has told of its changes as it was written: looking again
/// at each level would go through everything below.
fn changed(object: &dyn VersionedObject, at: &At<'_>) -> FieldSet {
    let mut changed = object.meta().changed.with(at.inside);
    for index in at.unseen.iter() {
        object.slot(index).visit(&mut |child| {
            if !what_changed(child).is_empty() {
                changed.insert(index);
            }
        });
    }
    changed
}

/// Writes an object as it is, which is how most are: at the version of its class.
///
/// Every field that is set is written, under its own name and with its own rule,
/// so that nothing has to be asked of the past, and of what was lost on the way.
fn write_current(object: &dyn VersionedObject, class: &'static Class, writer: &mut Writer<'_>) {
    writer.raw(class.opening(writer.form()));
    writer.raw("{");
    let outer = std::mem::replace(&mut writer.children, ChildRule::Untouched);
    let beside = writer.changed;
    let (mut present, mut inside) = (FieldSet::default(), FieldSet::default());
    for (index, field) in class.fields.iter().enumerate() {
        let slot = object.slot(index);
        if !slot.is_set() {
            continue;
        }
        writer.changed = false;
        put(slot, field, index, writer, &mut present);
        if writer.changed && tells_of_changes(class, field) {
            inside.insert(index);
        }
    }
    writer.raw("}");
    writer.children = outer;
    let meta = object.meta();
    // What is inside was written and has told of its changes: looking again at
    // each level would go through everything below.
    let changed = meta.changed.with(inside);
    debug_assert_eq!(changed, what_changed(object));
    writer.changed = beside || !changed.is_empty();
    let said = changed.among(present);
    if !said.is_empty() {
        writer.comma();
        label(class, writer, ".changes\"");
        let names = said.iter().filter_map(|index| class.fields.get(index));
        writer.array(names, |writer, field| writer.str(field.name));
    }
    if writer.carries() && meta.bag.is_some() {
        writer.children = ChildRule::Untouched;
        let version = class.version();
        carry::write(object, &Lost::default(), version, writer, |writer| {
            label(class, writer, ".carried\"");
        });
        writer.children = outer;
    }
    writer.raw("}");
}

/// Writes a key of the envelope, of which the end is given.
fn label(class: &Class, writer: &mut Writer<'_>, key: &str) {
    writer.raw("\"");
    writer.raw(class.prefix);
    writer.raw(key);
    writer.colon();
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
    /// Everything of the envelope before the data, at the class's version.
    fn opening(&self, form: Form) -> &str {
        let (cell, space) = form.of(&self.derived.opening);
        cell.get_or_init(|| {
            let (header, version, prefix) = (self.header(form), self.version(), self.prefix);
            format!("{header}{version}\",{space}\"{prefix}.data\":{space}")
        })
    }

    /// Everything of the envelope before the version.
    pub(super) fn header(&self, form: Form) -> &str {
        let (cell, space) = form.of(&self.derived.header);
        cell.get_or_init(|| {
            let (prefix, name, namespace) = (self.prefix, self.name, self.namespace);
            format!(
                "{{\"{prefix}.name\":{space}\"{name}\",{space}\"{prefix}.namespace\":{space}\"{namespace}\",{space}\"{prefix}.version\":{space}\""
            )
        })
    }
}

impl Form {
    /// What there is of a kind for this form, and the space it has between things.
    const fn of<T>(self, [compat, native]: &[T; 2]) -> (&T, &'static str) {
        match self {
            Self::Compat => (compat, " "),
            Self::Native => (native, ""),
        }
    }
}
