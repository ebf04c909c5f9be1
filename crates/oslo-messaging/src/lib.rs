//! RPC in oslo.messaging's words: targets, calls, casts, fanouts, remote errors, over a bus chosen by URL.
mod args;
mod context;
pub mod driver;
pub mod envelope;
mod error;
mod failure;
pub mod json;
mod options;
mod target;
mod url;

pub use args::{Args, Kwargs};
pub use context::{CallContext, ContextBuilder, ContextView};
pub use error::{Error, Result};
pub use failure::{Failure, RemoteError};
pub use json::Json;
pub use options::{Limits, Pem, TlsOptions, TransportOptions};
pub use target::{Target, version_is_compatible};
pub use url::{TransportHost, TransportUrl};
