//! The data of an object as a version has it.

use crate::carry::{self, Lost};
use crate::changes::{FieldSet, tells_of_changes};
use crate::writer::ChildRule;
use crate::{
    Class, Error, FieldDef, Form, ObjectExt as _, Past, Removed, Result, Slot, Version,
    VersionedObject, Writer,
};

/// Which fields an older reader is not given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Drops {
    /// Those added later.
    Newer,
    /// None yet.
    Nothing,
}

/// What is being written, and what writing it found out.
pub(super) struct At<'l> {
    pub(super) version: Version,
    pub(super) convert: bool,
    pub(super) drops: Drops,
    /// Whether the version is older than the class.
    pub(super) older: bool,
    /// Whether what is lost to this reader is carried for those behind it.
    pub(super) carried: bool,
    /// The fields written that the class no longer has.
    pub(super) gone: Vec<&'static Removed>,
    /// Why a value cannot be said at the version.
    pub(super) unsaid: Option<Error>,
    /// The fields that were written with objects that have changes.
    pub(super) inside: FieldSet,
    /// The fields with objects that were not written as they are, so that nobody has looked for changes in them.
    pub(super) unseen: FieldSet,
    pub(super) lost: &'l mut Lost,
}

/// Writes the attributes that readers of a version know; says which were written.
pub(super) fn write_data(
    object: &dyn VersionedObject,
    writer: &mut Writer<'_>,
    at: &mut At<'_>,
) -> FieldSet {
    let class = object.class();
    let mut present = FieldSet::default();
    writer.children = ChildRule::Untouched;
    writer.raw("{");
    let mut unset = FieldSet::default();
    let needs = class.needs_at(at.version);
    for (index, field) in class.fields.iter().enumerate() {
        // Most attributes need no more than being written.
        let slot = object.slot(index);
        if !slot.is_set() {
            unset.insert(index);
        } else if needs.settled.contains(index) {
            put(slot, field, index, writer, &mut present);
        } else if !write_entry(object, index, field, writer, at, &mut present) {
            return present;
        }
    }
    // A Python peer puts what it makes up behind what there is.
    if at.older && at.convert {
        for index in unset.among(needs.asking).iter() {
            if let Some(field) = class.fields.get(index)
                && let Some(past) = field.past_at(at.version)
                && !is_so_already(object, field, past, writer)
                && !write_entry(object, index, field, writer, at, &mut present)
            {
                return present;
            }
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
        writer.raw(writer.form().key(gone.key));
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
                        .push((gone.name.to_owned(), writer.since(value).to_owned()));
                }
            }
            Ok(false) => writer.rewind(start),
            Err(error) => {
                writer.fail(error);
                break;
            }
        }
    }
    if let Some(error) = at.unsaid.take() {
        writer.fail(error);
    }
    writer.raw("}");
    present
}

/// Writes an attribute that is set, under its own name and as it is, behind
/// those that are there.
pub(super) fn put(
    slot: &dyn Slot,
    field: &FieldDef,
    index: usize,
    writer: &mut Writer<'_>,
    present: &mut FieldSet,
) {
    if !present.is_empty() {
        writer.comma();
    }
    writer.raw(writer.form().key(field.key));
    slot.write(writer);
    present.insert(index);
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
    let tells = tells_of_changes(class, field);
    if tells {
        at.unseen.insert(index);
    }
    let mut instead = None;
    if at.convert && at.older {
        match field.value_at(slot, at.version) {
            Ok(value) => instead = value,
            // Functions that convert are asked first, as where the original
            // raises for both.
            Err(error) => {
                at.unsaid.get_or_insert(error);
                return true;
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
    writer.raw(writer.form().key(key));
    let value = writer.mark();
    // Whoever reads a value as it is writes it as it is, at its own version.
    let past = past.filter(|past| {
        past.up.is_some() || at.convert && !is_so_already(object, field, past, writer)
    });
    let written = match (instead, past.and_then(|past| past.down)) {
        (Some(value), _) => {
            writer.str(value);
            Ok(true)
        }
        (None, Some(down)) => down(object, slot, at.version, writer),
        (None, None) => {
            writer.changed = false;
            slot.write(writer);
            if tells {
                at.unseen.remove(index);
                if writer.changed {
                    at.inside.insert(index);
                }
            }
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
        let sent = (
            field.name_at(at.version).to_owned(),
            writer.since(value).to_owned(),
        );
        at.lost.converted.insert(index);
        at.lost.sent.push(sent);
    }
    true
}

/// Whether an attribute is in the form that a rule for readers alone makes,
/// because the object came at a version before the rule: it was made then, and
/// what it was made from may not be known here. A Python peer follows the rule
/// again, and so does the compat form, which raises where the original does.
fn is_so_already(
    object: &dyn VersionedObject,
    field: &FieldDef,
    past: &Past,
    writer: &Writer<'_>,
) -> bool {
    writer.form() == Form::Native
        && past.up.is_none()
        && field
            .past_at(object.version())
            .is_some_and(|own| own.until == past.until)
}

/// Whether a field that is gone counts as changed: with what it became.
pub(super) fn became(class: &Class, gone: &Removed, changed: FieldSet) -> bool {
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

/// As [`write_attribute`], unless `before` has what is written: a reader sees no microseconds, so that it need not be told
/// of times that differ in them.
pub fn write_difference(
    before: &dyn VersionedObject,
    after: &dyn VersionedObject,
    index: usize,
    writer: &mut Writer<'_>,
) -> bool {
    let start = writer.mark();
    if !write_attribute(after, index, writer) {
        return false;
    }
    let end = writer.mark();
    let both = write_attribute(before, index, writer);
    let same = both && writer.between(start, end) == writer.since(end);
    writer.rewind(if same { start } else { end });
    !same
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
