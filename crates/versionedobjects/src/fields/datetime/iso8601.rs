//! The forms of ISO 8601 that Python's `iso8601` reads, which is what oslo
//! reads datetimes with.
//!
//! A year; a month and a day, with dashes or without; behind a `T` or a space an
//! hour, minutes, seconds and their fraction; a zone. Everything behind the year
//! may be missing, from the end. Digits that could belong to two parts go to the
//! first one that leaves something readable, as a regular expression has it.

use chrono::{FixedOffset, NaiveDate, TimeZone as _};

use super::{DateTime, Zero};

/// What stands in a text.
#[derive(Debug, Clone, Copy)]
struct Parts {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    microsecond: u32,
    zone: Zone,
}

#[derive(Debug, Clone, Copy)]
struct Zone {
    negative: bool,
    /// Seconds; none for `Z`, or where there is no zone.
    offset: Option<u32>,
}

/// What the text says.
pub(super) fn parse(text: &str) -> Option<DateTime> {
    // To Python, the end is also before a last line end.
    let text = text.strip_suffix('\n').unwrap_or(text);
    let parts = parts(text.as_bytes())?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(parts.year).ok()?, parts.month, parts.day)?;
    let local =
        date.and_hms_micro_opt(parts.hour, parts.minute, parts.second, parts.microsecond)?;
    let seconds = i32::try_from(parts.zone.offset.unwrap_or(0)).ok()?;
    let sign = if parts.zone.negative { -1 } else { 1 };
    // Python has no year before the first.
    if parts.year == 0 {
        return None;
    }
    Some(DateTime {
        at: FixedOffset::east_opt(sign * seconds)?
            .from_local_datetime(&local)
            .single()?,
        zero: match parts.zone {
            Zone { offset: None, .. } => Zero::Z,
            Zone { negative, .. } if negative => Zero::Minus,
            Zone { .. } => Zero::Plus,
        },
    })
}

fn parts(text: &[u8]) -> Option<Parts> {
    let (year, rest) = number(text, 4)?;
    let year = Parts {
        year,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        microsecond: 0,
        zone: Zone {
            negative: false,
            offset: None,
        },
    };
    // Without a dash there is none unless a day follows: YYYYMM is not a month.
    let month = two(rest)
        .filter(|(_, after)| rest.starts_with(b"-") || !after.is_empty())
        .find_map(|(month, rest)| {
            let month = Parts { month, ..year };
            two(rest)
                .find_map(|(day, rest)| {
                    let day = Parts { day, ..month };
                    time(rest, day).or_else(|| rest.is_empty().then_some(day))
                })
                .or_else(|| rest.is_empty().then_some(month))
        });
    month.or_else(|| rest.is_empty().then_some(year))
}

/// A month or a day: a dash and one or two digits, or two digits.
fn two(text: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let dashed = text.strip_prefix(b"-");
    let with = [2, 1].map(|digits| dashed.and_then(|rest| number(rest, digits)));
    with.into_iter().flatten().chain(number(text, 2))
}

fn time(text: &[u8], day: Parts) -> Option<Parts> {
    let rest = text
        .strip_prefix(b"T")
        .or_else(|| text.strip_prefix(b" "))?;
    let (hour, rest) = number(rest, 2)?;
    let minutes = [number(colon(rest), 2), Some((0, rest))];
    minutes.into_iter().flatten().find_map(|(minute, rest)| {
        let seconds = [2, 1].map(|digits| number(colon(rest), digits).map(fraction));
        seconds
            .into_iter()
            .flatten()
            .chain([(0, 0, rest)])
            .find_map(|(second, microsecond, rest)| {
                let zone = zone(rest)?;
                Some(Parts {
                    hour,
                    minute,
                    second,
                    microsecond,
                    zone,
                    ..day
                })
            })
    })
}

/// Seconds with the fraction behind them, if there is one.
fn fraction((second, rest): (u32, &[u8])) -> (u32, u32, &[u8]) {
    let point = rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b","));
    let digits = point.map_or(0, |digits| {
        digits
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    });
    match point.and_then(|rest| rest.split_at_checked(digits)) {
        Some((digits, rest)) if !digits.is_empty() => {
            let padded = digits.iter().chain([&b'0'; 6]).take(6);
            let micros = padded.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
            (second, micros, rest)
        }
        _ => (second, 0, rest),
    }
}

fn zone(text: &[u8]) -> Option<Zone> {
    let none = Zone {
        negative: false,
        offset: None,
    };
    let (sign, rest) = match text.split_first() {
        None | Some((b'Z', [])) => return Some(none),
        Some((sign @ (b'+' | b'-'), rest)) => (sign, rest),
        Some(_) => return None,
    };
    let (hours, rest) = number(rest, 2)?;
    let rest = colon(rest);
    let (minutes, rest) = number(rest, 2).unwrap_or((0, rest));
    rest.is_empty().then_some(Zone {
        negative: *sign == b'-',
        offset: Some(hours * 3600 + minutes * 60),
    })
}

fn colon(text: &[u8]) -> &[u8] {
    text.strip_prefix(b":").unwrap_or(text)
}

