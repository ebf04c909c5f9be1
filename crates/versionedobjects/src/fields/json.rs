//! JSON of any form: arguments and results without a fixed shape.

use crate::error::ValueErrorKind;
use crate::{FieldType, Reader, Result, Shape, TypeDef, Value, ValueError, Writer};

/// Any JSON value.
pub type Json = serde_json::Value;

/// A JSON object.
pub type JsonMap = serde_json::Map<String, serde_json::Value>;

fn json(value: Value) -> Result<Json, ValueError> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => value.into(),
        Value::Int(value) => serde_json::Number::from_i128(value)
            .ok_or_else(|| {
                ValueError::of(
                    ValueErrorKind::Overflow,
                    format!("{value} does not fit 64 bits"),
                )
            })?
            .into(),
        Value::Float(value) => serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number),
        Value::Str(text) => text.into(),
        Value::DateTime(value) => value.to_string().into(),
        Value::List(items) | Value::Set(items) => items
            .into_iter()
            .map(json)
            .collect::<Result<Vec<_>, _>>()?
            .into(),
        Value::Map(items) => items
            .into_iter()
            .map(|(key, value)| Ok((key, json(value)?)))
            .collect::<Result<JsonMap, ValueError>>()?
            .into(),
        other => {
            return Err(ValueError::new(format!(
                "{} has no JSON form",
                other.type_name()
            )));
        }
    })
}

impl FieldType for Json {
    type View<'a> = &'a Self;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "Json",
        shape: Shape::Scalar,
    };
    const NULLABLE: bool = true;

    fn coerce(value: Value) -> Result<Self, ValueError> {
        json(value)
    }

    fn view(&self) -> &Self {
        self
    }

    fn to_value(&self) -> Value {
        self.clone().into()
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.json(self);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        reader.json()
    }
}

impl FieldType for JsonMap {
    type View<'a> = &'a Self;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "JsonMap",
        shape: Shape::Scalar,
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        match json(value)? {
            Json::Object(map) => Ok(map),
            other => Err(ValueError::new(format!(
                "A dict is required here, not {other}"
            ))),
        }
    }

    fn view(&self) -> &Self {
        self
    }

    fn to_value(&self) -> Value {
        Json::Object(self.clone()).into()
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.object(
            self.iter().map(|(key, value)| (key.as_str(), value)),
            |writer, value| writer.json(value),
        );
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        match reader.json()? {
            Json::Object(map) => Ok(map),
            other => Ok(Self::coerce(other.into())?),
        }
    }
}
