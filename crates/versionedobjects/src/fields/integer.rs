//! Whole numbers: oslo's `Integer` and `NonNegativeInteger`.

use std::ops::Deref;

use crate::error::ValueErrorKind;
use crate::reader::Number;
use crate::{FieldType, Plain, Reader, Result, Shape, TypeDef, Value, ValueError, Writer};

/// What Python's `int()` makes of a value.
fn int(value: Value) -> Result<i128, ValueError> {
    match value {
        Value::Int(value) => Ok(value),
        Value::Bool(value) => Ok(value.into()),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "`int()` cuts the fraction off; the range is checked"
        )]
        Value::Float(value) if value.is_finite() && value.abs() < 1e38 => Ok(value as i128),
        Value::Float(value) if value.is_nan() => {
            Err(ValueError::new("cannot convert float NaN to integer"))
        }
        Value::Float(value) if value.is_infinite() => Err(ValueError::of(
            ValueErrorKind::Overflow,
            "cannot convert float infinity to integer",
        )),
        Value::Float(value) => Err(ValueError::of(
            ValueErrorKind::Overflow,
            format!("{value:e} is an integer of more than 127 bits, which no field holds"),
        )),
        Value::Str(text) => parse(&text).ok_or_else(|| invalid(&text)),
        Value::Bytes(bytes) => {
            let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
            parse(&text).ok_or_else(|| invalid(&text))
        }
        other => Err(ValueError::of(
            ValueErrorKind::Type,
            format!(
                "int() argument must be a string, a bytes-like object or a real number, not '{}'",
                other.type_name()
            ),
        )),
    }
}

fn invalid(text: &str) -> ValueError {
    let shown: String = text.chars().take(64).collect();
    ValueError::new(format!(
        "invalid literal for int() with base 10: {}",
        Value::from(shown).python_repr()
    ))
}

/// Decimal digits with single underscores between them, a sign, and white
/// space around, as Python reads them.
pub(super) fn parse(text: &str) -> Option<i128> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let well_formed = !digits.is_empty()
        && digits
            .split('_')
            .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    if !well_formed {
        return None;
    }
    text.replace('_', "").parse().ok()
}

macro_rules! integer {
    ($($ty:ty: $plain:expr),*) => {$(
        impl FieldType for $ty {
            type View<'a> = Self;
            const TYPE: &'static TypeDef = &TypeDef { name: "Integer", shape: Shape::Plain($plain) };

            fn coerce(value: Value) -> Result<Self, ValueError> {
                let wide = int(value)?;
                Self::try_from(wide).map_err(|_| {
                    let bits = Self::BITS;
                    ValueError::of(
                        ValueErrorKind::Overflow,
                        format!("{wide} does not fit the {bits} bits of the field"),
                    )
                })
            }

            fn view(&self) -> Self {
                *self
            }

            fn to_value(&self) -> Value {
                Value::Int((*self).into())
            }

            fn write(&self, writer: &mut Writer<'_>) {
                writer.int((*self).into());
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self> {
                match reader.number()? {
                    Some(Number::Int(value)) => Ok(Self::coerce(Value::Int(value))?),
                    Some(Number::Float(value)) => Ok(Self::coerce(Value::Float(value))?),
                    None => Ok(Self::coerce(reader.value()?)?),
                }
            }
        }
    )*};
}

// 64 bits are what every database column of Nova holds; `i128` is for those
// who need Python's unbounded integers further than that.
integer!(i64: Plain::INTEGER, i128: Plain::INTEGER.variant("unbounded"));

/// A whole number that is not negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NonNegativeInteger(i64);

impl NonNegativeInteger {
    /// # Errors
    /// When `value` is negative.
    pub fn new(value: i64) -> Result<Self, ValueError> {
        if value < 0 {
            return Err(ValueError::new("Value must be >= 0 for field"));
        }
        Ok(Self(value))
    }
}

impl Deref for NonNegativeInteger {
    type Target = i64;

    fn deref(&self) -> &i64 {
        &self.0
    }
}

impl FieldType for NonNegativeInteger {
    type View<'a> = i64;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "NonNegativeInteger",
        shape: Shape::Plain(Plain::INTEGER.non_negative()),
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        Self::new(i64::coerce(value)?)
    }

    fn view(&self) -> i64 {
        self.0
    }

    fn to_value(&self) -> Value {
        self.0.into()
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.int(self.0.into());
    }
}
