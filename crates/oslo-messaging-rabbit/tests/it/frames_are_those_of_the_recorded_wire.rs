//! What we send, frame by frame, is what nova's services were recorded sending. Volatile names are replaced by what they
//! stand for, and these differences are meant:
//!
//! - a server asks for a bound on what it is sent (`basic.qos`);
//! - client properties name this library;
//! - fanouts have a channel of their own, as have replies, so numbers of channels are not compared.

use std::time::Duration;

use amq_protocol::frame::AMQPFrame;
use amq_protocol::protocol::{AMQPClass, basic, channel, confirm, connection, exchange, queue};
use amq_protocol::types::{AMQPValue, FieldTable};
use oslo_messaging::{CallContext, Kwargs};
use serde_json::{Map, Value, json};

use crate::support::proxy::{Proxy, Seen};
use crate::support::{Bus, Probe, echo, quick, url_by, value};

fn recorded(file: &str, connection: &str) -> Vec<Value> {
    let text = match file {
        "first_call" => include_str!("../captures/first_call_all_frames.json"),
        "server_startup" => include_str!("../captures/server_startup.json"),
        "fanout_cast" => include_str!("../captures/fanout_cast_all_frames.json"),
        "steady_state_call" => include_str!("../captures/steady_state_call_all_frames.json"),
        "heartbeats" => include_str!("../captures/call_monitor_heartbeats_all_frames.json"),
        other => panic!("no capture {other}"),
    };
    let frames: Vec<Value> = serde_json::from_str(text).unwrap();
    let sent = frames
        .into_iter()
        .filter(|frame| frame["direction"] == "to broker" && frame["connection"] == connection);
    sent.map(|mut frame| {
        let frame = frame.as_object_mut().unwrap();
        for volatile in [
            "direction",
            "connection",
            "channel",
            "body",
            "n_body_frames",
        ] {
            frame.remove(volatile);
        }
        if let Some(args) = frame.get_mut("args").and_then(Value::as_object_mut) {
            // Parts of AMQP 0-9-1 that are reserved and always the same.
            for reserved in ["ticket", "out_of_band", "capabilities", "insist"] {
                args.remove(reserved);
            }
            args.retain(|_, value| value != "(AMQPLAIN table LOGIN/PASSWORD)");
        }
        let mut frame = Value::Object(frame.clone());
        replace(
            &mut frame,
            &[
                ("labhost", "HOST"),
                ("conductor", "TOPIC"),
                ("nova", "EXCHANGE"),
                ("cap", "VHOST"),
            ],
        );
        frame
    })
    .collect()
}

fn ours(seen: &[Seen], connection: usize, bus: &Bus) -> Vec<Value> {
    let sent = seen
        .iter()
        .filter(|seen| seen.to_broker && seen.connection == connection);
    let vhost = crate::support::broker().1;
    let vhost = if vhost.is_empty() { "/" } else { &vhost };
    sent.filter_map(|seen| plain(&seen.frame))
        .map(|mut frame| {
            if frame["frame"] == "Connection.Open" {
                assert_eq!(frame["args"]["virtual_host"], vhost);
                frame["args"]["virtual_host"] = "VHOST".into();
            }
            replace(
                &mut frame,
                &[
                    ("h1", "HOST"),
                    (&bus.topic, "TOPIC"),
                    (&bus.exchange, "EXCHANGE"),
                ],
            );
            frame
        })
        .collect()
}

/// Names by what they stand for; 32 digits are somebody's own.
fn replace(value: &mut Value, names: &[(&str, &str)]) {
    match value {
        Value::String(text) => {
            let mut words: Vec<String> = Vec::new();
            for word in text.split_inclusive(['.', '_']) {
                let (word, end) = match word.strip_suffix(['.', '_']) {
                    Some(stem) => (stem, &word[stem.len()..]),
                    None => (word, ""),
                };
                let own = word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
                let known = names.iter().find(|(name, _)| *name == word);
                let word = if own {
                    "OWN"
                } else {
                    known.map_or(word, |(_, name)| name)
                };
                words.push(format!("{word}{end}"));
            }
            *text = words.concat();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, names)),
        Value::Object(fields) => {
            fields.remove("client_properties");
            fields.values_mut().for_each(|item| replace(item, names));
        }
        _ => {}
    }
}

