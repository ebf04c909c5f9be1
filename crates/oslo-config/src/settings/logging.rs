//! Where the log goes.

use std::path::PathBuf;

use super::settings;
use crate::kind::Kind;
use crate::opt::Preset;

settings! {
    /// Where the log goes and what it looks like, of `[DEFAULT]` (oslo_log _options.py).
    pub struct Logging {
        /// Log at level DEBUG instead of INFO.
        debug: bool = Kind::Bool, Preset::Text("false");
        /// The file to log to, inside log_dir if relative. Nothing means standard error.
        log_file: Option<PathBuf> = Kind::Text, Preset::None, was ["logfile"];
        /// The folder for log files; alone, it makes a program log to its own name with .log.
        log_dir: Option<PathBuf> = Kind::Text, Preset::None, was ["logdir"];
        /// Log one JSON object a line, with the names oslo.log uses.
        use_json: bool = Kind::Bool, Preset::Text("false");
        /// Log to standard error as well when there is a log file.
        use_stderr: bool = Kind::Bool, Preset::Text("false");
        /// Open the log file anew when it was moved away or removed.
        watch_log_file: bool = Kind::Bool, Preset::Text("false");
        /// Levels of single parts, such as sqlx=WARN,nova_db=DEBUG. Names of Python modules are ignored.
        default_log_levels: Vec<String> = Kind::List, Preset::Text("h2=INFO,hyper=INFO,lapin=OFF,sqlx=WARN,tower=INFO");
    }
}
