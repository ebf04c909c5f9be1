//! What becomes of a value when a side that knows another type reads it.

use crate::contract::{Content, Effect, Form, Type};

/// Types of text that take more than their name says, or everything.
const FREE_TEXT: [&str; 3] = ["String", "SensitiveString", "UUID"];

/// Types of text that take all that others write.
const WIDER: [(&str, &[&str]); 3] = [
    (
        "IPAddress",
        &["IPV4Address", "IPV6Address", "IPV4AndV6Address"],
    ),
    (
        "IPV4AndV6Address",
        &["IPV4Address", "IPV6Address", "IPAddress"],
    ),
    ("IPNetwork", &["IPV4Network", "IPV6Network"]),
];

/// What a reader of one type makes of any value that a writer of another may
/// send, null included.
pub(super) fn reads(reader: &Type, writer: &Type) -> Effect {
    if writer.nullable && !reader.nullable {
        return Effect::Refuses;
    }
    reads_content(reader, writer)
}

/// The same without null.
pub(super) fn reads_content(reader: &Type, writer: &Type) -> Effect {
    use Content::{Anything, Dict, Enum, List, Object, Plain, Set, States, Tuple};
    let fine_if = |fine: bool| if fine { Effect::Fine } else { Effect::Refuses };
    match (&reader.content, &writer.content) {
        (Anything, _) if matches!(&*reader.name, "Json" | "None") => Effect::Fine,
        (Anything, Dict(_)) if reader.name == "JsonMap" => Effect::Fine,
        (Anything, Anything) => fine_if(reader.name == writer.name),
        (Plain(a), Plain(b)) => reads_plain((reader, a), (writer, b)),
        (Plain(form), Enum { .. } | States { .. }) => match &*form.json {
            "string" => fine_if(is_free_text(reader)),
            "boolean" => Effect::Misreads,
            _ => Effect::Refuses,
        },
        (Enum { open: true, .. }, Enum { .. } | States { .. }) => Effect::Fine,
        (Enum { open: true, .. }, Plain(form)) => fine_if(form.json == "string"),
        (Enum { .. } | States { .. }, Enum { open: false, .. } | States { .. }) => {
            let known = values(reader);
            fine_if(values(writer).iter().all(|value| known.contains(value)))
        }
        (List(a), List(b) | Set(b)) | (Set(a), Set(b)) | (Dict(a), Dict(b)) => reads(a, b),
        // Order and repetitions are gone.
        (Set(a), List(b)) => reads(a, b).max(Effect::Misreads),
        (Tuple(a), Tuple(b)) if a.len() == b.len() => {
            let parts = a.iter().zip(b).map(|(a, b)| reads(a, b));
            parts.max().unwrap_or_default()
        }
        (List(a), Tuple(parts)) => {
            let parts = parts.iter().map(|part| reads(a, part));
            parts.max().unwrap_or_default()
        }
        (Object { .. }, Object { .. }) => {
            let known = classes(reader);
            fine_if(classes(writer).iter().all(|class| known.contains(class)))
        }
        _ => Effect::Refuses,
    }
}

fn is_free_text(ty: &Type) -> bool {
    FREE_TEXT.contains(&&*ty.name) && ty.variant.is_none()
}

fn reads_plain((reader, a): (&Type, &Form), (writer, b): (&Type, &Form)) -> Effect {
    match (&*a.json, &*b.json) {
        ("string", "string") => reads_text(reader, writer),
        ("string", _) if is_free_text(reader) => Effect::Misreads,
        // Everything is true or false in the end; a truth value is 0 or 1; and
        // the fraction is cut off.
        ("boolean", "boolean") => Effect::Fine,
        ("boolean", _) | ("integer" | "number", "boolean") | ("integer", "number") => {
            Effect::Misreads
        }
        ("integer" | "number", "integer" | "number") => {
            let below = a.minimum.is_some_and(|a| b.minimum.is_none_or(|b| b < a));
            let narrower = reader.variant.is_none() && writer.variant.is_some();
            if below || narrower {
                Effect::Refuses
            } else {
                Effect::Fine
            }
        }
        _ => Effect::Refuses,
    }
}

fn reads_text(reader: &Type, writer: &Type) -> Effect {
    let same_name = reader.name == writer.name;
    let wider = || {
        let takes = WIDER.iter().find(|(name, _)| *name == reader.name);
        takes.is_some_and(|(_, names)| names.contains(&&*writer.name))
    };
    if is_free_text(reader)
        || (same_name && reader.variant == writer.variant && reader.content == writer.content)
        || wider()
    {
        Effect::Fine
    } else if reader.name == "DateTime" && same_name {
        // A time without a zone claims to be UTC; one with a zone loses it.
        Effect::Misreads
    } else if same_name && writer.variant.as_deref() == Some("strict") && reader.variant.is_none() {
        Effect::Fine
    } else {
        Effect::Refuses
    }
}

/// The values of an enumeration.
pub(super) fn values(ty: &Type) -> Vec<&str> {
    match &ty.content {
        Content::Enum { values, .. } => values.iter().map(String::as_str).collect(),
        Content::States { states } => states.iter().map(|(state, _)| state.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// The classes of objects that are accepted.
pub(super) fn classes(ty: &Type) -> Vec<&str> {
    match &ty.content {
        Content::Object { base, classes } if classes.is_empty() => vec![base],
        Content::Object { classes, .. } => classes.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}
