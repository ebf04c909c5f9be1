//! Dates and times: oslo's `DateTime`.

mod iso8601;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, Utc};

use crate::{
    FieldType, IntoField, Plain, Reader, Result, Shape, TypeDef, Value, ValueError, Writer,
};

/// A date and time with its offset from UTC.
///
/// Written as `YYYY-MM-DDTHH:MM:SSZ` in whole seconds, as oslo does. Read from
/// any ISO 8601 form, with or without a zone; no zone means UTC. Unlike oslo,
/// an offset is written as Python can read it back (`+02:00`, where oslo may
/// write `UTC+02:00`, which no receiver parses).
#[derive(Clone, Copy)]
pub struct DateTime {
    at: chrono::DateTime<FixedOffset>,
    zero: Zero,
}

/// How an offset of nothing was written, and will be again: oslo keeps the name
/// that a zone had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zero {
    Z,
    Plus,
    Minus,
}

impl PartialEq for DateTime {
    /// The same moment, wherever.
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for DateTime {}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTime {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at)
    }
}

impl Hash for DateTime {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.at.hash(state);
    }
}

impl DateTime {
    /// The present moment, in UTC.
    #[must_use]
    pub fn now() -> Self {
        Utc::now().into()
    }

    /// A moment given in UTC, as databases keep it.
    #[must_use]
    pub fn from_naive_utc(naive: NaiveDateTime) -> Self {
        naive.and_utc().into()
    }

    /// The moment in UTC, as databases keep it.
    #[must_use]
    pub fn naive_utc(&self) -> NaiveDateTime {
        self.at.naive_utc()
    }

    /// Reads ISO 8601 text.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        parse(text).ok_or_else(|| {
            let shown: String = text.chars().take(64).collect();
            ValueError::new(format!(
                "Unable to parse date string {}",
                Value::from(shown).python_repr()
            ))
        })
    }

    /// Python's `str()` of the datetime.
    pub(crate) fn python_str(self) -> String {
        let fraction = if self.at.timestamp_subsec_micros() == 0 {
            ""
        } else {
            "%.6f"
        };
        self.at
            .format(&format!("%Y-%m-%d %H:%M:%S{fraction}%:z"))
            .to_string()
    }

    /// The wire form: whole seconds, `Z` for UTC.
    fn wire(self, out: &mut String) {
        use chrono::{Datelike as _, Timelike as _};
        use fmt::Write as _;
        let local = self.at.naive_local();
        match u32::try_from(local.year()) {
            Ok(year @ 0..=9999) => {
                two_digits(out, year / 100);
                two_digits(out, year % 100);
            }
            // Writing to a string cannot fail.
            _ => drop(write!(out, "{:04}", local.year())),
        }
        for (before, number) in [
            ('-', local.month()),
            ('-', local.day()),
            ('T', local.hour()),
            (':', local.minute()),
            (':', local.second()),
        ] {
            out.push(before);
            two_digits(out, number);
        }
        if self.at.offset().local_minus_utc() == 0 {
            out.push_str(match self.zero {
                Zero::Z => "Z",
                Zero::Plus => "+00:00",
                Zero::Minus => "-00:00",
            });
        } else {
            let _ = write!(out, "{}", self.at.offset());
        }
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(25);
        self.wire(&mut text);
        f.write_str(&text)
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Deref for DateTime {
    type Target = chrono::DateTime<FixedOffset>;

    fn deref(&self) -> &Self::Target {
        &self.at
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(utc: chrono::DateTime<Utc>) -> Self {
        utc.fixed_offset().into()
    }
}

impl From<chrono::DateTime<FixedOffset>> for DateTime {
    fn from(value: chrono::DateTime<FixedOffset>) -> Self {
        Self {
            at: value,
            zero: Zero::Z,
        }
    }
}

impl IntoField<DateTime> for chrono::DateTime<Utc> {
    fn into_field(self) -> DateTime {
        self.into()
    }
}

impl IntoField<Option<DateTime>> for chrono::DateTime<Utc> {
    fn into_field(self) -> Option<DateTime> {
        Some(self.into())
    }
}

fn parse(text: &str) -> Option<DateTime> {
    wire_form(text).or_else(|| iso8601::parse(text))
}

fn two_digits(out: &mut String, number: u32) {
    for digit in [number / 10 % 10, number % 10] {
        out.extend(char::from_digit(digit, 10));
    }
}

/// The one form that peers write, `YYYY-MM-DDTHH:MM:SSZ`, without the detours
/// that the others need.
fn wire_form(text: &str) -> Option<DateTime> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        b'Z',
    ] = *bytes
    else {
        return None;
    };
    let two = |tens: u8, ones: u8| {
        let digit = |byte: u8| char::from(byte).to_digit(10);
        Some(digit(tens)? * 10 + digit(ones)?)
    };
    let year = i32::try_from(two(y1, y2)? * 100 + two(y3, y4)?).ok()?;
    NaiveDate::from_ymd_opt(year, two(m1, m2)?, two(d1, d2)?)?
        .and_hms_opt(two(h1, h2)?, two(n1, n2)?, two(s1, s2)?)
        .map(DateTime::from_naive_utc)
}

impl FieldType for DateTime {
    type View<'a> = Self;
    const TYPE: &'static TypeDef = &TypeDef {
        name: "DateTime",
        shape: Shape::Plain(Plain::formats(&["date-time"])),
    };

    fn coerce(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::DateTime(value) => Ok(value),
            Value::Str(text) => Self::parse(&text),
            other => Err(ValueError::new(format!(
                "A datetime.datetime is required here, not {}",
                other.type_name()
            ))),
        }
    }

    fn view(&self) -> Self {
        *self
    }

    fn to_value(&self) -> Value {
        Value::DateTime(*self)
    }

    fn write(&self, writer: &mut Writer<'_>) {
        let mut text = String::with_capacity(27);
        text.push('"');
        self.wire(&mut text);
        text.push('"');
        writer.raw(&text);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        match reader.str()? {
            Some(text) => Ok(Self::parse(text)?),
            None => Ok(Self::coerce(reader.value()?)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spelling_of_no_offset_stays_and_counts_for_nothing() {
        let texts = ["", "Z", "+00:00", "-00:00"].map(|zone| format!("2013-07-12T10:11:12{zone}"));
        let read = texts.map(|text| DateTime::parse(&text).expect("a datetime"));
        assert!(read.iter().all(|value| *value == read[0]));
        assert_eq!(
            read.map(|value| value.to_string().split_off(19)),
            ["Z", "Z", "+00:00", "-00:00"]
        );
    }

    #[test]
    fn years_have_four_digits() {
        // Python leaves the zeroes out, and cannot read what it wrote.
        let text = "0987-07-12T10:11:12Z";
        assert_eq!(DateTime::parse(text).expect(text).to_string(), text);
    }
}
