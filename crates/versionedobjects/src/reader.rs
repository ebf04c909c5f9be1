//! Reads primitives from JSON text in one pass, within limits.

use indexmap::IndexMap;
use jiter::{Jiter, JiterError, NumberAny, NumberInt, Peek};

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
            text,
            // Python writes NaN and infinities bare, although JSON has neither.
            jiter: Jiter::new(text).with_allow_inf_nan(),
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

    fn enter(&mut self) -> Result<()> {
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

    fn malformed(&self, error: &JiterError) -> Error {
        let position = self.jiter.error_position(error.index);
        Error::Malformed {
            what: "JSON".into(),
            reason: format!("{} at {position}", error.error_type),
        }
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
        // The position is computed by hand: the text borrows the parser.
        let text = self.text;
        self.jiter
            .known_str()
            .map(Some)
            .map_err(|error| Error::Malformed {
                what: "JSON".into(),
                reason: format!(
                    "{} at byte {} of {}",
                    error.error_type,
                    error.index,
                    text.len()
                ),
            })
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
        mut entry: impl FnMut(&mut Self, K) -> Result<()>,
    ) -> Result<()> {
        self.enter()?;
        let text = self.text;
        let malformed = |error: JiterError| Error::Malformed {
            what: "JSON".into(),
            reason: format!(
                "{} at byte {} of {}",
                error.error_type,
                error.index,
                text.len()
            ),
        };
        let mut key = self
            .jiter
            .next_object()
            .map_err(malformed)?
            .map(&mut select);
        while let Some(selected) = key {
            entry(self, selected)?;
            key = self.jiter.next_key().map_err(malformed)?.map(&mut select);
        }
        self.leave();
        Ok(())
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

    /// What is yet to be read, from the next value on.
    pub(crate) fn rest(&mut self) -> Result<&'j [u8]> {
        self.peek()?;
        Ok(self
            .text
            .get(self.jiter.current_index()..)
            .unwrap_or_default())
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
