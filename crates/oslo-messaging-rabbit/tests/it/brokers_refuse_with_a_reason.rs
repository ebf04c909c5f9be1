//! What the broker refuses is said, with what to do.

use lapin::ExchangeKind;
use lapin::options::{ExchangeDeclareOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use oslo_messaging::{Error, ServerOptions, TransportUrl};
use oslo_messaging_rabbit::{Login, RabbitOptions};

use crate::support::{Bus, Probe, address, broker, echo, quick, raw, soon, url_by};

#[tokio::test]
async fn a_queue_declared_otherwise_is_explained() {
    let bus = Bus::new();
    let mut arguments = FieldTable::default();
    arguments.insert("x-expires".into(), AMQPValue::LongInt(60_000));
    let options = QueueDeclareOptions::default();
    raw()
        .await
        .queue_declare(bus.topic.as_str().into(), options, arguments)
        .await
        .unwrap();
    let transport = bus.open().await;
    let error = bus
        .serve_with(&transport, "h1", &Probe::new(), ServerOptions::default())
        .await
        .unwrap_err();
    let shown = error.to_string();
    for part in [
        "PRECONDITION_FAILED",
        "x-expires",
        &bus.topic,
        "delete_queue",
        "rabbit_transient_queues_ttl",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    bus.remove(&[]).await;
}

#[tokio::test]
async fn an_exchange_others_declared_as_not_durable_is_used_so() {
    let bus = Bus::new();
    let options = ExchangeDeclareOptions::default();
    let channel = raw().await;
    channel
        .exchange_declare(
            bus.exchange.as_str().into(),
            ExchangeKind::Topic,
            options,
            FieldTable::default(),
        )
        .await
        .unwrap();
    let durable = RabbitOptions {
        durable_queues: true,
        ..quick()
    };
    let url = url_by(&[address()]);
    let (server_side, client_side) = (
        bus.open_with(&url, durable.clone()).await,
        bus.open_with(&url, durable).await,
    );
    let server = bus.serve(&server_side, "h1", &Probe::new()).await;
    assert_eq!(
        soon("an answer", echo(&bus.client(&client_side), "x"))
            .await
            .unwrap(),
        "x"
    );
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn wrong_passwords_and_virtual_hosts_are_named() {
    let bus = Bus::new();
    let (netloc, _) = broker();
    let wrong_password: TransportUrl = format!("rabbit://guest:wrong@{}/", address())
        .parse()
        .unwrap();
    let no_vhost: TransportUrl = format!("rabbit://{netloc}/no-such-virtual-host")
        .parse()
        .unwrap();
    for (url, part) in [
        (wrong_password, "password"),
        (no_vhost, "no-such-virtual-host"),
    ] {
        for login in [Login::AmqPlain, Login::Plain] {
            let transport = bus
                .open_with(&url, RabbitOptions { login, ..quick() })
                .await;
            let served = bus
                .serve_with(&transport, "h1", &Probe::new(), ServerOptions::default())
                .await;
            let error = served.unwrap_err().to_string();
            assert!(error.contains(part) && !error.contains("wrong@"), "{error}");
            let error = echo(&bus.client(&transport), "x").await.unwrap_err();
            assert!(matches!(error, Error::NotConnected { .. }), "{error}");
        }
    }
}

#[tokio::test]
async fn quorum_streams_and_auto_delete_work_end_to_end() {
    let url = url_by(&[address()]);
    let quorum = RabbitOptions {
        quorum_queue: true,
        transient_quorum_queue: true,
        ..quick()
    };
    let stream = RabbitOptions {
        stream_fanout: true,
        prefetch: 100,
        ..quorum.clone()
    };
    let auto_delete = RabbitOptions {
        auto_delete: true,
        ..quick()
    };
    let durable = RabbitOptions {
        durable_queues: true,
        login: Login::Plain,
        ..quick()
    };
    for options in [quorum, stream, auto_delete, durable] {
        let bus = Bus::new();
        let (server_side, client_side, probe) = (
            bus.open_with(&url, options.clone()).await,
            bus.open_with(&url, options.clone()).await,
            Probe::new(),
        );
        let server = bus.serve(&server_side, "h1", &probe).await;
        let client = bus.client(&client_side);
        assert_eq!(
            soon("an answer", echo(&client, "x")).await.unwrap(),
            "x",
            "{options:?}"
        );
        let context = oslo_messaging::CallContext::empty();
        client
            .prepare()
            .fanout_cast(&context, "note", &crate::support::value("all"))
            .await
            .unwrap();
        probe.called("note", 1).await;
        let replies = client_side.driver().reply_queue(None).await.unwrap();
        server.stop().await;
        client_side.close().await;
        bus.remove(&["h1"]).await;
        let channel = raw().await;
        // Durable ones would outlive the test.
        for queue in [replies.to_string(), format!("{}_fanout", bus.topic)] {
            channel
                .queue_delete(queue.as_str().into(), Default::default())
                .await
                .unwrap();
        }
    }
}
