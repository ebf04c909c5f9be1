//! What differs of what can be called.

use super::types::{self, TypeChange};
use super::{Pair, is_reordered};
use crate::contract::{Argument, Bump, Change, Effect, Kind, Matrix, Method, Place};
use crate::{ArgumentKind, MethodKind};

pub(super) fn differences(pair: &Pair<'_>) -> Vec<Change> {
    let (old, new) = (pair.old, pair.new);
    let mut found = Vec::new();
    for method in &new.methods {
        match old.method(&method.name) {
            Some(before) => compare(before, method, &mut found),
            None => {
                let breaks = Matrix::calls(Effect::Fine, Effect::Refuses);
                found.push(Change::new(
                    at(method),
                    Kind::MethodAdded,
                    Bump::Minor,
                    breaks,
                    "was added",
                ));
            }
        }
    }
    for method in old
        .methods
        .iter()
        .filter(|method| new.method(&method.name).is_none())
    {
        let breaks = Matrix::calls(Effect::Refuses, Effect::Fine);
        found.push(Change::new(
            at(method),
            Kind::MethodRemoved,
            Bump::Major,
            breaks,
            "was removed",
        ));
    }
    let names = |methods: &[Method]| {
        methods
            .iter()
            .map(|method| method.name.clone())
            .collect::<Vec<_>>()
    };
    if is_reordered(&names(&old.methods), &names(&new.methods)) {
        let what = "lists its methods in another order, which no caller minds";
        found.push(Change::new(
            Place::Class,
            Kind::MethodsReordered,
            Bump::None,
            Matrix::FINE,
            what,
        ));
    }
    found
}

fn at(method: &Method) -> Place {
    Place::Method(method.name.clone())
}

fn argument_at(method: &Method, argument: &Argument) -> Place {
    Place::Argument {
        method: method.name.clone(),
        argument: argument.name.clone(),
    }
}

/// What callers on the other side meet decides: a call is not converted.
fn needs(breaks: &Matrix) -> Bump {
    if breaks.old_caller_new_method.breaks() {
        Bump::Major
    } else if *breaks == Matrix::FINE {
        Bump::None
    } else {
        Bump::Minor
    }
}

fn compare(old: &Method, new: &Method, found: &mut Vec<Change>) {
    let mut push = |place, kind, breaks: Matrix, what: String| {
        found.push(Change::new(place, kind, needs(&breaks), breaks, what));
    };
    if old.kind != new.kind {
        let what = match new.kind {
            MethodKind::Class => "is called on the class instead of an object",
            MethodKind::Instance => "is called on an object instead of the class",
        };
        let breaks = Matrix::calls(Effect::Refuses, Effect::Refuses);
        push(at(new), Kind::MethodKindChanged, breaks, what.into());
    }
    for TypeChange {
        kind,
        what,
        old_reads,
        new_reads,
        ..
    } in types::differences(&old.returns, &new.returns)
    {
        let breaks = if is_cosmetic(kind) {
            Matrix::FINE
        } else {
            Matrix::calls(old_reads, new_reads)
        };
        let change = Change::new(
            at(new),
            kind,
            needs_unless_cosmetic(kind, &breaks),
            breaks,
            format!("returns what {what}"),
        );
        found.push(change);
    }
    arguments(old, new, found);
    raises(old, new, found);
    condition(old, new, found);
}

const fn is_cosmetic(kind: Kind) -> bool {
    matches!(kind, Kind::ValuesReordered | Kind::TypeRenamed)
}

/// A type may differ without anyone's breaking, but not without a bump.
fn needs_unless_cosmetic(kind: Kind, breaks: &Matrix) -> Bump {
    if is_cosmetic(kind) {
        Bump::None
    } else {
        needs(breaks).max(Bump::Minor)
    }
}

