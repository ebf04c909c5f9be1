//! Calls, casts, fanouts, servers, errors, timeouts, monitored calls.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lapin::options::QueueDeclareOptions;
use oslo_messaging::driver::AckPolicy;
use oslo_messaging::{CallContext, Error, Kwargs, ServerOptions};

use crate::support::{Bus, PATIENCE, Probe, echo, held, raw, soon, until, value};

#[tokio::test]
async fn a_call_is_answered_and_an_error_comes_back_as_itself() {
    let bus = Bus::new();
    let (server_side, client_side) = (bus.open().await, bus.open().await);
    let server = bus.serve(&server_side, "h1", &Probe::new()).await;
    let client = bus.client(&client_side);
    for text in ["plain", "\"quoted\" \\ \u{1F600}", ""] {
        assert_eq!(echo(&client, text).await.unwrap(), text);
    }
    // Several frames each way.
    let large = "x".repeat(1_000_000);
    assert_eq!(echo(&client, &large).await.unwrap(), large);
    let refused = client
        .prepare()
        .call(&CallContext::empty(), "fail", &Kwargs::new())
        .await;
    let Err(Error::Remote(error)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(error.class, "InstanceNotFound");
    assert_eq!(error.kwargs["instance_id"], "x");
    server.stop().await;
    bus.remove(&["h1"]).await;
    client_side.close().await;
    server_side.close().await;
}

#[tokio::test]
async fn a_topic_is_shared_a_server_is_meant_and_a_fanout_reaches_all() {
    let bus = Bus::new();
    let transport = bus.open().await;
    let probes = [Probe::new(), Probe::new()];
    let mut servers = Vec::new();
    for (probe, name) in probes.iter().zip(["h1", "h2"]) {
        servers.push(bus.serve(&bus.open().await, name, probe).await);
    }
    let client = bus.client(&transport);
    let context = CallContext::empty();
    for number in 0..20 {
        client
            .prepare()
            .cast(&context, "note", &value(&number.to_string()))
            .await
            .unwrap();
    }
    let both = || probes[0].calls("note").len() + probes[1].calls("note").len();
    until("20 casts", || both() == 20).await;
    assert!(
        probes.iter().all(|probe| !probe.calls("note").is_empty()),
        "they take turns"
    );
    for _ in 0..3 {
        client
            .prepare()
            .server("h2")
            .call(&context, "echo", &value("x"))
            .await
            .unwrap();
    }
    assert_eq!(
        (probes[0].calls("echo").len(), probes[1].calls("echo").len()),
        (0, 3)
    );
    client
        .prepare()
        .fanout_cast(&context, "hold", &Kwargs::new())
        .await
        .unwrap();
    for probe in &probes {
        probe.called("hold", 1).await;
        probe.gate.add_permits(1);
    }
    for server in servers {
        server.stop().await;
    }
    // Nobody has the fanout now, and its exchange is gone: still no error.
    soon(
        "a fanout to nobody",
        client
            .prepare()
            .fanout_cast(&context, "note", &value("gone")),
    )
    .await
    .unwrap();
    // And a call right after it is not disturbed.
    let waited = client
        .prepare()
        .timeout(Duration::from_millis(300))
        .call(&context, "echo", &value("x"))
        .await;
    assert!(matches!(waited, Err(Error::Timeout { .. })), "{waited:?}");
    bus.remove(&["h1", "h2"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_at_once_each_get_their_own_answer() {
    let bus = Bus::new();
    let (server_side, client_side) = (bus.open().await, bus.open().await);
    let server = bus.serve(&server_side, "h1", &Probe::new()).await;
    let client = Arc::new(bus.client(&client_side));
    let calls: Vec<_> = (0..1000)
        .map(|number: i32| {
            let client = client.clone();
            tokio::spawn(async move {
                let text = number.to_string();
                assert_eq!(echo(&client, &text).await.unwrap(), text);
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(server.stats().finished, 1000);
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn nobody_there_ends_at_the_deadline() {
    let bus = Bus::new();
    let transport = bus.open().await;
    let client = bus.client(&transport).timeout(Duration::from_millis(500));
    let started = Instant::now();
    let error = echo(&client, "x").await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn work_whose_caller_gave_up_is_not_begun() {
    let bus = Bus::new();
    let transport = bus.open().await;
    let probe = Probe::new();
    bus.serve(&transport, "h1", &probe).await.stop().await;
    // Nobody listens, but the queue is there.
    let client = bus.client(&transport);
    let short = client.prepare().timeout(Duration::from_millis(200));
    short
        .call(&CallContext::empty(), "note", &value("late"))
        .await
        .unwrap_err();
    client
        .prepare()
        .cast(&CallContext::empty(), "note", &value("cast"))
        .await
        .unwrap();
    // The broker counts from the message's arrival there, a little later than the caller.
    let channel = raw().await;
    let passive = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    soon("the expiration", async {
        while channel
            .queue_declare(bus.topic.as_str().into(), passive, Default::default())
            .await
            .unwrap()
            .message_count()
            > 1
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let server = bus.serve(&transport, "h1", &probe).await;
    probe.called("note", 1).await;
    assert_eq!(probe.calls("note"), ["\"cast\""]);
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn a_monitored_call_lives_as_long_as_its_server() {
    let bus = Bus::new();
    let (server_side, client_side) = (bus.open().await, bus.open().await);
    let server = bus.serve(&server_side, "h1", &Probe::new()).await;
    let client = bus.client(&client_side);
    let monitored = client
        .prepare()
        .call_monitor_timeout(Duration::from_secs(2));
    let args = Kwargs::new().written("value", "3.5");
    let reply = monitored
        .call(&CallContext::empty(), "slow", &args)
        .await
        .unwrap();
    assert_eq!(reply.get(), "\"slept\"");
    // A server that goes silent is noticed long before the call's own end.
    let call = {
        let monitored = monitored.clone();
        tokio::spawn(async move {
            monitored
                .call(&CallContext::empty(), "hold", &Kwargs::new())
                .await
        })
    };
    until("the call's arrival", || server.stats().received >= 2).await;
    server.stop_within(Duration::from_millis(1)).await;
    let error = soon("the silence", call).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Silence { .. }), "{error}");
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn what_a_stopped_server_has_begun_is_answered() {
    let bus = Bus::new();
    let (server_side, client_side) = (bus.open().await, bus.open().await);
    let probe = Probe::new();
    let server = bus.serve(&server_side, "h1", &probe).await;
    let call = held(&bus.client(&client_side));
    probe.called("hold", 1).await;
    let stopping = tokio::spawn(server.stop());
    probe.gate.add_permits(1);
    soon("the stop", stopping).await.unwrap();
    assert_eq!(
        soon("the answer", call).await.unwrap().unwrap().get(),
        "\"held\""
    );
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn what_a_dead_server_had_not_answered_goes_to_another_if_acknowledged_late() {
    let bus = Bus::new();
    let client_side = bus.open().await;
    let options = ServerOptions {
        ack_policy: AckPolicy::AfterReply,
        ..ServerOptions::default()
    };
    let (dead_side, dead) = (bus.open().await, Probe::new());
    let dying = bus
        .serve_with(&dead_side, "h1", &dead, options)
        .await
        .unwrap();
    let call = held(&bus.client(&client_side));
    dead.called("hold", 1).await;
    let (other_side, other) = (bus.open().await, Probe::new());
    let server = bus
        .serve_with(&other_side, "h2", &other, options)
        .await
        .unwrap();
    // As if it were killed: its connection ends, the request is not settled.
    dead_side.close().await;
    drop(dying);
    other.gate.add_permits(1);
    assert_eq!(
        soon("the answer of the other", call)
            .await
            .unwrap()
            .unwrap()
            .get(),
        "\"held\""
    );
    assert_eq!(other.calls("hold").len(), 1);
    server.stop().await;
    bus.remove(&["h1", "h2"]).await;
}

#[tokio::test]
async fn what_a_stopped_server_could_not_finish_goes_to_another_if_acknowledged_late() {
    let bus = Bus::new();
    let client_side = bus.open().await;
    let options = ServerOptions {
        ack_policy: AckPolicy::AfterReply,
        ..ServerOptions::default()
    };
    let leaving_probe = Probe::new();
    let leaving = bus
        .serve_with(&bus.open().await, "h1", &leaving_probe, options)
        .await
        .unwrap();
    let call = held(&bus.client(&client_side));
    leaving_probe.called("hold", 1).await;
    assert_eq!(leaving.stop_within(Duration::from_millis(10)).await, 1);
    let other = Probe::new();
    other.gate.add_permits(1);
    let server = bus
        .serve_with(&bus.open().await, "h2", &other, options)
        .await
        .unwrap();
    let answer = soon("the answer of the other", call).await.unwrap();
    assert_eq!(answer.unwrap().get(), "\"held\"");
    server.stop().await;
    bus.remove(&["h1", "h2"]).await;
}

#[tokio::test]
async fn two_servers_share_by_what_each_can_do() {
    let bus = Bus::new();
    let transport = bus.open().await;
    let options = ServerOptions {
        concurrency: 2,
        queue: 2,
        ..ServerOptions::default()
    };
    let (stuck, busy) = (Probe::new(), Probe::new());
    let first = bus
        .serve_with(&bus.open().await, "h1", &stuck, options)
        .await
        .unwrap();
    let second = bus
        .serve_with(&bus.open().await, "h2", &busy, options)
        .await
        .unwrap();
    let client = bus.client(&transport);
    let calls: Vec<_> = (0..100).map(|_| held(&client)).collect();
    stuck.called("hold", 2).await;
    busy.gate.add_permits(100);
    // Acknowledged before they are carried out, as in the original, and still no more than there is room for.
    busy.called("hold", 96).await;
    assert_eq!(stuck.calls("hold").len(), 2);
    stuck.gate.add_permits(100);
    for call in calls {
        soon("an answer", call).await.unwrap().unwrap();
    }
    first.stop().await;
    second.stop().await;
    bus.remove(&["h1", "h2"]).await;
}

#[tokio::test]
async fn a_server_takes_no_more_than_it_can_hold() {
    let bus = Bus::new();
    let transport = bus.open().await;
    let options = ServerOptions {
        concurrency: 2,
        queue: 2,
        ack_policy: AckPolicy::AfterReply,
        ..ServerOptions::default()
    };
    let (slow, fast) = (Probe::new(), Probe::new());
    let first = bus
        .serve_with(&bus.open().await, "h1", &slow, options)
        .await
        .unwrap();
    let client = bus.client(&transport);
    for _ in 0..10 {
        client
            .prepare()
            .cast(&CallContext::empty(), "hold", &Kwargs::new())
            .await
            .unwrap();
    }
    slow.called("hold", 2).await;
    // Two at work and two at hand; the other six are free for whoever comes.
    let second = bus
        .serve_with(&bus.open().await, "h2", &fast, options)
        .await
        .unwrap();
    fast.gate.add_permits(10);
    fast.called("hold", 6).await;
    slow.gate.add_permits(10);
    slow.called("hold", 4).await;
    assert_eq!(fast.calls("hold").len() + slow.calls("hold").len(), 10);
    first.stop().await;
    second.stop().await;
    bus.remove(&["h1", "h2"]).await;
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_sent() {
    let bus = Bus::new();
    let transport = bus.open().await;
    let client = bus.client(&transport);
    let limit = transport.options().limits.message_bytes;
    let error = echo(&client, &"x".repeat(limit)).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    let topic = "t".repeat(300);
    let error = client
        .prepare()
        .topic(topic)
        .timeout(PATIENCE)
        .cast(&CallContext::empty(), "note", &Kwargs::new())
        .await;
    assert!(
        matches!(error, Err(Error::InvalidTarget { .. })),
        "{error:?}"
    );
}
