//! What fields make of what they are given, against oslo.versionedobjects 3.12.
//!
//! `oslo.txt` is what it said: a line for each type with 21 values in it, some
//! special cases, and the texts that fingerprints are made of.

mod matrix;
pub(crate) mod reprs;
mod specials;

use std::any::TypeId;

use versionedobjects::{
    Attr, FieldDef, FieldType, Slot as _, Transition, Value, ValueError, ValueErrorKind,
};

const OSLO: &str = include_str!("oslo.txt");

/// A field of type `T` without default, as a class's table would have it.
fn field<T: FieldType>() -> FieldDef {
    FieldDef {
        name: "a",
        key: "\"a\": ",
        ty: T::TYPE,
        nullable: T::NULLABLE,
        read_only: false,
        lazy: false,
        since: None,
        default: None,
        children: &[],
        past: &[],
        values: &[],
    }
}

/// Assigns a value to a field of type `T` and shows what it holds then, as
/// Python would.
fn assigned<T: FieldType>(value: Value) -> Result<String, ValueError> {
    let mut attr = Attr::<T>::Unset;
    attr.assign(value, &field::<T>(), Transition::Checked)?;
    let held = attr.value().expect("set just now");
    Ok(match (T::TYPE.name, &held) {
        (name, Value::Str(text)) if name.starts_with("IP") && name.ends_with("Address") => {
            format!("IPAddress('{text}')")
        }
        (name, Value::Str(text)) if name.starts_with("IP") && name.ends_with("Network") => {
            format!("IPNetwork('{text}')")
        }
        _ => shown::<T>(&held),
    })
}

fn shown<T: FieldType>(held: &Value) -> String {
    match held {
        Value::DateTime(time) => {
            let zone =
                if TypeId::of::<T>() == TypeId::of::<versionedobjects::fields::NaiveDateTime>() {
                    ""
                } else {
                    ", tzinfo=datetime.timezone.utc"
                };
            format!(
                "datetime.datetime({}{zone})",
                time.format("%Y, %-m, %-d, %-H, %-M")
            )
        }
        Value::Set(_) => format!("CoercedSet({})", held.python_repr()),
        Value::List(items) => format!(
            "[{}]",
            items.iter().map(shown::<T>).collect::<Vec<_>>().join(", ")
        ),
        other => other.python_repr(),
    }
}

/// The exception by which oslo refuses the same.
fn exception(error: &ValueError) -> &'static str {
    match error.kind {
        ValueErrorKind::Value => "ValueError",
        ValueErrorKind::Type => "TypeError",
        ValueErrorKind::Attribute => "AttributeError",
        ValueErrorKind::Key => "KeyError",
        ValueErrorKind::KeyType => "KeyTypeError",
        ValueErrorKind::ElementType => "ElementTypeError",
        ValueErrorKind::Overflow => "OverflowError",
        _ => "an exception that the test does not know",
    }
}
