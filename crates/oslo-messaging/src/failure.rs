//! Errors that travel: what an endpoint answers with, and what a caller gets.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::json;

/// What Python modules' errors are named after once they have been raised again at a client: `InstanceNotFound_Remote`.
const REMOTE_SUFFIX: &str = "_Remote";

/// Python's own exceptions, and what Python 2 called their module.
const BUILTINS: &str = "builtins";
const BUILTINS_LEGACY: &str = "exceptions";

/// The module of the dispatcher's own refusals.
const DISPATCHER_MODULE: &str = "oslo_messaging.rpc.dispatcher";

/// The error an endpoint answers with, named as Python peers know it. oslo.messaging `_drivers/common.py`,
/// `serialize_remote_exception`.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The exception's class: `InstanceNotFound`.
    pub class: String,
    /// The module it is found in: `nova.exception`.
    pub module: String,
    /// Its text.
    pub message: String,
    /// What the class is built from again at the client; Nova's have the message here.
    pub args: Vec<Value>,
    /// What the message was formatted with, plus `code`.
    pub kwargs: Map<String, Value>,
    /// Lines for a person. Withheld by a server unless it was told otherwise: they name files and values.
    pub traceback: Vec<String>,
}

impl Failure {
    /// An error of a class with a message, which is also its one argument.
    pub fn new(
        module: impl Into<String>,
        class: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        Self {
            class: class.into(),
            module: module.into(),
            args: vec![Value::String(message.clone())],
            message,
            kwargs: Map::new(),
            traceback: Vec::new(),
        }
    }

    /// One of Python's own: `ValueError`, `TypeError`.
    pub fn builtin(class: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(BUILTINS, class, message)
    }

    /// The endpoints know the namespace or the version not. oslo.messaging `rpc/dispatcher.py`.
    #[must_use]
    pub fn unsupported_version(version: &str, method: &str) -> Self {
        Self::new(
            DISPATCHER_MODULE,
            "UnsupportedVersion",
            format!("Endpoint does not support RPC version {version}. Attempted method: {method}"),
        )
    }

    /// The endpoint has no such method. oslo.messaging `rpc/dispatcher.py`.
    #[must_use]
    pub fn no_such_method(method: &str) -> Self {
        Self::new(
            DISPATCHER_MODULE,
            "NoSuchMethod",
            format!("Endpoint does not support RPC method {method}"),
        )
    }

    /// Adds what the message was formatted with.
    #[must_use]
    pub fn kwarg(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.kwargs.insert(name.into(), value.into());
        self
    }

    /// The JSON text that travels as the `failure` of a reply.
    pub(crate) fn encode(&self, with_traceback: bool) -> Result<String> {
        let (class, module) = strip_remote(&self.class, &self.module);
        let mut out = Vec::with_capacity(256);
        out.extend_from_slice(b"{\"class\": ");
        json::write_string(&mut out, class);
        out.extend_from_slice(b", \"module\": ");
        json::write_string(&mut out, module);
        out.extend_from_slice(b", \"message\": ");
        json::write_string(&mut out, &self.message);
        out.extend_from_slice(b", \"tb\": ");
        let traceback: &[String] = if with_traceback { &self.traceback } else { &[] };
        json::write_value(&mut out, traceback)?;
        out.extend_from_slice(b", \"args\": ");
        json::write_value(&mut out, &self.args)?;
        out.extend_from_slice(b", \"kwargs\": ");
        json::write_value(&mut out, &self.kwargs)?;
        out.push(b'}');
        String::from_utf8(out).map_err(|error| Error::malformed("a written failure", error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.message)
    }
}

impl std::error::Error for Failure {}

/// The error a call was answered with.
///
/// Python rebuilds the exception class only for modules a transport allows (`allowed_remote_exmods`; Python's own are
/// always allowed), because that imports code; from all others its callers get a plain `RemoteError`. Here nothing is
/// imported, but the same line is drawn: [`RemoteError::allowed`] says whether the name may be taken for what it says.
/// Map errors to types of your own by [`RemoteError::typed`] and an `InstanceNotFound` of a module nobody expects stays
/// what it is: somebody else's.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteError {
    /// The exception's class, without `_Remote`.
    pub class: String,
    /// The module it is from, without `_Remote`; Python 2's `exceptions` reads as `builtins`.
    pub module: String,
    /// Its text, without the traceback.
    pub message: String,
    /// The exception's positional arguments.
    pub args: Vec<Value>,
    /// What the message was formatted with, plus `code`.
    pub kwargs: Map<String, Value>,
    /// The traceback's lines, if the server sent any.
    pub traceback: Vec<String>,
    /// Whether the module is one the transport allows.
    pub allowed: bool,
}

