//! Configuration as OpenStack's services read it.
//!
//! An operator brings the `nova.conf` they have; it is read the way oslo.config reads it, oddities included. Values come
//! from files in the order given, then from the environment (`OS_DATABASE__CONNECTION`), then from flags; the last one
//! wins. With no configuration at all the defaults start a cloud on one machine.
//!
//! In reading order:
//!
//! - [`opt`]: options are rows of static tables ([`Opt`]), so help texts and documents are made from them.
//! - [`kind`]: what a value may be, and the text it is read from.
//! - [`ini`]: the file format.
//! - [`Loader`] and [`Config`]: where values come from, and asking for one.
//! - [`settings`]: the options these programs use, as structs.
//! - [`Finding`]: misspelt and deprecated options, named with what was probably meant.
//! - [`Secret`]: text whose passwords never reach a log.
//! - [`paths`]: where files live when nobody said so.
//! - [`mod@reference`]: the tables as text, for `--help` and the guide.
//!
//! ```
//! use oslo_config::{Loader, Settings};
//!
//! let config = Loader::nova("nova-conductor")
//!     .without_default_files()
//!     .text("nova.conf", "[DEFAULT]\nhost = node1\n[database]\nconnection = mysql://nova:secret@db/$host\n")
//!     .load()?;
//! let settings = Settings::read(&config)?;
//! assert_eq!(settings.service.host, "node1");
//! assert_eq!(settings.database.connection.to_string(), "mysql://nova:***@db/node1");
//! assert_eq!(settings.database.connection.expose(), "mysql://nova:secret@db/node1");
//! # Ok::<(), oslo_config::Error>(())
//! ```

mod args;
mod config;
mod error;
mod finding;
pub mod ini;
pub mod kind;
mod loader;
mod location;
pub mod opt;
pub mod paths;
pub mod reference;
mod secret;
pub mod settings;
mod substitute;
mod suggest;

pub use args::ConfigArgs;
pub use config::Config;
pub use error::Error;
pub use finding::Finding;
pub use kind::{Cap, FromValue, Kind, Value};
pub use loader::Loader;
pub use location::{Excerpt, Location};
pub use opt::{Opt, Preset};
pub use secret::{Secret, mask_urls};
pub use settings::Settings;
