//! The one error of the crate, and how it travels.

use std::borrow::Cow;

use serde_json::Value as Json;
use versionedobjects::{Exception, JsonMap, ProjectError};

use crate::exception::NovaException;
use crate::python;

/// What a remotable method of this crate answers with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call on an object failed, on whichever side it failed.
///
/// An error raised beside the database arrives at the caller as the same
/// variant it left as: [`ProjectError::to_exception`] and
/// [`ProjectError::from_exception`] are inverse to each other for everything in
/// the tables of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// One of Nova's own exceptions: not found, already there, conflict.
    #[error(transparent)]
    Nova(Box<NovaException>),

    /// The object model refused: an unset attribute, a value that does not fit
    /// its field, a version that cannot be served.
    #[error(transparent)]
    Model(Box<versionedobjects::Error>),

    /// One of Python's own exceptions, where the original lets them out.
    #[error(transparent)]
    Builtin(BuiltinError),

    /// The database failed in a way no exception of Nova's describes.
    #[error(transparent)]
    Database(DatabaseError),

    /// An exception of a class this crate has no variant for, as a peer sent it.
    #[error("{}: {}", .0.class, .0.message)]
    Remote(Box<Exception>),
}

/// Python's own exceptions that are part of the observable behaviour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuiltinError {
    /// `ValueError`: a value of the right type that cannot be used.
    #[error("{0}")]
    Value(String),
    /// `TypeError`: a value of the wrong type, or arguments that do not fit.
    #[error("{0}")]
    Type(String),
    /// `KeyError`: a key that is not in a dictionary; shown quoted, as Python does.
    #[error("{}", python::repr_str(.0))]
    Key(String),
    /// `AttributeError`: a method or attribute that does not exist.
    #[error("{0}")]
    Attribute(String),
    /// `NotImplementedError`: an attribute that nothing knows how to load.
    #[error("{0}")]
    NotImplemented(String),
    /// `IndexError`: the first element of an empty list was asked for.
    #[error("{0}")]
    Index(String),
}

impl BuiltinError {
    /// The class's name in Python.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Value(_) => "ValueError",
            Self::Type(_) => "TypeError",
            Self::Key(_) => "KeyError",
            Self::Attribute(_) => "AttributeError",
            Self::NotImplemented(_) => "NotImplementedError",
            Self::Index(_) => "IndexError",
        }
    }

    fn argument(&self) -> &str {
        match self {
            Self::Value(text)
            | Self::Type(text)
            | Self::Key(text)
            | Self::Attribute(text)
            | Self::NotImplemented(text)
            | Self::Index(text) => text,
        }
    }

    fn rebuild(class: &str, argument: &str) -> Option<Self> {
        let build = match class {
            "ValueError" => Self::Value,
            "TypeError" => Self::Type,
            "KeyError" => Self::Key,
            "AttributeError" => Self::Attribute,
            "NotImplementedError" => Self::NotImplemented,
            "IndexError" => Self::Index,
            _ => return None,
        };
        Some(build(argument.to_owned()))
    }
}

/// What kind of failure the database reported, in oslo.db's classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DatabaseErrorKind {
    /// `DBError`: anything not recognised as one of the others.
    Other,
    /// `DBConnectionError`: the connection was lost or could not be made.
    Connection,
    /// `DBDeadlock`: the transaction was chosen as a victim or waited too long.
    Deadlock,
    /// `DBDuplicateEntry`: a unique constraint refused the row.
    Duplicate,
    /// `DBReferenceError`: a foreign key refused the row.
    Reference,
    /// `DBConstraintError`: a check constraint refused the row.
    Constraint,
    /// `DBDataError`: a value does not fit its column.
    Data,
    /// `DBNonExistentTable`: the schema lacks a table.
    NonExistentTable,
    /// `CantStartEngineError`: the database is not configured or unreachable at start.
    CannotStart,
}

impl DatabaseErrorKind {
    const ALL: [Self; 9] = [
        Self::Other,
        Self::Connection,
        Self::Deadlock,
        Self::Duplicate,
        Self::Reference,
        Self::Constraint,
        Self::Data,
        Self::NonExistentTable,
        Self::CannotStart,
    ];

    /// The class's name in `oslo_db.exception`.
    pub fn class(self) -> &'static str {
        match self {
            Self::Other => "DBError",
            Self::Connection => "DBConnectionError",
            Self::Deadlock => "DBDeadlock",
            Self::Duplicate => "DBDuplicateEntry",
            Self::Reference => "DBReferenceError",
            Self::Constraint => "DBConstraintError",
            Self::Data => "DBDataError",
            Self::NonExistentTable => "DBNonExistentTable",
            Self::CannotStart => "CantStartEngineError",
        }
    }
}

/// A failure of the database, as its driver worded it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DatabaseError {
    /// What kind of failure it was.
    pub kind: DatabaseErrorKind,
    /// What was attempted and what the database said.
    pub message: String,
}

impl Error {
    /// Nova's exception, if that is what this is.
    pub fn nova(&self) -> Option<&NovaException> {
        match self {
            Self::Nova(exception) => Some(exception),
            _ => None,
        }
    }

    /// Whether this is the named Python class, however it got here. What a peer raised in a module that no caller here knows
    /// is a `RemoteError` and nothing else, whatever it calls itself, as to a Python caller.
    pub fn is_class(&self, class: &str) -> bool {
        match self {
            Self::Nova(exception) => exception.class() == class,
            Self::Builtin(error) => error.class() == class,
            Self::Database(error) => error.kind.class() == class,
            Self::Remote(exception) if KNOWN_MODULES.contains(&&*exception.module) => {
                exception.class == class
            }
            Self::Remote(_) => class == "RemoteError",
            Self::Model(_) => self.to_exception().class == class,
        }
    }