impl RemoteError {
    /// The class name, if its module is allowed and is `module`.
    #[must_use]
    pub fn typed(&self, module: &str) -> Option<&str> {
        (self.allowed && self.module == module).then_some(self.class.as_str())
    }

    /// Reads the `failure` text of a reply.
    pub(crate) fn decode(text: &str, allowed_remote_exmods: &[String]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default)]
            class: Option<String>,
            #[serde(default)]
            module: Option<String>,
            #[serde(default)]
            message: Option<String>,
            #[serde(default)]
            tb: Option<Vec<String>>,
            #[serde(default)]
            args: Option<Vec<Value>>,
            #[serde(default)]
            kwargs: Option<Map<String, Value>>,
        }
        let wire: Wire = serde_json::from_str(text)
            .map_err(|error| Error::malformed("the failure of a reply", error))?;
        let class = wire.class.unwrap_or_default();
        let module = wire.module.unwrap_or_default();
        let (class, module) = strip_remote(&class, &module);
        let module = match module {
            BUILTINS_LEGACY => BUILTINS,
            other => other,
        };
        Ok(Self {
            allowed: module == BUILTINS || allowed_remote_exmods.iter().any(|m| m == module),
            class: class.to_owned(),
            module: module.to_owned(),
            message: wire.message.unwrap_or_default(),
            args: wire.args.unwrap_or_default(),
            kwargs: wire.kwargs.unwrap_or_default(),
            traceback: wire.tb.unwrap_or_default(),
        })
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "remote error: {}: {}", self.class, self.message)
    }
}

impl std::error::Error for RemoteError {}

/// What another service answered, passed on as one's own answer.
impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        Self {
            class: error.class,
            module: error.module,
            message: error.message,
            args: error.args,
            kwargs: error.kwargs,
            traceback: error.traceback,
        }
    }
}

/// Both names without `_Remote`, if both have it.
fn strip_remote<'a>(class: &'a str, module: &'a str) -> (&'a str, &'a str) {
    match (
        class.strip_suffix(REMOTE_SUFFIX),
        module.strip_suffix(REMOTE_SUFFIX),
    ) {
        (Some(class), Some(module)) => (class, module),
        _ => (class, module),
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, RemoteError};

    #[test]
    fn failures_are_written_in_the_recorded_order_and_withhold_the_traceback() {
        let mut failure =
            Failure::new("nova.exception", "InstanceNotFound", "Instance \u{e9} gone")
                .kwarg("instance_id", "x")
                .kwarg("code", 404);
        failure.traceback.push("File /secret\n".to_owned());
        assert_eq!(
            failure.encode(false).unwrap(),
            r#"{"class": "InstanceNotFound", "module": "nova.exception", "message": "Instance \u00e9 gone", "tb": [], "args": ["Instance \u00e9 gone"], "kwargs": {"instance_id": "x", "code": 404}}"#
        );
        assert!(failure.encode(true).unwrap().contains("/secret"));
    }

    #[test]
    fn only_allowed_modules_are_typed_and_remote_suffixes_go() {
        let allowed = ["nova.exception".to_owned()];
        for (module, class, typed) in [
            ("nova.exception", "InstanceNotFound", true),
            ("nova.exception_Remote", "InstanceNotFound_Remote", true),
            ("exceptions", "ValueError", true),
            ("builtins", "KeyError", true),
            (
                "oslo_versionedobjects.exception",
                "IncompatibleObjectVersion",
                false,
            ),
            ("nova.exception.evil", "InstanceNotFound", false),
        ] {
            let text = Failure::new(module, class, "m").encode(false).unwrap();
            let error = RemoteError::decode(&text, &allowed).unwrap();
            assert_eq!(error.allowed, typed, "{module}");
            assert!(!error.class.contains("_Remote"));
            assert_eq!(error.typed(&error.module).is_some(), typed);
            assert_eq!(error.typed("another"), None);
        }
    }

    #[test]
    fn a_failure_that_lacks_everything_still_reads() {
        let error = RemoteError::decode("{}", &[]).unwrap();
        assert_eq!((error.class.as_str(), error.allowed), ("", false));
        assert!(RemoteError::decode("3", &[]).is_err());
        assert!(RemoteError::decode("{\"class\": 1}", &[]).is_err());
    }
}
