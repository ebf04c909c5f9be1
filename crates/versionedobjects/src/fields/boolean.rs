//! Truth values: oslo's `Boolean` and `FlexibleBoolean`.

use std::ops::Deref;

use crate::{
    FieldType, IntoField, Plain, Reader, Result, Shape, TypeDef, Value, ValueError, Writer,
};

impl FieldType for bool {
    type View<'a> = Self;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "Boolean",
        shape: Shape::Plain(Plain::BOOLEAN),
    };

    /// Python's `bool()`, by which the text `"0"` is true.
    fn coerce(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Null => Err(ValueError::new("a truth value is required")),
            value => Ok(value.is_truthy()),
        }
    }

    fn view(&self) -> Self {
        *self
    }

    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.bool(*self);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        match reader.bool()? {
            Some(value) => Ok(value),
            None => Ok(Self::coerce(reader.value()?)?),
        }
    }
}

/// A truth value that is read from text by its words: `t`, `true`, `on`, `y`,
/// `yes` and `1` in any case are true, everything else is false.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FlexibleBoolean(pub bool);

impl Deref for FlexibleBoolean {
    type Target = bool;

    fn deref(&self) -> &bool {
        &self.0
    }
}

impl IntoField<FlexibleBoolean> for bool {
    fn into_field(self) -> FlexibleBoolean {
        FlexibleBoolean(self)
    }
}

impl IntoField<Option<FlexibleBoolean>> for bool {
    fn into_field(self) -> Option<FlexibleBoolean> {
        Some(FlexibleBoolean(self))
    }
}

impl FieldType for FlexibleBoolean {
    type View<'a> = bool;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "FlexibleBoolean",
        shape: Shape::Plain(Plain::BOOLEAN),
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Null => Err(ValueError::new("a truth value is required")),
            Value::Bool(value) => Ok(Self(value)),
            other => {
                let word = other.python_str().trim().to_lowercase();
                Ok(Self(matches!(
                    word.as_str(),
                    "t" | "true" | "on" | "y" | "yes" | "1"
                )))
            }
        }
    }

    fn view(&self) -> bool {
        self.0
    }

    fn to_value(&self) -> Value {
        self.0.into()
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.bool(self.0);
    }
}
