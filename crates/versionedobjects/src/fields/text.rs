//! Text: oslo's `String`, `SensitiveString` and `UUID`, and the pattern by
//! which a crate adds text types of its own.

use crate::{
    FieldType, IntoField, Plain, Reader, Result, Shape, TypeDef, Value, ValueError, Writer,
};

/// A field type that is text, and can therefore be assigned from `&str` where
/// it is nullable.
pub trait TextField: FieldType + for<'a> From<&'a str> {}

impl TextField for String {}

/// What oslo's `String` makes of a value: text, numbers, truth values and
/// datetimes by Python's `str()`.
pub(crate) fn string(value: Value) -> Result<String, ValueError> {
    match value {
        Value::Str(text) => Ok(text),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::DateTime(_) => {
            Ok(value.python_str())
        }
        other => Err(ValueError::new(format!(
            "A string is required here, not {}",
            other.type_name()
        ))),
    }
}

impl FieldType for String {
    type View<'a> = &'a str;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "String",
        shape: Shape::Plain(Plain::TEXT),
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        string(value)
    }

    fn view(&self) -> &str {
        self
    }

    fn to_value(&self) -> Value {
        Value::Str(self.clone())
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.str(self);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        match reader.str()? {
            Some(text) => Ok(text.to_owned()),
            None => Ok(Self::coerce(reader.value()?)?),
        }
    }
}

impl IntoField<String> for &str {
    fn into_field(self) -> String {
        self.to_owned()
    }
}

/// Declares a text type with a rule of its own.
///
/// The rule is a function `fn(Value) -> Result<String, ValueError>`; `name` is
/// oslo's name of the type, which fingerprints contain. The type dereferences
/// to `str` and can be assigned from text, unchecked, as Rust code is trusted;
/// what comes by name or over the wire goes through the rule. What a schema may
/// say of the text beyond that it is text can follow: `schema = Plain::pattern(..)`.
///
/// ```
/// use versionedobjects::{Value, ValueError, text_field};
///
/// text_field! {
///     /// A colour, in lower case.
///     pub struct Colour, "Colour", |value: Value| match value {
///         Value::Str(text) => Ok(text.to_lowercase()),
///         other => Err(ValueError::new(format!("no colour: {}", other.python_repr()))),
///     }
/// }
///
/// assert_eq!(&*Colour::from("red"), "red");
/// ```
#[macro_export]
macro_rules! text_field {
    (@plain) => {
        $crate::Plain::TEXT
    };
    (@plain $plain:expr) => {
        $plain
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident, $oslo:literal, $rule:expr $(, schema = $plain:expr)?) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl $crate::IntoField<$name> for &str {
            fn into_field(self) -> $name {
                $name(self.to_owned())
            }
        }

        impl $crate::IntoField<$name> for String {
            fn into_field(self) -> $name {
                $name(self)
            }
        }

        impl $crate::fields::TextField for $name {}

        impl $crate::FieldType for $name {
            type View<'a> = &'a str;
            const TYPE: &'static $crate::TypeDef =
                &$crate::TypeDef { name: $oslo, shape: $crate::Shape::Plain($crate::text_field!(@plain $($plain)?)) };

            fn coerce(value: $crate::Value) -> ::std::result::Result<Self, $crate::ValueError> {
                let rule: fn($crate::Value) -> ::std::result::Result<String, $crate::ValueError> = $rule;
                rule(value).map(Self)
            }

            fn view(&self) -> &str {
                &self.0
            }

            fn to_value(&self) -> $crate::Value {
                $crate::Value::Str(self.0.clone())
            }

            fn write(&self, writer: &mut $crate::Writer<'_>) {
                writer.str(&self.0);
            }
        }
    };
}

/// oslo's pattern of a UUID, which its field does not enforce.
const UUID: &str =
    "^[a-fA-F0-9]{8}-?[a-fA-F0-9]{4}-?[a-fA-F0-9]{4}-?[a-fA-F0-9]{4}-?[a-fA-F0-9]{12}$";

text_field! {
    /// A UUID. Like oslo's, it takes any text, and keeps its case; see
    /// [`StrictUuid`].
    pub struct Uuid, "UUID", |value| match value {
        Value::Null => Err(ValueError::new("a UUID is required")),
        value => Ok(value.python_str()),
    }, schema = Plain::loose_pattern(UUID)
}

text_field! {
    /// A UUID that is one: 32 hexadecimal digits, in any case, with or without
    /// the four hyphens in their places.
    pub struct StrictUuid, "UUID", |value| match value {
        Value::Str(text) if is_uuid(&text) => Ok(text),
        other => {
            let shown: String = other.python_str().chars().take(64).collect();
            Err(ValueError::new(format!("{} is no UUID", Value::from(shown).python_repr())))
        }
    }, schema = Plain::pattern(UUID).variant("strict")
}

fn is_uuid(text: &str) -> bool {
    let mut rest = text;
    for (place, digits) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if place > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        match rest.split_at_checked(digits) {
            Some((group, behind)) if group.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                rest = behind
            }
            _ => return false,
        }
    }
    rest.is_empty()
}

/// Text that is kept out of logs and errors: `Debug` shows stars.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct SensitiveString(String);

impl SensitiveString {
    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for SensitiveString {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for SensitiveString {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("'***'")
    }
}

impl IntoField<SensitiveString> for &str {
    fn into_field(self) -> SensitiveString {
        SensitiveString(self.to_owned())
    }
}

impl From<&str> for SensitiveString {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl TextField for SensitiveString {}

impl FieldType for SensitiveString {
    type View<'a> = &'a Self;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "SensitiveString",
        shape: Shape::Plain(Plain::TEXT),
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        string(value).map(Self)
    }

    fn view(&self) -> &Self {
        self
    }

    fn to_value(&self) -> Value {
        Value::Str(self.0.clone())
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.str(&self.0);
    }
}