fn arguments(old: &Method, new: &Method, found: &mut Vec<Change>) {
    let old_named = |name: &str| old.arguments.iter().find(|argument| argument.name == name);
    let new_named = |name: &str| new.arguments.iter().find(|argument| argument.name == name);
    let mut renamed = Vec::new();
    for (place, argument) in new.arguments.iter().enumerate() {
        let at = argument_at(new, argument);
        if let Some(before) = old_named(&argument.name) {
            compare_argument(at, before, argument, found);
            continue;
        }
        let twin = old.arguments.get(place).filter(|before| {
            new_named(&before.name).is_none()
                && before.ty == argument.ty
                && before.kind == argument.kind
        });
        if let Some(before) = twin {
            renamed.push(before.name.as_str());
            let breaks = Matrix::calls(Effect::Refuses, Effect::Refuses);
            let what = format!("was called `{}`, by which peers may pass it", before.name);
            found.push(Change::new(
                at,
                Kind::ArgumentRenamed,
                needs(&breaks),
                breaks,
                what,
            ));
            continue;
        }
        let optional = argument.default.is_some() || argument.kind != ArgumentKind::Plain;
        let (breaks, what) = if optional {
            (Matrix::calls(Effect::Fine, Effect::Refuses), "was added")
        } else {
            (
                Matrix::calls(Effect::Refuses, Effect::Refuses),
                "was added and must be given",
            )
        };
        let mut change = Change::new(at, Kind::ArgumentAdded, needs(&breaks), breaks, what);
        if !optional {
            change = change.advise(
                "give it a default, by which callers that do not know it are served as before",
            );
        }
        found.push(change);
    }
    for argument in old
        .arguments
        .iter()
        .filter(|argument| new_named(&argument.name).is_none())
    {
        if !renamed.contains(&argument.name.as_str()) {
            let breaks = Matrix::calls(
                Effect::Refuses,
                if argument.default.is_some() {
                    Effect::Fine
                } else {
                    Effect::Refuses
                },
            );
            found.push(Change::new(
                argument_at(new, argument),
                Kind::ArgumentRemoved,
                needs(&breaks),
                breaks,
                "was removed",
            ));
        }
    }
    moved(old, new, found);
}

/// Arguments are passed by position too: an order that changes, or one that
/// comes in front of another, or of all that remain, gives callers something
/// else.
fn moved(old: &Method, new: &Method, found: &mut Vec<Change>) {
    let plain = |method: &Method| -> Vec<(String, bool)> {
        let plain = method
            .arguments
            .iter()
            .filter(|argument| argument.kind == ArgumentKind::Plain);
        plain
            .map(|argument| (argument.name.clone(), argument.default.is_some()))
            .collect()
    };
    let (before, after) = (plain(old), plain(new));
    let is_in = |list: &[(String, bool)], name: &str| list.iter().any(|(known, _)| known == name);
    let shared = |list: &[(String, bool)], other: &[(String, bool)]| -> Vec<String> {
        let kept = list.iter().filter(|(name, _)| is_in(other, name));
        kept.map(|(name, _)| name.clone()).collect()
    };
    let (kept, now) = (shared(&before, &after), shared(&after, &before));
    let swapped = kept.iter().zip(&now).find(|(kept, now)| kept != now);
    let last = after
        .iter()
        .rposition(|(name, _)| is_in(&before, name))
        .unwrap_or(0);
    let inserted = after
        .iter()
        .take(last)
        .zip(&before)
        .find(|((name, optional), _)| *optional && !is_in(&before, name));
    let remaining = old
        .arguments
        .iter()
        .find(|argument| argument.kind == ArgumentKind::Positional);
    let appended = after
        .iter()
        .find(|(name, optional)| *optional && !is_in(&before, name))
        .zip(remaining);
    let found_at = match (swapped, inserted) {
        (Some((kept, now)), _) => Some((now.clone(), kept.clone())),
        (None, Some(((name, _), (kept, _)))) if is_in(&after, kept) => {
            Some((name.clone(), kept.clone()))
        }
        (None, _) => appended.map(|((name, _), remaining)| (name.clone(), remaining.name.clone())),
    };
    if let Some((now, kept)) = found_at {
        let breaks = Matrix::calls(Effect::Misreads, Effect::Misreads);
        let what = format!("takes `{now}` where it took `{kept}`");
        found.push(Change::new(
            at(new),
            Kind::ArgumentMoved,
            needs(&breaks),
            breaks,
            what,
        ));
    }
}

