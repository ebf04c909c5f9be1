//! What a transport is told besides its URL.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::caps::VersionCaps;

/// What may be decoded. Everything above is refused before it is looked at any closer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a whole message body, sent or received. 64 MiB by default.
    pub message_bytes: usize,
    /// How deep arrays and objects may nest in a message. 100 by default.
    pub depth: usize,
    /// How many values (commas and containers) a message may hold. 4 million by default.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 64 * 1024 * 1024,
            depth: 100,
            values: 4_000_000,
        }
    }
}

/// A certificate or key: PEM text, or the file that has it.
#[derive(Clone)]
pub enum Pem {
    /// The PEM text itself.
    Text(String),
    /// Read from this file when the transport opens.
    File(PathBuf),
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(...)"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// TLS for whichever driver is opened. On the listening side `ca` makes it mutual: clients need a certificate it signed.
#[derive(Clone, Debug, Default)]
pub struct TlsOptions {
    /// Who signs the other side's certificate.
    pub ca: Option<Pem>,
    /// Our own certificate, with its chain.
    pub certificate: Option<Pem>,
    /// The key of our certificate.
    pub key: Option<Pem>,
    /// The name expected in the server's certificate, where it is not the URL's host.
    pub server_name: Option<String>,
}

/// What a [`Transport`](crate::Transport) is told besides its URL. The defaults are Nova's.
#[derive(Clone, Debug)]
pub struct TransportOptions {
    /// The control exchange of targets that name none: `nova`.
    pub exchange: Arc<str>,
    /// How long a call waits for its reply unless it says otherwise (`rpc_response_timeout`): 60 s.
    pub response_timeout: Duration,
    /// How this process names itself to brokers and hubs (`nova-conductor:1234`).
    pub connection_name: Arc<str>,
    /// What may be decoded and sent.
    pub limits: Limits,
    /// TLS, when the URL does not say (`?tls=1&ca=..&cert=..&key=..&server_name=..` does for `grpc://`).
    pub tls: Option<TlsOptions>,
    /// Modules whose remote errors may be taken for what they say they are (`allowed_remote_exmods`): `nova.exception`.
    /// See [`RemoteError`](crate::RemoteError).
    pub allowed_remote_exmods: Vec<String>,
    /// The highest versions that may be sent; none by default.
    pub version_caps: VersionCaps,
    /// The shortest wait before connecting again: 50 ms. It doubles, with some chance in it, up to `reconnect_max`.
    pub reconnect_min: Duration,
    /// The longest wait before connecting again: 2 s.
    pub reconnect_max: Duration,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            exchange: Arc::from("nova"),
            response_timeout: Duration::from_secs(60),
            connection_name: Arc::from(format!("oslo-messaging:{}", std::process::id())),
            limits: Limits::default(),
            tls: None,
            allowed_remote_exmods: vec!["nova.exception".to_owned()],
            version_caps: VersionCaps::default(),
            reconnect_min: Duration::from_millis(50),
            reconnect_max: Duration::from_secs(2),
        }
    }
}
