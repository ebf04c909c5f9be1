//! Dictionaries with text keys: oslo's `Dict`.

use indexmap::IndexMap;

use super::list::element;
use crate::error::ValueErrorKind;
use crate::{
    Element, FieldType, Path, Reader, Result, Shape, TypeDef, Value, ValueError, VersionedObject,
    Writer,
};

/// A dictionary with text keys, in the order they were put in.
pub type Dict<T> = IndexMap<String, T>;

/// `refusal` is what the original raises for what is no dictionary.
fn entries<T: FieldType>(
    value: Value,
    item: fn(Value) -> Result<T, ValueError>,
    refusal: ValueErrorKind,
) -> Result<IndexMap<String, T>, ValueError> {
    match value {
        Value::Map(entries) => entries
            .into_iter()
            .map(|(key, value)| {
                let value = match value {
                    Value::Null if !T::NULLABLE => Err(ValueError::new("cannot be None")),
                    value => item(value),
                };
                match value {
                    Ok(value) => Ok((key, value)),
                    Err(error) => Err(error.at(format_args!("[\"{key}\"]"))),
                }
            })
            .collect(),
        Value::OddMap(entries) => {
            let key = entries
                .iter()
                .map(|(key, _)| key)
                .find(|key| !matches!(key, Value::Str(_)));
            Err(ValueError::of(
                ValueErrorKind::KeyType,
                format!(
                    "keys must be of type str, not {}",
                    key.map_or("str", Value::type_name)
                ),
            ))
        }
        other => Err(ValueError::of(
            refusal,
            format!("A dict is required here, not {}", other.type_name()),
        )),
    }
}

impl<T: FieldType> FieldType for IndexMap<String, T> {
    type View<'a> = &'a Self;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "Dict",
        shape: Shape::Dict(Element::of::<T>()),
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        entries(value, T::coerce, ValueErrorKind::Value)
    }

    fn from_primitive(value: Value) -> Result<Self, ValueError> {
        entries(value, T::from_primitive, ValueErrorKind::Attribute)
    }

    fn view(&self) -> &Self {
        self
    }

    fn to_value(&self) -> Value {
        Value::Map(
            self.iter()
                .map(|(key, value)| (key.clone(), value.to_value()))
                .collect(),
        )
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.object(
            self.iter().map(|(key, value)| (key.as_str(), value)),
            |writer, value| value.write(writer),
        );
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        if !reader.is_object()? {
            return Ok(Self::from_primitive(reader.value()?)?);
        }
        let mut entries = Self::new();
        reader.object(str::to_owned, |reader, key| {
            let value = element(reader, &key)?;
            entries.insert(key, value);
            Ok(())
        })?;
        Ok(entries)
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn VersionedObject)) {
        for value in self.values() {
            value.visit(visit);
        }
    }

    fn visit_at(&self, at: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, &dyn VersionedObject)) {
        if T::TYPE.any_object().is_none() {
            return;
        }
        for (key, value) in self {
            value.visit_at(&at.key(key), visit);
        }
    }

    fn differences(&self, before: &Self, at: &Path<'_>, found: &mut dyn FnMut(&Path<'_>)) {
        for (key, value) in self {
            match before.get(key) {
                Some(before) if before == value => {}
                Some(before) => value.differences(before, &at.key(key), found),
                None => found(&at.key(key)),
            }
        }
        for key in before.keys().filter(|key| !self.contains_key(*key)) {
            found(&at.key(key));
        }
    }

    fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut dyn VersionedObject)) {
        for value in self.values_mut() {
            value.visit_mut(visit);
        }
    }
}
