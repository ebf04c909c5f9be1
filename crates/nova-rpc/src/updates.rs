//! What a method changed about its object: nova `conductor/manager.py`,
//! `object_action`.

use std::collections::BTreeMap;

use versionedobjects::{
    FieldDef, FieldSet, Form, ObjectExt as _, Slot, VERSION_KEY, VersionedObject, Writer,
    what_changed, write_attribute, write_difference,
};

/// Writes the attributes that were unset before or differ now, and which of
/// them count as changed.
///
/// The original compares with `!=`, and most classes compare by identity: an
/// object in a field differs from its own copy, whatever it holds. Python
/// callers are given what they would be given there; our own get real
/// differences.
pub(crate) fn updates(
    before: &dyn VersionedObject,
    after: &dyn VersionedObject,
    writer: &mut Writer<'_>,
) {
    writer.raw("{");
    // Names and types are those of the version the object has here.
    if writer.form() == Form::Native && after.class().has_past() {
        writer.key(VERSION_KEY);
        writer.str(&after.version().to_string());
        writer.comma();
    }
    for (index, field) in after.class().fields.iter().enumerate() {
        let (was, slot) = (before.slot(index), after.slot(index));
        if !slot.is_set() || !differs(field, was, slot, writer.form()) {
            continue;
        }
        // What its reader does not know at all would only be skipped there.
        if writer.leaves_out(field) {
            continue;
        }
        let written = match writer.form() {
            Form::Native if was.is_set() => write_difference(before, after, index, writer),
            _ => write_attribute(after, index, writer),
        };
        if written {
            writer.comma();
        }
    }
    // What this side does not know is for the caller to know.
    let known: BTreeMap<&str, &str> = before.meta().unknown().collect();
    for (name, json) in after.meta().unknown() {
        if known.get(name) != Some(&json) {
            writer.key(name);
            writer.raw(json);
            writer.comma();
        }
    }
    writer.key("obj_what_changed");
    let version = after.version();
    let changed = what_changed(after);
    let fields = changed
        .iter()
        .filter_map(|index| after.class().fields.get(index));
    let names = fields.map(|field| field.name_at(version));
    writer.array(
        names.chain(after.meta().unknown_changes()),
        |writer, name| {
            writer.str(name);
        },
    );
    writer.raw("}");
}

fn differs(field: &FieldDef, before: &dyn Slot, after: &dyn Slot, form: Form) -> bool {
    if !before.is_set() || !before.same(after) {
        return true;
    }
    if field.ty.any_object().is_none() {
        return false;
    }
    match form {
        Form::Compat => any(after, |object| !object.class().comparable),
        Form::Native => changes_of(before) != changes_of(after),
    }
}

fn any(slot: &dyn Slot, found: impl Fn(&dyn VersionedObject) -> bool) -> bool {
    let mut any = false;
    slot.visit(&mut |object| any |= found(object));
    any
}

/// What counts as changed in all objects inside, in the order they are met: an
/// object that was saved holds the same data, but is no longer changed.
fn changes_of(slot: &dyn Slot) -> Vec<FieldSet> {
    let mut changes = Vec::new();
    slot.visit(&mut |object| {
        changes.push(what_changed(object));
        for (index, _) in object
            .class()
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.ty.any_object().is_some())
        {
            changes.extend(changes_of(object.slot(index)));
        }
    });
    changes
}
