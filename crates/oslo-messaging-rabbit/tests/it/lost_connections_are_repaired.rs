//! Connections that are cut, refused or silent; brokers that are not there.

use std::time::{Duration, Instant};

use lapin::options::{ExchangeDeleteOptions, QueueDeleteOptions};
use oslo_messaging::{CallContext, Error, Kwargs};
use oslo_messaging_rabbit::RabbitOptions;

use crate::support::proxy::Proxy;
use crate::support::{Bus, Probe, address, echo, held, quick, raw, soon, until, url_by, value};

/// An address nobody listens on.
async fn nowhere() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test]
async fn a_call_survives_the_loss_of_its_callers_connections() {
    let bus = Bus::new();
    let (server_side, proxy, probe) = (bus.open().await, Proxy::start().await, Probe::new());
    let client_side = bus.open_with(&url_by(&[proxy.address()]), quick()).await;
    let server = bus.serve(&server_side, "h1", &probe).await;
    let client = bus.client(&client_side);
    echo(&client, "warm").await.unwrap();
    let before = client_side.driver().reply_queue(None).await.unwrap();
    let call = held(&client);
    probe.called("hold", 1).await;
    proxy.cut();
    probe.gate.add_permits(1);
    assert_eq!(
        soon("the answer", call).await.unwrap().unwrap().get(),
        "\"held\""
    );
    assert_eq!(probe.calls("hold").len(), 1);
    assert_eq!(
        client_side.driver().reply_queue(None).await.unwrap(),
        before,
        "names stay"
    );
    assert_eq!(echo(&client, "again").await.unwrap(), "again");
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn a_cut_in_the_middle_of_a_frame_loses_nothing() {
    let bus = Bus::new();
    let (server_side, proxy, probe) = (bus.open().await, Proxy::start().await, Probe::new());
    let client_side = bus.open_with(&url_by(&[proxy.address()]), quick()).await;
    let server = bus.serve(&server_side, "h1", &probe).await;
    let client = bus.client(&client_side);
    echo(&client, "warm").await.unwrap();
    let large = "y".repeat(300_000);
    for bytes in [1, 20, 150, 140_000, 299_000] {
        let connections = proxy.connections();
        proxy.cut_after(bytes);
        assert_eq!(
            soon("the answer", echo(&client, &large)).await.unwrap(),
            large,
            "{bytes}"
        );
        until("new connections", || proxy.connections() > connections).await;
    }
    assert_eq!(probe.calls("echo").len(), 6, "each was carried out once");
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn a_server_listens_again_under_the_same_names() {
    let bus = Bus::new();
    let (client_side, proxy, probe) = (bus.open().await, Proxy::start().await, Probe::new());
    let server_side = bus.open_with(&url_by(&[proxy.address()]), quick()).await;
    let server = bus.serve(&server_side, "h1", &probe).await;
    let client = bus.client(&client_side);
    for round in 0..3 {
        echo(&client, "there").await.unwrap();
        let connections = proxy.connections();
        proxy.cut();
        // What is sent while nobody listens waits in the queues.
        assert_eq!(
            soon("the answer", echo(&client, "waited")).await.unwrap(),
            "waited"
        );
        client
            .prepare()
            .fanout_cast(&CallContext::empty(), "note", &value("all"))
            .await
            .unwrap();
        probe.called("note", round + 1).await;
        assert!(proxy.connections() > connections);
    }
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn calls_without_a_broker_end_at_their_deadline_and_say_why() {
    let bus = Bus::new();
    let url = url_by(&[nowhere().await]);
    let transport = bus.open_with(&url, quick()).await;
    let client = bus.client(&transport).timeout(Duration::from_millis(700));
    let started = Instant::now();
    let error = echo(&client, "x").await.unwrap_err();
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "{:?}",
        started.elapsed()
    );
    assert!(error.nothing_was_done(), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
    let cast = client
        .prepare()
        .cast(&CallContext::empty(), "note", &Kwargs::new())
        .await;
    assert!(matches!(cast, Err(Error::NotConnected { .. })), "{cast:?}");
}

#[tokio::test]
async fn a_broker_that_comes_later_is_found() {
    let bus = Bus::new();
    let (proxy, probe) = (Proxy::start().await, Probe::new());
    proxy.refuse(true);
    let url = url_by(&[proxy.address()]);
    let (server_side, client_side) = (
        bus.open_with(&url, quick()).await,
        bus.open_with(&url, quick()).await,
    );
    let client = bus.client(&client_side).timeout(Duration::from_secs(3));
    let call = tokio::spawn(async move { echo(&client, "early").await });
    let serving = bus.serve(&server_side, "h1", &probe);
    let come = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        proxy.refuse(false);
    };
    let (server, ()) = tokio::join!(serving, come);
    // The call left before the queue was there: it was dropped by the broker or served, but it does not hang.
    match soon("an end", call).await.unwrap() {
        Ok(text) => assert_eq!(text, "early"),
        Err(error) => assert!(matches!(error, Error::Timeout { .. }), "{error}"),
    }
    assert_eq!(
        soon("an answer", echo(&bus.client(&client_side), "now"))
            .await
            .unwrap(),
        "now"
    );
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn the_next_broker_of_the_url_is_taken() {
    let bus = Bus::new();
    let (proxy, probe) = (Proxy::start().await, Probe::new());
    let url = url_by(&[nowhere().await, proxy.address(), address()]);
    let server_side = bus.open_with(&url, quick()).await;
    let server = bus.serve(&server_side, "h1", &probe).await;
    let client_side = bus.open_with(&url, quick()).await;
    let client = bus.client(&client_side);
    echo(&client, "first").await.unwrap();
    // One of the two goes down for good.
    proxy.refuse(true);
    proxy.cut();
    for _ in 0..5 {
        assert_eq!(soon("an answer", echo(&client, "on")).await.unwrap(), "on");
    }
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn a_broker_that_never_answers_is_given_up() {
    let bus = Bus::new();
    let proxy = Proxy::start().await;
    proxy.stall();
    let options = RabbitOptions {
        connect_timeout: Duration::from_millis(200),
        ..quick()
    };
    let url = url_by(&[proxy.address(), address()]);
    let transport = bus.open_with(&url, options).await;
    let server = bus.serve(&transport, "h1", &Probe::new()).await;
    assert_eq!(
        soon("an answer", echo(&bus.client(&transport), "x"))
            .await
            .unwrap(),
        "x"
    );
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn a_connection_that_went_silent_is_noticed_by_its_heartbeats() {
    let bus = Bus::new();
    let (server_side, proxy, probe) = (bus.open().await, Proxy::start().await, Probe::new());
    let options = RabbitOptions {
        heartbeat: Duration::from_secs(1),
        ..quick()
    };
    let client_side = bus
        .open_with(
            &url_by(&[proxy.address(), proxy.address(), address()]),
            options,
        )
        .await;
    let server = bus.serve(&server_side, "h1", &probe).await;
    let client = bus.client(&client_side);
    echo(&client, "warm").await.unwrap();
    proxy.stall();
    proxy.refuse(true);
    // Twice the heartbeat, as AMQP has it; then the next broker.
    assert_eq!(
        soon("an answer", echo(&client, "again")).await.unwrap(),
        "again"
    );
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn a_broker_that_takes_nothing_is_waited_for_and_named() {
    let bus = Bus::new();
    let (server_side, proxy, probe) = (bus.open().await, Proxy::start().await, Probe::new());
    let client_side = bus.open_with(&url_by(&[proxy.address()]), quick()).await;
    let server = bus.serve(&server_side, "h1", &probe).await;
    let client = bus.client(&client_side);
    echo(&client, "warm").await.unwrap();
    proxy.block(true);
    let short = client.clone().timeout(Duration::from_millis(300));
    let error = soon("being told", async {
        loop {
            // Until the client has read that it is blocked.
            if let Err(error) = echo(&short, "blocked").await {
                return error;
            }
        }
    })
    .await;
    assert!(error.to_string().contains("low on ram"), "{error}");
    let waiting = tokio::spawn(async move { echo(&client, "patient").await });
    proxy.block(false);
    assert_eq!(
        soon("the answer", waiting).await.unwrap().unwrap(),
        "patient"
    );
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn a_broker_that_forgot_everything_is_told_again() {
    let bus = Bus::new();
    let (proxy, probe) = (Proxy::start().await, Probe::new());
    let url = url_by(&[proxy.address()]);
    let (server_side, client_side) = (
        bus.open_with(&url, quick()).await,
        bus.open_with(&url, quick()).await,
    );
    let server = bus.serve(&server_side, "h1", &probe).await;
    let client = bus.client(&client_side);
    let context = CallContext::empty();
    echo(&client, "warm").await.unwrap();
    client
        .prepare()
        .fanout_cast(&context, "note", &value("warm"))
        .await
        .unwrap();
    let call = held(&client);
    probe.called("hold", 1).await;
    // What a restart leaves of queues and exchanges that are not durable.
    let replies = client_side.driver().reply_queue(None).await.unwrap();
    proxy.refuse(true);
    proxy.cut();
    let channel = raw().await;
    for queue in [
        bus.topic.as_str(),
        &format!("{}.h1", bus.topic),
        replies.as_ref(),
    ] {
        channel
            .queue_delete(queue.into(), QueueDeleteOptions::default())
            .await
            .unwrap();
    }
    for exchange in [bus.exchange.as_str(), &format!("{}_fanout", bus.topic)] {
        channel
            .exchange_delete(exchange.into(), ExchangeDeleteOptions::default())
            .await
            .unwrap();
    }
    proxy.refuse(false);
    // A call into the gap before the server is back is dropped by the broker: only its deadline ends it.
    let short = client.clone().timeout(Duration::from_millis(500));
    soon("an answer", async {
        while let Err(error) = echo(&short, "again").await {
            assert!(
                matches!(error, Error::Timeout { .. } | Error::NotConnected { .. }),
                "{error}"
            );
        }
    })
    .await;
    client
        .prepare()
        .fanout_cast(&context, "note", &value("again"))
        .await
        .unwrap();
    probe.called("note", 2).await;
    probe.gate.add_permits(1);
    assert_eq!(
        soon("the answer to what was begun before", call)
            .await
            .unwrap()
            .unwrap()
            .get(),
        "\"held\""
    );
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn closing_ends_calls_in_flight() {
    let bus = Bus::new();
    let (server_side, client_side, probe) = (bus.open().await, bus.open().await, Probe::new());
    let server = bus.serve(&server_side, "h1", &probe).await;
    let call = held(&bus.client(&client_side));
    probe.called("hold", 1).await;
    soon("closing", client_side.close()).await;
    let error = soon("the call's end", call).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Closed { .. }), "{error}");
    let error = echo(&bus.client(&client_side), "x").await.unwrap_err();
    assert!(matches!(error, Error::Closed { .. }), "{error}");
    probe.gate.add_permits(1);
    server.stop().await;
    bus.remove(&["h1"]).await;
}
