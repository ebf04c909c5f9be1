//! Dialling a hub, and reading its address out of a URL.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Streaming};

use super::frame::{Frame, FrameCodec};
use super::outbox::{Outbox, outbox};
use super::{
    CONNECTION_WINDOW, DEFAULT_PORT, FRAME_OVERHEAD, KEEPALIVE, LINK_PATH, PROTOCOL, STREAM_WINDOW,
    UNREAD_BYTES, tls,
};
use crate::error::Result;
use crate::options::TransportOptions;
use crate::url::TransportUrl;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Where a hub is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    Tcp { host: String, port: u16 },
    Unix(PathBuf),
}

impl Address {
    pub(super) fn of(url: &TransportUrl) -> Result<Self> {
        if url.scheme == "grpc+unix" {
            if url.virtual_host.is_empty() || !url.hosts.is_empty() {
                return Err(url.invalid("write a Unix socket as grpc+unix:///path/of/the/socket"));
            }
            return Ok(Self::Unix(PathBuf::from(format!("/{}", url.virtual_host))));
        }
        match url.hosts.as_slice() {
            [host] if host.username.is_none() => Ok(Self::Tcp {
                host: host.hostname.clone(),
                port: host.port.unwrap_or(DEFAULT_PORT),
            }),
            [] => Ok(Self::Tcp {
                host: "127.0.0.1".to_owned(),
                port: DEFAULT_PORT,
            }),
            [_] => Err(url.invalid("a hub knows no passwords; use mutual TLS")),
            _ => Err(url.invalid("there is one hub; name one host")),
        }
    }

    /// As it stands in a URL of HTTP.
    fn authority(host: &str, port: u16) -> String {
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }
}

/// Knows how to reach one hub.
pub(super) struct Dialler {
    endpoint: Endpoint,
    name: String,
    message_bytes: usize,
}

/// A link that stands.
pub(super) struct Dialled {
    pub(super) outbox: Outbox,
    pub(super) frames: Streaming<Frame>,
    /// The largest body the hub takes.
    pub(super) message_bytes: usize,
    pub(super) dead: CancellationToken,
}

impl Dialler {
    pub(super) fn new(url: &TransportUrl, options: &TransportOptions) -> Result<Self> {
        let tls = tls::resolve(url, options.tls.as_ref())?;
        let uri = match Address::of(url)? {
            Address::Tcp { host, port } => format!(
                "{}://{}",
                if tls.is_some() { "https" } else { "http" },
                Address::authority(&host, port)
            ),
            Address::Unix(path) => format!("unix://{}", path.display()),
        };
        let mut endpoint = Endpoint::from_shared(uri)
            .map_err(|error| url.invalid(format!("no address: {error}")))?
            .connect_timeout(ATTEMPT)
            .tcp_nodelay(true)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .http2_keep_alive_interval(KEEPALIVE)
            .keep_alive_timeout(KEEPALIVE)
            .keep_alive_while_idle(true);
        if let Some(tls) = &tls {
            endpoint = endpoint
                .tls_config(tls::client(url, tls)?)
                .map_err(|error| tls::failed(url, chain(&error)))?;
        }
        Ok(Self {
            endpoint,
            name: options.connection_name.to_string(),
            message_bytes: options.limits.message_bytes,
        })
    }

    /// Connects and exchanges greetings. The error is for a person.
    pub(super) fn dial(&self) -> BoxFuture<'_, Result<Dialled, String>> {
        Box::pin(async move {
            tokio::time::timeout(ATTEMPT, self.dial_slowly())
                .await
                .map_err(|_| format!("no answer within {ATTEMPT:?}"))?
        })
    }

    async fn dial_slowly(&self) -> Result<Dialled, String> {
        let channel: Channel = self
            .endpoint
            .connect()
            .await
            .map_err(|error| chain(&error))?;
        let limit = self.message_bytes.saturating_add(FRAME_OVERHEAD);
        let mut grpc = tonic::client::Grpc::new(channel)
            .max_decoding_message_size(limit)
            .max_encoding_message_size(usize::MAX);
        grpc.ready().await.map_err(|error| chain(&error))?;
        let dead = CancellationToken::new();
        let (outbox, stream) = outbox(UNREAD_BYTES, &dead);
        outbox.send(Frame::Hello {
            protocol: PROTOCOL,
            name: self.name.clone(),
            message_bytes: self.message_bytes as u64,
        });
        let path = PathAndQuery::from_static(LINK_PATH);
        let mut frames = grpc
            .streaming(Request::new(stream), path, FrameCodec)
            .await
            .map_err(|status| chain(&status))?
            .into_inner();
        match frames.message().await.map_err(|status| chain(&status))? {
            Some(Frame::Hello {
                protocol: PROTOCOL,
                message_bytes,
                ..
            }) => Ok(Dialled {
                outbox,
                frames,
                message_bytes: usize::try_from(message_bytes).unwrap_or(usize::MAX),
                dead,
            }),
            Some(Frame::Hello { protocol, .. }) => Err(format!(
                "the hub speaks protocol {protocol}, this program {PROTOCOL}; upgrade the older one"
            )),
            _ => Err("the other side is no hub".to_owned()),
        }
    }
}

/// An error with all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            // Writing to a String does not fail.
            let _ = write!(text, ": {cause_text}");
        }
        source = cause.source();
    }
    text
}