/// A frame as the captures write it; `None` for what is meant to differ.
fn plain(frame: &AMQPFrame) -> Option<Value> {
    let (name, args) = match frame {
        AMQPFrame::ProtocolHeader(_) => return Some(json!({"frame": "ProtocolHeader"})),
        AMQPFrame::Heartbeat => return None,
        AMQPFrame::Body(..) => return Some(json!({"frame": "ContentBody"})),
        AMQPFrame::Header(_, header) => {
            return Some(
                json!({"frame": "ContentHeader", "properties": properties(&header.properties)}),
            );
        }
        AMQPFrame::Method(_, class) => match class {
            AMQPClass::Connection(connection::AMQPMethod::StartOk(m)) => (
                "Connection.StartOk",
                json!({"mechanism": m.mechanism.as_str(), "locale": m.locale.as_str()}),
            ),
            AMQPClass::Connection(connection::AMQPMethod::TuneOk(m)) => (
                "Connection.TuneOk",
                json!({"channel_max": m.channel_max, "frame_max": m.frame_max, "heartbeat": m.heartbeat}),
            ),
            AMQPClass::Connection(connection::AMQPMethod::Open(m)) => (
                "Connection.Open",
                json!({"virtual_host": m.virtual_host.as_str()}),
            ),
            AMQPClass::Channel(channel::AMQPMethod::Open(_)) => ("Channel.Open", json!({})),
            AMQPClass::Exchange(exchange::AMQPMethod::Declare(m)) => (
                "Exchange.Declare",
                json!({"exchange": m.exchange.as_str(), "type": m.kind.as_str(), "passive": m.passive, "durable": m.durable,
                    "auto_delete": m.auto_delete, "internal": m.internal, "nowait": m.nowait, "arguments": table(&m.arguments)}),
            ),
            AMQPClass::Queue(queue::AMQPMethod::Declare(m)) => (
                "Queue.Declare",
                json!({"queue": m.queue.as_str(), "passive": m.passive, "durable": m.durable, "exclusive": m.exclusive,
                    "auto_delete": m.auto_delete, "nowait": m.nowait, "arguments": table(&m.arguments)}),
            ),
            AMQPClass::Queue(queue::AMQPMethod::Bind(m)) => (
                "Queue.Bind",
                json!({"queue": m.queue.as_str(), "exchange": m.exchange.as_str(), "routing_key": m.routing_key.as_str(),
                    "nowait": m.nowait, "arguments": table(&m.arguments)}),
            ),
            AMQPClass::Basic(basic::AMQPMethod::Qos(_)) => return None,
            AMQPClass::Basic(basic::AMQPMethod::Consume(m)) => (
                "Basic.Consume",
                json!({"queue": m.queue.as_str(), "consumer_tag": m.consumer_tag.as_str(), "no_local": m.no_local,
                    "no_ack": m.no_ack, "exclusive": m.exclusive, "nowait": m.nowait, "arguments": table(&m.arguments)}),
            ),
            AMQPClass::Basic(basic::AMQPMethod::Publish(m)) => (
                "Basic.Publish",
                json!({"exchange": m.exchange.as_str(), "routing_key": m.routing_key.as_str(), "mandatory": m.mandatory,
                    "immediate": m.immediate}),
            ),
            AMQPClass::Basic(basic::AMQPMethod::Ack(m)) => (
                "Basic.Ack",
                json!({"delivery_tag": m.delivery_tag, "multiple": m.multiple}),
            ),
            AMQPClass::Confirm(confirm::AMQPMethod::Select(m)) => {
                ("Confirm.Select", json!({"nowait": m.nowait}))
            }
            other => panic!("a frame the original never sends: {other:?}"),
        },
        other => panic!("an odd frame: {other:?}"),
    };
    Some(json!({"frame": name, "args": args}))
}

