//! What differs of the data: the fields, at every version both sides record.

use super::types::{self, TypeChange};
use super::{Pair, is_reordered};
use crate::Version;
use crate::contract::{Bump, Change, Effect, Field, Kind, Matrix, NewerValues, Place};

pub(super) fn differences(pair: &Pair<'_>) -> Vec<Change> {
    let (old, new) = (pair.old, pair.new);
    let mut found = Vec::new();
    let mut met = Vec::new();
    for field in &new.fields {
        match pair.before(field) {
            Some(before) => {
                met.push(&*before.name);
                compare(pair, before, field, &mut found);
            }
            None => found.push(added(pair, field)),
        }
    }
    let gone = old
        .fields
        .iter()
        .filter(|field| !met.contains(&&*field.name));
    found.extend(gone.map(|field| removed(pair, field)));
    for gone in &old.removed {
        let place = Place::Field(gone.name.clone());
        if found.iter().all(|change| change.place != place) {
            found.extend(pair.rewritten_change(place, &[&gone.name]));
        }
    }
    let names = |fields: &'_ [Field]| {
        fields
            .iter()
            .map(|field| field.name.clone())
            .collect::<Vec<_>>()
    };
    if is_reordered(&names(&old.fields), &names(&new.fields)) {
        let what = "lists its fields in another order, which no reader minds";
        let kind = Kind::FieldsReordered;
        found.push(Change::new(
            Place::Class,
            kind,
            Bump::None,
            Matrix::FINE,
            what,
        ));
    }
    found
}

fn place(field: &Field) -> Place {
    Place::Field(field.name.clone())
}

fn added(pair: &Pair<'_>, field: &Field) -> Change {
    let breaks = Matrix::data(Effect::Loses, Effect::Lacks);
    let next = pair.next(Bump::Minor);
    let recorded = pair.old.version();
    let is_old = field.since.is_none_or(|since| since <= recorded);
    if pair.is_bumped() && pair.recorded().is_some() && is_old {
        let what = format!("was added, but readers of {recorded} are sent it too");
        return Change::new(place(field), Kind::FieldAdded, Bump::Major, breaks, what)
            .advise(format!("mark it `since = \"{next}\"`"));
    }
    Change::new(
        place(field),
        Kind::FieldAdded,
        Bump::Minor,
        breaks,
        "was added",
    )
    .advise(format!(
        "record \"{next}\" in the history and mark the field `since = \"{next}\"`"
    ))
}

fn removed(pair: &Pair<'_>, field: &Field) -> Change {
    let breaks = Matrix::data(Effect::Lacks, Effect::Loses);
    let (name, next) = (&field.name, pair.next(Bump::Minor));
    if pair.holds(&[name]) {
        return Change::new(
            place(field),
            Kind::FieldRemoved,
            Bump::Minor,
            breaks,
            "was removed",
        );
    }
    let is_new = |now: &&Field| pair.old.field(&now.name).is_none();
    let mut new = pair.new.fields.iter().filter(is_new);
    let advice = match new.find(|now| now.ty == field.ty) {
        Some(twin) => format!(
            "if it is called `{}` now, record \"{next}\" and say there `was(name = \"{name}\", until = \"{next}\")`",
            twin.name
        ),
        None => format!(
            "record \"{next}\" and say what older readers get: `removed({name}: .., until = \"{next}\", ..)`"
        ),
    };
    Change::new(
        place(field),
        Kind::FieldRemoved,
        Bump::Major,
        breaks,
        "was removed",
    )
    .advise(advice)
}

/// A field that is there on both sides.
fn compare(pair: &Pair<'_>, old: &Field, new: &Field, found: &mut Vec<Change>) {
    let past = old.past.iter().chain(&new.past).map(|past| &*past.name);
    let names: Vec<&str> = past.chain([&*old.name]).collect();
    let is_held = pair.holds(&names);
    let mut minor = |kind, breaks, what: String| {
        found.push(Change::new(place(new), kind, Bump::Minor, breaks, what));
    };
    attributes(old, new, &mut minor);
    if old.name != new.name {
        // It is found by its older name because a rule holds it there.
        let breaks = Matrix::data(Effect::Lacks, Effect::Lacks);
        minor(
            Kind::FieldRenamed,
            breaks,
            format!("was called `{}`", old.name),
        );
    }
    let differences = types::differences(&old.ty, &new.ty);
    if differences.iter().all(TypeChange::is_cosmetic) && old.name == new.name {
        found.extend(pair.rewritten_change(place(new), &names));
    }
    for difference in differences {
        found.push(type_change(pair, new, difference, is_held));
    }
    children(pair, old, new, found);
}

