//! JSON kept as the text it was written as.

use std::fmt;

use crate::{
    FieldType, IntoField, Plain, Reader, Result, Shape, TypeDef, Value, ValueError, Writer,
};

/// A JSON text that an object carries as a string inside its own JSON, the way
/// Nova keeps its network information: never reformatted, so that what was
/// stored is what is read.
///
/// It is checked to be JSON when it comes in by name or over the wire.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RawJson(String);

impl RawJson {
    /// # Errors
    /// When the text is no JSON.
    pub fn new(text: impl Into<String>) -> Result<Self, ValueError> {
        let text = text.into();
        match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
            Ok(_) => Ok(Self(text)),
            Err(error) => Err(ValueError::new(format!(
                "a JSON text is required here: {error}"
            ))),
        }
    }

    /// The text of a value.
    ///
    /// # Errors
    /// When the value has no JSON form.
    pub fn of(value: &impl serde::Serialize) -> Result<Self, ValueError> {
        serde_json::to_string(value)
            .map(Self)
            .map_err(|error| ValueError::new(format!("write JSON: {error}")))
    }

    /// The text.
    #[must_use]
    pub fn get(&self) -> &str {
        &self.0
    }

    /// What the text says, as a type of yours.
    ///
    /// # Errors
    /// When it says something else.
    pub fn parse<'a, T: serde::Deserialize<'a>>(&'a self) -> Result<T, ValueError> {
        serde_json::from_str(&self.0)
            .map_err(|error| ValueError::new(format!("read a JSON text: {error}")))
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl IntoField<Option<RawJson>> for Option<&RawJson> {
    fn into_field(self) -> Option<RawJson> {
        self.cloned()
    }
}

impl FieldType for RawJson {
    type View<'a> = &'a Self;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "RawJson",
        shape: Shape::Plain(Plain::TEXT.opaque()),
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Str(text) => Self::new(text),
            other => Err(ValueError::new(format!(
                "a JSON text is required here, not {}",
                other.type_name()
            ))),
        }
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

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self::coerce(reader.value()?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_byte_and_refuses_what_is_no_json() {
        let text = "{ \"b\" : 1.50, \"a\":[ ] ,\"b\": 2}\n";
        let json = RawJson::coerce(text.into()).expect("JSON");
        assert_eq!(json.get(), text);
        let read: std::collections::BTreeMap<String, serde_json::Value> =
            json.parse().expect("a dictionary");
        assert_eq!(read.len(), 2);
        assert!(RawJson::coerce("{".into()).is_err());
        assert!(RawJson::coerce(Value::Null).is_err());
    }
}
