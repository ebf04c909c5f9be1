//! Deadlines, callers that go away, the call monitor.

use std::time::Duration;

use oslo_messaging::{CallContext, Error, Kwargs, ServerOptions};
use tokio::time::Instant;

use crate::support::{Probe, client, fake, held, serve, serve_with, soon, until};

#[tokio::test]
async fn work_past_its_callers_deadline_is_dropped() {
    let transport = fake().await;
    let probe = Probe::new();
    let server = serve(&transport, "h", &probe).await;
    let error = client(&transport)
        .prepare()
        .timeout(Duration::from_millis(50))
        .call(&CallContext::empty(), "hold", &Kwargs::new())
        .await
        .expect_err("it is held");
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    until("the drop", || probe.count(&probe.ended) == 1).await;
    assert_eq!(probe.count(&probe.completed), 0);
    until("the count", || server.stats().abandoned == 1).await;
}

#[tokio::test]
async fn a_request_that_waited_longer_than_its_caller_is_not_begun() {
    let transport = fake().await;
    let probe = Probe::new();
    let options = ServerOptions {
        concurrency: 1,
        ..ServerOptions::default()
    };
    let server = serve_with(&transport, "h", &probe, options).await;
    let first = held(&client(&transport));
    until("the first", || probe.count(&probe.begun) == 1).await;
    let error = client(&transport)
        .prepare()
        .timeout(Duration::from_millis(50))
        .call(&CallContext::empty(), "hold", &Kwargs::new())
        .await
        .expect_err("it waits for its turn");
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    probe.gate.add_permits(2);
    soon("the first's answer", first).await.unwrap().unwrap();
    until("the drop", || server.stats().abandoned == 1).await;
    assert_eq!(probe.count(&probe.begun), 1);
}

#[tokio::test]
async fn work_of_a_caller_that_went_away_is_dropped() {
    let transport = fake().await;
    let probe = Probe::new();
    let _server = serve(&transport, "h", &probe).await;
    let prepared = client(&transport).prepare();
    let call = tokio::spawn(async move {
        prepared
            .call(&CallContext::empty(), "hold", &Kwargs::new())
            .await
    });
    until("the call", || probe.count(&probe.begun) == 1).await;
    call.abort();
    until("the drop", || probe.count(&probe.ended) == 1).await;
    assert_eq!(probe.count(&probe.completed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_monitored_call_lives_as_long_as_its_heartbeats() {
    let transport = fake().await;
    let probe = Probe::new();
    let server = serve(&transport, "h", &probe).await;
    let prepared = client(&transport)
        .prepare()
        .timeout(Duration::from_secs(120))
        .call_monitor_timeout(Duration::from_secs(4));
    let started = Instant::now();
    let release = async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        probe.gate.add_permits(1);
    };
    let (context, none) = (CallContext::empty(), Kwargs::new());
    let (outcome, ()) = tokio::join!(prepared.call(&context, "hold", &none), release);
    assert_eq!(outcome.unwrap().get(), "\"held\"");
    assert!(started.elapsed() >= Duration::from_secs(30));
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_monitored_call_ends_when_the_heartbeats_do() {
    let transport = fake().await;
    // It takes the message and never gives a sign.
    let options = oslo_messaging::driver::ListenOptions {
        prefetch: 1,
        unsettled: 1,
    };
    let target = oslo_messaging::Target::new("conductor")
        .server("h")
        .exchange("nova");
    let (taker, mut takes) = tokio::sync::mpsc::unbounded_channel();
    let listening = transport
        .driver()
        .listen(&target, &options, std::sync::Arc::new(taker));
    let _listener = listening.await.unwrap();
    let prepared = client(&transport)
        .prepare()
        .timeout(Duration::from_secs(120))
        .call_monitor_timeout(Duration::from_secs(4));
    let started = Instant::now();
    let (context, none) = (CallContext::empty(), Kwargs::new());
    let (outcome, _taken) = tokio::join!(
        prepared.call(&context, "hold", &none),
        soon("the message", takes.recv())
    );
    assert!(matches!(outcome, Err(Error::Silence { .. })), "{outcome:?}");
    assert_eq!(started.elapsed().as_secs(), 4);
}
