//! One connection to one broker.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_rs::Runtime;
use futures::StreamExt;
use lapin::uri::{
    AMQPAuthority, AMQPQueryString, AMQPScheme, AMQPUri, AMQPUserInfo, SASLMechanism,
};
use lapin::{AsyncTcpStream, Connection, ConnectionProperties, Event};
use oslo_messaging::{Error, Result, TransportHost, TransportOptions, TransportUrl};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::error::RabbitError;
use crate::options::{Login, RabbitOptions};
use crate::runtime::Tokio;
use crate::socket::Socket;
use crate::tls::Tls;

const PORT: u16 = 5672;
/// How long an orderly goodbye may take.
const GOODBYE: std::time::Duration = std::time::Duration::from_secs(2);

/// Where to connect, and as whom.
#[derive(Clone)]
pub(crate) struct Host {
    uri: AMQPUri,
    tls: Option<Tls>,
}

/// Makes connections.
pub(crate) struct Dialer {
    pub(crate) hosts: Vec<Host>,
    /// All of them, for errors about none of them being there.
    peers: String,
    pub(crate) handle: Handle,
    connect_timeout: std::time::Duration,
    connection_name: Arc<str>,
}

/// A connection, as long as somebody holds it.
pub(crate) struct Link {
    connection: Connection,
    breaker: Arc<Mutex<Option<crate::socket::Breaker>>>,
    peer: String,
    lost: watch::Receiver<Option<String>>,
    blocked: watch::Receiver<Option<String>>,
    watcher: CancellationToken,
}

impl Host {
    fn new(
        url: &TransportUrl,
        host: &TransportHost,
        options: &RabbitOptions,
        tls: Option<&Tls>,
    ) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "guest".to_owned());
        let uri = AMQPUri {
            scheme: AMQPScheme::AMQP,
            authority: AMQPAuthority {
                userinfo: AMQPUserInfo {
                    username: text(&host.username),
                    password: text(&host.password),
                },
                host: host.hostname.clone(),
                port: host.port.unwrap_or(PORT),
            },
            vhost: match url.virtual_host.as_str() {
                "" => "/".to_owned(),
                vhost => vhost.to_owned(),
            },
            query: AMQPQueryString {
                // Never none: lapin would make its buffers as large as the broker likes, and by growing them, which touches
                // every byte.
                frame_max: Some(options.frame_max),
                heartbeat: Some(u16::try_from(options.heartbeat.as_secs()).unwrap_or(u16::MAX)),
                auth_mechanism: Some(match options.login {
                    Login::AmqPlain => SASLMechanism::AMQPlain,
                    Login::Plain => SASLMechanism::Plain,
                    Login::External => SASLMechanism::External,
                    Login::RabbitCrDemo => SASLMechanism::RabbitCrDemo,
                }),
                ..AMQPQueryString::default()
            },
        };
        Self {
            uri,
            tls: tls.cloned(),
        }
    }

    /// The broker's address, for logs and errors.
    pub(crate) fn peer(&self) -> String {
        format!("{}:{}", self.uri.authority.host, self.uri.authority.port)
    }
}

impl Dialer {
    pub(crate) fn new(
        url: &TransportUrl,
        transport: &TransportOptions,
        options: &RabbitOptions,
        handle: Handle,
    ) -> Result<Self> {
        let in_url = url.flag("ssl") || url.flag("tls");
        let tls = match (&options.tls, in_url) {
            (Some(tls), _) => Some(tls.clone()),
            (None, true) => Some(transport.tls.clone().unwrap_or_default()),
            (None, false) => None,
        };
        let tls = tls
            .map(|tls| Tls::new(url, &tls, options.tls_versions, options.verify_hostname))
            .transpose()?;
        let local = [TransportHost {
            hostname: "localhost".to_owned(),
            port: None,
            username: None,
            password: None,
        }];
        let hosts = if url.hosts.is_empty() {
            &local[..]
        } else {
            &url.hosts
        };
        if let Some(host) = hosts.iter().find(|host| host.hostname.is_empty()) {
            return Err(url.invalid(format!("a host has no name: `{host:?}`")));
        }
        let hosts: Vec<Host> = hosts
            .iter()
            .map(|host| Host::new(url, host, options, tls.as_ref()))
            .collect();
        let peers: Vec<String> = hosts.iter().map(Host::peer).collect();
        Ok(Self {
            peers: peers.join(", "),
            hosts,
            handle,
            connect_timeout: options.connect_timeout,
            connection_name: transport.connection_name.clone(),
        })
    }

    /// All brokers, for errors about none of them being there.
    pub(crate) fn peers(&self) -> &str {
        &self.peers
    }

