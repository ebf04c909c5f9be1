//! Why a server could not be had or changed.

/// The result of a request about servers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request about servers failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An operation on an object failed, here or at the conductor.
    #[error(transparent)]
    Object(#[from] nova_objects::Error),
    /// No compute can take the server.
    #[error("no valid host was found for flavor {flavor}: {reason}")]
    NoValidHost {
        /// The flavor's name.
        flavor: String,
        /// What each compute that was looked at lacks.
        reason: String,
    },
    /// The server's state does not allow what was asked.
    #[error("cannot {action} server {server} while it is in {attribute} {state}")]
    State {
        /// What was asked.
        action: &'static str,
        /// The server's uuid.
        server: String,
        /// `vm_state` or `task_state`.
        attribute: &'static str,
        /// The state it is in.
        state: String,
    },
    /// The server has no compute yet that could do it.
    #[error("cannot {action} server {server}: it is on no host yet")]
    NoHost {
        /// What was asked.
        action: &'static str,
        /// The server's uuid.
        server: String,
    },
    /// The compute could not be told.
    #[error("tell compute {host} to {action} server {server}")]
    Cast {
        /// What was asked.
        action: &'static str,
        /// The server's uuid.
        server: String,
        /// The compute.
        host: String,
        /// What the bus said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<versionedobjects::Error> for Error {
    fn from(error: versionedobjects::Error) -> Self {
        Self::Object(error.into())
    }
}
