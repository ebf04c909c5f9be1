//! What can go wrong: at the start of the service, and in an operation.

use std::path::PathBuf;

use nova_objects::NovaException;
use nova_service::Exit;
use versionedobjects::{Exception, Json, ProjectError as _};

use crate::virt::VirtError;

/// The result of starting a compute.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a compute could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configured virtualisation driver does not exist.
    #[error(
        "use the virtualisation driver `{driver}` (option `compute_driver`): there is no such driver here; there are {known}"
    )]
    UnknownDriver {
        /// What was configured.
        driver: String,
        /// What could have been.
        known: String,
    },
    /// The driver could not be set up, or told nothing about its host.
    #[error("set up the virtualisation driver of {host}")]
    Driver {
        /// This host.
        host: String,
        /// What the driver said.
        #[source]
        source: VirtError,
    },
    /// The file that holds the node's identity cannot be used.
    #[error("keep the identity of this compute node in {}: {reason}", .path.display())]
    NodeIdentity {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// The identity belongs to another host's node.
    #[error(
        "start as {host}: the identity {uuid} in {} is that of a node of {other}; give each compute a `state_path` of \
         its own, and do not rename hosts that have servers",
        .path.display()
    )]
    ForeignNode {
        /// This host.
        host: String,
        /// The other one.
        other: String,
        /// The identity.
        uuid: String,
        /// The file.
        path: PathBuf,
    },
    /// The host has a node of that name with another identity.
    #[error(
        "register the compute node {node} of {host}: there is one with another identity; put its uuid (`novactl hypervisor \
         list`) into {}, or delete the record",
        .path.display()
    )]
    DuplicateNode {
        /// This host.
        host: String,
        /// Its node.
        node: String,
        /// The file that should hold the identity.
        path: PathBuf,
    },
    /// A record this service needs could not be read or written.
    #[error("{doing}")]
    Object {
        /// What was attempted.
        doing: &'static str,
        /// What the conductor answered.
        #[source]
        source: nova_objects::Error,
    },
    /// No conductor may be asked for a sign of life.
    #[error("ask whether a conductor is there")]
    Ping(#[source] oslo_messaging::Error),
    /// The bus does not let this service listen.
    #[error("serve the topic `{}` as {host}", crate::COMPUTE_TOPIC)]
    Serve {
        /// This host.
        host: String,
        /// What the bus said.
        #[source]
        source: oslo_messaging::Error,
    },
}

impl Error {
    /// The code to exit with.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::UnknownDriver { .. }
            | Self::NodeIdentity { .. }
            | Self::ForeignNode { .. }
            | Self::DuplicateNode { .. }
            | Self::Ping(_) => Exit::Configuration,
            Self::Object { source, .. } if source.is_class("RPCVersionCapError") => {
                Exit::Configuration
            }
            Self::Driver { .. } | Self::Object { .. } => Exit::Failure,
            Self::Serve { .. } => Exit::Unavailable,
        }
    }

    /// Whether waiting for the conductor may help.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Object { source, .. } if source.is_unreachable())
    }
}

/// Why an operation on an instance failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperationError {
    /// A record could not be read or written.
    #[error(transparent)]
    Object(#[from] nova_objects::Error),
    /// The hypervisor could not do it.
    #[error(transparent)]
    Virt(#[from] VirtError),
    /// Building failed here and might succeed elsewhere (nova
    /// `RescheduledException`).
    #[error("Build of instance {instance} was re-scheduled: {reason}")]
    Rescheduled {
        /// The instance's uuid.
        instance: String,
        /// Why it failed.
        reason: String,
    },
    /// Building failed for good (nova `BuildAbortException`).
    #[error("Build of instance {instance} aborted: {reason}")]
    BuildAborted {
        /// The instance's uuid.
        instance: String,
        /// Why it failed.
        reason: String,
    },
}

impl From<versionedobjects::Error> for OperationError {
    fn from(error: versionedobjects::Error) -> Self {
        Self::Object(error.into())
    }
}

impl OperationError {
    /// Whether this is the named Python class.
    #[must_use]
    pub fn is_class(&self, class: &str) -> bool {
        match self {
            Self::Object(error) => error.is_class(class),
            other => other.to_exception().class == class,
        }
    }

    /// The instance is gone, or on its way: nothing to report, nothing to save.
    #[must_use]
    pub fn is_disappeared(&self) -> bool {
        self.is_class("InstanceNotFound") || self.is_class("UnexpectedDeletingTaskStateError")
    }

    /// The form in which a caller gets it, if there is one.
    #[must_use]
    pub fn to_exception(&self) -> Exception {
        match self {
            Self::Object(error) => error.to_exception(),
            Self::Virt(error) => error.to_exception(),
            Self::Rescheduled { .. } => self.worded("RescheduledException"),
            Self::BuildAborted { .. } => self.worded("BuildAbortException"),
        }
    }

    fn worded(&self, class: &'static str) -> Exception {
        nova_objects::Error::worded(class, 500, self.to_string()).to_exception()
    }

    /// What the owner of the instance is told: the message of one of Nova's
    /// exceptions, of others only the class, for the rest may be nobody's
    /// business (nova `compute/utils.py`, `exception_to_dict`).
    #[must_use]
    pub fn fault_message(&self) -> String {
        let exception = self.to_exception();
        match self {
            Self::Rescheduled { reason, .. } => reason.clone(),
            _ if exception.module == nova_objects::exception::MODULE => exception.message,
            _ => exception.class.into_owned(),
        }
    }

    /// The HTTP code that goes with it.
    #[must_use]
    pub fn code(&self) -> i64 {
        let exception = self.to_exception();
        exception
            .kwargs
            .get("code")
            .and_then(Json::as_i64)
            .unwrap_or(500)
    }

    /// The error with its causes, a line each, for operators.
    #[must_use]
    pub fn details(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let line = error.to_string();
            if !text.contains(&line) {
                text.push_str("\ncaused by: ");
                text.push_str(&line);
            }
            cause = error.source();
        }
        text
    }
}

impl From<NovaException> for OperationError {
    fn from(error: NovaException) -> Self {
        Self::Object(error.into())
    }
}
