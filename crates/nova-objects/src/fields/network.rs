//! The network of an instance, as Nova caches it.

use serde_json::value::RawValue;
use versionedobjects::{
    FieldType, IntoField, Json, Shape, TypeDef, Value, ValueError, ValueErrorKind, Writer,
    python_json,
};

/// A list of virtual interfaces with their networks, subnets and addresses
/// (nova `network/model.py`, `NetworkInfo`).
///
/// On the wire and in the database it is text that holds JSON, and stays that
/// text until someone looks inside: most of those who pass it on never do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkInfo(String);

impl NetworkInfo {
    /// The network of an instance without interfaces.
    pub fn empty() -> Self {
        Self("[]".to_owned())
    }

    /// The network with these interfaces.
    pub fn from_vifs(vifs: Vec<Json>) -> Self {
        Self(python_json(&Json::Array(vifs)))
    }

    /// The network this text describes.
    ///
    /// # Errors
    ///
    /// When the text is no JSON list of objects.
    pub fn parse(text: impl Into<String>) -> Result<Self, ValueError> {
        let text = text.into();
        // Checked, but nothing is built: most of these are passed on unread.
        match serde_json::from_str::<Vec<&RawValue>>(&text) {
            Ok(items) if items.iter().all(|item| item.get().starts_with('{')) => Ok(Self(text)),
            Ok(_) => Err(ValueError::of(
                ValueErrorKind::Type,
                "A NetworkModel is required: a list of dictionaries",
            )),
            Err(error) => Err(ValueError::new(format!(
                "A NetworkModel is required: {error}"
            ))),
        }
    }

    /// The text that travels and is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The interfaces.
    pub fn vifs(&self) -> Vec<Json> {
        // Only text that parses gets in.
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl Default for NetworkInfo {
    fn default() -> Self {
        Self::empty()
    }
}

impl IntoField<NetworkInfo> for Vec<Json> {
    fn into_field(self) -> NetworkInfo {
        NetworkInfo::from_vifs(self)
    }
}

impl FieldType for NetworkInfo {
    type View<'a> = &'a Self;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "NetworkModel",
        shape: Shape::Scalar,
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Str(text) => Self::parse(text),
            other => Err(ValueError::new(format!(
                "A NetworkModel is required, not {}",
                other.python_repr()
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
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_kept_as_it_came() {
        let text = r#"[{"id": "a",   "type":"ovs"}]"#;
        let network = NetworkInfo::coerce(Value::from(text)).unwrap();
        assert_eq!(network.as_str(), text);
        assert_eq!(network.vifs(), [json!({"id": "a", "type": "ovs"})]);
    }

    #[test]
    fn text_that_is_no_list_of_interfaces_is_refused() {
        for text in ["", "{}", "[1]", "[{]"] {
            assert!(NetworkInfo::coerce(Value::from(text)).is_err(), "{text}");
        }
        assert!(NetworkInfo::coerce(Value::from(7)).is_err());
    }

    #[test]
    fn interfaces_are_written_as_python_writes_them() {
        assert_eq!(
            NetworkInfo::from_vifs(vec![json!({"id": "a", "n": 1})]).as_str(),
            r#"[{"id": "a", "n": 1}]"#
        );
    }
}
