//! PostgreSQL.

use std::net::IpAddr;

use chrono::NaiveDateTime;
use sqlx::encode::IsNull;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo, PgValueRef};
use sqlx::{Arguments, Decode, Encode, Type, TypeInfo, ValueRef};

use super::{BoxError, Plain};

/// Binds `values` in order.
pub(crate) fn bind(values: &[sea_query::Value]) -> Result<PgArguments, BoxError> {
    let mut arguments = PgArguments::default();
    arguments.reserve(values.len(), values.len() * 16);
    for value in values {
        match Plain::of(value)? {
            Plain::Integer(v) => arguments.add(v)?,
            Plain::Boolean(v) => arguments.add(v)?,
            Plain::Double(v) => arguments.add(v)?,
            Plain::Text(v) => arguments.add(v.map(Untyped))?,
            Plain::Bytes(v) => arguments.add(v)?,
            Plain::DateTime(v) => arguments.add(v)?,
            Plain::Address(v) => arguments.add(v.map(Inet))?,
        }
    }
    Ok(arguments)
}

/// Text whose type the server infers, as with a quoted literal.
///
/// Nova's schema has enumerated types (`keypair_types` and others) that refuse a
/// parameter declared as `text`; the bytes sent are the same for both.
struct Untyped<'v>(&'v str);

/// The type that PostgreSQL calls `unknown`.
const UNKNOWN: Oid = Oid(705);

impl Type<sqlx::Postgres> for Untyped<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(UNKNOWN)
    }
}

impl<'q> Encode<'q, sqlx::Postgres> for Untyped<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxError> {
        buffer.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
}

/// An address for a column of the type `inet`, which takes no text in its place.
struct Inet(IpAddr);

impl Type<sqlx::Postgres> for Inet {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(INET)
    }
}

impl Encode<'_, sqlx::Postgres> for Inet {
    /// Family, bits of the mask, whether it is a network, length, address (PostgreSQL
    /// `network.c`, `network_send`).
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxError> {
        match self.0 {
            IpAddr::V4(address) => {
                buffer.extend_from_slice(&[INET_V4, 32, 0, 4]);
                buffer.extend_from_slice(&address.octets());
            }
            IpAddr::V6(address) => {
                buffer.extend_from_slice(&[INET_V6, 128, 0, 16]);
                buffer.extend_from_slice(&address.octets());
            }
        }
        Ok(IsNull::No)
    }
}

const INET: Oid = Oid(869);
const INET_V4: u8 = 2;
const INET_V6: u8 = 3;

/// Reads an address, from `inet` or from text.
pub(crate) fn address(value: PgValueRef<'_>) -> Result<IpAddr, BoxError> {
    if value.type_info().name() != "INET" {
        return Ok(text(value)?.parse()?);
    }
    match value.as_bytes()? {
        [INET_V4, _, _, 4, octets @ ..] => Ok(<[u8; 4]>::try_from(octets)?.into()),
        [INET_V6, _, _, 16, octets @ ..] => Ok(<[u8; 16]>::try_from(octets)?.into()),
        _ => Err("the INET is no address".into()),
    }
}

/// Reads an integer of any width, a boolean, or the whole `NUMERIC` that `SUM()` gives.
pub(crate) fn integer(value: PgValueRef<'_>) -> Result<i64, BoxError> {
    match value.type_info().name() {
        "INT2" | "INT4" | "INT8" | "BOOL" | "OID" => {}
        "NUMERIC" => {
            return numeric(value.as_bytes()?)
                .ok_or_else(|| "the NUMERIC is not a whole number of 64 bits".into());
        }
        // Its bytes could be taken for a number's.
        other => return Err(format!("a {other} is not an integer").into()),
    }
    match *value.as_bytes()? {
        [a] => Ok(i64::from(i8::from_be_bytes([a]))),
        [a, b] => Ok(i64::from(i16::from_be_bytes([a, b]))),
        [a, b, c, d] => Ok(i64::from(i32::from_be_bytes([a, b, c, d]))),
        [a, b, c, d, e, f, g, h] => Ok(i64::from_be_bytes([a, b, c, d, e, f, g, h])),
        ref bytes => Err(format!("{} bytes are not an integer", bytes.len()).into()),
    }
}

