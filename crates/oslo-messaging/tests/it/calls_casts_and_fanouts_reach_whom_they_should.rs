//! Calls, casts and fanouts, in one process.

use std::time::Duration;

use oslo_messaging::{
    CallContext, Error, Kwargs, Limits, RpcClient, ServerOptions, Target, Transport,
    TransportOptions, VersionCaps,
};

use crate::support::{Probe, client, echo, fake, fake_with, serve, serve_with, until, value};

#[tokio::test]
async fn a_call_returns_what_the_method_returned() {
    let transport = fake().await;
    let _server = serve(&transport, "h", &Probe::new()).await;
    assert_eq!(
        echo(&client(&transport), "h\u{e9}\u{1F600}").await.unwrap(),
        "h\u{e9}\u{1F600}"
    );
}

#[tokio::test]
async fn a_call_raises_what_the_method_raised() {
    let transport = fake().await;
    let _server = serve(&transport, "h", &Probe::new()).await;
    let error = client(&transport)
        .prepare()
        .call(&CallContext::empty(), "fail", &Kwargs::new())
        .await
        .expect_err("the method fails");
    let remote = error.remote().expect("the method's own error");
    assert_eq!(remote.typed("nova.exception"), Some("InstanceNotFound"));
    assert_eq!(remote.kwargs["instance_id"], "x");
    assert_eq!(remote.kwargs["code"], 404);
    assert!(remote.traceback.is_empty(), "tracebacks are withheld");
}

#[tokio::test]
async fn tracebacks_are_sent_when_asked_for_and_other_modules_are_not_typed() {
    let options = TransportOptions {
        allowed_remote_exmods: Vec::new(),
        ..TransportOptions::default()
    };
    let transport = fake_with(options).await;
    let options = ServerOptions {
        send_tracebacks: true,
        ..ServerOptions::default()
    };
    let _server = serve_with(&transport, "h", &Probe::new(), options).await;
    let error = client(&transport)
        .prepare()
        .call(&CallContext::empty(), "fail", &Kwargs::new())
        .await
        .expect_err("the method fails");
    let remote = error.remote().expect("the method's own error");
    assert_eq!(remote.traceback.len(), 1);
    assert_eq!(remote.typed("nova.exception"), None);
}

#[tokio::test]
async fn calls_take_turns_casts_go_to_one_and_fanouts_to_all() {
    let transport = fake().await;
    let probes = [Probe::new(), Probe::new()];
    let _one = serve(&transport, "one", &probes[0]).await;
    let _two = serve(&transport, "two", &probes[1]).await;
    let client = client(&transport);
    for _ in 0..10 {
        echo(&client, "x").await.unwrap();
    }
    assert_eq!(probes[0].calls("echo").len(), 5);
    assert_eq!(probes[1].calls("echo").len(), 5);

    let context = CallContext::empty();
    client
        .prepare()
        .server("two")
        .call(&context, "note", &Kwargs::new())
        .await
        .unwrap();
    assert_eq!(probes[1].calls("note").len(), 1);

    client
        .prepare()
        .server("one")
        .cast(&context, "note", &value("cast"))
        .await
        .unwrap();
    until("the cast", || probes[0].calls("note").len() == 1).await;

    client
        .prepare()
        .fanout_cast(&context, "note", &value("all"))
        .await
        .unwrap();
    until("the fanout", || {
        probes
            .iter()
            .all(|probe| probe.calls("note").contains(&"value=\"all\"".to_owned()))
    })
    .await;
}

