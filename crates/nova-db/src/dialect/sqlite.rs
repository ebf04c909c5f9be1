//! SQLite: values are stored the way SQLAlchemy's `pysqlite` dialect stores them.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use sqlx::sqlite::{SqliteArguments, SqliteValueRef};
use sqlx::{Arguments, Decode, TypeInfo, ValueRef};

use super::{BoxError, Plain};

/// Binds `values` in order.
pub(crate) fn bind(values: &[sea_query::Value]) -> Result<SqliteArguments, BoxError> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        match Plain::of(value)? {
            Plain::Integer(v) => arguments.add(v)?,
            Plain::Boolean(v) => arguments.add(v.map(i64::from))?,
            Plain::Double(v) => arguments.add(v)?,
            Plain::Text(v) => arguments.add(v.map(str::to_owned))?,
            Plain::Bytes(v) => arguments.add(v.map(<[u8]>::to_vec))?,
            Plain::DateTime(v) => arguments.add(v.map(write_datetime))?,
            Plain::Address(v) => arguments.add(v.map(|address| address.to_string()))?,
        }
    }
    Ok(arguments)
}

/// Reads an integer; a boolean is one.
pub(crate) fn integer(value: SqliteValueRef<'_>) -> Result<i64, BoxError> {
    // SQLite would make a number of anything.
    let is_integer = matches!(value.type_info().name(), "INTEGER" | "BOOLEAN");
    if !is_integer {
        return Err(format!("a {} is not an integer", value.type_info().name()).into());
    }
    <i64 as Decode<sqlx::Sqlite>>::decode(value)
}

/// Reads a number with a fraction.
pub(crate) fn double(value: SqliteValueRef<'_>) -> Result<f64, BoxError> {
    let is_number = matches!(value.type_info().name(), "REAL" | "INTEGER");
    if !is_number {
        return Err(format!("a {} is not a number", value.type_info().name()).into());
    }
    <f64 as Decode<sqlx::Sqlite>>::decode(value)
}

/// Reads text where it lies.
pub(crate) fn text(value: SqliteValueRef<'_>) -> Result<&str, BoxError> {
    <&str as Decode<sqlx::Sqlite>>::decode(value)
}

/// Reads bytes where they lie.
pub(crate) fn bytes(value: SqliteValueRef<'_>) -> Result<&[u8], BoxError> {
    <&[u8] as Decode<sqlx::Sqlite>>::decode(value)
}

/// Reads a time as SQLAlchemy writes it.
pub(crate) fn datetime(value: SqliteValueRef<'_>) -> Result<NaiveDateTime, BoxError> {
    read_datetime(text(value)?)
}

/// Reads whatever the cell holds.
pub(crate) fn any(value: SqliteValueRef<'_>) -> Result<sea_query::Value, BoxError> {
    use sea_query::Value as V;
    // The type of a null may be that of its column.
    if value.is_null() {
        return Ok(V::String(None));
    }
    let kind = value.type_info().name().to_owned();
    Ok(match kind.as_str() {
        "INTEGER" => V::BigInt(Some(integer(value)?)),
        "BOOLEAN" => V::Bool(Some(integer(value)? != 0)),
        "REAL" => V::Double(Some(double(value)?)),
        "DATETIME" => V::ChronoDateTime(Some(datetime(value)?)),
        "BLOB" => V::Bytes(Some(bytes(value)?.to_vec())),
        _ => V::String(Some(text(value)?.to_owned())),
    })
}

/// `YYYY-MM-DD HH:MM:SS.ffffff`, always with six digits.
pub(crate) fn write_datetime(time: NaiveDateTime) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(26);
    // A leap second is written as chrono keeps it, in the nanoseconds; the
    // original cannot hold one.
    let micros = (time.nanosecond() / 1_000).min(999_999);
    let written = write!(
        text,
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{micros:06}",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
    );
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    text
}

/// Reads what [`write_datetime`] writes, with any number of digits after the
/// point or none, and `T` for the blank.
pub(crate) fn read_datetime(text: &str) -> Result<NaiveDateTime, BoxError> {
    parse_datetime(text.as_bytes())
        .ok_or_else(|| format!("{text:?} is not a time such as 2026-01-31 23:59:59.000000").into())
}

fn parse_datetime(text: &[u8]) -> Option<NaiveDateTime> {
    let number = |from: usize, to: usize| -> Option<u32> {
        text.get(from..to)?.iter().try_fold(0_u32, |sum, digit| {
            digit
                .is_ascii_digit()
                .then(|| sum * 10 + u32::from(digit - b'0'))
        })
    };
    let is = |at: usize, wanted: &[u8]| text.get(at).is_some_and(|c| wanted.contains(c));
    if !(is(4, b"-") && is(7, b"-") && is(10, b" T") && is(13, b":") && is(16, b":")) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(number(0, 4)?).ok()?,
        number(5, 7)?,
        number(8, 10)?,
    )?;
    let nanos = match text.get(19..)? {
        [] => 0,
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            number(20, 20 + digits.len())? * 10_u32.pow(9 - u32::try_from(digits.len()).ok()?)
        }
        _ => return None,
    };
    date.and_hms_nano_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_six_digits() {
        let time = NaiveDate::from_ymd_opt(2026, 1, 2)
            .unwrap()
            .and_hms_micro_opt(3, 4, 5, 60)
            .unwrap();
        assert_eq!(write_datetime(time), "2026-01-02 03:04:05.000060");
        assert_eq!(read_datetime("2026-01-02 03:04:05.000060").unwrap(), time);
    }

    #[test]
    fn times_of_other_writers_are_read() {
        let whole = NaiveDate::from_ymd_opt(2026, 1, 2)
            .unwrap()
            .and_hms_opt(3, 4, 5)
            .unwrap();
        assert_eq!(read_datetime("2026-01-02 03:04:05").unwrap(), whole);
        assert_eq!(read_datetime("2026-01-02T03:04:05.0").unwrap(), whole);
    }

    #[test]
    fn what_is_no_time_is_an_error() {
        for text in [
            "",
            "2026",
            "2026-13-02 03:04:05",
            "2026-01-02 03:04:05.",
            "2026-01-02 03:04:65",
            "2026-01-02 03:04:05.1234567890",
            "２０２６-01-02 03:04:05",
        ] {
            assert!(read_datetime(text).is_err(), "{text}");
        }
    }
}