    /// Whether nobody with a database could be asked, which says nothing about what was asked.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Model(error) if matches!(**error, versionedobjects::Error::Unreachable { .. }))
    }

    /// Nova's `ObjectActionError`: the object cannot do that in its state.
    pub fn action(action: impl Into<String>, reason: impl Into<String>) -> Self {
        NovaException::ObjectActionError {
            action: action.into(),
            reason: reason.into(),
        }
        .into()
    }

    /// An exception of Nova's with words of its own instead of its format:
    /// `code` is then its only argument.
    pub fn worded(class: &'static str, code: u16, message: impl Into<String>) -> Self {
        let mut exception = Exception::new(crate::exception::MODULE, class, message);
        exception.kwargs.insert("code".to_owned(), Json::from(code));
        Self::Remote(Box::new(exception))
    }

    /// Python's `ValueError`.
    pub fn value(message: impl Into<String>) -> Self {
        Self::Builtin(BuiltinError::Value(message.into()))
    }

    /// A failure of the database of that kind.
    pub fn database(kind: DatabaseErrorKind, message: impl Into<String>) -> Self {
        Self::Database(DatabaseError {
            kind,
            message: message.into(),
        })
    }
}

impl From<NovaException> for Error {
    fn from(exception: NovaException) -> Self {
        Self::Nova(Box::new(exception))
    }
}

impl From<BuiltinError> for Error {
    fn from(error: BuiltinError) -> Self {
        Self::Builtin(error)
    }
}

impl From<DatabaseError> for Error {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// A refusal of the model is Nova's `ObjectActionError`; oslo's class of that
/// name never leaves Nova.
impl From<versionedobjects::Error> for Error {
    fn from(error: versionedobjects::Error) -> Self {
        match error {
            versionedobjects::Error::Action { action, reason } => Self::action(action, reason),
            other => Self::Model(Box::new(other)),
        }
    }
}

const BUILTINS: &str = Exception::BUILTINS;
/// oslo.db's live here.
const OSLO_DB: &str = "oslo_db.exception";
/// Whose classes a peer's exception may be of. Nova allows its own module and Python's; from elsewhere come what the model
/// itself refuses and what the bus answers, which are the same to a caller whether they were raised here or there.
const KNOWN_MODULES: [&str; 8] = [
    crate::exception::MODULE,
    BUILTINS,
    "exceptions",
    OSLO_DB,
    Exception::OSLO,
    "versionedobjects",
    "oslo_messaging.rpc.dispatcher",
    "packaging.version",
];

/// Nova's exceptions, and those of Python's own that are part of what methods
/// promise.
const CLASSES: [&str; NovaException::CLASSES.len() + BUILTIN_CLASSES.len()] = {
    let mut classes = [""; NovaException::CLASSES.len() + BUILTIN_CLASSES.len()];
    let (nova, _) = classes.split_at_mut(NovaException::CLASSES.len());
    nova.copy_from_slice(NovaException::CLASSES);
    let (_, builtin) = classes.split_at_mut(NovaException::CLASSES.len());
    builtin.copy_from_slice(&BUILTIN_CLASSES);
    classes
};

const BUILTIN_CLASSES: [&str; 6] = [
    "ValueError",
    "TypeError",
    "KeyError",
    "AttributeError",
    "NotImplementedError",
    "IndexError",
];

impl ProjectError for Error {
    const CLASSES: &'static [&'static str] = &CLASSES;

    fn to_exception(&self) -> Exception {
        match self {
            Self::Nova(exception) => exception.to_exception(),
            Self::Model(error) => error.to_exception(),
            Self::Builtin(error) => Exception {
                class: Cow::Borrowed(error.class()),
                module: Cow::Borrowed(BUILTINS),
                message: error.to_string(),
                args: match error {
                    // Raised without a word.
                    BuiltinError::NotImplemented(word) if word.is_empty() => Vec::new(),
                    _ => vec![Json::from(error.argument())],
                },
                kwargs: JsonMap::new(),
            },
            Self::Database(error) => Exception {
                class: Cow::Borrowed(error.kind.class()),
                module: Cow::Borrowed(OSLO_DB),
                message: error.message.clone(),
                args: vec![Json::from(error.message.as_str())],
                kwargs: JsonMap::new(),
            },
            Self::Remote(exception) => (**exception).clone(),
        }
    }

    fn from_exception(exception: Exception) -> Self {
        let known = match exception.module.as_ref() {
            crate::exception::MODULE => NovaException::from_exception(&exception).map(Self::from),
            // Python 2's name still reaches us from old peers (oslo.messaging
            // _drivers/common.py allows both).
            BUILTINS | "exceptions" => builtin(&exception),
            OSLO_DB => DatabaseErrorKind::ALL
                .into_iter()
                .find(|kind| kind.class() == exception.class)
                .map(|kind| Self::database(kind, exception.message.as_str())),
            _ => versionedobjects::Error::from_exception(&exception).map(Self::from),
        };
        known.unwrap_or_else(|| Self::Remote(Box::new(exception)))
    }
}

/// The built-in this is, unless the text it was sent with would be lost.
fn builtin(exception: &Exception) -> Option<Error> {
    let argument = match exception.args.as_slice() {
        [] => "",
        [Json::String(argument)] => argument,
        _ => return None,
    };
    let error = BuiltinError::rebuild(&exception.class, argument)?;
    (error.to_string() == exception.message).then_some(Error::Builtin(error))
}
