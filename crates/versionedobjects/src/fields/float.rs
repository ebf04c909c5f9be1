//! Floating point numbers: oslo's `Float` and `NonNegativeFloat`.

use std::ops::Deref;

use crate::error::ValueErrorKind;
use crate::reader::Number;
use crate::{FieldType, Plain, Reader, Result, Shape, TypeDef, Value, ValueError, Writer};

/// What Python's `float()` makes of a value.
fn float(value: Value) -> Result<f64, ValueError> {
    let parse = |text: &str| {
        let trimmed = text.trim();
        let plain = trimmed.replace('_', "");
        // Rust reads the same notations, but has spellings of its own for
        // infinity that Python shares; underscores must stand between digits.
        let underscores_fit =
            !trimmed.starts_with('_') && !trimmed.ends_with('_') && !trimmed.contains("__");
        plain
            .parse::<f64>()
            .ok()
            .filter(|_| underscores_fit)
            .ok_or_else(|| {
                let shown: String = text.chars().take(64).collect();
                ValueError::new(format!(
                    "could not convert string to float: {}",
                    Value::from(shown).python_repr()
                ))
            })
    };
    match value {
        Value::Float(value) => Ok(value),
        #[expect(clippy::cast_precision_loss, reason = "`float()` rounds too")]
        Value::Int(value) => Ok(value as f64),
        Value::Bool(value) => Ok(if value { 1.0 } else { 0.0 }),
        Value::Str(text) => parse(&text),
        Value::Bytes(bytes) => parse(
            &bytes
                .iter()
                .map(|byte| char::from(*byte))
                .collect::<String>(),
        ),
        other => Err(ValueError::of(
            ValueErrorKind::Type,
            format!(
                "float() argument must be a string or a real number, not '{}'",
                other.type_name()
            ),
        )),
    }
}

impl FieldType for f64 {
    type View<'a> = Self;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "Float",
        shape: Shape::Plain(Plain::NUMBER),
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        float(value)
    }

    fn view(&self) -> Self {
        *self
    }

    fn to_value(&self) -> Value {
        Value::Float(*self)
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.float(*self);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        match reader.number()? {
            Some(Number::Float(value)) => Ok(value),
            #[expect(clippy::cast_precision_loss, reason = "`float()` rounds too")]
            Some(Number::Int(value)) => Ok(value as Self),
            None => Ok(Self::coerce(reader.value()?)?),
        }
    }
}

/// A floating point number that is not negative; NaN passes, as in oslo.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
pub struct NonNegativeFloat(f64);

impl NonNegativeFloat {
    /// # Errors
    /// When `value` is negative.
    pub fn new(value: f64) -> Result<Self, ValueError> {
        if value < 0.0 {
            return Err(ValueError::new("Value must be >= 0 for field"));
        }
        Ok(Self(value))
    }
}

impl Deref for NonNegativeFloat {
    type Target = f64;

    fn deref(&self) -> &f64 {
        &self.0
    }
}

impl FieldType for NonNegativeFloat {
    type View<'a> = f64;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "NonNegativeFloat",
        shape: Shape::Plain(Plain::NUMBER.non_negative()),
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        Self::new(float(value)?)
    }

    fn view(&self) -> f64 {
        self.0
    }

    fn to_value(&self) -> Value {
        self.0.into()
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.float(self.0);
    }
}
