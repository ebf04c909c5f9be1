//! Logs as OpenStack's services write them.
//!
//! One call at the start of a program sends everything logged with [`tracing`] where the configuration says, in lines
//! that look like oslo.log's or as JSON with oslo.log's names, so that what operators have for reading logs goes on
//! working. Passwords in URLs are masked whatever logs them.
//!
//! - [`init`]: sets up logging for the process.
//! - [`Output`]: where lines go; files are opened anew after they were moved away.
//! - [`mod@format`]: what lines look like.
//!
//! ```
//! use oslo_config::{Loader, Settings};
//!
//! let config = Loader::nova("nova-compute").without_default_files().load()?;
//! let settings = Settings::read(&config)?;
//! oslo_log::init("nova-compute", &settings.logging)?;
//! config.log_findings();
//! tracing::info!(host = settings.service.host, "starting");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
pub mod format;
mod output;
mod setup;

pub use error::Error;
pub use output::Output;
pub use setup::{filter, init, subscriber};
