//! What differs between two types, to any depth.

use super::reads::{classes, reads_content, values};
use crate::contract::write::{content_text, type_text};
use crate::contract::{Content, Effect, Kind, Type};

/// A difference between two types, and what becomes of values across it.
#[derive(Debug)]
pub(super) struct TypeChange {
    pub(super) kind: Kind,
    /// What is different, as the end of a sentence about what has the type.
    pub(super) what: String,
    /// A side that knows the old type reads what one with the new type writes.
    pub(super) old_reads: Effect,
    /// The other way round.
    pub(super) new_reads: Effect,
    /// Whether it is about null, at the outermost level.
    pub(super) of_null: bool,
}

impl TypeChange {
    /// Whether nobody who reads or writes notices.
    pub(super) const fn is_cosmetic(&self) -> bool {
        matches!(self.kind, Kind::ValuesReordered | Kind::TypeRenamed)
    }
}

/// All differences.
pub(super) fn differences(old: &Type, new: &Type) -> Vec<TypeChange> {
    let mut found = Vec::new();
    compare(old, new, "", &mut found);
    found
}

fn compare(old: &Type, new: &Type, inside: &str, found: &mut Vec<TypeChange>) {
    if old.nullable != new.nullable {
        let (kind, what, old_reads, new_reads) = if new.nullable {
            (
                Kind::NullAllowed,
                "may be null now",
                Effect::Refuses,
                Effect::Fine,
            )
        } else {
            (
                Kind::NullForbidden,
                "may no longer be null",
                Effect::Fine,
                Effect::Refuses,
            )
        };
        found.push(TypeChange {
            kind,
            what: format!("{inside}{what}"),
            old_reads,
            new_reads,
            of_null: inside.is_empty(),
        });
    }
    let mut push = |kind, what: String, old_reads, new_reads| {
        found.push(TypeChange {
            kind,
            what: format!("{inside}{what}"),
            old_reads,
            new_reads,
            of_null: false,
        });
    };
    let is_same = old.name == new.name && old.variant == new.variant;
    match (&old.content, &new.content) {
        (a, b) if a == b && is_same => {}
        (Content::Enum { open: was_open, .. }, Content::Enum { open, .. }) => {
            if !was_open && *open {
                // Newer sides pass on what they do not know themselves.
                push(
                    Kind::EnumOpened,
                    "takes unknown values now".into(),
                    Effect::Refuses,
                    Effect::Fine,
                );
            } else if *was_open && !open {
                push(
                    Kind::EnumClosed,
                    "refuses unknown values now".into(),
                    Effect::Fine,
                    Effect::Refuses,
                );
            }
            compare_values(old, new, &mut push);
        }
        (Content::States { states: before }, Content::States { states: after }) => {
            compare_values(old, new, &mut push);
            compare_transitions(before, after, &mut push);
        }
        (Content::List(a), Content::List(b)) | (Content::Set(a), Content::Set(b)) => {
            compare(
                a,
                b,
                &format!("{inside}holds elements of which each "),
                found,
            );
        }
        (Content::Dict(a), Content::Dict(b)) => {
            compare(a, b, &format!("{inside}holds values of which each "), found);
        }
        (Content::Tuple(a), Content::Tuple(b)) if a.len() == b.len() => {
            for (place, (a, b)) in a.iter().zip(b).enumerate() {
                compare(
                    a,
                    b,
                    &format!("{inside}holds at place {place} what "),
                    found,
                );
            }
        }
        (Content::Object { .. }, Content::Object { .. }) => compare_classes(old, new, &mut push),
        (a, b) if a == b && matches!(a, Content::Plain(_) | Content::Anything) => {
            push_type(old, new, &mut push);
        }
        (Content::Plain(_), Content::Plain(_)) if is_same => {
            let what = format!(
                "is of another form: {} instead of {}",
                content_text(new),
                content_text(old)
            );
            push(
                Kind::FormChanged,
                what,
                reads_content(old, new),
                reads_content(new, old),
            );
        }
        _ => push_type(old, new, &mut push),
    }
}

type Push<'p> = dyn FnMut(Kind, String, Effect, Effect) + 'p;

fn push_type(old: &Type, new: &Type, push: &mut Push<'_>) {
    let shown = |ty: &Type| {
        type_text(&Type {
            nullable: false,
            ..ty.clone()
        })
    };
    let what = format!("is of type {} instead of {}", shown(new), shown(old));
    push(
        Kind::TypeChanged,
        what,
        reads_content(old, new),
        reads_content(new, old),
    );
}

fn push_renamed(old: &Type, new: &Type, push: &mut Push<'_>) {
    let what = format!("has a type called {} instead of {}", new.name, old.name);
    push(Kind::TypeRenamed, what, Effect::Fine, Effect::Fine);
}

fn compare_values(old: &Type, new: &Type, push: &mut Push<'_>) {
    if old.name != new.name {
        push_renamed(old, new, push);
    }
    let is_open = |ty: &Type| matches!(ty.content, Content::Enum { open: true, .. });
    let unless_open = |ty: &Type| {
        if is_open(ty) {
            Effect::Fine
        } else {
            Effect::Refuses
        }
    };
    let (before, after) = (values(old), values(new));
    for value in after.iter().filter(|value| !before.contains(value)) {
        push(
            Kind::ValueAdded,
            format!("takes a new value, `{value}`"),
            unless_open(old),
            Effect::Fine,
        );
    }
    for value in before.iter().filter(|value| !after.contains(value)) {
        push(
            Kind::ValueRemoved,
            format!("no longer takes `{value}`"),
            Effect::Fine,
            unless_open(new),
        );
    }
    let common = |of: &[&str], other: &[&str]| -> Vec<String> {
        let kept = of.iter().filter(|value| other.contains(value));
        kept.map(ToString::to_string).collect()
    };
    if common(&before, &after) != common(&after, &before) {
        push(
            Kind::ValuesReordered,
            "lists its values in another order".into(),
            Effect::Fine,
            Effect::Fine,
        );
    }
}

type State = (String, Option<Vec<String>>);

fn compare_transitions(before: &[State], after: &[State], push: &mut Push<'_>) {
    for (state, next) in after {
        let Some((_, old_next)) = before.iter().find(|(old, _)| old == state) else {
            continue;
        };
        let (next, old_next) = (
            next.as_deref().unwrap_or_default(),
            old_next.as_deref().unwrap_or_default(),
        );
        for to in next.iter().filter(|to| !old_next.contains(to)) {
            let what = format!("may go from `{state}` to `{to}` now");
            push(Kind::TransitionAdded, what, Effect::Fine, Effect::Fine);
        }
        for to in old_next.iter().filter(|to| !next.contains(to)) {
            let what = format!("may no longer go from `{state}` to `{to}`");
            push(Kind::TransitionRemoved, what, Effect::Fine, Effect::Fine);
        }
    }
}

fn compare_classes(old: &Type, new: &Type, push: &mut Push<'_>) {
    let (before, after) = (classes(old), classes(new));
    let added: Vec<_> = after
        .iter()
        .filter(|class| !before.contains(class))
        .collect();
    let gone: Vec<_> = before
        .iter()
        .filter(|class| !after.contains(class))
        .collect();
    for class in &added {
        push(
            Kind::TargetAdded,
            format!("holds objects of {class}, too"),
            Effect::Refuses,
            Effect::Fine,
        );
    }
    for class in &gone {
        push(
            Kind::TargetRemoved,
            format!("no longer holds objects of {class}"),
            Effect::Fine,
            Effect::Refuses,
        );
    }
    if added.is_empty() && gone.is_empty() {
        push_type(old, new, push);
    }
}
