//! RPC in oslo.messaging's words: targets, calls, casts, fanouts, remote errors, over a bus chosen by URL.
mod args;
mod bus;
mod client;
mod clock;
mod context;
mod dispatcher;
pub mod driver;
mod duplicates;
pub mod envelope;
mod error;
mod failure;
mod fake;
#[cfg(feature = "grpc")]
pub mod grpc;
pub mod json;
mod options;
mod server;
mod target;
mod transport;
mod url;

pub use args::{Args, Kwargs};
pub use bus::BusLimits;
pub use client::{Prepared, RpcClient};
pub use context::{CallContext, ContextBuilder, ContextView};
pub use dispatcher::{BaseApi, Call, Dispatcher, Endpoint};
pub use duplicates::DuplicateWindow;
pub use error::{Error, Result};
pub use failure::{Failure, RemoteError};
pub use fake::FakeFactory;
pub use json::Json;
pub use options::{Limits, Pem, TlsOptions, TransportOptions};
pub use server::{RpcServer, ServerOptions, ServerStats};
pub use target::{Target, version_is_compatible};
pub use transport::Transport;
pub use url::{TransportHost, TransportUrl};
