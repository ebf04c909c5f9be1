//! The request context as it travels: `_context_*` keys of a request. What the keys mean is the caller's business.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::Result;
use crate::json::{self, Json};

/// The context of calls going out. Cheap to clone: written once, sent with every call of a request.
///
/// ```
/// use oslo_messaging::CallContext;
///
/// let context = CallContext::builder().value("is_admin", &true)?.build();
/// assert_eq!(context.as_str(), r#""_context_is_admin": true"#);
/// # Ok::<(), oslo_messaging::Error>(())
/// ```
#[derive(Clone)]
pub struct CallContext(Arc<str>);

impl CallContext {
    /// What the names of context keys begin with in a request.
    pub const PREFIX: &'static str = "_context_";

    /// No context at all.
    #[must_use]
    pub fn empty() -> Self {
        Self(Arc::from(""))
    }

    /// Begins a context.
    #[must_use]
    pub fn builder() -> ContextBuilder {
        ContextBuilder(String::new())
    }

    /// The keys and values, as they stand in a request.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for CallContext {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for CallContext {
    /// Shows the size only: it holds the caller's token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallContext({} bytes)", self.0.len())
    }
}

/// Writes a [`CallContext`], one key after the other.
pub struct ContextBuilder(String);

impl ContextBuilder {
    /// Adds a value, by its name without `_context_`.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`](crate::Error::Unwritable) where serde has no JSON for the value.
    pub fn value<T: Serialize + ?Sized>(self, name: &str, value: &T) -> Result<Self> {
        Ok(self.json(name, &Json::from_value(value)?))
    }

    /// Adds a value that is JSON text already.
    #[must_use]
    pub fn json(mut self, name: &str, value: &Json) -> Self {
        self.key(name);
        self.0.push_str(value.get());
        self
    }

    /// Adds all of a context that was built before.
    #[must_use]
    pub fn with(mut self, context: &CallContext) -> Self {
        if !context.0.is_empty() {
            self.separate();
            self.0.push_str(&context.0);
        }
        self
    }

    fn separate(&mut self) {
        if !self.0.is_empty() {
            self.0.push_str(", ");
        }
    }

    fn key(&mut self, name: &str) {
        self.separate();
        let start = self.0.len() + 1;
        json::write_string(&mut self.0, name);
        self.0.insert_str(start, CallContext::PREFIX);
        self.0.push_str(": ");
    }

    /// The finished context.
    #[must_use]
    pub fn build(self) -> CallContext {
        CallContext(self.0.into())
    }
}

impl fmt::Debug for ContextBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContextBuilder({} bytes)", self.0.len())
    }
}

/// The context of a call that came in: names without `_context_`, values as JSON text, in the order they were sent.
#[derive(Clone, Default)]
pub struct ContextView<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> ContextView<'a> {
    /// The value of this name (without `_context_`); the last one if it was sent twice.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.iter()
            .filter(|(key, _)| *key == name)
            .last()
            .map(|(_, value)| value)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(key, value)| {
            let name = key.strip_prefix(CallContext::PREFIX).unwrap_or(key);
            (name, *value)
        })
    }

    /// The same context for calls that go out from here.
    #[must_use]
    pub fn to_call_context(&self) -> CallContext {
        let mut builder = CallContext::builder();
        for (name, value) in self.iter() {
            builder = builder.json(name, &Json::from(value));
        }
        builder.build()
    }

    pub(crate) fn push(&mut self, key: Cow<'a, str>, value: &'a RawValue) {
        self.0.push((key, value));
    }
}

impl fmt::Debug for ContextView<'_> {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(|(key, _)| key))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::CallContext;

    #[test]
    fn contexts_are_put_together_key_by_key() {
        let first = CallContext::builder().value("a\"b", &1).unwrap().build();
        assert_eq!(first.as_str(), r#""_context_a\"b": 1"#);
        let both = CallContext::builder()
            .with(&CallContext::empty())
            .with(&first)
            .value("c", "x")
            .unwrap()
            .with(&CallContext::empty())
            .build();
        assert_eq!(both.as_str(), r#""_context_a\"b": 1, "_context_c": "x""#);
    }
}
