//! What a method changed about its object: nova `conductor/manager.py`,
//! `object_action`.

use versionedobjects::{FieldDef, Form, ObjectExt as _, Shape, Slot, VersionedObject, Writer};

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
    for (index, field) in after.class().fields.iter().enumerate() {
        let slot = after.slot(index);
        if !slot.is_set() || !differs(field, before.slot(index), slot, writer.form()) {
            continue;
        }
        writer.key(field.name);
        slot.write(writer);
        writer.comma();
    }
    writer.key("obj_what_changed");
    writer.array(after.changes(), |writer, name| writer.str(name));
    writer.raw("}");
}

fn differs(field: &FieldDef, before: &dyn Slot, after: &dyn Slot, form: Form) -> bool {
    if !before.is_set() || !before.same(after) {
        return true;
    }
    let by_identity = match &field.ty.shape {
        Shape::Object(_) | Shape::List(_) | Shape::Dict(_) => form == Form::Compat,
        _ => false,
    };
    let mut holds_incomparable = false;
    if by_identity {
        after.visit(&mut |object| holds_incomparable |= !object.class().comparable);
    }
    holds_incomparable
}
