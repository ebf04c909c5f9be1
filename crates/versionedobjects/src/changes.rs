//! Which fields of an object have changed since it was read or saved.

use crate::{ObjectExt as _, Shape, Version, VersionedObject};

/// A set of fields of one class, by their place in its table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FieldSet(u128);

impl FieldSet {
    /// As many fields as one class can have.
    pub const CAPACITY: usize = 128;

    /// Adds a field.
    pub const fn insert(&mut self, index: usize) {
        self.0 |= Self::bit(index);
    }

    /// Takes a field out.
    pub const fn remove(&mut self, index: usize) {
        self.0 &= !Self::bit(index);
    }

    /// Whether the field is in it.
    #[must_use]
    pub const fn contains(self, index: usize) -> bool {
        self.0 & Self::bit(index) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The places of the fields, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..Self::CAPACITY).filter(move |index| self.contains(*index))
    }

    const fn bit(index: usize) -> u128 {
        if index < Self::CAPACITY {
            1 << index
        } else {
            0
        }
    }
}

/// What an object carries besides its attributes: which of them changed, the
/// version it arrived at, and what it could not read.
#[derive(Debug, Clone, Default)]
pub struct Meta {
    pub(crate) changed: FieldSet,
    pub(crate) version: Option<Version>,
    pub(crate) unknown: Vec<(String, String)>,
}

impl Meta {
    /// Marks a field as changed.
    #[inline]
    pub const fn mark(&mut self, index: usize) {
        self.changed.insert(index);
    }

    /// Data of fields this side does not know, as raw JSON by name; kept only
    /// when the reader was asked to.
    #[must_use]
    pub fn unknown(&self) -> &[(String, String)] {
        &self.unknown
    }
}

/// The changed fields of an object: its own, and those whose object changed.
///
/// As oslo's `obj_what_changed`: an object in a field counts, objects in a
/// list do not, except in the `objects` of a list class.
#[must_use]
pub fn what_changed(object: &dyn VersionedObject) -> FieldSet {
    let class = object.class();
    let mut changed = object.meta().changed;
    for (index, field) in class.fields.iter().enumerate() {
        let counts = match &field.ty.shape {
            // oslo's list classes override the method and look at `objects` alone.
            Shape::Object(_) => !class.is_list,
            Shape::List(_) => class.is_list && field.name == "objects",
            _ => false,
        };
        if counts && !changed.contains(index) {
            let mut dirty = false;
            object
                .slot(index)
                .visit(&mut |child| dirty = dirty || !what_changed(child).is_empty());
            if dirty {
                changed.insert(index);
            }
        }
    }
    changed
}

/// Forgets that fields changed: those named, or all if none is named. With
/// `recursive`, objects in changed fields forget too.
///
/// As oslo's `obj_reset_changes`, including that unknown names are ignored and
/// that recursion only enters fields that count as changed.
pub fn reset_changes(object: &mut dyn VersionedObject, fields: &[&str], recursive: bool) {
    let class = object.class();
    let named = |index: usize| {
        fields.is_empty()
            || class
                .fields
                .get(index)
                .is_some_and(|field| fields.contains(&field.name))
    };
    if recursive {
        for index in what_changed(object).iter().filter(|index| named(*index)) {
            if class
                .fields
                .get(index)
                .is_some_and(|field| field.ty.oslo_object().is_some())
            {
                object
                    .slot_mut(index)
                    .visit_mut(&mut |child| reset_changes(child, &[], true));
            }
        }
    }
    if fields.is_empty() {
        object.meta_mut().changed = FieldSet::default();
    } else {
        for name in fields {
            if let Some(index) = object.field_index(name) {
                object.meta_mut().changed.remove(index);
            }
        }
    }
    if let Some(after_reset) = class.after_reset {
        after_reset(object);
    }
}
