//! Reads primitives from JSON text in one pass, within limits.

use indexmap::IndexMap;
use jiter::{Jiter, JiterError, LinePosition, NumberAny, NumberInt, Peek};

use crate::error::ValueErrorKind;
use crate::{Class, Error, Json, JsonMap, Manifest, Result, Value, ValueError, Version};

/// How much a reader accepts before it gives up.
///
/// Everything a peer sends is read within these; nothing is allocated by a
/// size the sender merely claims.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one text.
    pub bytes: usize,
    /// Containers inside each other.
    pub depth: usize,
    /// Values altogether, counting each element and each attribute.
    pub values: usize,
}

impl Default for Limits {
    /// 64 MiB, 96 levels, four million values: several times what the largest
    /// list that Nova sends needs.
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            depth: 96,
            values: 4_000_000,
        }
    }
}

/// Reads JSON values one after another.
///
/// A thin layer over a pull parser that counts, and speaks of values in the
/// terms of this crate.
#[derive(Debug)]
pub struct Reader<'j> {
    /// All of it, for the places that errors name.
    whole: &'j [u8],
    /// What the parser has: `whole` from where it was last set on.
    text: &'j [u8],
    jiter: Jiter<'j>,
    limits: Limits,
    depth: usize,
    values: usize,
    keep_unknown: bool,
    pin: Option<&'j Manifest>,
}

impl<'j> Reader<'j> {
    /// Reads `text` within the default limits.
    ///
    /// # Errors
    /// [`Error::Limit`] if the text is too long.
    pub fn new(text: &'j str) -> Result<Self> {
        Self::with_limits(text, Limits::default())
    }

    /// Reads `text` within limits of your own.
    ///
    /// # Errors
    /// [`Error::Limit`] if the text is too long.
    pub fn with_limits(text: &'j str, limits: Limits) -> Result<Self> {
        if text.len() > limits.bytes {
            return Err(Error::Limit {
                what: "a primitive",
                limit: limits.bytes,
                unit: "bytes",
            });
        }
        Ok(Self::over(text.as_bytes(), limits))
    }

    fn over(text: &'j [u8], limits: Limits) -> Self {
        Self {
            whole: text,
            text,
            jiter: parser(text, Vec::new()),
            limits,
            depth: 0,
            values: 0,
            keep_unknown: false,
            pin: None,
        }
    }

    /// Keeps data of unknown fields in the objects read, so that passing them
    /// on loses nothing.
    #[must_use]
    pub const fn keep_unknown(mut self) -> Self {
        self.keep_unknown = true;
        self
    }

    /// [`Reader::keep_unknown`] if `keep` says so.
    #[must_use]
    pub const fn keeping_unknown(mut self, keep: bool) -> Self {
        self.keep_unknown = keep;
        self
    }

    /// Reads as a release would that knows no newer versions than `pin` names.
    #[must_use]
    pub const fn pinned(mut self, pin: Option<&'j Manifest>) -> Self {
        self.pin = pin;
        self
    }

    /// Whether objects of this class and that version can be read.
    pub(crate) fn check_readable(&self, class: &Class, version: Version) -> Result<()> {
        class.check_readable(version)?;
        match self.pin.and_then(|pin| pin.get(class.name)) {
            Some(pinned) if !version.is_readable_by(pinned) => Err(Error::IncompatibleVersion {
                name: class.name.to_owned(),
                requested: version,
                supported: pinned,
            }),
            _ => Ok(()),
        }
    }

    /// The newest version of a class that is read.
    pub(crate) fn newest_of(&self, class: &Class) -> Version {
        let own = class.version();
        self.pin
            .and_then(|pin| pin.get(class.name))
            .map_or(own, |pinned| pinned.min(own))
    }

    pub(crate) const fn keeps_unknown(&self) -> bool {
        self.keep_unknown
    }

    /// A reader of a part of this one's text, with what is left of its limits.
    pub(crate) fn part(&self, text: &'j [u8]) -> Self {
        Self {
            depth: self.depth,
            values: self.values,
            keep_unknown: self.keep_unknown,
            pin: self.pin,
            ..Self::over(text, self.limits)
        }
    }

