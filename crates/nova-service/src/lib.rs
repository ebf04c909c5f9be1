//! What every Nova service does at its start and its end: read its
//! configuration, set up its log, open its bus, put itself on record, say what
//! it reads, and stop when it is told to.
//!
//! No database: a compute links this crate.

mod bus;
mod codec;
mod exit;
mod peers;
mod pin;
mod registration;
mod shutdown;
mod start;

pub use bus::Bus;
pub use codec::request_codec;
pub use exit::{Exit, report};
pub use oslo_messaging_rabbit::{Tap, TapSource, Tapped};
pub use peers::{peers, profile, reads};
pub use pin::{Pin, PinError};
pub use registration::Registration;
pub use shutdown::Shutdown;
pub use start::{Error, Result, runtime, settings};
