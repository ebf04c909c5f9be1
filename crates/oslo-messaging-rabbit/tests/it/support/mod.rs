//! A bus of a test's own, a service to call on it, and a proxy that watches or breaks connections.

pub(crate) mod proxy;

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use lapin::{Channel, Connection, ConnectionProperties};
use oslo_messaging::{
    BaseApi, Call, CallContext, Dispatcher, Endpoint, Failure, Json, Kwargs, RpcClient, RpcServer,
    ServerOptions, Target, Transport, TransportOptions, TransportUrl,
};
use oslo_messaging_rabbit::{RabbitFactory, RabbitOptions};
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

/// Long enough for a loaded machine; a test that needs it has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for something that must happen.
pub(crate) async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("{what} did not happen in {PATIENCE:?}"))
}

/// Waits until a condition holds.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "{what} did not become true");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The broker's address, with who to log in as: `guest:guest@127.0.0.1:5672`, and the virtual host.
pub(crate) fn broker() -> (String, String) {
    let url = std::env::var("TEST_RABBITMQ_URL")
        .unwrap_or_else(|_| "amqp://guest:guest@127.0.0.1:5672".to_owned());
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let (netloc, vhost) = rest.split_once('/').unwrap_or((rest, ""));
    let netloc = if netloc.contains('@') {
        netloc.to_owned()
    } else {
        format!("guest:guest@{netloc}")
    };
    let vhost = vhost
        .split('?')
        .next()
        .unwrap_or_default()
        .replace("%2F", "/")
        .replace("%2f", "/");
    (netloc, vhost)
}

/// The same broker by another address.
pub(crate) fn url_by(addresses: &[String]) -> TransportUrl {
    let (netloc, vhost) = broker();
    let (user, _) = netloc.rsplit_once('@').unwrap();
    let hosts: Vec<String> = addresses
        .iter()
        .map(|address| format!("{user}@{address}"))
        .collect();
    format!("rabbit://{}/{vhost}", hosts.join(","))
        .parse()
        .unwrap()
}

pub(crate) fn address() -> String {
    broker().0.rsplit_once('@').unwrap().1.to_owned()
}

/// Options that reconnect as fast as a test wants.
pub(crate) fn quick() -> RabbitOptions {
    RabbitOptions {
        retry_interval: Duration::from_millis(50),
        retry_backoff: Duration::from_millis(50),
        interval_max: Duration::from_millis(300),
        missing_queue_timeout: Duration::from_secs(5),
        ..RabbitOptions::default()
    }
}

/// Names of a test's own on the broker, removed again at the end.
pub(crate) struct Bus {
    pub(crate) exchange: String,
    pub(crate) topic: String,
}

impl Bus {
    pub(crate) fn new() -> Self {
        // Shown for tests that fail, and with `RUST_LOG` as finely as wanted.
        let filter = tracing_subscriber::EnvFilter::try_from_default_env()
            .unwrap_or_else(|_| "warn,lapin=error,oslo_messaging_rabbit=info".into());
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_test_writer()
            .try_init();
        let own = Uuid::new_v4().simple().to_string();
        Self {
            exchange: format!("test-{own}"),
            topic: format!("topic-{own}"),
        }
    }

    pub(crate) async fn open(&self) -> Transport {
        self.open_with(&url_by(&[address()]), quick()).await
    }

    pub(crate) async fn open_with(&self, url: &TransportUrl, options: RabbitOptions) -> Transport {
        let transport = TransportOptions {
            exchange: self.exchange.as_str().into(),
            connection_name: "oslo-messaging-rabbit-test".into(),
            ..TransportOptions::default()
        };
        let factory = RabbitFactory::new(options);
        Transport::open(url, transport, &[&factory]).await.unwrap()
    }

    pub(crate) fn target(&self) -> Target {
        Target::new(self.topic.as_str()).version("3.0")
    }

    pub(crate) fn client(&self, transport: &Transport) -> RpcClient {
        RpcClient::new(transport.clone(), self.target()).timeout(PATIENCE)
    }

    pub(crate) async fn serve(
        &self,
        transport: &Transport,
        server: &str,
        probe: &Arc<Probe>,
    ) -> RpcServer {
        let options = ServerOptions::default();
        self.serve_with(transport, server, probe, options)
            .await
            .unwrap()
    }

