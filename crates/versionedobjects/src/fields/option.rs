//! Nullable fields.

use super::text::TextField;
use crate::{
    FieldType, IntoField, Path, Reader, Result, TypeDef, Value, ValueError, VersionedObject, Writer,
};

impl<T: FieldType> FieldType for Option<T> {
    type View<'a> = Option<T::View<'a>>;
    const TYPE: &'static TypeDef = T::TYPE;
    const NULLABLE: bool = true;

    fn coerce(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Null => Ok(None),
            value => T::coerce(value).map(Some),
        }
    }

    fn from_primitive(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Null => Ok(None),
            value => T::from_primitive(value).map(Some),
        }
    }

    fn view(&self) -> Self::View<'_> {
        self.as_ref().map(FieldType::view)
    }

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, FieldType::to_value)
    }

    fn write(&self, writer: &mut Writer<'_>) {
        match self {
            Some(value) => value.write(writer),
            None => writer.null(),
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        if reader.is_null()? {
            reader.null()?;
            return Ok(None);
        }
        T::read(reader).map(Some)
    }

    fn follows(&self, previous: &Self) -> Result<(), ValueError> {
        match (self, previous) {
            (Some(value), Some(previous)) => value.follows(previous),
            _ => Ok(()),
        }
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn VersionedObject)) {
        if let Some(value) = self {
            value.visit(visit);
        }
    }

    fn visit_at(&self, at: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, &dyn VersionedObject)) {
        if let Some(value) = self {
            value.visit_at(at, visit);
        }
    }

    fn differences(&self, before: &Self, at: &Path<'_>, found: &mut dyn FnMut(&Path<'_>)) {
        match (self, before) {
            (Some(value), Some(before)) => value.differences(before, at, found),
            _ => found(at),
        }
    }

    fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut dyn VersionedObject)) {
        if let Some(value) = self {
            value.visit_mut(visit);
        }
    }
}

impl<T: TextField> IntoField<Option<T>> for &str {
    fn into_field(self) -> Option<T> {
        Some(self.into())
    }
}

impl<const N: usize> IntoField<Option<Vec<String>>> for [&str; N] {
    fn into_field(self) -> Option<Vec<String>> {
        Some(self.into_iter().map(str::to_owned).collect())
    }
}