fn properties(properties: &basic::AMQPProperties) -> Value {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            shown.insert(name.to_owned(), value);
        }
    };
    let text = |value: &Option<amq_protocol::types::ShortString>| {
        value.as_ref().map(|text| json!(text.as_str()))
    };
    put("content_type", text(properties.content_type()));
    put("content_encoding", text(properties.content_encoding()));
    put("headers", properties.headers().as_ref().map(table));
    put("delivery_mode", properties.delivery_mode().map(Value::from));
    put("priority", properties.priority().map(Value::from));
    put("correlation_id", text(properties.correlation_id()));
    put("reply_to", text(properties.reply_to()));
    put("expiration", text(properties.expiration()));
    put("message_id", text(properties.message_id()));
    put("timestamp", properties.timestamp().map(Value::from));
    put("type", text(properties.kind()));
    put("user_id", text(properties.user_id()));
    put("app_id", text(properties.app_id()));
    Value::Object(shown)
}

fn table(table: &FieldTable) -> Value {
    let fields = table.inner().iter().map(|(name, value)| {
        let value = match value {
            AMQPValue::LongInt(number) => json!(number),
            AMQPValue::LongString(text) => json!(text.to_string()),
            AMQPValue::Boolean(flag) => json!(flag),
            other => panic!("an argument of a type the original does not use: {other:?}"),
        };
        (name.as_str().to_owned(), value)
    });
    Value::Object(fields.collect())
}

/// Tags count what passed before.
fn without_tags(mut frames: Vec<Value>) -> Vec<Value> {
    for frame in &mut frames {
        if let Some(args) = frame.get_mut("args").and_then(Value::as_object_mut) {
            args.remove("delivery_tag");
        }
    }
    frames
}

