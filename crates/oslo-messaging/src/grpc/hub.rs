//! The hub: the process-embedded router at a `grpc://` URL's address.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::task::JoinHandle;
use tokio_stream::wrappers::UnixListenerStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use super::connect::Address;
use super::link::LinkService;
use super::{CONNECTION_WINDOW, KEEPALIVE, STREAM_WINDOW, UNREAD_BYTES, tls};
use crate::bus::{Bus, BusLimits, LocalDriver};
use crate::error::{Error, Result};
use crate::options::{Limits, TlsOptions, TransportOptions};
use crate::transport::Transport;
use crate::url::TransportUrl;

/// How long connections may take to end once their links have.
const FAREWELL: Duration = Duration::from_secs(2);

/// How a hub works.
#[derive(Clone, Debug)]
pub struct HubOptions {
    /// What may be sent through it.
    pub limits: Limits,
    /// What may wait in it.
    pub bus: BusLimits,
    /// TLS, when the URL does not say. With a `ca` it is mutual.
    pub tls: Option<TlsOptions>,
    /// How many bytes may wait for one connection that does not read, before it is cut: 256 MiB.
    pub unread_bytes: usize,
}

impl Default for HubOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            bus: BusLimits::default(),
            tls: None,
            unread_bytes: UNREAD_BYTES,
        }
    }
}

/// A router at an address, at work since [`Hub::bind`]. See [`GrpcFactory`](crate::grpc::GrpcFactory) for the other side.
///
/// ```
/// use oslo_messaging::grpc::{Hub, HubOptions};
/// use oslo_messaging::TransportOptions;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let hub = Hub::bind(&"grpc://127.0.0.1:0".parse()?, HubOptions::default()).await?;
/// // Servers of this process listen here; other processes open `hub.url()`.
/// let transport = hub.transport(TransportOptions::default());
/// transport.close().await;
/// hub.stop().await;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Hub {
    bus: Arc<Bus>,
    url: TransportUrl,
    stop: CancellationToken,
    links: TaskTracker,
    serving: Option<JoinHandle<()>>,
    socket: Option<PathBuf>,
}

impl Hub {
    /// Listens at the URL's address. Port 0 takes a free one; [`Hub::url`] says which.
    ///
    /// # Errors
    ///
    /// [`Error::Bind`], with `AddrInUse` when another hub is there; [`Error::Tls`]; [`Error::InvalidUrl`].
    pub async fn bind(url: &TransportUrl, options: HubOptions) -> Result<Self> {
        let tls = tls::resolve(url, options.tls.as_ref())?;
        let bus = Bus::new(options.bus);
        let stop = CancellationToken::new();
        let links = TaskTracker::new();
        let service = LinkService::new(
            bus.clone(),
            options.limits,
            options.unread_bytes,
            stop.clone(),
            links.clone(),
        );
        let mut server = Server::builder()
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .http2_keepalive_interval(Some(KEEPALIVE))
            .http2_keepalive_timeout(Some(KEEPALIVE));
        if let Some(tls) = &tls {
            server = server
                .tls_config(tls::server(url, tls)?)
                .map_err(|error| tls::failed(url, error.to_string()))?;
        }
        let mut url = url.clone();
        let stopped = stop.clone().cancelled_owned();
        let (serving, socket) = match Address::of(&url)? {
            Address::Tcp { host, port } => {
                let failed = |source| Error::Bind {
                    address: format!("{host}:{port}"),
                    source,
                };
                let listener = TcpListener::bind((host.as_str(), port))
                    .await
                    .map_err(failed)?;
                let address = listener.local_addr().map_err(failed)?;
                warn_if_open(address, tls.is_some());
                set_port(&mut url, &host, address.port());
                let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
                let serving = tokio::spawn(async move {
                    log_end(
                        server
                            .serve_with_incoming_shutdown(service, incoming, stopped)
                            .await,
                    );
                });
                (serving, None)
            }
            Address::Unix(path) => {
                let listener = bind_unix(&path).await.map_err(|source| Error::Bind {
                    address: path.display().to_string(),
                    source,
                })?;
                let incoming = UnixListenerStream::new(listener);
                let serving = tokio::spawn(async move {
                    log_end(
                        server
                            .serve_with_incoming_shutdown(service, incoming, stopped)
                            .await,
                    );
                });
                (serving, Some(path))
            }
        };
        tracing::info!(%url, tls = tls.is_some(), "hub is listening");
        Ok(Self {
            bus,
            url,
            stop,
            links,
            serving: Some(serving),
            socket,
        })
    }

    /// The URL other processes open, with the port it really has.
    #[must_use]
    pub fn url(&self) -> &TransportUrl {
        &self.url
    }

    /// A transport for this process: clients and servers on it are at the hub already.
    #[must_use]
    pub fn transport(&self, options: TransportOptions) -> Transport {
        let driver = LocalDriver::new(self.bus.clone(), self.url.to_string().into());
        Transport::with_driver(self.url.clone(), options, Arc::new(driver))
    }

    /// Sends what is in line, ends all connections and frees the address. Stop the servers on it first.
    pub async fn stop(mut self) {
        self.stop.cancel();
        self.links.close();
        self.links.wait().await;
        if let Some(mut serving) = self.serving.take()
            && tokio::time::timeout(FAREWELL, &mut serving).await.is_err()
        {
            serving.abort();
        }
        tracing::info!(url = %self.url, "hub stopped");
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(path) = &self.socket {
            // Somebody may have removed it, or be listening there by now; neither is ours to report.
            drop(std::fs::remove_file(path));
        }
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

fn log_end(outcome: Result<(), tonic::transport::Error>) {
    if let Err(error) = outcome {
        tracing::error!(%error, "the hub's listener failed");
    }
}

fn warn_if_open(address: SocketAddr, tls: bool) {
    if !address.ip().is_loopback() && !tls {
        tracing::warn!(%address, "the hub obeys anyone who reaches this address: use mutual TLS beyond loopback");
    }
}

fn set_port(url: &mut TransportUrl, host: &str, port: u16) {
    match url.hosts.first_mut() {
        Some(first) => first.port = Some(port),
        None => url.hosts.push(crate::url::TransportHost {
            hostname: host.to_owned(),
            port: Some(port),
            username: None,
            password: None,
        }),
    }
}

/// Binds a socket file; takes the place of one that a dead process left.
async fn bind_unix(path: &Path) -> io::Result<UnixListener> {
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            match UnixStream::connect(path).await {
                Err(refused) if refused.kind() == io::ErrorKind::ConnectionRefused => {
                    std::fs::remove_file(path)?;
                    UnixListener::bind(path)?
                }
                _ => return Err(error),
            }
        }
        outcome => outcome?,
    };
    // Whoever can write to the socket can command the cloud: the owner and the group, nobody else.
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
    Ok(listener)
}
