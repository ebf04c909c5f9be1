//! RPC in oslo.messaging's words: targets, calls, casts, fanouts, remote errors, over a bus chosen by URL. It knows no
//! objects: arguments and results are JSON text.
//!
//! In reading order:
//!
//! - [`Target`] and [`TransportUrl`]: who, and over which bus;
//! - [`Transport`]: the open bus, with its [`TransportOptions`];
//! - [`RpcClient`]: calls, casts, fanouts, with [`Kwargs`] and a [`CallContext`]; what they return is [`Json`] or an
//!   [`Error`], of which [`RemoteError`] is what the method itself raised;
//! - [`RpcServer`], [`Dispatcher`] and [`Endpoint`]: serving; a method answers with [`Json`] or a [`Failure`];
//! - [`envelope`] and [`json`]: bodies, byte for byte those of oslo.messaging;
//! - [`driver`]: what a bus has to offer, for those who write one;
//! - [`grpc`]: the bus between processes that needs no broker.
//!
//! | URL | bus |
//! |---|---|
//! | `fake://name` | this process; the same encoded bytes as everywhere |
//! | `grpc://host:port`, `grpc+unix:///path` | a [`Hub`](grpc::Hub) in one of the processes; TLS and mutual TLS |
//! | others | a [`DriverFactory`](driver::DriverFactory) given to [`Transport::open`]; RabbitMQ is one, in its own crate |
//!
//! ```
//! use std::sync::Arc;
//! use oslo_messaging::*;
//!
//! struct Greeter;
//!
//! #[async_trait::async_trait]
//! impl Endpoint for Greeter {
//!     fn version(&self) -> &str { "1.0" }
//!     fn has_method(&self, method: &str) -> bool { method == "greet" }
//!     async fn call(&self, call: Call<'_>) -> std::result::Result<Json, Box<Failure>> {
//!         let [whom] = call.args.bind("Greeter.greet", ["whom"])?;
//!         Ok(Json::from_written(format!("[\"hello\", {}]", whom.get())))
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let transport = Transport::open(&"fake://greetings".parse()?, TransportOptions::default(), &[]).await?;
//! let greeter: Arc<dyn Endpoint> = Arc::new(Greeter);
//! let server = RpcServer::start(
//!     &transport,
//!     Target::new("greeter").server("host1"),
//!     Dispatcher::new([greeter]),
//!     ServerOptions::default(),
//! )
//! .await?;
//!
//! let client = RpcClient::new(transport, Target::new("greeter").version("1.0"));
//! let args = Kwargs::new().value("whom", "world")?;
//! let answer = client.prepare().call(&CallContext::empty(), "greet", &args).await?;
//! assert_eq!(answer.get(), r#"["hello", "world"]"#);
//! server.stop().await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Features: `grpc` (default) adds [`grpc`]; without it there is no tonic in the build.

mod args;
mod bus;
mod caps;
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
pub use caps::{VersionCap, VersionCaps};
pub use client::{Prepared, RpcClient};
pub use context::{CallContext, ContextBuilder, ContextView};
pub use dispatcher::{BaseApi, Call, Dispatcher, Endpoint, RequestId};
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
