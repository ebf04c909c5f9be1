//! Queues deleted at the broker, and reply queues that are gone.

use std::time::Duration;

use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use oslo_messaging::driver::AckPolicy;
use oslo_messaging::{CallContext, Kwargs, ServerOptions};
use oslo_messaging_rabbit::RabbitOptions;

use crate::support::{Bus, Probe, echo, held, quick, raw, soon, until, value};

/// Deletes a queue and waits until somebody declared it again.
async fn delete_and_wait(queue: &str) {
    let channel = raw().await;
    channel
        .queue_delete(queue.into(), QueueDeleteOptions::default())
        .await
        .unwrap();
    soon("the queue's return", async {
        loop {
            // A passive declare of what is not there closes the channel.
            let channel = raw().await;
            let passive = QueueDeclareOptions {
                passive: true,
                ..QueueDeclareOptions::default()
            };
            let found = channel
                .queue_declare(queue.into(), passive, Default::default())
                .await;
            if found.is_ok_and(|queue| queue.consumer_count() > 0) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_servers_deleted_queues_are_declared_again() {
    let bus = Bus::new();
    let (server_side, client_side, probe) = (bus.open().await, bus.open().await, Probe::new());
    let server = bus.serve(&server_side, "h1", &probe).await;
    let client = bus.client(&client_side);
    // What it works on meanwhile is not disturbed.
    let call = held(&client);
    probe.called("hold", 1).await;
    delete_and_wait(&bus.topic).await;
    assert_eq!(soon("an answer", echo(&client, "x")).await.unwrap(), "x");
    delete_and_wait(&format!("{}.h1", bus.topic)).await;
    client
        .prepare()
        .server("h1")
        .call(&CallContext::empty(), "echo", &value("x"))
        .await
        .unwrap();
    probe.gate.add_permits(1);
    assert_eq!(
        soon("the held call", call).await.unwrap().unwrap().get(),
        "\"held\""
    );
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn a_reply_waits_for_its_queue() {
    let bus = Bus::new();
    let (server_side, client_side, probe) = (bus.open().await, bus.open().await, Probe::new());
    let server = bus.serve(&server_side, "h1", &probe).await;
    let client = bus.client(&client_side);
    echo(&client, "warm").await.unwrap();
    let queue = client_side.driver().reply_queue(None).await.unwrap();
    let call = held(&client);
    probe.called("hold", 1).await;
    // Its client declares it again, and the reply that found nothing is sent once more.
    let channel = raw().await;
    channel
        .queue_delete(queue.as_ref().into(), QueueDeleteOptions::default())
        .await
        .unwrap();
    probe.gate.add_permits(1);
    assert_eq!(
        soon("the answer", call).await.unwrap().unwrap().get(),
        "\"held\""
    );
    assert_eq!(echo(&client, "after").await.unwrap(), "after");
    assert_eq!(server.stats().lost_replies, 0);
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn replies_to_a_client_that_is_gone_are_given_up() {
    let bus = Bus::new();
    let options = RabbitOptions {
        missing_queue_timeout: Duration::from_millis(600),
        ..quick()
    };
    let url = crate::support::url_by(&[crate::support::address()]);
    let (server_side, probe) = (bus.open_with(&url, options).await, Probe::new());
    let server = bus.serve(&server_side, "h1", &probe).await;
    let (gone_side, other_side) = (bus.open().await, bus.open().await);
    let (first, second) = (held(&bus.client(&gone_side)), held(&bus.client(&gone_side)));
    probe.called("hold", 2).await;
    let queue = gone_side.driver().reply_queue(None).await.unwrap();
    gone_side.close().await;
    let channel = raw().await;
    channel
        .queue_delete(queue.as_ref().into(), QueueDeleteOptions::default())
        .await
        .unwrap();
    assert!(
        soon("its end", first).await.unwrap().is_err()
            && soon("its end", second).await.unwrap().is_err()
    );
    probe.gate.add_permits(1);
    // Others are answered all the while, also by the connection the lost reply waits at.
    let client = bus.client(&other_side);
    for _ in 0..20 {
        assert_eq!(
            soon("an answer", echo(&client, "other")).await.unwrap(),
            "other"
        );
    }
    until("the first loss", || server.stats().lost_replies == 1).await;
    // Known as gone now: the next is dropped without waiting.
    probe.gate.add_permits(1);
    let started = std::time::Instant::now();
    until("the second loss", || server.stats().lost_replies == 2).await;
    assert!(
        started.elapsed() < Duration::from_millis(500),
        "{:?}",
        started.elapsed()
    );
    client
        .prepare()
        .cast(&CallContext::empty(), "note", &Kwargs::new())
        .await
        .unwrap();
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn callers_that_are_gone_hold_nobody_up_where_requests_are_acknowledged_late() {
    let bus = Bus::new();
    let options = ServerOptions {
        concurrency: 1,
        queue: 1,
        ack_policy: AckPolicy::AfterReply,
        ..ServerOptions::default()
    };
    let probe = Probe::new();
    let patient = RabbitOptions {
        missing_queue_timeout: Duration::from_secs(60),
        ..quick()
    };
    let url = crate::support::url_by(&[crate::support::address()]);
    let server_side = bus.open_with(&url, patient).await;
    let server = bus
        .serve_with(&server_side, "h1", &probe, options)
        .await
        .unwrap();
    let (gone_side, other_side) = (bus.open().await, bus.open().await);
    let calls = [0; 2].map(|_| held(&bus.client(&gone_side)));
    probe.called("hold", 1).await;
    let queue = gone_side.driver().reply_queue(None).await.unwrap();
    gone_side.close().await;
    for call in calls {
        assert!(soon("its end", call).await.unwrap().is_err());
    }
    raw()
        .await
        .queue_delete(queue.as_ref().into(), QueueDeleteOptions::default())
        .await
        .unwrap();
    // Both replies wait for a queue that does not come back; both requests are off the bus all the same.
    probe.gate.add_permits(2);
    let client = bus.client(&other_side);
    assert_eq!(soon("an answer", echo(&client, "x")).await.unwrap(), "x");
    until("the other's end", || server.stats().finished == 3).await;
    assert_eq!(server.stats().lost_replies, 0, "they still wait");
    drop(server);
    server_side.close().await;
    bus.remove(&["h1"]).await;
}
