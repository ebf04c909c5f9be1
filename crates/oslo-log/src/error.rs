//! Why logging cannot be set up.

use std::io;
use std::path::PathBuf;

/// Logging could not be set up. Each text fits after "failed to".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The log file cannot be written.
    #[error("open log file {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },

    /// Logging was set up before in this process.
    #[error("set up logging: it was set up before in this process")]
    AlreadySet,
}
