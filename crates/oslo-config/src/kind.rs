//! What a value may be, and how it is read from text (oslo_config types.py).

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::secret::Secret;

/// The type of an option.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    Text,
    /// Any text, shown without passwords.
    Secret,
    /// `true`, `1`, `on`, `yes` or `false`, `0`, `off`, `no`, in any case.
    Bool,
    /// A whole number; nothing at all means no value.
    Integer {
        /// Smallest allowed.
        min: Option<i64>,
        /// Largest allowed.
        max: Option<i64>,
    },
    /// A number; nothing at all means no value.
    Float {
        /// Smallest allowed.
        min: Option<f64>,
        /// Largest allowed.
        max: Option<f64>,
    },
    /// Texts separated by commas; blanks around them and trailing commas do not count.
    List,
    /// `name:value` pairs separated by commas.
    Dict,
    /// A text that may be given several times; all of them count.
    Multi,
    /// A port number, 0 to 65535.
    Port,
    /// A URI with a scheme and a host.
    Uri,
    /// An IP address, or a host's name in which underscores are allowed.
    HostDomain,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// The highest version of an interface: itself, or the name of a release that stands for it. Nothing at all is no bound.
    Cap(Cap),
}

/// What may stand for the highest version of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// Names of releases, and the version each stands for.
    pub releases: &'static [(&'static str, &'static str)],
    /// Whether the word `auto` is a value too.
    pub auto: bool,
}

impl Kind {
    /// A whole number without bounds.
    pub const INTEGER: Self = Self::Integer {
        min: None,
        max: None,
    };

    /// A whole number that is not below `min`.
    pub const fn at_least(min: i64) -> Self {
        Self::Integer {
            min: Some(min),
            max: None,
        }
    }

    /// A number that is not below `min`.
    pub const fn float_at_least(min: f64) -> Self {
        Self::Float {
            min: Some(min),
            max: None,
        }
    }

    /// Reads one text. `None` is what oslo reads from an empty number: no value.
    ///
    /// # Errors
    /// Says what the value should be.
    pub fn parse(&self, text: &str) -> Result<Option<Value>, String> {
        Ok(Some(match self {
            Self::Text | Self::Secret => Value::Text(text.to_owned()),
            Self::Multi => Value::List(vec![text.to_owned()]),
            Self::Bool => Value::Bool(parse_bool(text)?),
            Self::Integer { min, max } => match parse_integer(text, *min, *max)? {
                Some(number) => Value::Integer(number),
                None => return Ok(None),
            },
            Self::Port => match parse_integer(text, Some(0), Some(65_535))? {
                Some(number) => Value::Integer(number),
                None => return Ok(None),
            },
            Self::Float { min, max } => match parse_float(text, *min, *max)? {
                Some(number) => Value::Float(number),
                None => return Ok(None),
            },
            Self::List => Value::List(parse_list(text)),
            Self::Dict => Value::Dict(parse_dict(text)?),
            Self::Uri => Value::Text(parse_uri(text)?),
            Self::HostDomain => Value::Text(parse_host_domain(text)?),
            Self::Choice(choices) => {
                if !choices.contains(&text) {
                    return Err(format!(
                        "valid values are [{}], but found {text:?}",
                        choices.join(", ")
                    ));
                }
                Value::Text(text.to_owned())
            }
            Self::Cap(cap) => match cap.parse(text)? {
                Some(version) => Value::Text(version.to_owned()),
                None => return Ok(None),
            },
        }))
    }
}

impl Cap {
    /// The word that leaves the choice to the program.
    pub const AUTO: &'static str = "auto";

    fn parse<'a>(&self, text: &'a str) -> Result<Option<&'a str>, String> {
        let text = text.trim();
        let version = self.releases.iter().find(|(release, _)| *release == text);
        match version {
            Some((_, version)) => Ok(Some(version)),
            None if text.is_empty() => Ok(None),
            None if self.auto && text == Self::AUTO => Ok(Some(text)),
            None if is_version(text) => Ok(Some(text)),
            None => Err(format!("valid values are {self}, but found {text:?}")),
        }
    }
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version N.N")?;
        let auto = self.auto.then_some(Self::AUTO);
        let names = auto
            .into_iter()
            .chain(self.releases.iter().map(|(name, _)| *name));
        for (index, name) in names.enumerate() {
            f.write_str(if index == 0 { " or one of " } else { ", " })?;
            f.write_str(name)?;
        }
        Ok(())
    }
}

