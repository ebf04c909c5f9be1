//! Stopping a server: what was taken is answered, nothing more is taken.

use std::time::Duration;

use oslo_messaging::ServerOptions;

use crate::support::{Probe, client, echo, fake, held, serve, serve_with, soon, until};

#[tokio::test]
async fn stop_answers_what_is_in_flight_and_leaves_the_rest_to_others() {
    let transport = fake().await;
    let (old, new) = (Probe::new(), Probe::new());
    let options = ServerOptions {
        concurrency: 2,
        queue: 0,
        ..ServerOptions::default()
    };
    let leaving = serve_with(&transport, "old", &old, options).await;
    let client = client(&transport);
    let calls: Vec<_> = (0..5).map(|_| held(&client)).collect();
    until("two calls at work", || old.count(&old.begun) == 2).await;
    let stopping = tokio::spawn(leaving.stop());
    let _staying = serve(&transport, "new", &new).await;
    until("the others at the other server", || {
        new.count(&new.begun) == 3
    })
    .await;
    assert!(!stopping.is_finished(), "two calls are still held");
    old.gate.add_permits(2);
    new.gate.add_permits(3);
    for call in calls {
        assert_eq!(
            soon("an answer", call).await.unwrap().unwrap().get(),
            "\"held\""
        );
    }
    soon("the stop", stopping).await.unwrap();
    assert_eq!(old.count(&old.completed), 2);
    // What comes now goes to the server that stayed.
    echo(&client, "x").await.unwrap();
    assert_eq!(old.count(&old.begun), 2);
}

#[tokio::test]
async fn a_grace_period_ends_what_does_not_end_by_itself() {
    let transport = fake().await;
    let probe = Probe::new();
    let server = serve(&transport, "h", &probe).await;
    let call = held(&client(&transport));
    until("the call", || probe.count(&probe.begun) == 1).await;
    assert_eq!(
        soon("the stop", server.stop_within(Duration::from_millis(20))).await,
        1
    );
    assert_eq!(probe.count(&probe.ended), 1);
    let outcome = soon("the caller's error", call).await.unwrap();
    assert!(outcome.is_err(), "the caller is told at once");
}

#[tokio::test]
async fn without_a_grace_period_it_takes_as_long_as_it_takes() {
    let transport = fake().await;
    let probe = Probe::new();
    let server = serve(&transport, "h", &probe).await;
    let call = held(&client(&transport));
    until("the call", || probe.count(&probe.begun) == 1).await;
    let stopping = tokio::spawn(server.stop_within(Duration::ZERO));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!stopping.is_finished(), "a call is still held");
    probe.gate.add_permits(1);
    assert_eq!(soon("the stop", stopping).await.unwrap(), 0);
    soon("the answer", call).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_was_not_begun_when_the_grace_period_ended_goes_to_others() {
    let transport = fake().await;
    let (old, new) = (Probe::new(), Probe::new());
    let options = ServerOptions {
        concurrency: 1,
        queue: 4,
        ..ServerOptions::default()
    };
    let leaving = serve_with(&transport, "old", &old, options).await;
    let client = client(&transport);
    let begun = held(&client);
    until("one at work", || old.count(&old.begun) == 1).await;
    let waiting: Vec<_> = (0..4).map(|_| held(&client)).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let grace = Duration::from_millis(20);
    assert_eq!(soon("the stop", leaving.stop_within(grace)).await, 5);
    soon("an error", begun).await.unwrap().unwrap_err();
    assert_eq!(old.count(&old.begun), 1, "nothing more is begun");
    let _staying = serve(&transport, "new", &new).await;
    new.gate.add_permits(4);
    for call in waiting {
        soon("an answer", call).await.unwrap().unwrap();
    }
    assert_eq!(new.count(&new.completed), 4);
}

#[tokio::test]
async fn concurrency_is_bounded() {
    let transport = fake().await;
    let probe = Probe::new();
    let options = ServerOptions {
        concurrency: 3,
        queue: 2,
        ..ServerOptions::default()
    };
    let server = serve_with(&transport, "h", &probe, options).await;
    let client = client(&transport);
    let calls: Vec<_> = (0..20).map(|_| held(&client)).collect();
    until("three at work", || probe.count(&probe.begun) == 3).await;
    for done in 1..=20 {
        assert!(probe.count(&probe.begun) - probe.count(&probe.ended) <= 3);
        probe.gate.add_permits(1);
        until("one more done", || probe.count(&probe.ended) == done).await;
    }
    for call in calls {
        soon("an answer", call).await.unwrap().unwrap();
    }
    assert_eq!(server.stats().finished, 20);
}