    /// Tries to connect once, to one broker.
    pub(crate) async fn dial(&self, host: &Host) -> std::result::Result<Link, RabbitError> {
        let breaker = Arc::new(Mutex::new(None));
        let (tls, slot) = (host.tls.clone(), breaker.clone());
        let connect = async move |uri: AMQPUri, _: Runtime<Tokio>| {
            let AMQPAuthority { host, port, .. } = uri.authority;
            let (socket, breaker) = Socket::connect(&host, port, tls.as_ref()).await?;
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(breaker);
            Ok(AsyncTcpStream::Plain(socket))
        };
        let name = format!("{}:{}", self.connection_name, Uuid::new_v4());
        let properties = ConnectionProperties::default()
            .with_client_property("product".into(), env!("CARGO_PKG_NAME").into())
            .with_client_property("version".into(), env!("CARGO_PKG_VERSION").into())
            .with_client_property("product_version".into(), env!("CARGO_PKG_VERSION").into())
            .with_connection_name(name.into());
        let runtime = Runtime::new(Tokio(self.handle.clone()));
        let connecting = Connection::connector(host.uri.clone(), runtime, connect, properties);
        match tokio::time::timeout(self.connect_timeout, connecting).await {
            Ok(connected) => connected
                .map(|connection| Link::new(connection, breaker, host.peer(), &self.handle))
                .map_err(RabbitError::new),
            Err(_) => {
                // lapin's thread still waits for the handshake.
                trip(&breaker);
                let slow = std::io::Error::from(std::io::ErrorKind::TimedOut);
                Err(RabbitError::Connection(slow.into()))
            }
        }
    }
}

impl Link {
    fn new(
        connection: Connection,
        breaker: Arc<Mutex<Option<crate::socket::Breaker>>>,
        peer: String,
        handle: &Handle,
    ) -> Self {
        let (lost_sender, lost) = watch::channel(None);
        let (blocked_sender, blocked) = watch::channel(None);
        let watcher = CancellationToken::new();
        let (mut events, status) = (
            Box::pin(connection.events_listener()),
            connection.status().clone(),
        );
        let (stop, name) = (watcher.clone(), peer.clone());
        handle.spawn(async move {
            loop {
                let event = tokio::select! {
                    () = stop.cancelled() => return,
                    event = events.next() => event,
                };
                match event {
                    Some(Event::ConnectionBlocked(reason)) => {
                        tracing::warn!(peer = name, reason, "the broker takes no messages for now");
                        blocked_sender.send_replace(Some(reason));
                    }
                    Some(Event::ConnectionUnblocked) => {
                        tracing::info!(peer = name, "the broker takes messages again");
                        blocked_sender.send_replace(None);
                    }
                    Some(Event::Error(error)) if !status.connected() => {
                        lost_sender.send_replace(Some(error.to_string()));
                        return;
                    }
                    Some(_) => {}
                    None => {
                        lost_sender.send_replace(Some("it was closed".to_owned()));
                        return;
                    }
                }
            }
        });
        Self {
            connection,
            breaker,
            peer,
            lost,
            blocked,
            watcher,
        }
    }

    pub(crate) fn peer(&self) -> &str {
        &self.peer
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn is_up(&self) -> bool {
        self.connection.status().connected() && self.lost.borrow().is_none()
    }

    /// Resolves when the connection is lost, with why.
    pub(crate) async fn lost(&self) -> String {
        let mut lost = self.lost.clone();
        let why = lost.wait_for(Option::is_some).await;
        why.ok()
            .and_then(|why| why.clone())
            .unwrap_or_else(|| "it was closed".to_owned())
    }

    /// Why the broker takes no messages, if it does not.
    pub(crate) fn blocked(&self) -> Option<String> {
        self.blocked.borrow().clone()
    }

    /// Waits until the broker takes messages; not beyond the deadline.
    pub(crate) async fn unblocked(&self, deadline: Option<Instant>) -> Result<()> {
        if self.blocked.borrow().is_none() {
            return Ok(());
        }
        let mut blocked = self.blocked.clone();
        let wait = async {
            tokio::select! {
                _ = blocked.wait_for(Option::is_none) => {}
                _ = self.lost() => {}
            }
        };
        if before(deadline, wait).await.is_some() {
            return Ok(());
        }
        let reason = self.blocked().unwrap_or_default();
        Err(Error::NotConnected {
            peer: self.peer.clone(),
            reason: format!(
                "the broker blocks those who publish ({reason}); give it memory or disk, or raise its watermark"
            ),
        })
    }

    /// Says goodbye, for a moment at most.
    pub(crate) async fn close(&self) {
        if self.is_up() {
            let goodbye = self.connection.close(0, "".into());
            if !matches!(tokio::time::timeout(GOODBYE, goodbye).await, Ok(Ok(()))) {
                trip(&self.breaker);
            }
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.watcher.cancel();
    }
}

fn trip(breaker: &Mutex<Option<crate::socket::Breaker>>) {
    let breaker = breaker
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(breaker) = breaker {
        breaker.trip();
    }
}

/// The future's output, if it comes before the deadline.
pub(crate) async fn before<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline.into(), future).await.ok(),
        None => Some(future.await),
    }
}
