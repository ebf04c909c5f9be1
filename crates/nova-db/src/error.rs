//! What can go wrong, on which database, and what to do about it.

use std::fmt;

use crate::connection::Database;
use crate::dialect::{BoxError, Dialect};
use crate::failure::Failure;
use crate::violation::UniqueViolation;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Which database, for messages: `main (mysql at 127.0.0.1:3306/nova)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub(crate) name: &'static str,
    pub(crate) dialect: Dialect,
    pub(crate) place: String,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} at {})", self.name, self.dialect, self.place)
    }
}

/// An error of the database layer.
///
/// The message says what was attempted and on what; [`Error::hint`] says what to
/// do; the driver's words are in `source()`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A connection URL cannot be used; it is shown without its password.
    #[error("use {url} as a database connection: {reason}")]
    Url {
        /// The URL, its password masked.
        url: String,
        /// What is wrong with it.
        reason: String,
    },

    /// No connection could be had.
    #[error("connect to database {target}: {failure}")]
    Connect {
        /// Which database.
        target: Box<Target>,
        /// What kind of failure.
        failure: Failure,
        /// The driver's words.
        source: BoxError,
    },

    /// A statement failed.
    #[error("run {query} on database {target}: {failure}")]
    Statement {
        /// The name of the query.
        query: &'static str,
        /// Which database.
        target: Box<Target>,
        /// What kind of failure.
        failure: Failure,
        /// The driver's words.
        source: BoxError,
    },

    /// A row with the same values in unique columns exists. Families turn it into
    /// Nova's exception.
    #[error("run {query}: {violation}")]
    Unique {
        /// The name of the query.
        query: &'static str,
        /// Which constraint and columns.
        violation: Box<UniqueViolation>,
        /// The driver's words.
        source: BoxError,
    },

    /// `fetch_one` found nothing.
    #[error("run {query}: no row found")]
    NoRow {
        /// The name of the query.
        query: &'static str,
    },

    /// A cell could not be read.
    #[error("read column {column} of {query} as {wanted}")]
    Column {
        /// The name of the query.
        query: &'static str,
        /// The column's name or number.
        column: String,
        /// The Rust type that was asked for.
        wanted: &'static str,
        /// Why.
        source: BoxError,
    },

    /// A value could not be bound.
    #[error("bind the values of {query}")]
    Bind {
        /// The name of the query.
        query: &'static str,
        /// Why.
        source: BoxError,
    },

    /// [`Prepared::bind`](crate::Prepared::bind) was given another number of values than
    /// the statement has parameters: a mistake in the program.
    #[error("bind {given} values to the {wanted} parameters of `{sql}`")]
    Parameters {
        /// The statement.
        sql: &'static str,
        /// How many it has.
        wanted: usize,
        /// How many there were.
        given: usize,
    },

    /// A transaction was used after its closure had returned: a mistake in the
    /// program.
    #[error("run {query}: its transaction is over")]
    TransactionOver {
        /// The name of the query.
        query: &'static str,
    },

    /// The connection was lost while committing: it is not known whether the
    /// changes were made, so they are not made again.
    #[error(
        "commit {name} on database {target}: the connection was lost and the outcome is not known"
    )]
    CommitUnknown {
        /// The name of the transaction.
        name: &'static str,
        /// Which database.
        target: Box<Target>,
        /// The driver's words.
        source: BoxError,
    },

    /// The object model refused: what is stored is not what was expected.
    #[error(transparent)]
    Model(Box<versionedobjects::Error>),

    /// The schema could not be created or is not the one this release works with.
    #[error(transparent)]
    Migration(#[from] crate::migration::MigrationError),
}

impl From<versionedobjects::Error> for Error {
    fn from(error: versionedobjects::Error) -> Self {
        Self::Model(Box::new(error))
    }
}

impl Error {
    pub(crate) fn connect(target: &Target, source: sqlx::Error) -> Self {
        Self::Connect {
            target: Box::new(target.clone()),
            failure: Failure::of(&source),
            source: source.into(),
        }
    }

    pub(crate) fn statement(query: &'static str, target: &Target, source: sqlx::Error) -> Self {
        if let Some(violation) = UniqueViolation::of(target.dialect, &source) {
            return Self::Unique {
                query,
                violation: Box::new(violation),
                source: source.into(),
            };
        }
        match source {
            sqlx::Error::Encode(source) => Self::Bind { query, source },
            source => Self::Statement {
                query,
                target: Box::new(target.clone()),
                failure: Failure::of(&source),
                source: source.into(),
            },
        }
    }

    /// Why no connection could be taken from the pool. It is not busy if it could have opened another one, and has tried
    /// to all the time: then nobody answers.
    pub(crate) fn not_taken(query: &'static str, database: &Database, source: sqlx::Error) -> Self {
        match source {
            sqlx::Error::PoolTimedOut if database.pool_has_room() => Self::Statement {
                query,
                target: Box::new(database.target().clone()),
                failure: Failure::Refused,
                source: source.into(),
            },
            source => Self::statement(query, database.target(), source),
        }
    }

    /// What kind of failure it was, when the database or the way to it failed.
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Self::Connect { failure, .. } | Self::Statement { failure, .. } => Some(*failure),
            Self::CommitUnknown { .. } => Some(Failure::ConnectionLost),
            _ => None,
        }
    }

    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Connect {
                failure, target, ..
            }
            | Self::Statement {
                failure, target, ..
            } => failure.hint(target),
            Self::Migration(error) => error.hint(),
            Self::CommitUnknown { .. } => {
                Some("read the object again before repeating the change".to_owned())
            }
            _ => None,
        }
    }

    /// The violated constraint, when that is what happened.
    pub fn unique_violation(&self) -> Option<&UniqueViolation> {
        match self {
            Self::Unique { violation, .. } => Some(violation),
            _ => None,
        }
    }
}
