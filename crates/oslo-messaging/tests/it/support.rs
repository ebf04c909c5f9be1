//! A service to call, and ways to call it.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use oslo_messaging::driver::{Outgoing, ReplyMessage};
use oslo_messaging::envelope::ReplyBody;
use oslo_messaging::{
    BaseApi, Call, CallContext, Dispatcher, Endpoint, Failure, Json, Kwargs, Limits, RpcClient,
    RpcServer, ServerOptions, Target, Transport, TransportOptions,
};
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

/// Long enough for a loaded machine; a test that needs it has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

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
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A service whose methods can be held and watched.
pub(crate) struct Probe {
    /// What it was called with, by method.
    pub(crate) seen: Mutex<HashMap<String, Vec<String>>>,
    /// Methods that were begun.
    pub(crate) begun: AtomicUsize,
    /// Methods whose future was dropped or done.
    pub(crate) ended: AtomicUsize,
    /// Methods that came to their end.
    pub(crate) completed: AtomicUsize,
    /// Signalled at every beginning.
    pub(crate) changed: Notify,
    /// Each `hold` needs one permit to go on.
    pub(crate) gate: Semaphore,
}

impl Probe {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            seen: Mutex::default(),
            begun: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            completed: AtomicUsize::new(0),
            changed: Notify::new(),
            gate: Semaphore::new(0),
        })
    }

    pub(crate) fn calls(&self, method: &str) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.get(method).cloned().unwrap_or_default()
    }

    pub(crate) fn count(&self, what: &AtomicUsize) -> usize {
        what.load(Ordering::SeqCst)
    }
}

/// The probe as an endpoint.
pub(crate) struct ProbeEndpoint(pub(crate) Arc<Probe>);

struct Ending<'a>(&'a Probe);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Endpoint for ProbeEndpoint {
    fn version(&self) -> &str {
        "3.0"
    }

    fn has_method(&self, method: &str) -> bool {
        [
            "echo",
            "note",
            "hold",
            "fail",
            "panic",
            "large",
            "_hidden",
            "object_class_action_versions",
        ]
        .contains(&method)
    }

    async fn call(&self, call: Call<'_>) -> Result<Json, Box<Failure>> {
        let probe = &*self.0;
        probe.begun.fetch_add(1, Ordering::SeqCst);
        let _ending = Ending(probe);
        let text = call
            .args
            .iter()
            .map(|(name, value)| format!("{name}={}", value.get()))
            .collect::<Vec<_>>()
            .join(" ");
        probe
            .seen
            .lock()
            .unwrap()
            .entry(call.method.to_owned())
            .or_default()
            .push(text);
        probe.changed.notify_waiters();
        let result = match call.method {
            "echo" => {
                let [value] = call.args.bind("Probe.echo", ["value"])?;
                Json::from(value)
            }
            "hold" => {
                probe
                    .gate
                    .acquire()
                    .await
                    .expect("the gate stays open")
                    .forget();
                Json::from_written("\"held\"".to_owned())
            }
            "fail" => {
                let mut failure = Failure::new(
                    "nova.exception",
                    "InstanceNotFound",
                    "Instance x could not be found.",
                )
                .kwarg("instance_id", "x")
                .kwarg("code", 404);
                failure
                    .traceback
                    .push("  File \"/etc/secret.py\"\n".to_owned());
                return Err(failure.into());
            }
            "panic" => panic!("a method of the test panics"),
            "large" => {
                let size = call.args.get("value").map_or("1000000", |size| size.get());
                Json::from_value(&"x".repeat(size.parse().unwrap())).unwrap()
            }
            "object_class_action_versions" => {
                call.args.bind(
                    "ConductorManager.object_class_action_versions",
                    ["objname", "objmethod", "object_versions", "args", "kwargs"],
                )?;
                Json::null()
            }
            _ => Json::null(),
        };
        probe.completed.fetch_add(1, Ordering::SeqCst);
        Ok(result)
    }
}

/// A fresh in-process bus.
pub(crate) async fn fake() -> Transport {
    fake_with(TransportOptions::default()).await
}

pub(crate) async fn fake_with(options: TransportOptions) -> Transport {
    let url = format!("fake://{}", Uuid::new_v4()).parse().unwrap();
    Transport::open(&url, options, &[]).await.unwrap()
}

/// Serves a probe on `conductor`.
pub(crate) async fn serve(transport: &Transport, server: &str, probe: &Arc<Probe>) -> RpcServer {
    serve_with(transport, server, probe, ServerOptions::default()).await
}

pub(crate) async fn serve_with(
    transport: &Transport,
    server: &str,
    probe: &Arc<Probe>,
    options: ServerOptions,
) -> RpcServer {
    let endpoints: [Arc<dyn Endpoint>; 2] = [
        Arc::new(ProbeEndpoint(probe.clone())),
        Arc::new(BaseApi::new("conductor").unwrap()),
    ];
    let target = Target::new("conductor").server(server);
    RpcServer::start(transport, target, Dispatcher::new(endpoints), options)
        .await
        .unwrap()
}

pub(crate) fn client(transport: &Transport) -> RpcClient {
    RpcClient::new(transport.clone(), Target::new("conductor").version("3.0")).timeout(PATIENCE)
}

pub(crate) fn value(value: &str) -> Kwargs {
    Kwargs::new().value("value", value).unwrap()
}

pub(crate) async fn echo(client: &RpcClient, text: &str) -> oslo_messaging::Result<String> {
    let args = value(text);
    let reply = client
        .prepare()
        .call(&CallContext::empty(), "echo", &args)
        .await?;
    reply.read()
}

/// Sends a body as it is and waits for its reply.
pub(crate) async fn raw_call(
    transport: &Transport,
    target: &Target,
    body: Bytes,
) -> Option<ReplyBody> {
    let message = Outgoing {
        target: target.clone().exchange("nova"),
        method: "raw".to_owned(),
        body,
        msg_id: Some("m".to_owned()),
        timeout: Some(PATIENCE),
        deadline: Some(Instant::now() + PATIENCE),
        retry: None,
    };
    let mut replies = transport.driver().call(message).await.unwrap();
    match soon("a reply or its refusal", replies.next()).await {
        Some(Ok(ReplyMessage::Raw(body))) => {
            Some(ReplyBody::decode(&body, &Limits::default()).unwrap())
        }
        Some(Ok(ReplyMessage::Decoded(reply))) => Some(reply),
        Some(Err(_)) | None => None,
    }
}

/// A hub on a free port of the loopback.
#[cfg(feature = "grpc")]
pub(crate) async fn hub() -> oslo_messaging::grpc::Hub {
    let url = "grpc://127.0.0.1:0".parse().unwrap();
    oslo_messaging::grpc::Hub::bind(&url, oslo_messaging::grpc::HubOptions::default())
        .await
        .unwrap()
}

/// Another process, as far as the hub can tell.
#[cfg(feature = "grpc")]
pub(crate) async fn connect(hub: &oslo_messaging::grpc::Hub) -> Transport {
    Transport::open(hub.url(), TransportOptions::default(), &[])
        .await
        .unwrap()
}

/// A call that the test holds.
pub(crate) fn held(client: &RpcClient) -> tokio::task::JoinHandle<oslo_messaging::Result<Json>> {
    let prepared = client.prepare();
    tokio::spawn(async move {
        prepared
            .call(&CallContext::empty(), "hold", &Kwargs::new())
            .await
    })
}