    pub(crate) async fn serve_with(
        &self,
        transport: &Transport,
        server: &str,
        probe: &Arc<Probe>,
        options: ServerOptions,
    ) -> oslo_messaging::Result<RpcServer> {
        let endpoints: [Arc<dyn Endpoint>; 2] = [
            Arc::new(ProbeEndpoint(probe.clone())),
            Arc::new(BaseApi::new("conductor").unwrap()),
        ];
        let target = Target::new(self.topic.as_str()).server(server);
        soon(
            "listening",
            RpcServer::start(transport, target, Dispatcher::new(endpoints), options),
        )
        .await
    }

    /// Removes what stays on the broker.
    pub(crate) async fn remove(&self, servers: &[&str]) {
        let channel = raw().await;
        for queue in servers
            .iter()
            .map(|server| format!("{}.{server}", self.topic))
            .chain([self.topic.clone()])
        {
            channel
                .queue_delete(queue.as_str().into(), Default::default())
                .await
                .unwrap();
        }
        for exchange in [self.exchange.clone(), format!("{}_fanout", self.topic)] {
            channel
                .exchange_delete(exchange.as_str().into(), Default::default())
                .await
                .unwrap();
        }
    }
}

/// A plain connection to the broker, for what a driver does not do.
pub(crate) async fn raw() -> Channel {
    let (netloc, vhost) = broker();
    let vhost = if vhost.is_empty() {
        "%2f".to_owned()
    } else {
        vhost.replace('/', "%2f")
    };
    let url = format!("amqp://{netloc}/{vhost}");
    let connection = soon(
        "connecting",
        Connection::connect(&url, ConnectionProperties::default()),
    )
    .await
    .unwrap();
    // The channel keeps its connection open.
    connection.create_channel().await.unwrap()
}

/// A service whose methods can be held and watched.
pub(crate) struct Probe {
    pub(crate) seen: Mutex<HashMap<String, Vec<String>>>,
    pub(crate) changed: Notify,
    /// Each `hold` needs one permit to go on.
    pub(crate) gate: Semaphore,
}

impl Probe {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            seen: Mutex::default(),
            changed: Notify::new(),
            gate: Semaphore::new(0),
        })
    }

    pub(crate) fn calls(&self, method: &str) -> Vec<String> {
        self.seen
            .lock()
            .unwrap()
            .get(method)
            .cloned()
            .unwrap_or_default()
    }

    pub(crate) async fn called(&self, method: &str, times: usize) {
        until(&format!("{times} times `{method}`"), || {
            self.calls(method).len() >= times
        })
        .await;
    }
}

pub(crate) struct ProbeEndpoint(Arc<Probe>);

#[async_trait]
impl Endpoint for ProbeEndpoint {
    fn version(&self) -> &str {
        "3.0"
    }

    fn has_method(&self, method: &str) -> bool {
        ["echo", "note", "hold", "fail", "slow"].contains(&method)
    }

    async fn call(&self, call: Call<'_>) -> Result<Json, Box<Failure>> {
        let text = call
            .args
            .get("value")
            .map_or_else(String::new, |value| value.get().to_owned());
        self.0
            .seen
            .lock()
            .unwrap()
            .entry(call.method.to_owned())
            .or_default()
            .push(text);
        self.0.changed.notify_waiters();
        match call.method {
            "echo" => {
                let [value] = call.args.bind("Probe.echo", ["value"])?;
                Ok(Json::from(value))
            }
            "hold" => {
                self.0
                    .gate
                    .acquire()
                    .await
                    .expect("the gate stays open")
                    .forget();
                Ok(Json::from_written("\"held\"".to_owned()))
            }
            "slow" => {
                let [seconds] = call.args.bind("Probe.slow", ["value"])?;
                let seconds: f64 = seconds.get().parse().expect("a number of seconds");
                tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
                Ok(Json::from_written("\"slept\"".to_owned()))
            }
            "fail" => Err(Failure::new(
                "nova.exception",
                "InstanceNotFound",
                "Instance x could not be found.",
            )
            .kwarg("instance_id", "x")
            .kwarg("code", 404)
            .into()),
            _ => Ok(Json::null()),
        }
    }
}

pub(crate) fn value(value: &str) -> Kwargs {
    Kwargs::new().value("value", value).unwrap()
}

pub(crate) async fn echo(client: &RpcClient, text: &str) -> oslo_messaging::Result<String> {
    let reply = client
        .prepare()
        .call(&CallContext::empty(), "echo", &value(text))
        .await?;
    reply.read()
}

pub(crate) fn held(client: &RpcClient) -> tokio::task::JoinHandle<oslo_messaging::Result<Json>> {
    let prepared = client.prepare();
    tokio::spawn(async move {
        prepared
            .call(&CallContext::empty(), "hold", &Kwargs::new())
            .await
    })
}
