//! What can go wrong with an object, and the form in which an error travels.

use std::borrow::Cow;

use crate::{Difference, JsonMap, MethodKind, Value, Version, expect};

/// The result of an operation on objects.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An operation on a versioned object that failed.
///
/// Every variant says what was attempted and on what; [`Error::to_exception`]
/// gives the form a Python peer knows it by.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An attribute was read that was neither set nor loaded.
    #[error("read `{object}.{field}`, which is not set; load it first or ask for it when fetching")]
    Unset {
        /// The class.
        object: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A field was named that the class does not have.
    #[error("`{object}` has no field `{field}`")]
    UnknownField {
        /// The class.
        object: &'static str,
        /// The name that was asked for.
        field: String,
    },
    /// A value does not fit the field it was given to.
    #[error("set `{object}.{field}`: {cause}")]
    Value {
        /// The class.
        object: &'static str,
        /// The field.
        field: &'static str,
        /// What is wrong with the value.
        cause: ValueError,
    },
    /// A value outside any field, such as an argument, does not fit its type.
    #[error(transparent)]
    BareValue(#[from] ValueError),
    /// A read-only field was given a second, different value.
    #[error("cannot modify readonly field {field} of `{object}`")]
    ReadOnlyField {
        /// The class.
        object: &'static str,
        /// The field.
        field: &'static str,
    },
    /// An object of a class or namespace that is not known here.
    #[error("unsupported object type {name}")]
    UnsupportedObject {
        /// Its name, with the namespace where that is the foreign part.
        name: String,
    },
    /// An object, or a request for one, at a version this side cannot serve.
    #[error("version {requested} of {name} is not supported, supported version is {supported}")]
    IncompatibleVersion {
        /// The class.
        name: String,
        /// The version that was asked for or received.
        requested: Version,
        /// The newest version known here.
        supported: Version,
    },
    /// An object was asked to write itself at a version newer than it has.
    #[error("`{object}` is at version {current} and cannot be written at {requested}")]
    InvalidTargetVersion {
        /// The class.
        object: &'static str,
        /// The version asked for.
        requested: Version,
        /// The version the object has.
        current: Version,
    },
    /// An operation that is not possible in the object's present state.
    #[error("object action {action} failed because: {reason}")]
    Action {
        /// The operation.
        action: Cow<'static, str>,
        /// Why it is impossible.
        reason: String,
    },
    /// The stored object is not what the call expects, so nothing was written;
    /// see [`Expect`](crate::Expect).
    #[error("`{object}` was not written: {}", expect::shown(.differences))]
    Conflict {
        /// The class.
        object: String,
        /// What differs. Empty when the object changed while it was compared,
        /// and again each time that was repeated.
        differences: Vec<Difference>,
    },
    /// A conversion to an older version needed a key that is not there.
    #[error("convert `{object}` to version {version}: the data has no `{key}`")]
    MissingKey {
        /// The class.
        object: &'static str,
        /// The version that was to be written.
        version: Version,
        /// The missing key.
        key: String,
    },
    /// Text that is no version number.
    #[error("`{text}` is no version: two or three numbers separated by dots are expected")]
    MalformedVersion {
        /// The text, cut to 64 characters.
        text: String,
    },
    /// Text that is no primitive of an object, or no JSON at all.
    #[error("read {what}: {reason}")]
    Malformed {
        /// What was being read.
        what: Cow<'static, str>,
        /// What is wrong, with the position.
        reason: String,
    },
    /// The primitive of an object lacks a part of its envelope.
    #[error("read {object}: it has no `{key}`")]
    MissingPart {
        /// The class, where it is known.
        object: &'static str,
        /// The key of the part.
        key: String,
    },
    /// Input larger than the limits in force.
    #[error("read {what}: more than {limit} {unit}; raise `Limits` if the sender is trusted")]
    Limit {
        /// What was being read.
        what: &'static str,
        /// The limit that was reached.
        limit: usize,
        /// What it counts.
        unit: &'static str,
    },
    /// A class refers to another that is not registered.
    #[error("{child} is referenced by {parent} but is not registered")]
    UnregisteredSubobject {
        /// The class referred to.
        child: String,
        /// The class that refers.
        parent: String,
    },
    /// The arguments of a call do not fit the method.
    #[error("{class}.{method}() {reason}")]
    Arguments {
        /// The class.
        class: &'static str,
        /// The method.
        method: &'static str,
        /// What does not fit.
        reason: String,
    },
    /// A method was called that the class does not publish.
    #[error("`{class}` publishes no method `{method}`")]
    NoSuchMethod {
        /// The class.
        class: &'static str,
        /// The method that was asked for.
        method: String,
        /// Whether it was called on the class or on an object of it.
        kind: MethodKind,
    },
    /// A remotable method was called on an object of another class.
    #[error("call {class}.{method}: the receiver is a {receiver}")]
    Receiver {
        /// The class of the method.
        class: &'static str,
        /// The method.
        method: &'static str,
        /// The class of the object it was called on, or `nothing`.
        receiver: &'static str,
    },
    /// The context carries a store of another kind than the class needs.
    #[error(
        "call {class}.{method}: the context's route leads to no store of this class; build it with the crate's own store"
    )]
    WrongStore {
        /// The class.
        class: &'static str,
        /// The method.
        method: &'static str,
    },
    /// The other side could not be reached or did not answer in time.
    #[error("call {class}.{method}: {reason}")]
    Unreachable {
        /// The class.
        class: String,
        /// The method.
        method: String,
        /// Why, as the transport says it.
        reason: String,
        /// The transport's own error.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// This side does not let the call out, as it is configured; trying again does not change that.
    #[error("call {class}.{method}: {reason}")]
    NotSent {
        /// The class.
        class: String,
        /// The method.
        method: String,
        /// Why, as the transport says it.
        reason: String,
    },
}