/// Two numbers with a dot between them.
fn is_version(text: &str) -> bool {
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u32>().is_ok();
    text.split_once('.')
        .is_some_and(|(major, minor)| number(major) && number(minor))
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bounds =
            |f: &mut fmt::Formatter<'_>, name: &str, min: Option<String>, max: Option<String>| {
                f.write_str(name)?;
                match (min, max) {
                    (Some(min), Some(max)) => write!(f, ", {min} to {max}"),
                    (Some(min), None) => write!(f, ", at least {min}"),
                    (None, Some(max)) => write!(f, ", at most {max}"),
                    (None, None) => Ok(()),
                }
            };
        match self {
            Self::Text => f.write_str("text"),
            Self::Secret => f.write_str("text, masked in logs"),
            Self::Bool => f.write_str("true or false"),
            Self::Integer { min, max } => bounds(
                f,
                "integer",
                min.map(|n| n.to_string()),
                max.map(|n| n.to_string()),
            ),
            Self::Float { min, max } => bounds(
                f,
                "number",
                min.map(|n| n.to_string()),
                max.map(|n| n.to_string()),
            ),
            Self::List => f.write_str("list separated by commas"),
            Self::Dict => f.write_str("name:value pairs separated by commas"),
            Self::Multi => f.write_str("text, may be given several times"),
            Self::Port => f.write_str("port"),
            Self::Uri => f.write_str("URI"),
            Self::HostDomain => f.write_str("host name or address"),
            Self::Choice(choices) => write!(f, "one of {}", choices.join(", ")),
            Self::Cap(cap) => cap.fmt(f),
        }
    }
}

/// A value read by its [`Kind`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// Texts in the order given.
    List(Vec<String>),
    /// Pairs in the order given, names unique.
    Dict(Vec<(String, String)>),
}

/// As `$option` puts it into another value: booleans as Python prints them, lists and pairs joined by commas.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::List(items) => f.write_str(&items.join(",")),
            Self::Dict(pairs) => {
                for (index, (name, value)) in pairs.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{name}:{value}")?;
                }
                Ok(())
            }
        }
    }
}

/// A Rust type an option can be read as.
///
/// Implemented for the types of the settings structs; implement it to read an option as a type of your own.
pub trait FromValue: Sized {
    /// Converts; `None` is an option without a value.
    ///
    /// # Errors
    /// Says what the value should be.
    fn from_value(value: Option<Value>) -> Result<Self, String>;
}

const NEEDS_VALUE: &str = "it needs a value";

fn wrong(expected: &str, found: &Value) -> String {
    format!("expected {expected}, found {found}")
}

impl FromValue for String {
    fn from_value(value: Option<Value>) -> Result<Self, String> {
        value
            .map(|value| value.to_string())
            .ok_or_else(|| NEEDS_VALUE.to_owned())
    }
}

impl FromValue for Secret {
    fn from_value(value: Option<Value>) -> Result<Self, String> {
        String::from_value(value).map(Self::from)
    }
}

impl FromValue for PathBuf {
    fn from_value(value: Option<Value>) -> Result<Self, String> {
        String::from_value(value).map(Self::from)
    }
}

impl FromValue for bool {
    fn from_value(value: Option<Value>) -> Result<Self, String> {
        match value {
            Some(Value::Bool(value)) => Ok(value),
            Some(other) => Err(wrong("true or false", &other)),
            None => Err(NEEDS_VALUE.to_owned()),
        }
    }
}

impl FromValue for f64 {
    fn from_value(value: Option<Value>) -> Result<Self, String> {
        match value {
            Some(Value::Float(value)) => Ok(value),
            #[expect(clippy::cast_precision_loss, reason = "as Python's float() of an int")]
            Some(Value::Integer(value)) => Ok(value as Self),
            Some(other) => Err(wrong("a number", &other)),
            None => Err(NEEDS_VALUE.to_owned()),
        }
    }
}

impl FromValue for Duration {
    fn from_value(value: Option<Value>) -> Result<Self, String> {
        let seconds = f64::from_value(value)?;
        Self::try_from_secs_f64(seconds)
            .map_err(|_| format!("{seconds} is not a number of seconds, 0 or more"))
    }
}

