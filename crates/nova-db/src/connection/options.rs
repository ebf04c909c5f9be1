//! How a database is opened and how many connections it may have.

use std::time::Duration;

/// Options of a [`Database`](crate::Database), with the defaults of oslo.db where it has one
/// (`[database]` in `nova.conf`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The most connections at a time. oslo.db keeps 5 and goes up to 55.
    pub max_connections: u32,
    /// How long to wait for a free connection (`pool_timeout`).
    pub acquire_timeout: Duration,
    /// How long one attempt to reach the server may take.
    pub connect_timeout: Duration,
    /// After what time a connection is replaced (`connection_recycle_time`); `None` for never.
    pub max_lifetime: Option<Duration>,
    /// How long SQLite waits for another process that writes.
    pub busy_timeout: Duration,
    /// How often a transaction or a read is run again when that can help
    /// (`db_max_retries`).
    pub max_retries: u32,
    /// Statements slower than this are logged as warnings.
    pub slow_statement: Duration,
    /// How many prepared statements each connection keeps.
    pub statement_cache: usize,
    /// Whether to create a missing SQLite file.
    pub create: bool,
    /// Whether SQLite waits for the disk at each commit (`sqlite_synchronous`).
    pub sqlite_synchronous: bool,
    /// The SQL mode of MySQL sessions (`mysql_sql_mode`).
    pub mysql_sql_mode: String,
    /// Within what instances must have different names
    /// (`osapi_compute_unique_server_name_scope`).
    pub unique_server_names: Option<UniqueNames>,
}

/// Within what names have to be unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueNames {
    /// Within a project (`project`).
    Project,
    /// Everywhere (`global`).
    Global,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: 20,
            acquire_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            max_lifetime: Some(Duration::from_secs(3600)),
            busy_timeout: Duration::from_secs(5),
            max_retries: 5,
            slow_statement: Duration::from_secs(1),
            statement_cache: 256,
            create: true,
            sqlite_synchronous: true,
            mysql_sql_mode: "TRADITIONAL".to_owned(),
            unique_server_names: None,
        }
    }
}