#[tokio::test]
async fn the_caps_of_a_transport_hold_whoever_uses_it() {
    let transport = fake_with(TransportOptions {
        version_caps: VersionCaps::default()
            .topic("conductor", "2.1", "[upgrade_levels] conductor")
            .namespace("baseapi", "1.0", "[upgrade_levels] baseapi"),
        ..TransportOptions::default()
    })
    .await;
    let probe = Probe::new();
    let _server = serve(&transport, "h1", &probe).await;
    let (context, none) = (CallContext::empty(), Kwargs::new());

    let client = client(&transport).version_cap("3.0");
    assert!(!client.can_send_version("3.0") && !client.can_send_version("2.2"));
    let error = echo(&client, "hello").await.expect_err("it needs 3.0");
    assert!(error.nothing_was_done());
    assert_eq!(
        error.to_string(),
        "send version 3.0 to conductor: [upgrade_levels] conductor holds what is sent there to 2.1: the same major, and no \
         higher minor; unset it, or raise it when every service there is new enough"
    );
    let cast = client.prepare().cast(&context, "note", &none).await;
    assert!(matches!(cast, Err(Error::VersionCap { .. })), "{cast:?}");
    assert!(probe.calls("note").is_empty() && probe.calls("echo").is_empty());

    let args = Kwargs::new().value("arg", "x").unwrap();
    let target = Target::new("conductor").namespace("baseapi").version("1.0");
    let ping = RpcClient::new(transport.clone(), target).prepare();
    let pong = ping.call(&context, "ping", &args).await;
    pong.expect("a ping came with 1.0");
    let newer = ping.version("1.1");
    let error = newer.call(&context, "ping", &args).await;
    assert!(matches!(error, Err(Error::VersionCap { .. })), "{error:?}");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_it_is_sent() {
    let transport = fake().await;
    let client = client(&transport).version_cap("3.0");
    let context = CallContext::empty();
    let none = Kwargs::new();
    let error = client
        .prepare()
        .fanout(true)
        .call(&context, "m", &none)
        .await;
    assert!(matches!(error, Err(Error::InvalidTarget { .. })));
    let error = client
        .prepare()
        .version("3.1")
        .call(&context, "m", &none)
        .await;
    assert!(matches!(error, Err(Error::VersionCap { .. })));
    let error = client.prepare().topic("").cast(&context, "m", &none).await;
    assert!(matches!(error, Err(Error::InvalidTarget { .. })));
    assert!(client.can_send_version("3.0") && !client.can_send_version("3.1"));
    let unknown = Transport::open(
        &"smoke://h".parse().unwrap(),
        TransportOptions::default(),
        &[],
    )
    .await
    .expect_err("nobody speaks smoke");
    assert!(unknown.to_string().contains("fake://"), "{unknown}");
}

#[tokio::test]
async fn messages_above_the_limit_are_refused_on_both_ways() {
    let options = TransportOptions {
        limits: Limits {
            message_bytes: 100_000,
            ..Limits::default()
        },
        ..TransportOptions::default()
    };
    let transport = fake_with(options).await;
    let _server = serve(&transport, "h", &Probe::new()).await;
    let client = client(&transport);
    let error = echo(&client, &"x".repeat(200_000))
        .await
        .expect_err("too large");
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    let error = client
        .prepare()
        .call(&CallContext::empty(), "large", &Kwargs::new())
        .await
        .expect_err("its reply is too large");
    assert_eq!(
        error.remote().map(|remote| remote.class.as_str()),
        Some("MessageDeliveryFailure")
    );
    echo(&client, "small").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_to_nobody_is_told_and_one_to_a_late_server_is_served() {
    let transport = fake().await;
    let client = RpcClient::new(transport.clone(), Target::new("conductor").version("3.0"))
        .timeout(Duration::from_secs(60));
    let error = echo(&client, "x").await.expect_err("nobody listens");
    assert!(matches!(error, Error::NoListener { .. }), "{error}");

    let probe = Probe::new();
    let late = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        serve(&transport, "h", &probe).await
    };
    let (served, _server) = tokio::join!(echo(&client, "x"), late);
    assert_eq!(served.unwrap(), "x");
}

#[tokio::test]
async fn closing_a_transport_ends_its_calls() {
    let transport = fake().await;
    let probe = Probe::new();
    let _server = serve(&transport, "h", &probe).await;
    let client = client(&transport);
    let prepared = client.prepare();
    let (context, none) = (CallContext::empty(), Kwargs::new());
    let call = prepared.call(&context, "hold", &none);
    let close = async {
        until("the call", || probe.count(&probe.begun) == 1).await;
        transport.close().await;
    };
    let (outcome, ()) = tokio::join!(call, close);
    assert!(matches!(outcome, Err(Error::Closed { .. })));
    assert!(matches!(
        echo(&client, "x").await,
        Err(Error::Closed { .. })
    ));
}