#[tokio::test]
async fn a_first_call_a_second_a_fanout_and_a_monitored_call() {
    let bus = Bus::new();
    let (server_proxy, client_proxy) = (Proxy::start().await, Proxy::start().await);
    let server_side = bus
        .open_with(&url_by(&[server_proxy.address()]), quick())
        .await;
    let client_side = bus
        .open_with(&url_by(&[client_proxy.address()]), quick())
        .await;
    let probe = Probe::new();
    let server = bus.serve(&server_side, "h1", &probe).await;
    let listening = "server listening connection";
    assert_eq!(
        ours(&server_proxy.seen(), 0, &bus),
        recorded("server_startup", listening)
    );

    let client = bus.client(&client_side).timeout(Duration::from_secs(60));
    echo(&client, "first").await.unwrap();
    // The acknowledgement of the reply leaves after the caller has it.
    settle(&client_proxy, 0, 1).await;
    assert_eq!(
        ours(&client_proxy.seen(), 0, &bus),
        recorded("first_call", "client reply-listening connection")
    );
    assert_eq!(
        ours(&client_proxy.seen(), 1, &bus),
        recorded("first_call", "client sending connection")
    );
    assert_eq!(
        ours(&server_proxy.seen(), 1, &bus),
        recorded("first_call", "server sending (reply) connection")
    );
    let acks = |seen: &[Seen], connection: usize, from: usize| {
        without_tags(ours(&seen[from..], connection, &bus))
    };
    for seen in [client_proxy.seen(), server_proxy.seen()] {
        for connection in 0..2 {
            check_client_properties(&seen, connection);
        }
    }

    // From now on nothing is declared any more.
    let (client_from, server_from) = (client_proxy.seen().len(), server_proxy.seen().len());
    echo(&client, "second").await.unwrap();
    settle(&client_proxy, 0, 2).await;
    settle(&server_proxy, 0, 2).await;
    let steady = |name| without_tags(recorded("steady_state_call", name));
    assert_eq!(
        acks(&client_proxy.seen(), 1, client_from),
        steady("client sending connection")
    );
    assert_eq!(
        acks(&client_proxy.seen(), 0, client_from),
        steady("client reply-listening connection")
    );
    assert_eq!(
        acks(&server_proxy.seen(), 0, server_from),
        steady(listening)
    );
    assert_eq!(
        acks(&server_proxy.seen(), 1, server_from),
        steady("server sending (reply) connection")
    );

    let (client_from, server_from) = (client_proxy.seen().len(), server_proxy.seen().len());
    client
        .prepare()
        .fanout_cast(&CallContext::empty(), "note", &value("all"))
        .await
        .unwrap();
    probe.called("note", 1).await;
    // The server goes on when the acknowledgement is written; the proxy sees it a little later.
    settle(&server_proxy, 0, 3).await;
    let mut fanout = acks(&client_proxy.seen(), 1, client_from);
    // Opening a channel of its own, once.
    let opening =
        |frame: &Value| frame["frame"] == "Channel.Open" || frame["frame"] == "Confirm.Select";
    fanout.retain(|frame| !opening(frame));
    assert_eq!(
        fanout,
        without_tags(recorded("fanout_cast", "client sending connection"))
    );
    assert_eq!(
        acks(&server_proxy.seen(), 0, server_from),
        without_tags(recorded("fanout_cast", listening))
    );

    let (client_from, server_from) = (client_proxy.seen().len(), server_proxy.seen().len());
    let monitored = client
        .prepare()
        .timeout(Duration::from_secs(70))
        .call_monitor_timeout(Duration::from_secs(4));
    // The recorded one took 7 s with heartbeats at 2, 4 and 6; so does this.
    let args = Kwargs::new().written("value", "7");
    monitored
        .call(&CallContext::empty(), "slow", &args)
        .await
        .unwrap();
    settle(&client_proxy, 0, 6).await;
    let recorded = |name| without_tags(recorded("heartbeats", name));
    assert_eq!(
        acks(&client_proxy.seen(), 1, client_from),
        recorded("client sending connection")
    );
    assert_eq!(
        acks(&client_proxy.seen(), 0, client_from),
        recorded("client reply-listening connection")
    );
    assert_eq!(
        acks(&server_proxy.seen(), 1, server_from),
        recorded("server sending (reply) connection")
    );
    server.stop().await;
    bus.remove(&["h1"]).await;
}

/// Waits for the connection's acknowledgements.
async fn settle(proxy: &Proxy, connection: usize, acks: usize) {
    crate::support::until("the acknowledgements", || {
        let seen = proxy.seen();
        let is_ack = |seen: &&Seen| {
            seen.to_broker
                && seen.connection == connection
                && matches!(
                    &seen.frame,
                    AMQPFrame::Method(_, AMQPClass::Basic(basic::AMQPMethod::Ack(_)))
                )
        };
        seen.iter().filter(is_ack).count() >= acks
    })
    .await;
}

fn check_client_properties(seen: &[Seen], connection: usize) {
    let start = seen.iter().find_map(|seen| match &seen.frame {
        AMQPFrame::Method(_, AMQPClass::Connection(connection::AMQPMethod::StartOk(start)))
            if seen.connection == connection =>
        {
            Some(start)
        }
        _ => None,
    });
    let properties = start.unwrap().client_properties.inner();
    let text = |name: &str| match properties.get(name) {
        Some(AMQPValue::LongString(text)) => text.to_string(),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(text("product"), "oslo-messaging-rabbit");
    let name = text("connection_name");
    let (own, id) = name.rsplit_once(':').unwrap();
    assert_eq!((own, id.len()), ("oslo-messaging-rabbit-test", 36));
    let Some(AMQPValue::FieldTable(capabilities)) = properties.get("capabilities") else {
        panic!()
    };
    for capability in [
        "authentication_failure_close",
        "connection.blocked",
        "consumer_cancel_notify",
    ] {
        assert_eq!(
            capabilities.inner().get(capability),
            Some(&AMQPValue::Boolean(true)),
            "{capability}"
        );
    }
}