/// Why a value does not fit a type, with the kind of error Python raises.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ValueError {
    /// What the original raises in the same place.
    pub kind: ValueErrorKind,
    /// What is wrong, as a fragment.
    pub message: String,
}

/// The exception class by which the original refuses a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueErrorKind {
    /// `ValueError`
    Value,
    /// `TypeError`
    Type,
    /// `AttributeError`
    Attribute,
    /// `KeyError`
    Key,
    /// oslo's `KeyTypeError`
    KeyType,
    /// oslo's `ElementTypeError`
    ElementType,
    /// `OverflowError`: a number larger than the Rust type holds.
    Overflow,
}

impl ValueError {
    /// A `ValueError`.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            kind: ValueErrorKind::Value,
            message: message.into(),
        }
    }

    /// An error of another kind.
    pub fn of(kind: ValueErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// The same error, saying where in a container it happened: `[3]`, `["key"]`.
    #[must_use]
    pub fn at(self, place: impl std::fmt::Display) -> Self {
        Self {
            message: format!("{place}: {}", self.message),
            ..self
        }
    }
}

/// An error in the form in which it travels between services.
///
/// This is what `oslo.messaging` calls a failure, without the traceback.
#[derive(Debug, Clone, PartialEq)]
pub struct Exception {
    /// The class name, such as `InstanceNotFound`.
    pub class: Cow<'static, str>,
    /// The module of the class, such as `nova.exception` or `builtins`.
    pub module: Cow<'static, str>,
    /// The text of the exception.
    pub message: String,
    /// The positional arguments it was raised with.
    pub args: Vec<serde_json::Value>,
    /// The keyword arguments it was raised with.
    pub kwargs: JsonMap,
}

impl Exception {
    /// The module of Python's own exceptions.
    pub const BUILTINS: &'static str = "builtins";
    /// The module of oslo.versionedobjects' exceptions.
    pub const OSLO: &'static str = "oslo_versionedobjects.exception";

    /// An exception whose only argument is its message.
    pub fn new(
        module: impl Into<Cow<'static, str>>,
        class: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        Self {
            class: class.into(),
            module: module.into(),
            args: vec![message.clone().into()],
            message,
            kwargs: JsonMap::new(),
        }
    }

    /// Whether it is of this class. Modules have classes of the same name, so
    /// the name alone says nothing.
    #[must_use]
    pub fn is(&self, module: &str, class: &str) -> bool {
        self.module == module && self.class == class
    }
}

const OSLO: &str = Exception::OSLO;
const BUILTINS: &str = Exception::BUILTINS;
/// The module of errors the original has nothing like.
const OWN: &str = "versionedobjects";

impl Error {
    /// The error that travelled in this form, if it is one that only this
    /// crate knows.
    #[must_use]
    pub fn from_exception(exception: &Exception) -> Option<Self> {
        match (&*exception.module, &*exception.class) {
            (OWN, "Conflict") => expect::from_kwargs(&exception.kwargs),
            _ => None,
        }
    }

