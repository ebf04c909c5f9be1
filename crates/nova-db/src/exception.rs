//! Errors of the database as they travel: in oslo.db's classes.

use std::error::Error as _;

use nova_objects::DatabaseErrorKind;

use crate::error::Error;
use crate::failure::Failure;

/// oslo.db's classes (`sqlalchemy/exc_filters.py`), with what was attempted and the
/// driver's words. Where Nova has an exception of its own the family makes it first.
impl From<Error> for nova_objects::Error {
    fn from(error: Error) -> Self {
        let error = match error {
            Error::Model(error) => return (*error).into(),
            other => other,
        };
        let kind = match &error {
            Error::Unique { .. } => DatabaseErrorKind::Duplicate,
            Error::Url { .. } => DatabaseErrorKind::CannotStart,
            other => other.failure().map_or(DatabaseErrorKind::Other, kind),
        };
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message.push_str(": ");
            message.push_str(&error.to_string());
            cause = error.source();
        }
        // Whoever reads the message may be far from the log.
        if let Some(hint) = error.hint() {
            message.push_str("; ");
            message.push_str(&hint);
        }
        Self::database(kind, message)
    }
}

fn kind(failure: Failure) -> DatabaseErrorKind {
    match failure {
        Failure::Deadlock | Failure::Locked => DatabaseErrorKind::Deadlock,
        Failure::ConnectionLost
        | Failure::Refused
        | Failure::PoolExhausted
        | Failure::TooManyConnections
        | Failure::AccessDenied
        | Failure::CannotOpen => DatabaseErrorKind::Connection,
        Failure::MissingSchema => DatabaseErrorKind::NonExistentTable,
        Failure::DataTooLong => DatabaseErrorKind::Data,
        Failure::ForeignKey => DatabaseErrorKind::Reference,
        Failure::UnknownDatabase
        | Failure::DiskFull
        | Failure::ReadOnly
        | Failure::Corrupt
        | Failure::NotADatabase
        | Failure::NotNull
        | Failure::Other => DatabaseErrorKind::Other,
    }
}
