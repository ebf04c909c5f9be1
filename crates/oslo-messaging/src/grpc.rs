//! `grpc://host:port` and `grpc+unix:///path`: a bus without a broker.
//!
//! One process (Nova's conductor) embeds the [`Hub`] at the URL's address; the others open a
//! [`Transport`](crate::Transport) with the same URL. Each keeps **one** bidirectional stream to the hub, on which it
//! calls and, if it serves something, says what it listens on; the hub routes, as a broker would. Servers in the hub's own
//! process are reached without any further hop, through [`Hub::transport`].
//!
//! The hub keeps messages in memory only. When it dies, calls in flight end with [`Error::ConnectionLost`] at once, and
//! what waited in it is gone; clients connect again, with bounded waits, and listen again on what they listened on. While
//! there is no connection, calls and casts wait for one until their deadline.
//!
//! URL options: `tls=1`, `ca=FILE`, `cert=FILE`, `key=FILE`, `server_name=NAME`. At the hub `ca` makes TLS mutual.

mod connect;
mod frame;
mod hub;
mod link;
mod outbox;
mod remote;
mod session;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use self::hub::{Hub, HubOptions};
use self::remote::RemoteDriver;
use crate::driver::{Driver, DriverFactory};
use crate::error::Result;
use crate::options::TransportOptions;
use crate::url::TransportUrl;

#[expect(unused_imports, reason = "the module's documentation links to it")]
use crate::error::Error;

/// The port of a URL that names none.
const DEFAULT_PORT: u16 = 8790;

/// The one method of the one service.
const LINK_PATH: &str = "/oslo.messaging.v1.Bus/Link";

/// Both sides must speak the same.
const PROTOCOL: u32 = 1;

/// What a frame adds to a body at most: names, numbers.
const FRAME_OVERHEAD: usize = 64 * 1024;

/// HTTP/2 windows: large enough that a message of a megabyte does not wait for the other side's permission.
const STREAM_WINDOW: u32 = 8 * 1024 * 1024;
const CONNECTION_WINDOW: u32 = 16 * 1024 * 1024;

/// How many bytes may wait for a peer that does not read, before the connection is cut.
const UNREAD_BYTES: usize = 256 * 1024 * 1024;

/// How often a quiet connection is checked, and how long the other side may take to answer.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// Opens a connection to a [`Hub`].
#[derive(Clone, Copy, Debug, Default)]
pub struct GrpcFactory;

#[async_trait]
impl DriverFactory for GrpcFactory {
    fn schemes(&self) -> &[&str] {
        &["grpc", "grpc+unix"]
    }

    async fn open(
        &self,
        url: &TransportUrl,
        options: &TransportOptions,
    ) -> Result<Arc<dyn Driver>> {
        Ok(Arc::new(RemoteDriver::open(url, options)?))
    }
}