/// The binary form of `NUMERIC`: digits of base 10000 from the most significant.
fn numeric(bytes: &[u8]) -> Option<i64> {
    let short = |at: usize| Some(i16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let (digits, weight, sign) = (short(0)?, short(2)?, short(4)?);
    let mut sum = 0_i128;
    for place in 0..=weight.max(-1) {
        let digit = if place < digits {
            short(8 + 2 * usize::try_from(place).ok()?)?
        } else {
            0
        };
        sum = sum.checked_mul(10_000)?.checked_add(i128::from(digit))?;
    }
    // Digits after the point must be zero.
    for place in (weight + 1).max(0)..digits {
        if short(8 + 2 * usize::try_from(place).ok()?)? != 0 {
            return None;
        }
    }
    match sign {
        0 => i64::try_from(sum).ok(),
        0x4000 => i64::try_from(-sum).ok(),
        _ => None,
    }
}

/// Reads a number with a fraction.
pub(crate) fn double(value: PgValueRef<'_>) -> Result<f64, BoxError> {
    let (single, double) = match value.type_info().name() {
        "FLOAT4" => (true, false),
        "FLOAT8" => (false, true),
        _ => (false, false),
    };
    match (single, double) {
        (true, _) => Ok(f64::from(<f32 as Decode<sqlx::Postgres>>::decode(value)?)),
        (_, true) => <f64 as Decode<sqlx::Postgres>>::decode(value),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a whole number read as a fraction"
        )]
        _ => Ok(integer(value)? as f64),
    }
}

/// Reads text, or the name of an enumerated value, where it lies.
pub(crate) fn text(value: PgValueRef<'_>) -> Result<&str, BoxError> {
    value.as_str()
}

/// Reads bytes where they lie.
pub(crate) fn bytes(value: PgValueRef<'_>) -> Result<&[u8], BoxError> {
    value.as_bytes()
}

/// Reads a time without zone.
pub(crate) fn datetime(value: PgValueRef<'_>) -> Result<NaiveDateTime, BoxError> {
    let is_time = value.type_info().name() == "TIMESTAMP";
    if !is_time {
        return Err(format!("a {} is not a time", value.type_info().name()).into());
    }
    <NaiveDateTime as Decode<sqlx::Postgres>>::decode(value)
}

/// Reads whatever the cell holds.
pub(crate) fn any(value: PgValueRef<'_>) -> Result<sea_query::Value, BoxError> {
    use sea_query::Value as V;
    if value.is_null() {
        return Ok(V::String(None));
    }
    let kind = value.type_info().name().to_owned();
    Ok(match kind.as_str() {
        "BOOL" => V::Bool(Some(integer(value)? != 0)),
        "INT2" | "INT4" | "INT8" | "NUMERIC" => V::BigInt(Some(integer(value)?)),
        "FLOAT4" | "FLOAT8" => V::Double(Some(double(value)?)),
        "TIMESTAMP" => V::ChronoDateTime(Some(datetime(value)?)),
        "BYTEA" => V::Bytes(Some(bytes(value)?.to_vec())),
        "INET" => V::IpNetwork(Some(address(value)?.into())),
        _ => V::String(Some(text(value)?.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::numeric;

    /// ndigits, weight, sign, scale, digits.
    fn encoded(weight: i16, sign: i16, digits: &[i16]) -> Vec<u8> {
        let count = i16::try_from(digits.len()).unwrap();
        [count, weight, sign, 0]
            .iter()
            .chain(digits)
            .flat_map(|n| n.to_be_bytes())
            .collect()
    }

    #[test]
    fn whole_numerics_are_integers() {
        assert_eq!(numeric(&encoded(0, 0, &[])), Some(0));
        assert_eq!(numeric(&encoded(0, 0, &[42])), Some(42));
        assert_eq!(numeric(&encoded(2, 0, &[1])), Some(100_000_000));
        assert_eq!(numeric(&encoded(1, 0x4000, &[12, 3456])), Some(-123_456));
        assert_eq!(numeric(&encoded(0, 0, &[5, 0])), Some(5));
    }

    #[test]
    fn fractions_nan_and_cut_off_bytes_are_not() {
        assert_eq!(numeric(&encoded(0, 0, &[5, 1000])), None);
        assert_eq!(numeric(&encoded(-1, 0, &[1000])), None);
        assert_eq!(numeric(&encoded(0, -16384, &[])), None);
        assert_eq!(numeric(&encoded(9, 0, &[1])), None);
        assert_eq!(numeric(&[0, 1, 0, 0]), None);
    }
}
