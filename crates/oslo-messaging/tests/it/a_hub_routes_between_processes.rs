//! Calls, casts and fanouts over `grpc://`, with servers in the hub's process and in others.

use std::time::Duration;

use oslo_messaging::grpc::{Hub, HubOptions};
use oslo_messaging::{
    CallContext, Error, Kwargs, Limits, ServerOptions, Transport, TransportOptions, TransportUrl,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{
    Probe, client, connect, echo, held, hub, serve, serve_with, soon, until, value,
};

#[tokio::test]
async fn a_call_reaches_a_server_in_the_hubs_process_and_in_another() {
    let hub = hub().await;
    let local = hub.transport(TransportOptions::default());
    let (near, far) = (Probe::new(), Probe::new());
    let _near = serve(&local, "near", &near).await;
    let remote = connect(&hub).await;
    let _far = serve(&remote, "far", &far).await;
    // The hub's own process calls the others too.
    for server in ["near", "far"] {
        let prepared = client(&local).prepare().server(server);
        let args = value("from the hub");
        let answer = prepared
            .call(&CallContext::empty(), "note", &args)
            .await
            .unwrap();
        assert!(answer.is_null());
    }
    let client = client(&connect(&hub).await);
    for _ in 0..6 {
        assert_eq!(echo(&client, "h\u{e9}").await.unwrap(), "h\u{e9}");
    }
    assert_eq!(near.calls("echo").len(), 3);
    assert_eq!(far.calls("echo").len(), 3);

    let context = CallContext::empty();
    let none = Kwargs::new();
    for server in ["near", "far"] {
        client
            .prepare()
            .server(server)
            .call(&context, "note", &none)
            .await
            .unwrap();
        client
            .prepare()
            .server(server)
            .cast(&context, "note", &value("cast"))
            .await
            .unwrap();
    }
    client
        .prepare()
        .fanout_cast(&context, "note", &value("all"))
        .await
        .unwrap();
    for probe in [&near, &far] {
        until("all four notes", || probe.calls("note").len() == 4).await;
    }
    let error = client
        .prepare()
        .call(&context, "fail", &none)
        .await
        .expect_err("it fails");
    let remote_error = error.remote().expect("the method's error");
    assert_eq!(
        remote_error.typed("nova.exception"),
        Some("InstanceNotFound")
    );
    assert_eq!(remote_error.kwargs["code"], 404);
    let ping = client.prepare().namespace("baseapi").version("1.0");
    let arg = Kwargs::new().value("arg", "x").unwrap();
    let answer = ping.call(&context, "ping", &arg).await.unwrap();
    assert_eq!(answer.get(), r#"{"service": "conductor", "arg": "x"}"#);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_are_in_flight_at_once() {
    let hub = hub().await;
    for transport in [
        hub.transport(TransportOptions::default()),
        connect(&hub).await,
    ] {
        let probe = Probe::new();
        let server = serve(&transport, "h", &probe).await;
        let client = client(&connect(&hub).await);
        let calls: Vec<_> = (0..1000).map(|_| held(&client)).collect();
        until("all of them at work", || probe.count(&probe.begun) == 1000).await;
        probe.gate.add_permits(1000);
        for call in calls {
            assert_eq!(
                soon("an answer", call).await.unwrap().unwrap().get(),
                "\"held\""
            );
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn large_messages_pass_and_too_large_ones_are_refused_without_harm() {
    let limits = |message_bytes| Limits {
        message_bytes,
        ..Limits::default()
    };
    let options = HubOptions {
        limits: limits(500_000),
        ..HubOptions::default()
    };
    let hub = Hub::bind(&"grpc://127.0.0.1:0".parse().unwrap(), options)
        .await
        .unwrap();
    let remote = connect(&hub).await;
    let _server = serve(&remote, "h", &Probe::new()).await;
    // The client would send up to 64 MiB; the hub's limit holds, at the client already.
    let client = client(&connect(&hub).await);
    let beside = held(&client);
    let large = "x".repeat(300_000);
    assert_eq!(echo(&client, &large).await.unwrap(), large);
    let error = echo(&client, &"x".repeat(600_000))
        .await
        .expect_err("too large");
    assert!(
        matches!(error, Error::TooLarge { limit: 500_000, .. }),
        "{error}"
    );
    assert!(error.nothing_was_done());
    // A reply that the hub does not take is told by the server,
    let large_reply = async |client: &oslo_messaging::RpcClient, size: u32| {
        let args = Kwargs::new().value("value", &size).unwrap();
        let prepared = client.prepare();
        prepared
            .call(&CallContext::empty(), "large", &args)
            .await
            .expect_err("too large")
    };
    let error = large_reply(&client, 600_000).await;
    let class = error.remote().map(|remote| remote.class.as_str());
    assert_eq!(class, Some("MessageDeliveryFailure"), "{error}");
    // and one that only the caller does not take by the hub.
    let options = TransportOptions {
        limits: limits(10_000),
        ..TransportOptions::default()
    };
    let small = Transport::open(hub.url(), options, &[]).await.unwrap();
    let error = large_reply(&crate::support::client(&small), 20_000).await;
    assert!(
        matches!(error, Error::TooLarge { limit: 10_000, .. }),
        "{error}"
    );
    assert!(!beside.is_finished(), "other calls are not touched");
    beside.abort();
}

#[tokio::test]
async fn deadlines_and_departures_end_the_work_at_the_other_side() {
    let hub = hub().await;
    let (near, far) = (Probe::new(), Probe::new());
    let _near = serve(&hub.transport(TransportOptions::default()), "near", &near).await;
    let _far = serve(&connect(&hub).await, "far", &far).await;
    let client = client(&connect(&hub).await);
    for (server, probe) in [("near", &near), ("far", &far)] {
        let error = client
            .prepare()
            .server(server)
            .timeout(Duration::from_millis(80))
            .call(&CallContext::empty(), "hold", &Kwargs::new())
            .await
            .expect_err("it is held");
        assert!(matches!(error, Error::Timeout { .. }), "{error}");
        until("the drop at the deadline", || {
            probe.count(&probe.ended) == 1
        })
        .await;

        let prepared = client.prepare().server(server);
        let call = tokio::spawn(async move {
            prepared
                .call(&CallContext::empty(), "hold", &Kwargs::new())
                .await
        });
        until("the second call", || probe.count(&probe.begun) == 2).await;
        call.abort();
        until("the drop of what nobody waits for", || {
            probe.count(&probe.ended) == 2
        })
        .await;
        assert_eq!(probe.count(&probe.completed), 0);
    }
}

#[tokio::test]
async fn a_monitored_call_outlives_its_monitor_timeout_while_the_server_works() {
    let hub = hub().await;
    let probe = Probe::new();
    let _server = serve(&connect(&hub).await, "h", &probe).await;
    let client = client(&connect(&hub).await);
    let prepared = client
        .prepare()
        .call_monitor_timeout(Duration::from_secs(2));
    let call = tokio::spawn(async move {
        prepared
            .call(&CallContext::empty(), "hold", &Kwargs::new())
            .await
    });
    // Longer than the monitor's two seconds: only heartbeats carry the call that far.
    tokio::time::sleep(Duration::from_millis(2600)).await;
    assert!(!call.is_finished());
    probe.gate.add_permits(1);
    assert_eq!(
        soon("the answer", call).await.unwrap().unwrap().get(),
        "\"held\""
    );
}

#[tokio::test]
async fn a_stopping_server_answers_what_it_has_and_leaves_the_rest() {
    let hub = hub().await;
    let (old, new) = (Probe::new(), Probe::new());
    let options = ServerOptions {
        concurrency: 2,
        queue: 0,
        ..ServerOptions::default()
    };
    let leaving = serve_with(&connect(&hub).await, "old", &old, options).await;
    let client = client(&connect(&hub).await);
    let calls: Vec<_> = (0..5).map(|_| held(&client)).collect();
    until("two at work", || old.count(&old.begun) == 2).await;
    let stopping = tokio::spawn(leaving.stop());
    let _staying = serve(&connect(&hub).await, "new", &new).await;
    until("three at the other", || new.count(&new.begun) == 3).await;
    assert!(!stopping.is_finished());
    old.gate.add_permits(2);
    new.gate.add_permits(3);
    for call in calls {
        soon("an answer", call).await.unwrap().unwrap();
    }
    soon("the stop", stopping).await.unwrap();
    assert_eq!(old.count(&old.completed), 2);
}

#[tokio::test]
async fn a_unix_socket_works_is_private_and_takes_the_place_of_a_dead_one() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sock");
    let url: TransportUrl = format!("grpc+unix://{}", path.display()).parse().unwrap();
    // What a killed process leaves: a socket file that nobody accepts on.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let hub = Hub::bind(&url, HubOptions::default()).await.unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o007, 0, "others have no access");
    let second = Hub::bind(&url, HubOptions::default()).await;
    assert!(
        matches!(second, Err(Error::Bind { .. })),
        "one hub an address"
    );
    let _server = serve(&connect(&hub).await, "h", &Probe::new()).await;
    assert_eq!(echo(&client(&connect(&hub).await), "x").await.unwrap(), "x");
    hub.stop().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn two_hubs_do_not_share_an_address() {
    let hub = hub().await;
    let error = Hub::bind(hub.url(), HubOptions::default())
        .await
        .expect_err("it is taken");
    let Error::Bind { source, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(source.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn noise_at_the_hubs_address_disturbs_nobody() {
    let hub = hub().await;
    let _server = serve(
        &hub.transport(TransportOptions::default()),
        "h",
        &Probe::new(),
    )
    .await;
    let client = client(&connect(&hub).await);
    echo(&client, "before").await.unwrap();
    let port = hub.url().hosts[0].port.unwrap();
    // Not HTTP/2 at all, and HTTP/2 with a frame longer than any may be.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    let mut broken = preface.clone();
    broken.extend_from_slice(&[0xff; 64]);
    for noise in [b"GET / HTTP/1.1\r\n\r\n".to_vec(), vec![0; 4096], broken] {
        let mut socket = tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .unwrap();
        socket.write_all(&noise).await.unwrap();
        let mut answer = Vec::new();
        // The hub hangs up, cleanly or not.
        let _ = soon("the end of the connection", socket.read_to_end(&mut answer)).await;
    }
    echo(&client, "after").await.unwrap();
}