    /// The form in which a Python peer knows this error: oslo's exception
    /// where it has one, otherwise the built-in that Python would raise.
    #[must_use]
    pub fn to_exception(&self) -> Exception {
        let with = |class: &'static str, kwargs: JsonMap| {
            let mut exception = Exception::new(OSLO, class, capitalized(&self.to_string()));
            exception.kwargs = kwargs;
            // oslo.versionedobjects `exception.py`: every exception has a code.
            exception.kwargs.insert("code".into(), 500.into());
            exception
        };
        let map = |pairs: &[(&str, String)]| {
            pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), value.clone().into()))
                .collect::<JsonMap>()
        };
        match self {
            Self::Unset { object, field } => Exception::new(
                BUILTINS,
                "NotImplementedError",
                format!("Cannot load '{field}' in the base class of {object}"),
            ),
            Self::UnknownField { .. } => {
                Exception::new(BUILTINS, "AttributeError", self.to_string())
            }
            Self::NoSuchMethod {
                class,
                method,
                kind: MethodKind::Class,
            } => Exception::new(
                BUILTINS,
                "AttributeError",
                format!("type object '{class}' has no attribute '{method}'"),
            ),
            Self::NoSuchMethod {
                class,
                method,
                kind: MethodKind::Instance,
            } => Exception::new(
                BUILTINS,
                "AttributeError",
                format!("'{class}' object has no attribute '{method}'"),
            ),
            Self::Value { cause, .. } => cause.to_exception(self.to_string()),
            Self::BareValue(cause) => cause.to_exception(self.to_string()),
            Self::ReadOnlyField { field, .. } => worded(
                format!("Cannot modify readonly field {field}"),
                with("ReadOnlyFieldError", map(&[("field", (*field).to_owned())])),
            ),
            Self::UnsupportedObject { name } => {
                with("UnsupportedObjectError", map(&[("objtype", name.clone())]))
            }
            Self::IncompatibleVersion {
                name,
                requested,
                supported,
            } => with(
                "IncompatibleObjectVersion",
                map(&[
                    ("objname", name.clone()),
                    ("objver", requested.to_string()),
                    ("supported", supported.to_string()),
                ]),
            ),
            Self::InvalidTargetVersion { requested, .. } => worded(
                format!("Invalid target version {requested}"),
                with(
                    "InvalidTargetVersion",
                    map(&[("version", requested.to_string())]),
                ),
            ),
            Self::Action { action, reason } => with(
                "ObjectActionError",
                map(&[("action", action.to_string()), ("reason", reason.clone())]),
            ),
            Self::Conflict {
                object,
                differences,
            } => {
                let mut exception = Exception::new(OWN, "Conflict", self.to_string());
                exception.kwargs = expect::to_kwargs(object, differences);
                exception
            }
            Self::UnregisteredSubobject { child, parent } => with(
                "UnregisteredSubobject",
                map(&[
                    ("child_objname", child.clone()),
                    ("parent_objname", parent.clone()),
                ]),
            ),
            Self::MissingKey { key, .. } | Self::MissingPart { key, .. } => {
                Exception::new(BUILTINS, "KeyError", format!("'{key}'"))
            }
            Self::Arguments { .. } => Exception::new(BUILTINS, "TypeError", self.to_string()),
            Self::MalformedVersion { text } => Exception::new(
                "packaging.version",
                "InvalidVersion",
                format!(
                    "Invalid version: {}",
                    Value::from(text.as_str()).python_repr()
                ),
            ),
            Self::Malformed { .. } | Self::Limit { .. } => {
                Exception::new(BUILTINS, "ValueError", self.to_string())
            }
            Self::Receiver { .. } | Self::WrongStore { .. } => {
                Exception::new(BUILTINS, "RuntimeError", self.to_string())
            }
            Self::Unreachable { .. } => Exception::new(
                "oslo_messaging.exceptions",
                "MessagingTimeout",
                self.to_string(),
            ),
            Self::NotSent { .. } => Exception::new(
                "oslo_messaging.rpc.client",
                "RPCVersionCapError",
                self.to_string(),
            ),
        }
    }
}

impl ValueError {
    fn to_exception(&self, message: String) -> Exception {
        let (module, class) = match self.kind {
            ValueErrorKind::Value => (BUILTINS, "ValueError"),
            ValueErrorKind::Type => (BUILTINS, "TypeError"),
            ValueErrorKind::Attribute => (BUILTINS, "AttributeError"),
            ValueErrorKind::Key => (BUILTINS, "KeyError"),
            ValueErrorKind::Overflow => (BUILTINS, "OverflowError"),
            ValueErrorKind::KeyType => (OSLO, "KeyTypeError"),
            ValueErrorKind::ElementType => (OSLO, "ElementTypeError"),
        };
        Exception::new(module, class, message)
    }
}

/// The exception with oslo's words, where ours say more than that.
fn worded(message: String, exception: Exception) -> Exception {
    Exception {
        args: vec![message.clone().into()],
        message,
        ..exception
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
