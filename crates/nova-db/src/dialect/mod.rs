//! What differs between the three databases: how a statement is written, how
//! a value is bound and how a cell is read.
//!
//! One file a database, each with the same three functions, so that a
//! difference is seen by laying two of them side by side.

pub(crate) mod mysql;
pub(crate) mod postgres;
pub(crate) mod sqlite;

use std::fmt;
use std::net::IpAddr;

use sea_query::{
    MysqlQueryBuilder, PostgresQueryBuilder, QueryStatementWriter, SqliteQueryBuilder, Values,
};

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite, in this process.
    Sqlite,
    /// MariaDB or MySQL.
    MySql,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// Every dialect, in the order in which tests and documents list them.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::MySql, Self::Postgres];

    /// The name used in file names, traces and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::MySql => "mysql",
            Self::Postgres => "postgres",
        }
    }

    /// The statement's text in this dialect and the values for its placeholders.
    pub(crate) fn build<S: QueryStatementWriter>(self, statement: &S) -> (String, Values) {
        match self {
            Self::Sqlite => statement.build(SqliteQueryBuilder),
            Self::MySql => statement.build(MysqlQueryBuilder),
            Self::Postgres => statement.build(PostgresQueryBuilder),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a value could not be bound or a cell not be read.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A value in the few forms that databases know; borrows from a [`sea_query::Value`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Plain<'v> {
    Integer(Option<i64>),
    Boolean(Option<bool>),
    Double(Option<f64>),
    Text(Option<&'v str>),
    Bytes(Option<&'v [u8]>),
    DateTime(Option<chrono::NaiveDateTime>),
    Address(Option<IpAddr>),
}

impl<'v> Plain<'v> {
    /// Reduces sea-query's forms to the ones that are sent.
    ///
    /// Integers of all widths become 64 bits and times with an offset become
    /// naive UTC, which is what Nova's columns hold.
    pub(crate) fn of(value: &'v sea_query::Value) -> Result<Self, BoxError> {
        use sea_query::Value as V;
        Ok(match value {
            V::Bool(v) => Self::Boolean(*v),
            V::TinyInt(v) => Self::Integer(v.map(i64::from)),
            V::SmallInt(v) => Self::Integer(v.map(i64::from)),
            V::Int(v) => Self::Integer(v.map(i64::from)),
            V::BigInt(v) => Self::Integer(*v),
            V::TinyUnsigned(v) => Self::Integer(v.map(i64::from)),
            V::SmallUnsigned(v) => Self::Integer(v.map(i64::from)),
            V::Unsigned(v) => Self::Integer(v.map(i64::from)),
            V::BigUnsigned(v) => Self::Integer(v.map(i64::try_from).transpose()?),
            V::Float(v) => Self::Double(v.map(f64::from)),
            V::Double(v) => Self::Double(*v),
            V::String(v) => Self::Text(v.as_deref()),
            V::Bytes(v) => Self::Bytes(v.as_deref()),
            V::ChronoDateTime(v) => Self::DateTime(*v),
            V::ChronoDateTimeUtc(v) => Self::DateTime(v.map(|t| t.naive_utc())),
            V::ChronoDateTimeLocal(v) => Self::DateTime(v.map(|t| t.naive_utc())),
            V::ChronoDateTimeWithTimeZone(v) => Self::DateTime(v.map(|t| t.naive_utc())),
            V::IpNetwork(v) => Self::Address(v.map(|network| network.ip())),
            other => {
                return Err(
                    format!("values such as {other:?} are not used in Nova's schema").into(),
                );
            }
        })
    }
}