/// What is said of a field beside its type.
fn attributes(old: &Field, new: &Field, push: &mut dyn FnMut(Kind, Matrix, String)) {
    use Effect::{Fine, Lacks, Misreads, Refuses};
    match (old.read_only, new.read_only) {
        (false, true) => {
            let breaks = Matrix {
                old_writer_new_data: Refuses,
                ..Matrix::FINE
            };
            push(
                Kind::ReadOnlyAdded,
                breaks,
                "can be set only once now".into(),
            );
        }
        (true, false) => {
            let what = "can be set again, where older peers rely on its staying";
            push(
                Kind::ReadOnlyRemoved,
                Matrix::data(Misreads, Fine),
                what.into(),
            );
        }
        _ => {}
    }
    match (old.lazy, new.lazy) {
        (false, true) => {
            let what = "may be missing until it is loaded";
            push(Kind::LazyAdded, Matrix::data(Lacks, Fine), what.into());
        }
        (true, false) => {
            let what = "can no longer be loaded later";
            push(Kind::LazyRemoved, Matrix::data(Fine, Lacks), what.into());
        }
        _ => {}
    }
    match (&old.default, &new.default) {
        (None, Some(now)) => {
            let what = format!("has the default {now}");
            push(Kind::DefaultAdded, Matrix::data(Lacks, Fine), what);
        }
        (Some(was), None) => {
            let what = format!("lost its default, {was}");
            push(Kind::DefaultRemoved, Matrix::data(Fine, Lacks), what);
        }
        (Some(was), Some(now)) if was != now => {
            let what = format!("has the default {now} instead of {was}");
            push(Kind::DefaultChanged, Matrix::data(Misreads, Misreads), what);
        }
        _ => {}
    }
    for newer in &new.values {
        let same = |was: &&NewerValues| was.since == newer.since && was.values == newer.values;
        if let Some(was) = old.values.iter().find(same)
            && was.before != newer.before
        {
            let shown = |before: &Option<String>| {
                before
                    .as_ref()
                    .map_or_else(|| "nothing".into(), |value| format!("`{value}`"))
            };
            let (now, before) = (shown(&newer.before), shown(&was.before));
            let values = newer.values.join("`, `");
            let what = format!("sends older readers {now} for `{values}` instead of {before}");
            push(Kind::ReplacementChanged, Matrix::data(Misreads, Fine), what);
        }
    }
}

fn type_change(pair: &Pair<'_>, field: &Field, difference: TypeChange, is_held: bool) -> Change {
    let needs = type_needs(pair, field, &difference, is_held);
    let TypeChange {
        kind,
        what,
        old_reads,
        new_reads,
        ..
    } = difference;
    let of_writers = |old_writer_new_data| Matrix {
        old_writer_new_data,
        ..Matrix::FINE
    };
    let breaks = match kind {
        Kind::TransitionRemoved => of_writers(Effect::Refuses),
        Kind::TransitionAdded => of_writers(Effect::Misreads),
        _ => Matrix::data(old_reads, new_reads),
    };
    let change = Change::new(place(field), kind, needs, breaks, what);
    if needs < Bump::Major {
        return change;
    }
    let next = pair.next(Bump::Minor);
    change.advise(match kind {
        Kind::ValueAdded => format!(
            "record \"{next}\" and say what older readers get instead: `values(\"..\", since = \"{next}\", before = \"..\")`"
        ),
        _ => format!(
            "record \"{next}\" and say how it converts both ways: `was(.., until = \"{next}\", ..)`"
        ),
    })
}

/// The bump a difference of types needs. What older readers cannot use takes a
/// rule or a function that converts it, and that was not there before: what one
/// that was does about this difference, nobody can tell. What newer readers
/// cannot use takes a rule. Without, only readers of another major are safe.
fn type_needs(pair: &Pair<'_>, field: &Field, difference: &TypeChange, is_held: bool) -> Bump {
    if difference.is_cosmetic() {
        return Bump::None;
    }
    // A null that is not allowed becomes the default where there is one.
    let has_default = field
        .default
        .as_deref()
        .is_some_and(|default| default != "null");
    let replaced = difference.of_null && has_default;
    let converts = pair.new.converts_down && !pair.old.converts_down;
    let down = difference.old_reads.breaks() && !converts;
    let up = difference.new_reads.breaks() && !replaced;
    if (down || up) && !is_held {
        Bump::Major
    } else {
        Bump::Minor
    }
}

fn children(pair: &Pair<'_>, old: &Field, new: &Field, found: &mut Vec<Change>) {
    let newest = pair.old.version();
    for version in pair.common.iter().map(|common| common.version) {
        let (was, now) = (old.child_at(version), new.child_at(version));
        if was != now {
            let shown = |child: Option<Version>| {
                child.map_or_else(|| "any version".to_owned(), |child| child.to_string())
            };
            let (was, now) = (shown(was), shown(now));
            let what = format!("holds objects of {now} at {version} instead of {was}");
            let breaks = Matrix::data(Effect::Refuses, Effect::Fine);
            found.push(Change::new(
                place(new),
                Kind::ChildChanged,
                Bump::Major,
                breaks,
                what,
            ));
        }
    }
    for (parent, child) in new.children.iter().filter(|(parent, _)| *parent > newest) {
        let what = format!("holds objects of {child} at {parent}");
        found.push(Change::new(
            place(new),
            Kind::ChildAdded,
            Bump::Minor,
            Matrix::FINE,
            what,
        ));
    }
}