impl FromValue for Vec<String> {
    fn from_value(value: Option<Value>) -> Result<Self, String> {
        match value {
            Some(Value::List(items)) => Ok(items),
            Some(other) => Err(wrong("a list", &other)),
            None => Ok(Self::new()),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Option<Value>) -> Result<Self, String> {
        match value {
            Some(value) => T::from_value(Some(value)).map(Some),
            None => Ok(None),
        }
    }
}

macro_rules! from_integer {
    ($($ty:ty),*) => {$(
        impl FromValue for $ty {
            fn from_value(value: Option<Value>) -> Result<Self, String> {
                match value {
                    Some(Value::Integer(number)) => Self::try_from(number)
                        .map_err(|_| format!("{number} is not between {} and {}", Self::MIN, Self::MAX)),
                    Some(other) => Err(wrong("an integer", &other)),
                    None => Err(NEEDS_VALUE.to_owned()),
                }
            }
        }
    )*};
}

from_integer!(i64, i32, u16, u32, u64, usize);

fn parse_bool(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "true" | "1" | "on" | "yes" => Ok(true),
        "false" | "0" | "off" | "no" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

/// Python's `int()`: blanks around, a sign, single underscores between digits.
fn parse_integer(text: &str, min: Option<i64>, max: Option<i64>) -> Result<Option<i64>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let well_formed = digits
        .split('_')
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if !well_formed {
        return Err(format!("{text:?} is not an integer"));
    }
    let number: i64 = text
        .replace('_', "")
        .parse()
        .map_err(|_| format!("{text} is beyond the largest integer of 64 bits"))?;
    if let Some(min) = min.filter(|min| number < *min) {
        return Err(format!("{number} should be greater than or equal to {min}"));
    }
    if let Some(max) = max.filter(|max| number > *max) {
        return Err(format!("{number} should be less than or equal to {max}"));
    }
    Ok(Some(number))
}

fn parse_float(text: &str, min: Option<f64>, max: Option<f64>) -> Result<Option<f64>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let number: f64 = text
        .parse()
        .map_err(|_| format!("{text:?} is not a number"))?;
    if let Some(min) = min.filter(|min| number < *min) {
        return Err(format!("{number} should be greater than or equal to {min}"));
    }
    if let Some(max) = max.filter(|max| number > *max) {
        return Err(format!("{number} should be less than or equal to {max}"));
    }
    Ok(Some(number))
}

fn parse_list(text: &str) -> Vec<String> {
    let text = text.trim().trim_end_matches(',');
    if text.is_empty() {
        return Vec::new();
    }
    text.split(',').map(|item| item.trim().to_owned()).collect()
}

fn parse_dict(text: &str) -> Result<Vec<(String, String)>, String> {
    let text = text.trim();
    let mut pairs: Vec<(String, String)> = Vec::new();
    if text.is_empty() {
        return Ok(pairs);
    }
    // A part without a colon belongs to the pair before it was looked at: `a,b:1` is the name `a,b`.
    let mut pending = String::new();
    for part in text.split(',') {
        if !pending.is_empty() {
            pending.push(',');
        }
        pending.push_str(part);
        if let Some((name, value)) = pending.split_once(':') {
            let (name, value) = (name.trim(), value.trim());
            if name.is_empty() {
                return Err("a name should not be empty".to_owned());
            }
            if pairs.iter().any(|(known, _)| known == name) {
                return Err(format!("the name {name} is given twice"));
            }
            pairs.push((name.to_owned(), value.to_owned()));
            pending.clear();
        }
    }
    if pending.is_empty() {
        Ok(pairs)
    } else {
        Err(format!("{pending:?} should be name:value"))
    }
}

fn parse_uri(text: &str) -> Result<String, String> {
    let refuse = || format!("{text:?} is not a URI with a scheme and a host");
    let (scheme, rest) = text.split_once("://").ok_or_else(refuse)?;
    let scheme_ok = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if scheme_ok && !host.is_empty() && !host.starts_with(':') {
        Ok(text.to_owned())
    } else {
        Err(refuse())
    }
}

/// oslo_config types.py, `HostDomain`: an address, or labels of which the last is not a number.
fn parse_host_domain(text: &str) -> Result<String, String> {
    let refuse = || format!("{text:?} is not a valid host address");
    if text.parse::<std::net::IpAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let last_is_number = name
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if name.is_empty() || name.len() > 253 || last_is_number || !name.split('.').all(label_ok) {
        return Err(refuse());
    }
    Ok(text.to_owned())
}
