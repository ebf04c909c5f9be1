//! What lines look like.
//!
//! For people, after oslo.log's default:
//!
//! ```text
//! 2026-11-23 18:45:03.123 4711 INFO nova_conductor [request_id=req-1] server started topic=conductor
//! ```
//!
//! For programs, one JSON object a line with the keys of oslo_log formatters.py, `JSONFormatter`, as far as Rust has what
//! they hold: `message`, `asctime`, `name`, `levelname`, `levelno`, `pathname`, `lineno`, `created`, `msecs`, `process`,
//! `thread_name`, `hostname`. Fields of the event are under `extra`, those of the spans around it under `context`.

use std::fmt::{self, Write};

use chrono::{DateTime, Local};
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Level};

/// The fields of an event or a span, in the order they were given.
#[derive(Debug, Default, Clone)]
pub struct Fields {
    message: String,
    others: Vec<(&'static str, Value)>,
}

impl Fields {
    /// The message, empty if there is none.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Everything but the message.
    pub fn others(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.others.iter().map(|(name, value)| (*name, value))
    }

    fn put(&mut self, field: &Field, value: Value) {
        let name = field.name();
        match self.others.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.others.push((name, value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = text;
        } else {
            self.put(field, Value::String(text));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.put(field, Value::String(value.to_owned()));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        // The whole chain: the first error alone seldom says why.
        let mut text = value.to_string();
        let mut source = value.source();
        while let Some(error) = source {
            let _ = write!(text, ": {error}");
            source = error.source();
        }
        self.put(field, Value::String(text));
    }
}

/// What a line is made of.
#[derive(Debug)]
#[non_exhaustive]
pub struct Record<'a> {
    /// When.
    pub time: DateTime<Local>,
    /// How grave.
    pub level: Level,
    /// Which part of the program.
    pub target: &'a str,
    /// Source file and line.
    pub source: (Option<&'a str>, Option<u32>),
    /// Message and fields.
    pub fields: Fields,
    /// Fields of the spans around it, outermost first.
    pub spans: Vec<Fields>,
}

impl<'a> Record<'a> {
    /// An event of now.
    pub fn new(event: &Event<'a>, spans: Vec<Fields>) -> Self {
        let metadata = event.metadata();
        let mut fields = Fields::default();
        event.record(&mut fields);
        Self {
            time: Local::now(),
            level: *metadata.level(),
            target: metadata.target(),
            source: (metadata.file(), metadata.line()),
            fields,
            spans,
        }
    }

    /// The line for people.
    pub fn human(&self, colour: bool) -> String {
        let time = self.time.format("%Y-%m-%d %H:%M:%S%.3f");
        let (name, number) = level_name(self.level);
        let mut line = format!("{time} {} ", std::process::id());
        if colour {
            let code = match number {
                40.. => "31",
                30.. => "33",
                20.. => "32",
                _ => "2",
            };
            let _ = write!(line, "\u{1b}[{code}m{name}\u{1b}[0m");
        } else {
            line.push_str(name);
        }
        let _ = write!(line, " {} [", self.target);
        let mut any = false;
        for (name, value) in self.spans.iter().flat_map(Fields::others) {
            let blank = if any { " " } else { "" };
            let _ = write!(line, "{blank}{name}={}", shown(value));
            any = true;
        }
        line.push_str(if any { "] " } else { "-] " });
        line.push_str(&one_line(self.fields.message()));
        for (name, value) in self.fields.others() {
            let _ = write!(line, " {name}={}", shown(value));
        }
        let mut line = oslo_config::mask_urls(&line).into_owned();
        line.push('\n');
        line
    }

    /// The line for programs.
    pub fn json(&self, hostname: &str) -> String {
        let (name, number) = level_name(self.level);
        let mut extra = Map::new();
        for (name, value) in self.fields.others() {
            extra.insert(name.to_owned(), masked(value));
        }
        let mut context = Map::new();
        for (name, value) in self.spans.iter().flat_map(Fields::others) {
            context.insert(name.to_owned(), masked(value));
        }
        let milliseconds = self.time.timestamp_subsec_millis();
        let record = json!({
            "message": oslo_config::mask_urls(self.fields.message()),
            "asctime": self.time.format("%Y-%m-%d %H:%M:%S").to_string(),
            "name": self.target,
            "levelname": name,
            "levelno": number,
            "pathname": self.source.0,
            "lineno": self.source.1,
            "created": self.time.timestamp_micros() as f64 / 1e6,
            "msecs": milliseconds,
            "process": std::process::id(),
            "thread_name": std::thread::current().name(),
            "hostname": hostname,
            "extra": extra,
            "context": context,
        });
        format!("{record}\n")
    }
}

/// Python's name and number of a level.
fn level_name(level: Level) -> (&'static str, u8) {
    match level {
        Level::ERROR => ("ERROR", 40),
        Level::WARN => ("WARNING", 30),
        Level::INFO => ("INFO", 20),
        Level::DEBUG => ("DEBUG", 10),
        Level::TRACE => ("TRACE", 5),
    }
}

fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(oslo_config::mask_urls(text).into_owned()),
        other => other.clone(),
    }
}

/// A value in a line for people: quoted where it would not be seen where it ends.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text)
            if !text.is_empty()
                && !text.contains(|c: char| c.is_whitespace() || c.is_control()) =>
        {
            text.clone()
        }
        other => other.to_string(),
    }
}

/// A message that cannot forge further lines: control characters are written as escapes.
fn one_line(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut line, c| {
            if c.is_control() && c != '\t' {
                let _ = write!(line, "{}", c.escape_default());
            } else {
                line.push(c);
            }
            line
        })
}