/// A number of that many digits, and what follows.
fn number(text: &[u8], digits: usize) -> Option<(u32, &[u8])> {
    let (number, rest) = text.split_at_checked(digits)?;
    let value = number.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + u32::from(byte - b'0'))
    })?;
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What oslo 3.12 says, asked for each.
    #[test]
    fn takes_what_oslo_takes() {
        for (text, expected) in [
            ("2013-07-12T10:11:12", Some("2013-07-12T10:11:12Z")),
            ("2013-07-12 10:11:12", Some("2013-07-12T10:11:12Z")),
            ("2013-07-12", Some("2013-07-12T00:00:00Z")),
            ("2013-07-12T10:11:12.123456", Some("2013-07-12T10:11:12Z")),
            ("2013-07-12T10:11:12.5Z", Some("2013-07-12T10:11:12Z")),
            (
                "2013-07-12T10:11:12+05:30",
                Some("2013-07-12T10:11:12+05:30"),
            ),
            (
                "2013-07-12T10:11:12-0130",
                Some("2013-07-12T10:11:12-01:30"),
            ),
            (
                "2013-07-12T10:11:12+00:00",
                Some("2013-07-12T10:11:12+00:00"),
            ),
            ("2013-07-12T10:11:12+02", Some("2013-07-12T10:11:12+02:00")),
            ("2013-07-12T10:11", Some("2013-07-12T10:11:00Z")),
            ("20130712T101112Z", Some("2013-07-12T10:11:12Z")),
            ("20130712", Some("2013-07-12T00:00:00Z")),
            ("2013-07-12T24:00:00Z", None),
            ("2013-07-12T23:59:60Z", None),
            ("2013-02-30T00:00:00Z", None),
            ("2013-7-2T1:1:1Z", None),
            ("2013-07-12t10:11:12z", None),
            (" 2013-07-12T10:11:12Z", None),
            ("2013-07-12T10:11:12Z ", None),
            ("2013-W28-5", None),
            ("2013-193", None),
            ("2013-07", Some("2013-07-01T00:00:00Z")),
            ("2013", Some("2013-01-01T00:00:00Z")),
            ("201307", None),
            ("2013-07-12T10:11:12UTC+02:00", None),
            ("now", None),
            ("2013-07-12T10:11:12.1234567Z", Some("2013-07-12T10:11:12Z")),
            ("2013-07-12T10", Some("2013-07-12T10:00:00Z")),
            ("2013-07-12T10Z", Some("2013-07-12T10:00:00Z")),
            ("2013-07-12T10:11Z", Some("2013-07-12T10:11:00Z")),
            ("2013-07-12T1011", Some("2013-07-12T10:11:00Z")),
            ("2013-07-12T101112", Some("2013-07-12T10:11:12Z")),
            ("2013-07-12T10:11:12,5Z", Some("2013-07-12T10:11:12Z")),
            (
                "2013-07-12T10:11:12-00:00",
                Some("2013-07-12T10:11:12-00:00"),
            ),
            (
                "2013-07-12T10:11:12+14:00",
                Some("2013-07-12T10:11:12+14:00"),
            ),
            (
                "2013-07-12T10:11:12+23:59",
                Some("2013-07-12T10:11:12+23:59"),
            ),
            ("2013-07-12T10:11:12+24:00", None),
            ("2013-07-12T10:11:12+5", None),
            ("2013-07-12T10:11:12+530", None),
            ("2013-07-12T10:11:12 +05:30", None),
            ("2013-07-12T10:11:12+05:3", None),
            ("2013-07-12T10:11:12.Z", None),
            ("2013-07-12T", None),
            ("2013-07-12  10:11:12", None),
            ("2013-07-12T1:2:3", None),
            ("2013-7-12", Some("2013-07-12T00:00:00Z")),
            ("2013-07-1", Some("2013-07-01T00:00:00Z")),
            (
                "9999-12-31T23:59:59-23:59",
                Some("9999-12-31T23:59:59-23:59"),
            ),
            ("0000-01-01", None),
            ("13-07-12", None),
            (
                "2013-07-12T10:11:12.999999999999",
                Some("2013-07-12T10:11:12Z"),
            ),
            ("2013-07-12T10:11:12.9999999", Some("2013-07-12T10:11:12Z")),
            ("2013-07-12T10:11:12Zx", None),
            ("2013-07-12T10:11:12+05:30x", None),
            ("2013-07-12T10:60", None),
            ("2013-07-12T10:11.5", Some("2013-07-12T10:00:11Z")),
            ("2013-07-12T10.5", None),
            ("2013-07-12T10:11:12−05:00", None),
            ("2013-07-12-10:11:12", None),
            ("2013/07/12", None),
            (
                "2013-07-12T10:11:12+1400",
                Some("2013-07-12T10:11:12+14:00"),
            ),
            (
                "2013-07-12T10:11:12-23:59",
                Some("2013-07-12T10:11:12-23:59"),
            ),
            ("20130712T10:11:12", Some("2013-07-12T10:11:12Z")),
            ("2013-0712", Some("2013-07-12T00:00:00Z")),
            ("201307-12", Some("2013-07-12T00:00:00Z")),
            ("1234567890", None),
            ("12345", None),
            ("2013-07-12T10:1:2", None),
            ("2013-07-12T10:11:1", Some("2013-07-12T10:11:01Z")),
            ("2013-07-12T10:11:12[UTC]", None),
            ("٢013-07-12", None),
            (
                "2013-07-12T10:11:12+00:01",
                Some("2013-07-12T10:11:12+00:01"),
            ),
            (
                "2013-07-12T10:11:12.000001+00:00",
                Some("2013-07-12T10:11:12+00:00"),
            ),
            ("2013-07-12T10:11:12+0", None),
            ("2013-07-12T10:11:12+000", None),
            ("2013-112", Some("2013-01-12T00:00:00Z")),
            ("2013-07-12T10:11:12Z\n", Some("2013-07-12T10:11:12Z")),
        ] {
            let found = parse(text).map(|found| found.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
