//! Dates and times without a zone: oslo's `DateTime(tzinfo_aware=False)`.

use std::fmt;
use std::ops::Deref;

use super::DateTime;
use crate::{
    FieldType, IntoField, Plain, Reader, Result, Shape, TypeDef, Value, ValueError, Writer,
};

/// A date and time without a zone. Whatever offset a value has is dropped, not
/// applied, as oslo does it; on the wire it claims to be UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NaiveDateTime(chrono::NaiveDateTime);

impl Deref for NaiveDateTime {
    type Target = chrono::NaiveDateTime;

    fn deref(&self) -> &chrono::NaiveDateTime {
        &self.0
    }
}

impl From<chrono::NaiveDateTime> for NaiveDateTime {
    fn from(value: chrono::NaiveDateTime) -> Self {
        Self(value)
    }
}

impl From<DateTime> for NaiveDateTime {
    fn from(value: DateTime) -> Self {
        Self(value.naive_local())
    }
}

impl IntoField<NaiveDateTime> for chrono::NaiveDateTime {
    fn into_field(self) -> NaiveDateTime {
        NaiveDateTime(self)
    }
}

impl IntoField<Option<NaiveDateTime>> for chrono::NaiveDateTime {
    fn into_field(self) -> Option<NaiveDateTime> {
        Some(NaiveDateTime(self))
    }
}

impl fmt::Debug for NaiveDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FieldType for NaiveDateTime {
    type View<'a> = Self;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "DateTime",
        shape: Shape::Plain(Plain::formats(&["date-time"]).variant("naive")),
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        DateTime::coerce(value).map(Self::from)
    }

    fn view(&self) -> Self {
        *self
    }

    fn to_value(&self) -> Value {
        Value::DateTime(DateTime::from_naive_utc(self.0))
    }

    fn write(&self, writer: &mut Writer<'_>) {
        DateTime::from_naive_utc(self.0).write(writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        DateTime::read(reader).map(Self::from)
    }
}
