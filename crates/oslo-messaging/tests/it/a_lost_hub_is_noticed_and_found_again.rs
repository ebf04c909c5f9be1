//! The hub dies and comes back; servers die. Callers learn at once what can be known, and go on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use oslo_messaging::grpc::{Hub, HubOptions};
use oslo_messaging::{CallContext, Kwargs, driver::ListenOptions};
use oslo_messaging::{Error, ServerOptions, Target, Transport, TransportOptions, TransportUrl};
use tokio::runtime::Runtime;

use crate::support::{
    Probe, client, connect, echo, held, hub, serve, serve_with, soon, until, value,
};

/// A hub in a runtime of its own, which can be ended as a killed process ends: without a word.
struct Process {
    runtime: Runtime,
    url: TransportUrl,
    // Kept from being dropped, which would be a farewell.
    _hub: std::mem::ManuallyDrop<Hub>,
}

impl Process {
    async fn start(url: &str) -> Self {
        let url: TransportUrl = url.parse().unwrap();
        tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            let hub = runtime
                .block_on(Hub::bind(&url, HubOptions::default()))
                .unwrap();
            Self {
                runtime,
                url: hub.url().clone(),
                _hub: std::mem::ManuallyDrop::new(hub),
            }
        })
        .await
        .unwrap()
    }

    async fn kill(self) {
        let runtime = self.runtime;
        tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(5)))
            .await
            .unwrap();
    }
}

async fn open(url: &TransportUrl) -> Transport {
    Transport::open(url, TransportOptions::default(), &[])
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_hub_ends_calls_in_flight_and_everything_works_when_it_is_back() {
    let first = Process::start("grpc://127.0.0.1:0").await;
    let url = first.url.clone();
    let probe = Probe::new();
    let server = serve(&open(&url).await, "h", &probe).await;
    let caller = open(&url).await;
    let client = client(&caller);
    echo(&client, "before").await.unwrap();
    let call = held(&client);
    until("the call", || probe.count(&probe.begun) == 2).await;
    let killed = Instant::now();
    first.kill().await;
    let error = soon("the caller's error", call)
        .await
        .unwrap()
        .expect_err("its hub died");
    assert!(matches!(error, Error::ConnectionLost { .. }), "{error}");
    assert!(
        killed.elapsed() < Duration::from_secs(10),
        "long before its deadline"
    );
    assert!(!error.nothing_was_done(), "nobody knows");
    // The server notices that nobody waits any more.
    until("the drop", || probe.count(&probe.ended) == 2).await;

    // Who does not want to wait is told why; who does is served when the hub is back.
    let error = client
        .prepare()
        .retry(0)
        .call(&CallContext::empty(), "echo", &value("x"))
        .await
        .expect_err("there is no hub");
    assert!(matches!(error, Error::NotConnected { .. }), "{error}");
    let error = client
        .prepare()
        .timeout(Duration::from_millis(100))
        .call(&CallContext::empty(), "echo", &value("x"))
        .await
        .expect_err("there is no hub");
    assert!(matches!(error, Error::NotConnected { .. }), "{error}");
    assert!(error.nothing_was_done());
    let waiting = {
        let client = client.clone();
        tokio::spawn(async move { echo(&client, "patient").await })
    };
    let second = Process::start(&url.to_string()).await;
    assert_eq!(
        soon("the patient call", waiting).await.unwrap().unwrap(),
        "patient"
    );
    // Casts find their way again too, and fanouts: the server listens as before.
    let prepared = client.prepare();
    let (context, args) = (CallContext::empty(), value("again"));
    prepared.cast(&context, "note", &args).await.unwrap();
    until("the cast", || probe.calls("note").len() == 1).await;
    prepared.fanout_cast(&context, "note", &args).await.unwrap();
    until("the fanout", || probe.calls("note").len() == 2).await;
    server.stop().await;
    caller.close().await;
    second.kill().await;
}

#[tokio::test]
async fn a_stopped_hub_sends_what_it_has_and_is_missed() {
    let hub = hub().await;
    let url = hub.url().clone();
    let probe = Probe::new();
    let server = serve(&hub.transport(TransportOptions::default()), "h", &probe).await;
    let client = client(&connect(&hub).await);
    let call = held(&client);
    until("the call", || probe.count(&probe.begun) == 1).await;
    let stopping = tokio::spawn(async move {
        server.stop().await;
        hub.stop().await;
    });
    probe.gate.add_permits(1);
    // The answer is sent before the connection ends.
    assert_eq!(
        soon("the answer", call).await.unwrap().unwrap().get(),
        "\"held\""
    );
    soon("the stop", stopping).await.unwrap();
    let error = client
        .prepare()
        .retry(0)
        .call(&CallContext::empty(), "echo", &value("x"))
        .await
        .expect_err("the hub is gone");
    assert!(
        matches!(
            error,
            Error::NotConnected { .. } | Error::ConnectionLost { .. }
        ),
        "{error}"
    );
    // The address is free again.
    Hub::bind(&url, HubOptions::default())
        .await
        .unwrap()
        .stop()
        .await;
}

#[tokio::test]
async fn a_server_may_start_before_its_hub() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let url: TransportUrl = format!("grpc://127.0.0.1:{port}").parse().unwrap();
    let transport = open(&url).await;
    let probe = Probe::new();
    let starting = {
        let (transport, probe) = (transport.clone(), probe.clone());
        tokio::spawn(async move { serve(&transport, "h", &probe).await })
    };
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(!starting.is_finished());
    let hub = Hub::bind(&url, HubOptions::default()).await.unwrap();
    let _server = soon("the start", starting).await.unwrap();
    assert_eq!(echo(&client(&connect(&hub).await), "x").await.unwrap(), "x");
}

