//! Questions about types that generated code asks at compile time.

use crate::{FieldDef, Shape, TypeDef};

/// Whether a type has a value; asked at compile time.
#[must_use]
pub const fn has_value(ty: &TypeDef, value: &str) -> bool {
    let (Shape::Enum { values } | Shape::OpenEnum { values } | Shape::StateMachine { values, .. }) =
        &ty.shape
    else {
        return true;
    };
    let mut index = 0;
    while index < values.len() {
        if same(values[index], value) {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether a type is the one that a recorded contract names, as
/// [`crate::contract`] writes it; asked at compile time.
#[must_use]
pub const fn is_recorded(ty: &TypeDef, nullable: bool, recorded: &str) -> bool {
    let text = recorded.as_bytes();
    match nullable_at(ty, nullable, text, 0) {
        Some(end) => end == text.len(),
        None => false,
    }
}

/// Where a type and the `?` of a nullable one end in a text, if it is there.
const fn nullable_at(ty: &TypeDef, nullable: bool, text: &[u8], at: usize) -> Option<usize> {
    let Some(end) = type_at(ty, text, at) else {
        return None;
    };
    match (byte(text, end), nullable) {
        (b'?', true) => Some(end + 1),
        (b'?', false) | (_, true) => None,
        (_, false) => Some(end),
    }
}

const fn type_at(ty: &TypeDef, text: &[u8], at: usize) -> Option<usize> {
    let Some(mut at) = word_at(ty.name, text, at) else {
        return None;
    };
    // What sets apart types of one name is for the contract's own comparison.
    if byte(text, at) == b'(' {
        while at < text.len() && byte(text, at) != b')' {
            at += 1;
        }
        at += 1;
    }
    if byte(text, at) == b'#' {
        at += 1;
        while byte(text, at).is_ascii_digit() {
            at += 1;
        }
    }
    if byte(text, at) != b'<' {
        return Some(at);
    }
    let end = match &ty.shape {
        Shape::List(element) | Shape::Set(element) | Shape::Dict(element) => {
            nullable_at(element.ty, element.nullable, text, at + 1)
        }
        Shape::Tuple(elements) => {
            let mut index = 0;
            at += 1;
            while index < elements.len() {
                let element = &elements[index];
                match nullable_at(element.ty, element.nullable, text, at) {
                    Some(end) => at = end,
                    None => return None,
                }
                index += 1;
                if index < elements.len() {
                    at += 2;
                }
            }
            Some(at)
        }
        Shape::Object(target) => match word_at(target.name, text, at + 1) {
            Some(mut end) => {
                while end < text.len() && byte(text, end) != b'>' {
                    end += 1;
                }
                Some(end)
            }
            None => None,
        },
        _ => None,
    };
    match end {
        Some(end) if byte(text, end) == b'>' => Some(end + 1),
        _ => None,
    }
}

/// Where a word ends in a text, if it is there as a whole.
const fn word_at(word: &str, text: &[u8], at: usize) -> Option<usize> {
    let word = word.as_bytes();
    let mut index = 0;
    while index < word.len() {
        if byte(text, at + index) != word[index] {
            return None;
        }
        index += 1;
    }
    let end = at + index;
    if byte(text, end).is_ascii_alphanumeric() || byte(text, end) == b'_' {
        return None;
    }
    Some(end)
}

const fn byte(text: &[u8], at: usize) -> u8 {
    if at < text.len() { text[at] } else { 0 }
}

/// Whether a table has a field of that name and recorded type; asked at
/// compile time.
#[must_use]
pub const fn has_field(fields: &[FieldDef], name: &str, recorded: &str) -> bool {
    let mut index = 0;
    while index < fields.len() {
        if same(fields[index].name, name) {
            return is_recorded(fields[index].ty, fields[index].nullable, recorded);
        }
        index += 1;
    }
    false
}

/// Whether the fields from a place on have one of these names each; asked at
/// compile time.
#[must_use]
pub const fn are_among(fields: &[FieldDef], from: usize, names: &[&str]) -> bool {
    let mut index = from;
    while index < fields.len() {
        let (mut known, mut place) = (false, 0);
        while place < names.len() {
            known = known || same(fields[index].name, names[place]);
            place += 1;
        }
        if !known {
            return false;
        }
        index += 1;
    }
    true
}

/// Whether two texts are the same.
const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}
