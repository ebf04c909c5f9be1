//! The start of a service: configuration, log, runtime.

use std::io;

use oslo_config::{ConfigArgs, Loader, Settings};
use tokio::runtime::Runtime;

use crate::Exit;

/// The result of starting something.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a service could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration cannot be used.
    #[error(transparent)]
    Configuration(#[from] oslo_config::Error),
    /// The log cannot be written where it should be.
    #[error("set up the log")]
    Log(#[from] oslo_log::Error),
    /// The bus cannot be opened.
    #[error("open the message bus {url} (option `transport_url`)")]
    Bus {
        /// Its URL, without passwords.
        url: String,
        /// What the driver said.
        #[source]
        source: oslo_messaging::Error,
    },
    /// The operating system refused something every program needs.
    #[error("{doing}")]
    System {
        /// What was attempted.
        doing: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// The code to exit with.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Configuration(_) | Self::Log(_) => Exit::Configuration,
            // Options that no bus could be opened with.
            Self::Bus {
                source:
                    oslo_messaging::Error::InvalidUrl { .. }
                    | oslo_messaging::Error::UnknownScheme { .. }
                    | oslo_messaging::Error::Tls { .. },
                ..
            } => Exit::Configuration,
            Self::Bus { .. } => Exit::Unavailable,
            Self::System { .. } => Exit::Failure,
        }
    }
}

/// Reads the configuration of a program as its flags say, sets up its log, and
/// logs what is odd about the configuration.
///
/// # Errors
/// [`Error::Configuration`], [`Error::Log`]
pub fn settings(program: &str, args: &ConfigArgs) -> Result<Settings> {
    let config = args.apply(Loader::nova(program)).load()?;
    let settings = Settings::read(&config)?;
    oslo_log::init(program, &settings.logging)?;
    config.log_findings();
    Ok(settings)
}

/// The runtime of a program.
///
/// # Errors
/// [`Error::System`]
pub fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::System {
            doing: "start the threads of the runtime",
            source,
        })
}
