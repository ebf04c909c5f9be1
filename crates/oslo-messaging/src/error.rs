//! What can go wrong between asking for something and having the answer.

use std::fmt;
use std::time::Duration;

use crate::caps::VersionCap;
use crate::failure::RemoteError;

/// The result of everything in this crate that talks to somebody.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a message was not sent, not answered or not understood.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The transport URL does not parse. `url` is shown without its password.
    #[error("read the transport URL `{url}`: {reason}")]
    InvalidUrl {
        /// The URL with any password replaced.
        url: String,
        /// What is wrong with it.
        reason: String,
    },

    /// No driver knows the URL's scheme.
    #[error("open a transport: no driver for `{scheme}://`; this program has {known}")]
    UnknownScheme {
        /// The scheme that was asked for.
        scheme: String,
        /// The schemes that would work, as text.
        known: String,
    },

    /// A call or a server was prepared in a way that has no meaning, such as a call to a fanout.
    #[error("use the target {target}: {reason}")]
    InvalidTarget {
        /// The target as text.
        target: String,
        /// What is wrong with it.
        reason: String,
    },

    /// The wanted version is above the pin, as oslo.messaging's `RPCVersionCapError`.
    #[error("send version {version} to {target}: {}", over(.cap))]
    VersionCap {
        /// The version that was asked for.
        version: String,
        /// The target as text.
        target: String,
        /// The highest version that may be sent.
        cap: VersionCap,
    },

    /// No answer came in time, as oslo.messaging's `MessagingTimeout`.
    #[error(
        "wait for the reply to `{method}` on {target}: nothing after {after:?} (message {msg_id})"
    )]
    Timeout {
        /// The method that was called.
        method: String,
        /// The target as text.
        target: String,
        /// How long the caller waited.
        after: Duration,
        /// The call's `_msg_id`, to find it in the server's log.
        msg_id: String,
    },

    /// A monitored call's server stopped sending heartbeats.
    #[error(
        "wait for the reply to `{method}` on {target}: no sign of life for {silence:?} (message {msg_id})"
    )]
    Silence {
        /// The method that was called.
        method: String,
        /// The target as text.
        target: String,
        /// How long nothing came: the call monitor timeout.
        silence: Duration,
        /// The call's `_msg_id`.
        msg_id: String,
    },

    /// The method ran, or was refused, at the other side and answered with an error.
    #[error(transparent)]
    Remote(#[from] Box<RemoteError>),

    /// The connection was lost while the call was in flight: it may or may not have been carried out.
    #[error("{doing}: the connection to {peer} was lost; whether it was carried out is not known")]
    ConnectionLost {
        /// What was in flight.
        doing: String,
        /// The other side's address.
        peer: String,
    },

    /// There is no connection and none could be made in time. Nothing was sent.
    #[error("reach {peer}: {reason}")]
    NotConnected {
        /// The other side's address.
        peer: String,
        /// The last thing that stopped a connection, and what to do.
        reason: String,
    },

    /// Nobody serves the target. Nothing was carried out.
    #[error("deliver to {target}: nobody listens there; is the service that serves it running?")]
    NoListener {
        /// The target as text.
        target: String,
    },

    /// Too much waits already. Nothing was carried out; trying later may help.
    #[error("deliver to {target}: {reason}; try again later")]
    Busy {
        /// The target as text.
        target: String,
        /// Which bound was reached.
        reason: String,
    },

    /// A message is larger than a peer may accept.
    #[error("{doing}: {size} bytes are more than the limit of {limit}")]
    TooLarge {
        /// What was being sent or read.
        doing: String,
        /// Size of the message.
        size: usize,
        /// The limit in force.
        limit: usize,
    },

    /// A message cannot be understood.
    #[error("read {what}: {reason}")]
    Malformed {
        /// Which part of which message.
        what: &'static str,
        /// What is wrong with it. Never contains values from the message.
        reason: String,
    },

    /// A value could not be written as JSON.
    #[error("write {what} as JSON: {reason}")]
    Unwritable {
        /// What was being written.
        what: String,
        /// What the writer said.
        reason: String,
    },

    /// Certificates or keys are missing or unusable.
    #[error("set up TLS for {url}: {reason}")]
    Tls {
        /// The URL with any password replaced.
        url: String,
        /// What is wrong, with the file's name where there is one.
        reason: String,
    },

    /// An address could not be listened on.
    #[error("listen on {address}: {source}")]
    Bind {
        /// The address.
        address: String,
        /// What the system said; `AddrInUse` when another process is there already.
        source: std::io::Error,
    },

    /// The transport or the server was closed by its owner.
    #[error("{doing}: the transport was closed")]
    Closed {
        /// What was being done.
        doing: String,
    },

    /// A driver's own error.
    #[error("{doing}: {source}")]
    Driver {
        /// What was being done.
        doing: String,
        /// What the driver's library said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// Whether a caller may try again knowing that nothing was carried out.
    #[must_use]
    pub fn nothing_was_done(&self) -> bool {
        matches!(
            self,
            Self::NotConnected { .. }
                | Self::NoListener { .. }
                | Self::Busy { .. }
                | Self::TooLarge { .. }
                | Self::VersionCap { .. }
                | Self::InvalidTarget { .. }
        )
    }

    /// The error the other side answered with, if that is what this is.
    #[must_use]
    pub fn remote(&self) -> Option<&RemoteError> {
        match self {
            Self::Remote(error) => Some(error),
            _ => None,
        }
    }

    pub(crate) fn malformed(what: &'static str, reason: impl fmt::Display) -> Self {
        Self::Malformed {
            what,
            reason: reason.to_string(),
        }
    }
}

/// Why a version is too high for a cap, and what to do where that is an operator's choice.
fn over(cap: &VersionCap) -> String {
    let version = &cap.version;
    match &cap.set_by {
        Some(option) => format!(
            "{option} holds what is sent there to {version}: the same major, and no higher minor; unset it, or raise it when \
             every service there is new enough"
        ),
        None => {
            format!("it needs the same major and no higher minor than the version cap {version}")
        }
    }
}
