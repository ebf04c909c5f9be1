//! The ways in which a database or the way to it fails.

use std::fmt;

use sqlx::error::DatabaseError;

use crate::dialect::Dialect;
use crate::error::Target;

/// A kind of failure, the same for the three databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// Another transaction was chosen to go first; repeating helps.
    Deadlock,
    /// Somebody else held a lock for too long (SQLite: the whole file).
    Locked,
    /// The connection broke, or the server ended it.
    ConnectionLost,
    /// Nobody listens, or the name does not resolve.
    Refused,
    /// All connections of the pool were busy for too long.
    PoolExhausted,
    /// The server has no connection left.
    TooManyConnections,
    /// User or password are wrong, or TLS could not be agreed on.
    AccessDenied,
    /// The server has no database of this name.
    UnknownDatabase,
    /// No space left.
    DiskFull,
    /// The file or the server only allows reading.
    ReadOnly,
    /// The file is damaged.
    Corrupt,
    /// The file is something else than a database.
    NotADatabase,
    /// The file or its folder cannot be opened.
    CannotOpen,
    /// A table or column is missing.
    MissingSchema,
    /// A text is longer than its column.
    DataTooLong,
    /// A row that others refer to, or that refers to one that is not there.
    ForeignKey,
    /// A required column was left empty.
    NotNull,
    /// Anything else; see the source.
    Other,
}

impl Failure {
    pub(crate) fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => of_database(error.as_ref()),
            sqlx::Error::Io(error) => of_io(error),
            sqlx::Error::PoolTimedOut => Self::PoolExhausted,
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::ConnectionLost,
            sqlx::Error::Tls(_) => Self::AccessDenied,
            _ => Self::Other,
        }
    }

    /// Whether the same transaction may succeed when run again from its start.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Deadlock | Self::Locked | Self::ConnectionLost)
    }

    pub(crate) fn hint(self, target: &Target) -> Option<String> {
        let place = &target.place;
        let sqlite = target.dialect == Dialect::Sqlite;
        Some(match self {
            Self::Locked if sqlite => format!(
                "another process writes to {place} for a long time; find it with `fuser {place}`, or use MariaDB or PostgreSQL for more than one machine's load"
            ),
            Self::Deadlock | Self::Locked => {
                "it was repeated without success; look for a long transaction on the server"
                    .to_owned()
            }
            Self::ConnectionLost => {
                format!("see whether the server at {place} was restarted, and its log")
            }
            Self::Refused => {
                format!("start the server at {place}, or correct `connection` in the configuration")
            }
            Self::PoolExhausted => {
                "raise max_pool_size, or look for slow statements in the log".to_owned()
            }
            Self::TooManyConnections => {
                "raise max_connections on the server, or lower max_pool_size here".to_owned()
            }
            Self::AccessDenied => {
                "correct user and password in `connection`, and the grants on the server".to_owned()
            }
            Self::UnknownDatabase => format!(
                "create it (CREATE DATABASE …), then run `novactl db sync`; it was looked for at {place}"
            ),
            Self::DiskFull => {
                format!("free space on the disk that holds {place}; nothing was changed")
            }
            Self::ReadOnly if sqlite => format!("allow writing to {place} and its folder"),
            Self::ReadOnly => "connect to a server that is not a read-only replica".to_owned(),
            Self::Corrupt => format!(
                "keep a copy of {place}, then restore a backup or try `sqlite3 {place} .recover`"
            ),
            Self::NotADatabase => {
                format!("{place} is some other file: correct the path, or move the file away")
            }
            Self::CannotOpen => {
                format!("create the folder of {place} and allow this user to write to it")
            }
            Self::MissingSchema => "run `novactl db sync`".to_owned(),
            Self::DataTooLong | Self::ForeignKey | Self::NotNull | Self::Other => return None,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deadlock => "deadlock with another transaction",
            Self::Locked => "locked by another transaction for too long",
            Self::ConnectionLost => "the connection was lost",
            Self::Refused => "nobody answers there",
            Self::PoolExhausted => "all connections of the pool stayed busy",
            Self::TooManyConnections => "the server has no connection left",
            Self::AccessDenied => "access denied",
            Self::UnknownDatabase => "there is no such database",
            Self::DiskFull => "the disk is full",
            Self::ReadOnly => "it is read-only",
            Self::Corrupt => "the file is damaged",
            Self::NotADatabase => "the file is not a database",
            Self::CannotOpen => "the file cannot be opened",
            Self::MissingSchema => "a table or column is missing",
            Self::DataTooLong => "a value is too long for its column",
            Self::ForeignKey => "a foreign key does not hold",
            Self::NotNull => "a required column is null",
            Self::Other => "the database refused",
        })
    }
}

