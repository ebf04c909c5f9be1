//! Which fields of an object have changed since it was read or saved.

use std::collections::{BTreeMap, BTreeSet};

use crate::carry::Bag;
use crate::{Class, FieldDef, ObjectExt as _, Path, Shape, Version, VersionedObject};

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

    /// The fields of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The fields that are in both.
    #[must_use]
    pub const fn among(self, other: Self) -> Self {
        Self(self.0 & other.0)
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
        let mut rest = self.0;
        std::iter::from_fn(move || {
            // From field to field: most sets are empty or nearly so.
            let index = usize::try_from(rest.trailing_zeros()).ok()?;
            let following = rest.checked_sub(1)?;
            rest &= following;
            Some(index)
        })
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
    /// For changed fields of which only parts changed: the places.
    places: BTreeMap<usize, Vec<String>>,
    pub(crate) version: Option<Version>,
    pub(crate) bag: Option<Box<Bag>>,
}

impl Meta {
    /// Marks a field as changed.
    #[inline]
    pub fn mark(&mut self, index: usize) {
        self.changed.insert(index);
        if !self.places.is_empty() {
            self.places.remove(&index);
        }
    }

    /// Marks a field as changed at these places inside it.
    pub(crate) fn mark_inside(&mut self, index: usize, places: Vec<String>) {
        if self.changed.contains(index) && !self.places.contains_key(&index) {
            return;
        }
        self.changed.insert(index);
        let known = self.places.entry(index).or_default();
        for place in places {
            if !known.contains(&place) {
                known.push(place);
            }
        }
    }

    /// Replaces what counts as changed.
    pub(crate) fn restore_changes(&mut self, changed: FieldSet) {
        self.changed = changed;
        self.places.clear();
    }

    /// Empties the set of changed fields, to see what something changes.
    pub(crate) fn set_aside_changes(&mut self) -> FieldSet {
        std::mem::take(&mut self.changed)
    }

    /// Puts back what was set aside; what was changed meanwhile counts or not.
    pub(crate) fn bring_back_changes(&mut self, before: FieldSet, counts: bool) {
        let meanwhile = self.changed;
        if counts {
            self.changed = before.with(meanwhile);
        } else {
            self.changed = before;
            self.places.retain(|index, _| before.contains(*index));
        }
    }

    fn forget(&mut self, index: usize) {
        self.changed.remove(index);
        self.places.remove(&index);
    }

    /// Data of fields this side does not know, as raw JSON by name; kept only
    /// when the reader was asked to.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.bag
            .iter()
            .flat_map(|bag| {
                bag.layers
                    .iter()
                    .map(|layer| &layer.data)
                    .chain([&bag.unknown])
            })
            .flatten()
            .map(|(name, json)| (name.as_str(), json.as_str()))
    }
}

impl Meta {
    /// Which data of fields this side does not know counts as changed.
    pub fn unknown_changes(&self) -> impl Iterator<Item = &str> {
        self.bag
            .iter()
            .flat_map(|bag| &bag.unknown_changes)
            .map(String::as_str)
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
        if tells_of_changes(class, field) && !changed.contains(index) {
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

/// Whether a field counts as changed when an object in it does.
pub(crate) fn tells_of_changes(class: &Class, field: &FieldDef) -> bool {
    match &field.ty.shape {
        // oslo's list classes override the method and look at `objects` alone.
        Shape::Object(_) => !class.is_list,
        Shape::List(_) => class.is_list && field.name == "objects",
        _ => false,
    }
}

/// Where an object changed, in the order of the table: fields that were set,
/// places inside fields that were edited, and what changed in objects inside,
/// in whatever containers.
#[must_use]
pub(crate) fn changed_paths(object: &dyn VersionedObject) -> Vec<String> {
    let mut paths = Vec::new();
    collect(object, &Path::HERE, &mut paths);
    paths
}

fn collect(object: &dyn VersionedObject, at: &Path<'_>, paths: &mut Vec<String>) {
    let meta = object.meta();
    for (index, field) in object.class().fields.iter().enumerate() {
        let here = at.name(field.name);
        let start = paths.len();
        let places = match meta
            .changed
            .contains(index)
            .then(|| meta.places.get(&index))
        {
            Some(None) => {
                paths.push(here.to_string());
                continue;
            }
            Some(Some(places)) => {
                let outer = at.to_string();
                let dot = if outer.is_empty() { "" } else { "." };
                paths.extend(places.iter().map(|place| format!("{outer}{dot}{place}")));
                true
            }
            None => false,
        };
        if field.ty.any_object().is_none() {
            continue;
        }
        object
            .slot(index)
            .visit_at(&here, &mut |at, child| collect(child, at, paths));
        if places {
            // An edit is seen both by the object that was edited and by the
            // field around it.
            let found: BTreeSet<String> = paths.drain(start..).collect();
            let covered = |path: &str| {
                path.match_indices(['.', '['])
                    .any(|(end, _)| path.get(..end).is_some_and(|outer| found.contains(outer)))
            };
            paths.extend(found.iter().filter(|path| !covered(path)).cloned());
        }
    }
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
        let meta = object.meta_mut();
        meta.restore_changes(FieldSet::default());
        if let Some(bag) = &mut meta.bag {
            bag.unknown_changes.clear();
            for layer in &mut bag.layers {
                layer.changes.clear();
            }
        }
    } else {
        for name in fields {
            if let Some(index) = object.field_index(name) {
                object.meta_mut().forget(index);
            }
        }
    }
    if let Some(after_reset) = class.after_reset {
        after_reset(object);
    }
}
