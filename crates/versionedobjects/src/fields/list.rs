//! Lists: oslo's `List`.

use crate::error::ValueErrorKind;
use crate::{
    Element, FieldType, IntoField, Path, Reader, Result, Shape, TypeDef, Value, ValueError,
    VersionedObject, Writer,
};

/// What is in a collection of the wire. The original takes whatever Python can
/// iterate over (oslo.versionedobjects `fields.py`, `from_primitive` of `List`
/// and `Set`): of a text that is its characters, of a dictionary its keys.
pub(super) fn iterated(value: Value, wanted: &str) -> Result<Vec<Value>, ValueError> {
    match value {
        Value::List(items) | Value::Set(items) => Ok(items),
        Value::Str(text) => Ok(text.chars().map(|one| one.to_string().into()).collect()),
        Value::Map(entries) => Ok(entries.into_keys().map(Value::from).collect()),
        other => Err(refused(wanted, &other, ValueErrorKind::Type)),
    }
}

fn refused(wanted: &str, value: &Value, kind: ValueErrorKind) -> ValueError {
    let found = value.type_name();
    ValueError::of(kind, format!("A {wanted} is required here, not {found}"))
}

fn items<T: FieldType>(
    items: Vec<Value>,
    item: fn(Value) -> Result<T, ValueError>,
) -> Result<Vec<T>, ValueError> {
    items
        .into_iter()
        .enumerate()
        .map(|(index, value)| match value {
            Value::Null if !T::NULLABLE => {
                Err(ValueError::new("cannot be None").at(format_args!("[{index}]")))
            }
            value => item(value).map_err(|error| error.at(format_args!("[{index}]"))),
        })
        .collect()
}

impl<T: FieldType> FieldType for Vec<T> {
    type View<'a> = &'a [T];
    const TYPE: &'static TypeDef = &TypeDef {
        name: "List",
        shape: Shape::List(Element::of::<T>()),
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        let given = match value {
            Value::List(items) | Value::Set(items) => items,
            Value::Bytes(bytes) => bytes
                .into_iter()
                .map(|byte| Value::Int(byte.into()))
                .collect(),
            other => return Err(refused("list", &other, ValueErrorKind::Value)),
        };
        items(given, T::coerce)
    }

    fn from_primitive(value: Value) -> Result<Self, ValueError> {
        items(iterated(value, "list")?, T::from_primitive)
    }

    fn view(&self) -> &[T] {
        self
    }

    fn to_value(&self) -> Value {
        Value::List(self.iter().map(FieldType::to_value).collect())
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.array(self, |writer, item| item.write(writer));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        if !reader.is_array()? {
            return Ok(Self::from_primitive(reader.value()?)?);
        }
        let mut items = Self::new();
        reader.array(|reader| {
            items.push(element(reader, items.len())?);
            Ok(())
        })?;
        Ok(items)
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn VersionedObject)) {
        for item in self {
            item.visit(visit);
        }
    }

    fn visit_at(&self, at: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, &dyn VersionedObject)) {
        if T::TYPE.any_object().is_none() {
            return;
        }
        for (index, item) in self.iter().enumerate() {
            item.visit_at(&at.index(index), visit);
        }
    }

    fn differences(&self, before: &Self, at: &Path<'_>, found: &mut dyn FnMut(&Path<'_>)) {
        // Elements have no identity: where some came or went anywhere but at the
        // end, the others' places say nothing.
        let grown = self.len() > before.len() && self.starts_with(before);
        if self.len() != before.len() && !grown {
            found(at);
            return;
        }
        for (index, item) in self.iter().enumerate() {
            match before.get(index) {
                Some(before) if before == item => {}
                Some(before) => item.differences(before, &at.index(index), found),
                None => found(&at.index(index)),
            }
        }
    }

    fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut dyn VersionedObject)) {
        for item in self {
            item.visit_mut(visit);
        }
    }
}

/// Reads an element of a container, saying which one if it does not fit.
pub(super) fn element<T: FieldType>(
    reader: &mut Reader<'_>,
    place: impl std::fmt::Display,
) -> Result<T> {
    if !T::NULLABLE && reader.is_null()? {
        return Err(ValueError::new("cannot be None")
            .at(format_args!("[{place}]"))
            .into());
    }
    T::read(reader).map_err(|error| match error {
        crate::Error::BareValue(cause) => cause.at(format_args!("[{place}]")).into(),
        other => other,
    })
}

impl<const N: usize> IntoField<Vec<String>> for [&str; N] {
    fn into_field(self) -> Vec<String> {
        self.into_iter().map(str::to_owned).collect()
    }
}