    /// The same for text of its own.
    pub(crate) fn detached<'t>(&self, text: &'t [u8]) -> Reader<'t>
    where
        'j: 't,
    {
        Reader {
            depth: self.depth,
            values: self.values,
            keep_unknown: self.keep_unknown,
            pin: self.pin,
            ..Reader::over(text, self.limits)
        }
    }

    /// Takes over what a part has counted.
    pub(crate) const fn absorb(&mut self, part: &Reader<'_>) {
        self.values = part.values;
    }

    fn count(&mut self) -> Result<()> {
        self.values += 1;
        if self.values > self.limits.values {
            return Err(Error::Limit {
                what: "a primitive",
                limit: self.limits.values,
                unit: "values",
            });
        }
        Ok(())
    }

    /// Begins a container.
    pub(crate) fn enter(&mut self) -> Result<()> {
        self.count()?;
        self.depth += 1;
        if self.depth > self.limits.depth {
            return Err(Error::Limit {
                what: "a primitive",
                limit: self.limits.depth,
                unit: "levels",
            });
        }
        Ok(())
    }

    const fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    #[cold]
    fn malformed(&self, error: &JiterError) -> Error {
        malformed(self.whole, self.text, error)
    }

    fn peek(&mut self) -> Result<Peek> {
        self.jiter.peek().map_err(|error| self.malformed(&error))
    }

    /// Whether the next value is null.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn is_null(&mut self) -> Result<bool> {
        Ok(self.peek()? == Peek::Null)
    }

    /// Whether the next value is an object in JSON's sense.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn is_object(&mut self) -> Result<bool> {
        Ok(self.peek()? == Peek::Object)
    }

    /// Whether the next value is an array.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn is_array(&mut self) -> Result<bool> {
        Ok(self.peek()? == Peek::Array)
    }

    /// Reads a null.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn null(&mut self) -> Result<()> {
        self.count()?;
        self.jiter
            .next_null()
            .map_err(|error| self.malformed(&error))
    }

    /// Reads a truth value; `None` if the next value is something else.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn bool(&mut self) -> Result<Option<bool>> {
        let peek = self.peek()?;
        if peek != Peek::True && peek != Peek::False {
            return Ok(None);
        }
        self.count()?;
        self.jiter
            .known_bool(peek)
            .map(Some)
            .map_err(|error| self.malformed(&error))
    }

    /// Reads a number; `None` if the next value is something else.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn number(&mut self) -> Result<Option<Number>> {
        let peek = self.peek()?;
        if !peek.is_num() {
            return Ok(None);
        }
        self.count()?;
        let number = self
            .jiter
            .known_number(peek)
            .map_err(|error| self.malformed(&error))?;
        Ok(Some(match number {
            NumberAny::Int(NumberInt::Int(value)) => Number::Int(value.into()),
            NumberAny::Int(NumberInt::BigInt(value)) => {
                Number::Int(i128::try_from(value).map_err(|_| {
                    ValueError::of(
                        ValueErrorKind::Overflow,
                        "an integer of more than 127 bits, which no field holds",
                    )
                })?)
            }
            NumberAny::Float(value) => Number::Float(value),
        }))
    }

    /// Reads a text; `None` if the next value is something else.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn str(&mut self) -> Result<Option<&str>> {
        if self.peek()? != Peek::String {
            return Ok(None);
        }
        self.count()?;
        // The text borrows the parser.
        let (whole, text) = (self.whole, self.text);
        self.jiter
            .known_str()
            .map(Some)
            .map_err(|error| malformed(whole, text, &error))
    }

    /// Reads an array, calling `item` before each element, which it must read.
    ///
    /// # Errors
    /// What `item` returns, and [`Error::Malformed`].
    pub fn array(&mut self, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.enter()?;
        let mut more = self
            .jiter
            .next_array()
            .map_err(|error| self.malformed(&error))?
            .is_some();
        while more {
            item(self)?;
            more = self
                .jiter
                .array_step()
                .map_err(|error| self.malformed(&error))?
                .is_some();
        }
        self.leave();
        Ok(())
    }

    /// Reads an object in JSON's sense, calling `entry` with each key before
    /// its value, which it must read. The key is made into what `entry` needs
    /// by `select`.
    ///
    /// # Errors
    /// What `entry` returns, and [`Error::Malformed`].
    pub fn object<K>(
        &mut self,
        mut select: impl FnMut(&str) -> K,
        entry: impl FnMut(&mut Self, K) -> Result<()>,
    ) -> Result<()> {
        self.object_guessing(|_| None, &mut select, entry)
    }

    /// [`Reader::object`], where keys need not be parsed as long as `guess`
    /// knows what the text goes on with: it is given the text from a key on, and
    /// returns what the key is and how long it is, its quotes and colon included.
    pub(crate) fn object_guessing<K>(
        &mut self,
        guess: impl FnMut(&[u8]) -> Option<(K, usize)>,
        select: impl FnMut(&str) -> K,
        entry: impl FnMut(&mut Self, K) -> Result<()>,
    ) -> Result<()> {
        self.enter()?;
        self.entries(Place::Start, guess, select, entry)
    }

    /// The rest of an object that was begun.
    pub(crate) fn entries<K>(
        &mut self,
        mut place: Place,
        mut guess: impl FnMut(&[u8]) -> Option<(K, usize)>,
        mut select: impl FnMut(&str) -> K,
        mut entry: impl FnMut(&mut Self, K) -> Result<()>,
    ) -> Result<()> {
        while let Some(key) = self.key(place, &mut guess, &mut select)? {
            entry(self, key)?;
            place = Place::Inside;
        }
        self.leave();
        Ok(())
    }

    fn key<K>(
        &mut self,
        place: Place,
        guess: &mut impl FnMut(&[u8]) -> Option<(K, usize)>,
        select: &mut impl FnMut(&str) -> K,
    ) -> Result<Option<K>> {
        let before: &[u8] = match place {
            Place::Start => b"{",
            Place::Inside => b",",
        };
        if let Some(ahead) = self.ahead().strip_prefix(before) {
            let ahead = ahead.strip_prefix(b" ").unwrap_or(ahead);
            if let Some((key, size)) = guess(ahead)
                && let Some(rest) = ahead.get(size..)
            {
                self.go_on(rest);
                return Ok(Some(key));
            }
        }
        let (whole, text) = (self.whole, self.text);
        let key = match place {
            Place::Start => self.jiter.next_object(),
            Place::Inside => self.jiter.next_key(),
        };
        key.map(|key| key.map(select))
            .map_err(|error| malformed(whole, text, &error))
    }

    /// Goes to the next value.
    pub(crate) fn go_to_next(&mut self) -> Result<()> {
        self.peek().map(|_| ())
    }

    /// The text that is yet to be read.
    pub(crate) fn ahead(&self) -> &'j [u8] {
        self.text
            .get(self.jiter.current_index()..)
            .unwrap_or_default()
    }

    /// Begins an object whose first entries are known without parsing, up to
    /// where the rest begins.
    pub(crate) fn begin(&mut self, entries: usize, rest: &'j [u8]) -> Result<()> {
        self.enter()?;
        for _ in 0..entries {
            self.count()?;
        }
        self.go_on(rest);
        Ok(())
    }

    /// Reads on from there: the parser only knows the way there by parsing.
    fn go_on(&mut self, rest: &'j [u8]) {
        let done = std::mem::replace(&mut self.jiter, Jiter::new(&[]));
        self.text = rest;
        self.jiter = parser(rest, done.into_tape());
    }

    /// Skips a value.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn skip(&mut self) -> Result<()> {
        self.count()?;
        self.jiter
            .next_skip()
            .map_err(|error| self.malformed(&error))
    }

    /// Skips a value and gives its text.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn raw(&mut self) -> Result<&'j str> {
        self.peek()?;
        let start = self.jiter.current_index();
        self.skip()?;
        let bytes = self.jiter.slice_to_current(start);
        std::str::from_utf8(bytes).map_err(|error| Error::Malformed {
            what: "JSON".into(),
            reason: error.to_string(),
        })
    }

    /// Reads whatever comes next.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Limit`]
    pub fn value(&mut self) -> Result<Value> {
        let peek = self.peek()?;
        Ok(match peek {
            Peek::Null => {
                self.null()?;
                Value::Null
            }
            Peek::True | Peek::False => self.bool()?.map_or(Value::Null, Value::Bool),
            Peek::String => self.str()?.map_or(Value::Null, Value::from),
            Peek::Array => {
                let mut items = Vec::new();
                self.array(|reader| {
                    items.push(reader.value()?);
                    Ok(())
                })?;
                Value::List(items)
            }
            Peek::Object => {
                let mut items = IndexMap::new();
                self.object(str::to_owned, |reader, key| {
                    let value = reader.value()?;
                    items.insert(key, value);
                    Ok(())
                })?;
                Value::Map(items)
            }
            _ => match self.number()? {
                Some(Number::Int(value)) => Value::Int(value),
                Some(Number::Float(value)) => Value::Float(value),
                // Not the start of any value; the parser says what is wrong.
                None => {
                    self.skip()?;
                    Value::Null
                }
            },
        })
    }

    /// Reads whatever comes next as a tree. Numbers stay what they are to the
    /// last digit, which serde_json's own parser does not promise of floats.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Limit`]; [`Error::BareValue`] for numbers
    /// that such a tree cannot hold: `NaN`, infinities, and integers of more
    /// than 64 bits.
    pub fn json(&mut self) -> Result<Json> {
        Ok(match self.peek()? {
            Peek::Null => {
                self.null()?;
                Json::Null
            }
            Peek::String => self.str()?.map_or(Json::Null, Json::from),
            Peek::Array => {
                let mut items = Vec::new();
                self.array(|reader| {
                    items.push(reader.json()?);
                    Ok(())
                })?;
                Json::Array(items)
            }
            Peek::Object => {
                let mut items = JsonMap::new();
                self.object(str::to_owned, |reader, key| {
                    let value = reader.json()?;
                    items.insert(key, value);
                    Ok(())
                })?;
                Json::Object(items)
            }
            _ => match self.value()? {
                Value::Bool(value) => Json::Bool(value),
                Value::Int(value) => Json::Number(
                    serde_json::Number::from_i128(value).ok_or_else(|| no_number(value))?,
                ),
                Value::Float(value) => Json::Number(
                    serde_json::Number::from_f64(value).ok_or_else(|| no_number(value))?,
                ),
                // Nothing else is left.
                _ => Json::Null,
            },
        })
    }

    /// Checks that nothing follows.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn finish(mut self) -> Result<()> {
        self.jiter.finish().map_err(|error| self.malformed(&error))
    }
}

/// Where in an object a key is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// At its brace.
    Start,
    /// Behind a value.
    Inside,
}

/// A parser that decodes escapes into `tape`.
fn parser(text: &[u8], tape: Vec<u8>) -> Jiter<'_> {
    // Python writes NaN and infinities bare, although JSON has neither.
    Jiter::with_tape(text, tape).with_allow_inf_nan()
}

#[cold]
fn malformed(whole: &[u8], text: &[u8], error: &JiterError) -> Error {
    let place = whole.len() - text.len() + error.index;
    Error::Malformed {
        what: "JSON".into(),
        reason: format!(
            "{} at {}",
            error.error_type,
            LinePosition::find(whole, place)
        ),
    }
}

fn no_number(value: impl std::fmt::Display) -> Error {
    ValueError::new(format!("{value} has no place in a JSON value")).into()
}

/// A JSON number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Without fraction and exponent.
    Int(i128),
    /// With either, or one of `NaN`, `Infinity`, `-Infinity`.
    Float(f64),
}