fn of_io(error: &std::io::Error) -> Failure {
    use std::io::ErrorKind as K;
    match error.kind() {
        K::ConnectionRefused
        | K::NotFound
        | K::HostUnreachable
        | K::NetworkUnreachable
        | K::AddrNotAvailable => Failure::Refused,
        K::PermissionDenied => Failure::AccessDenied,
        K::ConnectionReset
        | K::ConnectionAborted
        | K::BrokenPipe
        | K::UnexpectedEof
        | K::NotConnected
        | K::TimedOut => Failure::ConnectionLost,
        // A name that does not resolve has no kind of its own.
        _ if error.to_string().contains("lookup") => Failure::Refused,
        _ => Failure::ConnectionLost,
    }
}

fn of_database(error: &dyn DatabaseError) -> Failure {
    if let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        return of_mysql(error.number());
    }
    let code = error.code().unwrap_or_default();
    if error
        .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()
        .is_some()
    {
        return of_postgres(&code);
    }
    of_sqlite(code.parse().unwrap_or(0), error.message())
}

/// Server and client error numbers: "MariaDB Error Codes", with Galera's 1047.
fn of_mysql(number: u16) -> Failure {
    match number {
        1213 => Failure::Deadlock,
        1205 => Failure::Locked,
        1047
        | 1053
        | 1077..=1079
        | 1080
        | 1152..=1161
        | 1184
        | 1927
        | 2002..=2006
        | 2013
        | 2055
        | 4031 => Failure::ConnectionLost,
        1040 | 1203 | 1226 => Failure::TooManyConnections,
        1044 | 1045 | 1142 | 1143 | 1698 => Failure::AccessDenied,
        1049 => Failure::UnknownDatabase,
        1021 | 1114 => Failure::DiskFull,
        1290 | 1792 | 1836 => Failure::ReadOnly,
        1034 | 1712 | 1877 => Failure::Corrupt,
        1054 | 1146 => Failure::MissingSchema,
        1406 | 1264 => Failure::DataTooLong,
        1216 | 1217 | 1451 | 1452 => Failure::ForeignKey,
        1048 | 1364 => Failure::NotNull,
        _ => Failure::Other,
    }
}

/// "PostgreSQL Error Codes", appendix A of its manual.
fn of_postgres(code: &str) -> Failure {
    match code {
        "40001" | "40P01" => Failure::Deadlock,
        "55P03" => Failure::Locked,
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" => Failure::ConnectionLost,
        "53300" => Failure::TooManyConnections,
        "28000" | "28P01" | "42501" => Failure::AccessDenied,
        "3D000" => Failure::UnknownDatabase,
        "53100" => Failure::DiskFull,
        "25006" => Failure::ReadOnly,
        "XX001" | "XX002" => Failure::Corrupt,
        "42P01" | "42703" => Failure::MissingSchema,
        "22001" | "22003" => Failure::DataTooLong,
        "23503" => Failure::ForeignKey,
        "23502" => Failure::NotNull,
        code if code.starts_with("08") => Failure::ConnectionLost,
        _ => Failure::Other,
    }
}

/// "Result and Error Codes" of SQLite; the low byte is the primary code.
fn of_sqlite(code: u32, message: &str) -> Failure {
    match code {
        787 => return Failure::ForeignKey,
        1299 => return Failure::NotNull,
        // SQLITE_IOERR_WRITE, _FSYNC and _SHMSIZE: what a full disk can look like
        // when it is found out late.
        778 | 1034 | 4874 if message.contains("disk I/O error") => return Failure::DiskFull,
        _ => {}
    }
    match code & 0xff {
        5 | 6 => Failure::Locked,
        8 => Failure::ReadOnly,
        11 => Failure::Corrupt,
        13 => Failure::DiskFull,
        14 | 23 | 3 => Failure::CannotOpen,
        26 => Failure::NotADatabase,
        1 if message.starts_with("no such table") || message.starts_with("no such column") => {
            Failure::MissingSchema
        }
        _ => Failure::Other,
    }
}
