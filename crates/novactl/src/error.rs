//! What can go wrong, and what to do about it.

use std::error::Error as StdError;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nova_service::Exit;
use serde_json::{Value as Json, json};
use versionedobjects::{Exception, ProjectError as _};

/// The result of a command.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The program could not be set up: configuration, log, bus.
    #[error(transparent)]
    Start(#[from] nova_service::Error),
    /// A database cannot be used.
    #[error(transparent)]
    Database(#[from] nova_db::Error),
    /// A method failed, here or at the conductor.
    #[error(transparent)]
    Object(#[from] nova_objects::Error),
    /// What was asked of a server cannot be had.
    #[error(transparent)]
    Server(#[from] nova_api::Error),
    /// No conductor answered.
    #[error("reach a conductor on {url}")]
    NoConductor {
        /// The bus, without passwords.
        url: String,
        /// What the bus said.
        #[source]
        source: oslo_messaging::Error,
    },
    /// A service did not answer a ping.
    #[error("ping {target}")]
    NoAnswer {
        /// Topic and host.
        target: String,
        /// What the bus said.
        #[source]
        source: oslo_messaging::Error,
    },
    /// What passes on the bus cannot be seen any more.
    #[error("watch the bus")]
    Watch(#[source] oslo_messaging::Error),
    /// There is no such thing.
    #[error("find {kind} `{name}`: there is none of that name or id")]
    NotFound {
        /// What was looked for, such as `flavor`.
        kind: &'static str,
        /// What it was called.
        name: String,
        /// Names that are near, nearest first.
        near: Vec<String>,
    },
    /// Several servers have the name.
    #[error("find server `{name}`: {} servers have that name", uuids.len())]
    Ambiguous {
        /// The name.
        name: String,
        /// Their uuids.
        uuids: Vec<String>,
    },
    /// A file cannot be read.
    #[error("read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("write {}", path.display())]
    WriteFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Input is not what it should be.
    #[error("understand {what}: {reason}")]
    Input {
        /// What was read, with its file.
        what: String,
        /// What is wrong, with the position.
        reason: String,
        /// What would help.
        hint: Option<String>,
    },
    /// An object among others cannot be converted.
    #[error("convert line {line} of {}: {}: {}", called(path), exception.class, exception.message)]
    Line {
        /// The file; `-` for standard input.
        path: PathBuf,
        /// The number of the line, from 1.
        line: u64,
        /// The exception that Nova raises.
        exception: Box<Exception>,
    },
    /// Objects among others could not be converted; the others were.
    #[error("convert {}: {failed} of {lines} lines failed, the first was line {first}: {}: {}", called(path), exception.class, exception.message)]
    Lines {
        /// The file; `-` for standard input.
        path: PathBuf,
        /// How many failed.
        failed: u64,
        /// How many there were.
        lines: u64,
        /// The number of the first that failed, from 1.
        first: u64,
        /// Why that one did.
        exception: Box<Exception>,
    },
    /// A server did not become what it was to become.
    #[error("wait for server {server} to become {wanted}: {reason}")]
    Wait {
        /// Its uuid.
        server: String,
        /// The state that was waited for.
        wanted: &'static str,
        /// The state it is in, and its fault.
        reason: String,
    },
    /// It took too long.
    #[error("wait for server {server} to become {wanted}: it is still {state} after {after:?}")]
    TooLong {
        /// Its uuid.
        server: String,
        /// The state that was waited for.
        wanted: &'static str,
        /// The state it is in.
        state: String,
        /// How long it was waited.
        after: Duration,
    },
    /// Results could not be written.
    #[error("write the results")]
    Write(#[source] io::Error),
}

impl From<versionedobjects::Error> for Error {
    fn from(error: versionedobjects::Error) -> Self {
        Self::Object(error.into())
    }
}

impl Error {
    /// The code to exit with.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Start(error) => error.exit(),
            Self::Database(_)
            | Self::NoConductor { .. }
            | Self::NoAnswer { .. }
            | Self::Watch(_) => Exit::Unavailable,
            Self::Object(error) | Self::Server(nova_api::Error::Object(error))
                if error.is_unreachable() =>
            {
                Exit::Unavailable
            }
            Self::Server(nova_api::Error::Cast { .. }) => Exit::Unavailable,
            _ => Exit::Failure,
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Database(error) => error.hint(),
            Self::NoConductor { .. } => {
                Some("start one with `nova-conductor`, with the same --config-file, or check `transport_url`".to_owned())
            }
            Self::NoAnswer { .. } => Some(
                "see whether the service runs on that bus (`novactl service list` shows its reports), and that the topic and \
                 host are its own"
                    .to_owned(),
            ),
            Self::Watch(_) => Some("start it again; what passed meanwhile is not shown".to_owned()),
            Self::Object(error) | Self::Server(nova_api::Error::Object(error)) if error.is_unreachable() => {
                Some("see whether `nova-conductor` is running and its log is quiet".to_owned())
            }
            Self::NotFound { kind, near, .. } if near.is_empty() => Some(format!("`novactl {kind} list` shows what there is")),
            Self::NotFound { near, .. } => Some(format!("did you mean {}?", quoted(near))),
            Self::Ambiguous { uuids, .. } => Some(format!("name it by its uuid: {}", uuids.join(", "))),
            Self::Input { hint, .. } => hint.clone(),
            Self::Line { .. } => {
                Some("--keep-going converts the others and writes an error in its place".to_owned())
            }
            Self::Server(nova_api::Error::NoValidHost { .. }) => {
                Some("`novactl hypervisor list` and `novactl service list` show the computes and their room".to_owned())
            }
            Self::Server(nova_api::Error::State { server, .. }) => {
                Some(format!("`novactl server show {server}` shows what is being done with it"))
            }
            Self::TooLong { .. } => Some("--wait-timeout sets how long to wait".to_owned()),
            _ => None,
        }
    }

    /// A word for programs: Nova's exception class where there is one.
    #[must_use]
    pub fn kind(&self) -> String {
        match self {
            Self::Start(_) => "Start".to_owned(),
            Self::Database(_) => "Database".to_owned(),
            Self::Object(error) | Self::Server(nova_api::Error::Object(error)) => {
                error.to_exception().class.into_owned()
            }
            Self::Server(nova_api::Error::NoValidHost { .. }) => "NoValidHost".to_owned(),
            Self::Server(nova_api::Error::State { .. }) => "InstanceInvalidState".to_owned(),
            Self::Server(_) => "Server".to_owned(),
            Self::NoConductor { .. } => "NoConductor".to_owned(),
            Self::NoAnswer { .. } => "NoAnswer".to_owned(),
            Self::Watch(_) => "Watch".to_owned(),
            Self::NotFound { .. } => "NotFound".to_owned(),
            Self::Ambiguous { .. } => "Ambiguous".to_owned(),
            Self::Read { .. } | Self::Input { .. } => "Input".to_owned(),
            Self::Line { exception, .. } | Self::Lines { exception, .. } => {
                exception.class.to_string()
            }
            Self::Wait { .. } => "Wait".to_owned(),
            Self::TooLong { .. } => "TooLong".to_owned(),
            Self::Write(_) | Self::WriteFile { .. } => "Write".to_owned(),
        }
    }

    /// The error for programs.
    #[must_use]
    pub fn json(&self) -> Json {
        let mut causes = Vec::new();
        let mut cause = self.source();
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        json!({
            "version": crate::output::JSON_VERSION,
            "error": { "kind": self.kind(), "message": self.to_string(), "causes": causes, "hint": self.hint() },
        })
    }
}

/// What a file is called in an error.
fn called(path: &Path) -> String {
    if path.as_os_str() == "-" {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

fn quoted(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(" or ")
}
