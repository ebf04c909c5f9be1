//! MariaDB and MySQL.

use chrono::NaiveDateTime;
use sqlx::mysql::{MySqlArguments, MySqlValueRef};
use sqlx::{Arguments, Decode, Type, TypeInfo, ValueRef};

use super::{BoxError, Plain};

/// Binds `values` in order.
pub(crate) fn bind(values: &[sea_query::Value]) -> Result<MySqlArguments, BoxError> {
    let mut arguments = MySqlArguments::default();
    arguments.reserve(values.len(), values.len() * 16);
    for value in values {
        match Plain::of(value)? {
            Plain::Integer(v) => arguments.add(v)?,
            Plain::Boolean(v) => arguments.add(v)?,
            Plain::Double(v) => arguments.add(v)?,
            Plain::Text(v) => arguments.add(v)?,
            Plain::Bytes(v) => arguments.add(v)?,
            Plain::DateTime(v) => arguments.add(v)?,
            Plain::Address(v) => arguments.add(v.map(|address| address.to_string()))?,
        }
    }
    Ok(arguments)
}

/// Reads an integer of any width, a boolean, or the whole `DECIMAL` that `SUM()` gives.
pub(crate) fn integer(value: MySqlValueRef<'_>) -> Result<i64, BoxError> {
    let kind = value.type_info().into_owned();
    if <i64 as Type<sqlx::MySql>>::compatible(&kind)
        || <u64 as Type<sqlx::MySql>>::compatible(&kind)
    {
        return <i64 as Decode<sqlx::MySql>>::decode(value);
    }
    if kind.name() != "DECIMAL" {
        // Its bytes could be taken for a number's.
        return Err(format!("a {} is not an integer", kind.name()).into());
    }
    let text = text(value)?;
    text.parse()
        .map_err(|_| format!("{text} is not a whole number of 64 bits").into())
}

/// Reads a number with a fraction.
pub(crate) fn double(value: MySqlValueRef<'_>) -> Result<f64, BoxError> {
    let kind = value.type_info().into_owned();
    match kind.name() {
        "DECIMAL" => Ok(text(value)?.parse()?),
        // What the server itself shows of one, and so every other client reads: 0.001, not what it is stored as.
        "FLOAT" => Ok(format!("{:.5e}", <f32 as Decode<sqlx::MySql>>::decode(value)?).parse()?),
        "DOUBLE" => <f64 as Decode<sqlx::MySql>>::decode(value),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a whole number read as a fraction"
        )]
        _ => Ok(integer(value)? as f64),
    }
}

/// Reads text where it lies.
pub(crate) fn text(value: MySqlValueRef<'_>) -> Result<&str, BoxError> {
    <&str as Decode<sqlx::MySql>>::decode(value)
}

/// Reads bytes where they lie.
pub(crate) fn bytes(value: MySqlValueRef<'_>) -> Result<&[u8], BoxError> {
    <&[u8] as Decode<sqlx::MySql>>::decode(value)
}

/// Reads a time.
pub(crate) fn datetime(value: MySqlValueRef<'_>) -> Result<NaiveDateTime, BoxError> {
    <NaiveDateTime as Decode<sqlx::MySql>>::decode(value)
}

/// Reads whatever the cell holds.
pub(crate) fn any(value: MySqlValueRef<'_>) -> Result<sea_query::Value, BoxError> {
    use sea_query::Value as V;
    if value.is_null() {
        return Ok(V::String(None));
    }
    let kind = value.type_info().into_owned();
    Ok(match kind.name() {
        "BOOLEAN" => V::Bool(Some(integer(value)? != 0)),
        "FLOAT" | "DOUBLE" => V::Double(Some(double(value)?)),
        "DATETIME" | "TIMESTAMP" => V::ChronoDateTime(Some(datetime(value)?)),
        "BLOB" | "TINYBLOB" | "MEDIUMBLOB" | "LONGBLOB" | "BINARY" | "VARBINARY" => {
            V::Bytes(Some(bytes(value)?.to_vec()))
        }
        "DECIMAL" => V::BigInt(Some(integer(value)?)),
        name if name.contains("INT") => V::BigInt(Some(integer(value)?)),
        _ => V::String(Some(text(value)?.to_owned())),
    })
}
