//! How a database is reached.

use std::time::Duration;

use super::settings;
use crate::kind::Kind;
use crate::opt::Preset;
use crate::secret::Secret;

settings! {
    /// How a database is reached, of `[database]` and `[api_database]` (oslo_db options.py).
    pub struct Database {
        /// The database as SQLAlchemy writes it: mysql+pymysql://USER:PASSWORD@HOST/NAME, postgresql://..., sqlite:////PATH.
        connection: Secret = Kind::Secret, Preset::Text("sqlite:///$state_path/nova.sqlite");
        /// A replica for reading.
        slave_connection: Option<Secret> = Kind::Secret, Preset::None;
        /// More parameters for the URL, written name=value&name=value.
        connection_parameters: String = Kind::Text, Preset::Text("");
        /// Seconds after which an idle connection is replaced; -1 for never.
        connection_recycle_time: i64 = Kind::INTEGER, Preset::Text("3600");
        /// Connections kept open; 0 for no limit.
        max_pool_size: Option<u32> = Kind::at_least(0), Preset::Text("5");
        /// Connections opened beyond max_pool_size when all are busy; -1 for no limit.
        max_overflow: Option<i64> = Kind::INTEGER, Preset::Text("50");
        /// Seconds to wait for a connection when all are busy. Nothing means 30.
        pool_timeout: Option<Duration> = Kind::at_least(0), Preset::None;
        /// How often to try to reach the database at start; -1 for without end.
        max_retries: i64 = Kind::INTEGER, Preset::Text("10");
        /// Seconds between tries to reach the database at start.
        retry_interval: Duration = Kind::at_least(0), Preset::Text("10");
        /// How often such a transaction is tried before the error is reported; -1 for without end.
        db_max_retries: i64 = Kind::INTEGER, Preset::Text("20");
        /// The SQL mode of MySQL and MariaDB sessions; empty for the server's own.
        mysql_sql_mode: String = Kind::Text, Preset::Text("TRADITIONAL");
        /// Have SQLite wait until data has reached the disk.
        sqlite_synchronous: bool = Kind::Bool, Preset::Text("true");
    }
}
