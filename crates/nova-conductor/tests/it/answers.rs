//! What came of a script's calls, made equal where two runs must differ, and compared.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

/// Notes each place where two answers differ.
pub(crate) fn compare(place: &str, ours: &Value, theirs: &Value, differences: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let missing = json!("(missing)");
                let (ours, theirs) = (
                    a.get(key).unwrap_or(&missing),
                    b.get(key).unwrap_or(&missing),
                );
                compare(&format!("{place}.{key}"), ours, theirs, differences);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (ours, theirs)) in a.iter().zip(b).enumerate() {
                compare(&format!("{place}[{index}]"), ours, theirs, differences);
            }
        }
        _ if ours == theirs => {}
        _ => differences.push(format!("{place}: ours {ours}, theirs {theirs}")),
    }
}

/// Makes equal what differs between two equal runs, each by a rule; nothing is left out.
///
/// - A time of this year or later was made by the run: that it is one is compared. Seeded times are older, and compared.
/// - A uuid that is neither the seed's nor the script's is known by the order in which the run met it.
/// - The names of changed fields are a set, and sorted.
/// - A database error's text is the driver's: the number that the server gave is compared.
/// - A traceback tells who answered, and not what: only the original sends one.
pub(crate) struct Equalizer {
    now: i32,
    uuids: HashMap<String, String>,
}

/// How uuids of the seed and of the script begin.
const KNOWN: [&str; 6] = [
    "11111111", "22222222", "33333333", "44444444", "55555555", "99999999",
];

impl Equalizer {
    /// Of a run that makes times from this year on.
    pub(crate) fn new(year: i32) -> Self {
        Self {
            now: year,
            uuids: HashMap::new(),
        }
    }

    /// Makes a value equal.
    pub(crate) fn equalize(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.equalize(item)),
            Value::Object(map) => self.object(map),
            _ => {}
        }
    }

    fn object(&mut self, map: &mut Map<String, Value>) {
        let database = map
            .get("module")
            .and_then(Value::as_str)
            .is_some_and(|module| module.starts_with("oslo_db."));
        // Alike in both runs, so that uuids are met in the same order.
        map.sort_keys();
        map.shift_remove("tb");
        for (key, value) in map.iter_mut() {
            match (key.as_str(), value) {
                ("nova_object.changes" | "obj_what_changed", Value::Array(names)) => {
                    names.sort_by_key(ToString::to_string);
                }
                ("message", Value::String(text)) if database => *text = server_error(text),
                ("args", value) if database => *value = json!("(the driver's)"),
                (_, value) => self.equalize(value),
            }
        }
    }

    fn text(&mut self, text: &str) -> String {
        let mut equal = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some(uuid) = uuid_at(rest) {
                if KNOWN.iter().any(|known| uuid.starts_with(known)) {
                    equal.push_str(uuid);
                } else {
                    let number = self.uuids.len();
                    let name = self
                        .uuids
                        .entry(uuid.to_owned())
                        .or_insert_with(|| format!("UUID-{number}"));
                    equal.push_str(name);
                }
                rest = &rest[uuid.len()..];
            } else if let Some(time) = time_at(rest) {
                let year: i32 = time[..4].parse().unwrap_or(0);
                equal.push_str(if year >= self.now { "NOW" } else { time });
                rest = &rest[time.len()..];
            } else {
                equal.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        equal
    }
}

/// A pattern's text at the beginning: `d` is a digit, `x` a hexadecimal one, anything else itself.
fn shaped<'t>(text: &'t str, pattern: &str) -> Option<&'t str> {
    let found = text.get(..pattern.len())?;
    let fits = found
        .chars()
        .zip(pattern.chars())
        .all(|(c, wanted)| match wanted {
            'd' => c.is_ascii_digit(),
            'x' => c.is_ascii_hexdigit(),
            '_' => c == 'T' || c == ' ',
            other => c == other,
        });
    fits.then_some(found)
}

fn uuid_at(text: &str) -> Option<&str> {
    shaped(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
}

fn time_at(text: &str) -> Option<&str> {
    shaped(text, "dddd-dd-dd_dd:dd:dd.dddddd").or_else(|| shaped(text, "dddd-dd-dd_dd:dd:dd"))
}

/// `(1452, 'Cannot …` of PyMySQL and `database: 1452 (23000)` of sqlx: the number.
fn server_error(text: &str) -> String {
    let numbers = ["from database: ", "Error) ("]
        .into_iter()
        .filter_map(|before| {
            let (_, rest) = text.split_once(before)?;
            rest.split(|c: char| !c.is_ascii_digit()).next()
        });
    let number = numbers.into_iter().find(|digits| !digits.is_empty());
    number.map_or_else(
        || text.to_owned(),
        |number| format!("server error {number}"),
    )
}

#[test]
fn only_what_a_run_makes_up_is_made_equal() {
    let mut equalizer = Equalizer::new(2026);
    let mut value = json!({
        "b": "2025-03-01T12:00:00Z", "a": "at 2026-11-27T10:00:00.123456",
        "uuid": "0a1b2c3d-0000-4000-8000-00000000000a", "again": "0a1b2c3d-0000-4000-8000-00000000000a",
        "seeded": "11111111-0000-4000-8000-000000000001",
        "obj_what_changed": ["z", "a"],
        "error": {"module": "oslo_db.exception", "message": "run x on 127.0.0.1:3306: error returned from database: 1452 (23000): Cannot", "args": ["x"]},
    });
    equalizer.equalize(&mut value);
    assert_eq!(
        value,
        json!({
            "b": "2025-03-01T12:00:00Z", "a": "at NOW", "uuid": "UUID-0", "again": "UUID-0",
            "seeded": "11111111-0000-4000-8000-000000000001",
            "obj_what_changed": ["a", "z"],
            "error": {"module": "oslo_db.exception", "message": "server error 1452", "args": "(the driver's)"},
        })
    );
    assert_eq!(
        server_error("(pymysql.err.IntegrityError) (1452, 'Cannot add')"),
        "server error 1452"
    );
}