fn compare_argument(at: Place, old: &Argument, new: &Argument, found: &mut Vec<Change>) {
    if old.kind != new.kind {
        let breaks = Matrix::calls(Effect::Refuses, Effect::Refuses);
        let what = "is passed in another way";
        found.push(Change::new(
            at,
            Kind::ArgumentKindChanged,
            needs(&breaks),
            breaks,
            what,
        ));
        return;
    }
    for TypeChange {
        kind,
        what,
        old_reads,
        new_reads,
        ..
    } in types::differences(&old.ty, &new.ty)
    {
        // A value goes from the caller to the one who is called: what an older
        // caller passes is read by the newer side.
        let breaks = if is_cosmetic(kind) {
            Matrix::FINE
        } else {
            Matrix::calls(new_reads, old_reads)
        };
        found.push(Change::new(
            at.clone(),
            kind,
            needs_unless_cosmetic(kind, &breaks),
            breaks,
            what,
        ));
    }
    let both = Matrix::calls(Effect::Misreads, Effect::Misreads);
    let (kind, breaks, what) = match (&old.default, &new.default) {
        (None, Some(now)) => (
            Kind::DefaultAdded,
            Matrix::calls(Effect::Fine, Effect::Refuses),
            format!("may be left out now, for {now}"),
        ),
        (Some(was), None) => (
            Kind::DefaultRemoved,
            Matrix::calls(Effect::Refuses, Effect::Fine),
            format!("must be given now, where it was {was}"),
        ),
        // An argument that equals its default is not sent.
        (Some(was), Some(now)) if was != now => (
            Kind::DefaultChanged,
            both,
            format!("is {now} where it is left out, instead of {was}"),
        ),
        _ => return,
    };
    found.push(Change::new(at, kind, needs(&breaks), breaks, what));
}

fn raises(old: &Method, new: &Method, found: &mut Vec<Change>) {
    let mut push = |kind, breaks: Matrix, what: String| {
        found.push(Change::new(at(new), kind, needs(&breaks), breaks, what));
    };
    match (&old.raises, &new.raises) {
        (None, Some(_)) => push(
            Kind::ErrorsDeclared,
            Matrix::FINE,
            "says which errors it raises".into(),
        ),
        (Some(_), None) => {
            let breaks = Matrix::calls(Effect::Surprised, Effect::Fine);
            push(
                Kind::ErrorsUndeclared,
                breaks,
                "no longer says which errors it raises".into(),
            );
        }
        (Some(before), Some(after)) => {
            for class in after.iter().filter(|class| !before.contains(class)) {
                let breaks = Matrix::calls(Effect::Surprised, Effect::Fine);
                push(
                    Kind::ErrorAdded,
                    breaks,
                    format!("raises {class}, which older callers do not expect of it"),
                );
            }
            for class in before.iter().filter(|class| !after.contains(class)) {
                let breaks = Matrix::calls(Effect::Fine, Effect::Surprised);
                push(
                    Kind::ErrorRemoved,
                    breaks,
                    format!("no longer raises {class}, which older ones do"),
                );
            }
        }
        (None, None) => {}
    }
}

/// A call that expects something of what is stored is refused by a side whose
/// method does not look: nothing is written, but nothing is done either.
fn condition(old: &Method, new: &Method, found: &mut Vec<Change>) {
    let (kind, breaks, what) = match (old.conditional, new.conditional) {
        (false, true) => (
            Kind::ConditionAdded,
            Matrix::calls(Effect::Fine, Effect::Refuses),
            "can be told what to expect of what is stored, which older ones refuse",
        ),
        (true, false) => (
            Kind::ConditionRemoved,
            Matrix::calls(Effect::Refuses, Effect::Fine),
            "can no longer be told what to expect of what is stored",
        ),
        _ => return,
    };
    found.push(Change::new(at(new), kind, needs(&breaks), breaks, what));
}
