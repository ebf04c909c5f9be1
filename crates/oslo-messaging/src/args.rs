//! Arguments of a method, by name, as JSON text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::error::Result;
use crate::failure::Failure;
use crate::json::{self, Json};

/// Arguments of a call that is going out, in order.
///
/// ```
/// use oslo_messaging::Kwargs;
///
/// let args = Kwargs::new().value("objname", "Service")?.value("args", &("host", 1))?;
/// assert_eq!(args.as_str(), r#""objname": "Service", "args": ["host", 1]"#);
/// # Ok::<(), oslo_messaging::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Kwargs(String);

impl Kwargs {
    /// No arguments.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an argument that is JSON text already; the text is copied as it is.
    #[must_use]
    pub fn json(mut self, name: &str, value: &Json) -> Self {
        self.key(name);
        self.0.push_str(value.get());
        self
    }

    /// Adds an argument whose text is known to be one JSON value, because a JSON writer made it.
    #[must_use]
    pub fn written(mut self, name: &str, value: &str) -> Self {
        self.key(name);
        self.0.push_str(value);
        self
    }

    /// Adds an argument, written in Python's form.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`](crate::Error::Unwritable) where serde has no JSON for the value.
    pub fn value<T: Serialize + ?Sized>(self, name: &str, value: &T) -> Result<Self> {
        Ok(self.json(name, &Json::from_value(value)?))
    }

    /// The inside of the `args` object.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn key(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push_str(", ");
        }
        push_key(&mut self.0, name);
    }
}

impl fmt::Debug for Kwargs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kwargs({} bytes)", self.0.len())
    }
}

/// Writes `"name": ` in Python's form.
pub(crate) fn push_key(out: &mut String, name: &str) {
    json::write_string(out, name);
    out.push_str(": ");
}

/// Arguments of a call that came in, in the order they were sent; the last of equal names counts.
#[derive(Clone, Default)]
pub struct Args<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Args<'a> {
    /// The argument of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), *value))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The arguments a method takes, in its order, all required. `method` is the qualified name a Python peer expects in
    /// the error: `ConductorManager.object_action`.
    ///
    /// # Errors
    ///
    /// Python's `TypeError` for the first unexpected argument, else for all that are missing.
    pub fn bind<const N: usize>(
        &self,
        method: &str,
        names: [&str; N],
    ) -> Result<[&'a RawValue; N], Box<Failure>> {
        if let Some((extra, _)) = self.iter().find(|(key, _)| !names.contains(key)) {
            return Err(Box::new(Failure::builtin(
                "TypeError",
                format!("{method}() got an unexpected keyword argument '{extra}'"),
            )));
        }
        let missing: Vec<&str> = names
            .into_iter()
            .filter(|name| self.get(name).is_none())
            .collect();
        // The fallback is never read: an empty `missing` means that every name was found.
        let found = names.map(|name| self.get(name).unwrap_or(RawValue::NULL));
        if missing.is_empty() {
            return Ok(found);
        }
        let quoted: Vec<String> = missing.iter().map(|name| format!("'{name}'")).collect();
        let listed = match quoted.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [one, two] => format!("{one} and {two}"),
            [first @ .., last] => format!("{}, and {last}", first.join(", ")),
        };
        Err(Box::new(Failure::builtin(
            "TypeError",
            format!(
                "{method}() missing {} required positional argument{}: {listed}",
                missing.len(),
                if missing.len() == 1 { "" } else { "s" },
            ),
        )))
    }
}

impl fmt::Debug for Args<'_> {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(|(key, _)| key))
            .finish()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Args<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ArgsVisitor;

        impl<'de> Visitor<'de> for ArgsVisitor {
            type Value = Args<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("arguments by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Args<'de>, A::Error> {
                #[derive(Deserialize)]
                struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

                let mut args: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
                while let Some((Name(key), value)) = map.next_entry::<Name<'de>, _>()? {
                    // Methods take a handful of arguments: looking through them beats a map.
                    if args.len() >= MAX_ARGS {
                        return Err(serde::de::Error::custom("too many arguments"));
                    }
                    match args.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, slot)) => *slot = value,
                        None => args.push((key, value)),
                    }
                }
                Ok(Args(args))
            }
        }

        deserializer.deserialize_map(ArgsVisitor)
    }
}

/// More named arguments than any method has.
const MAX_ARGS: usize = 256;

#[cfg(test)]
mod tests {
    use super::Args;

    fn check(text: &str, message: &str) {
        let args: Args<'_> = serde_json::from_str(text).unwrap();
        let failure = args
            .bind("M.act", ["a", "b", "c"])
            .expect_err("the arguments do not fit");
        assert_eq!(
            (failure.class.as_str(), failure.message.as_str()),
            ("TypeError", message)
        );
    }

    #[test]
    fn wrong_arguments_are_named_as_python_names_them() {
        check(
            r#"{"a": 1, "b": 2}"#,
            "M.act() missing 1 required positional argument: 'c'",
        );
        check(
            r#"{"b": 2}"#,
            "M.act() missing 2 required positional arguments: 'a' and 'c'",
        );
        check(
            "{}",
            "M.act() missing 3 required positional arguments: 'a', 'b', and 'c'",
        );
        check(
            r#"{"a": 1, "x": 2}"#,
            "M.act() got an unexpected keyword argument 'x'",
        );
    }

    #[test]
    fn arguments_stay_the_text_they_are() {
        let args: Args<'_> =
            serde_json::from_str(r#"{"a": {"k":  1.50}, "b": 1, "\u0062": [2], "c": null}"#)
                .unwrap();
        let [a, b, c] = args.bind("M.act", ["a", "b", "c"]).unwrap();
        assert_eq!(
            (a.get(), b.get(), c.get()),
            (r#"{"k":  1.50}"#, "[2]", "null")
        );
        assert_eq!(format!("{args:?}"), r#"{"a", "b", "c"}"#);
    }
}
