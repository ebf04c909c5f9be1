//! Sets: oslo's `Set`, kept in order so that equal sets are written equally.

use std::collections::BTreeSet;

use super::list::iterated;
use crate::{Element, FieldType, Result, Shape, TypeDef, Value, ValueError, Writer};

fn items<T: FieldType + Ord>(
    items: Vec<Value>,
    item: fn(Value) -> Result<T, ValueError>,
) -> Result<BTreeSet<T>, ValueError> {
    items
        .into_iter()
        .map(|value| match value {
            Value::Null if !T::NULLABLE => {
                Err(ValueError::new("an element of a set cannot be None"))
            }
            value => item(value),
        })
        .collect()
}

impl<T: FieldType + Ord> FieldType for BTreeSet<T> {
    type View<'a> = &'a Self;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "Set",
        shape: Shape::Set(Element::of::<T>()),
    };

    /// Only a set can be assigned; a list is taken from the wire alone.
    fn coerce(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Set(values) => items(values, T::coerce),
            other => Err(ValueError::new(format!(
                "A set is required here, not {}",
                other.type_name()
            ))),
        }
    }

    fn from_primitive(value: Value) -> Result<Self, ValueError> {
        items(iterated(value, "set")?, T::from_primitive)
    }

    fn view(&self) -> &Self {
        self
    }

    fn to_value(&self) -> Value {
        Value::Set(self.iter().map(FieldType::to_value).collect())
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.array(self, |writer, item| item.write(writer));
    }
}