#[tokio::test]
async fn a_server_that_dies_loses_what_it_began_and_nothing_else() {
    let hub = hub().await;
    let (dying, other) = (Probe::new(), Probe::new());
    let transport = connect(&hub).await;
    // It works on one, and has taken two more that it has not begun.
    let options = ServerOptions {
        concurrency: 1,
        queue: 2,
        ..ServerOptions::default()
    };
    let server = serve_with(&transport, "dying", &dying, options).await;
    let client = client(&connect(&hub).await);
    let begun = held(&client);
    until("the first", || dying.count(&dying.begun) == 1).await;
    let waiting = [held(&client), held(&client)];
    // The hub has handed all three out; a cast behind them proves it.
    echo_cast(&client).await;
    let _other = serve(&connect(&hub).await, "other", &other).await;
    transport.close().await;
    let error = soon("the first caller's error", begun)
        .await
        .unwrap()
        .expect_err("its server died");
    assert!(matches!(error, Error::ConnectionLost { .. }), "{error}");
    other.gate.add_permits(2);
    for call in waiting {
        assert_eq!(
            soon("an answer of the other", call)
                .await
                .unwrap()
                .unwrap()
                .get(),
            "\"held\""
        );
    }
    drop(server);
}

async fn echo_cast(client: &oslo_messaging::RpcClient) {
    client
        .prepare()
        .topic("elsewhere")
        .fanout_cast(&CallContext::empty(), "note", &Kwargs::new())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_message_given_back_goes_to_another_server_marked() {
    let hub = hub().await;
    let target = Target::new("conductor").exchange("nova");
    let options = ListenOptions {
        prefetch: 1,
        unsettled: 1,
    };
    let listen = async |server: &str| {
        let transport = connect(&hub).await;
        let target = target.clone().server(server);
        let (taker, taken) = tokio::sync::mpsc::unbounded_channel();
        let listening = transport
            .driver()
            .listen(&target, &options, Arc::new(taker));
        (listening.await.unwrap(), taken)
    };
    let (mut first, mut first_takes) = listen("first").await;
    let client = client(&connect(&hub).await);
    client
        .prepare()
        .cast(&CallContext::empty(), "note", &Kwargs::new())
        .await
        .unwrap();
    let taken = soon("the message", first_takes.recv()).await.unwrap();
    assert!(!taken.redelivered);
    first.stop().await;
    let (_second, mut second_takes) = listen("second").await;
    taken.delivery.reject(true).await.unwrap();
    let again = soon("the message again", second_takes.recv())
        .await
        .unwrap();
    assert!(again.redelivered);
    assert_eq!(again.body, taken.body);
}

/// A cable between a process and the hub that can be cut.
struct Cable {
    url: TransportUrl,
    connections: std::sync::Arc<std::sync::Mutex<Vec<tokio::task::AbortHandle>>>,
}

impl Cable {
    async fn to(hub: &Hub) -> Self {
        let far_end = hub.url().hosts[0].port.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = std::sync::Arc::<std::sync::Mutex<Vec<_>>>::default();
        let cable = Self {
            url: format!("grpc://127.0.0.1:{port}").parse().unwrap(),
            connections: connections.clone(),
        };
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let copying = tokio::spawn(async move {
                    let far = tokio::net::TcpStream::connect(("127.0.0.1", far_end)).await;
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far.unwrap()).await;
                });
                connections.lock().unwrap().push(copying.abort_handle());
            }
        });
        cable
    }

    fn cut(&self) {
        for connection in self.connections.lock().unwrap().drain(..) {
            connection.abort();
        }
    }
}

#[tokio::test]
async fn a_cut_connection_loses_no_message_that_was_not_begun() {
    let hub = hub().await;
    let cable = Cable::to(&hub).await;
    let probe = Probe::new();
    let options = ServerOptions {
        concurrency: 1,
        queue: 10,
        ..ServerOptions::default()
    };
    let server = serve_with(&open(&cable.url).await, "h", &probe, options).await;
    let client = client(&connect(&hub).await);
    let call = held(&client);
    until("the call", || probe.count(&probe.begun) == 1).await;
    let context = CallContext::empty();
    for number in 0..5 {
        let args = Kwargs::new().value("number", &number).unwrap();
        client
            .prepare()
            .cast(&context, "note", &args)
            .await
            .unwrap();
    }
    cable.cut();
    // The call was begun: whether it was carried out is not known.
    let error = soon("the caller's error", call)
        .await
        .unwrap()
        .expect_err("it was cut");
    assert!(matches!(error, Error::ConnectionLost { .. }), "{error}");
    // The casts come again when the server is back, each of them once.
    until("the casts", || probe.calls("note").len() == 5).await;
    echo(&client, "x").await.unwrap();
    let mut notes = probe.calls("note");
    notes.sort();
    notes.dedup();
    assert_eq!(notes.len(), 5);
    server.stop().await;
}
