//! What if a request is odd: the recorded outcomes (`odd_inputs.json`, captures 24 to 27), over a bus.

use bytes::Bytes;
use oslo_messaging::driver::Outgoing;
use oslo_messaging::{Target, Transport, envelope};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Probe, fake, raw_call, serve, until};

fn request(change: impl FnOnce(&mut Value)) -> Value {
    let mut request = json!({
        "method": "object_class_action_versions",
        "args": {"objname": "Service", "objmethod": "m", "object_versions": {}, "args": [], "kwargs": {}},
        "version": "3.0",
        "_msg_id": "m",
        "_reply_q": "q",
        "_timeout": null,
        "_unique_id": Uuid::new_v4().simple().to_string(),
        "_context_user_id": "u",
    });
    change(&mut request);
    request
}

fn seal(request: &Value) -> Bytes {
    envelope::seal(&request.to_string())
}

fn conductor() -> Target {
    Target::new("conductor")
}

/// Sends a request and compares class and message of the failure, or the result.
async fn check(transport: &Transport, what: &str, request: Value, expected: Value) {
    let reply = raw_call(transport, &conductor(), seal(&request))
        .await
        .unwrap_or_else(|| panic!("{what}: no reply"));
    assert!(reply.ending);
    let outcome = match &reply.failure {
        Some(text) => {
            let failure: Value = serde_json::from_str(text).unwrap();
            assert_eq!(failure["args"][0], failure["message"], "{what}");
            assert_eq!(failure["tb"], json!([]), "{what}");
            json!([failure["module"], failure["class"], failure["message"]])
        }
        None => reply
            .result
            .map_or(Value::Null, |result| result.read().unwrap()),
    };
    assert_eq!(outcome, expected, "{what}");
}

#[tokio::test]
async fn odd_requests_are_answered_as_recorded() {
    let transport = fake().await;
    let server = serve(&transport, "h", &Probe::new()).await;
    let dispatcher = "oslo_messaging.rpc.dispatcher";
    let unsupported = |version: &str, method: &str| {
        json!([
            dispatcher,
            "UnsupportedVersion",
            format!("Endpoint does not support RPC version {version}. Attempted method: {method}")
        ])
    };
    let no_method = |method: &str| {
        json!([
            dispatcher,
            "NoSuchMethod",
            format!("Endpoint does not support RPC method {method}")
        ])
    };
    let method = "object_class_action_versions";
    let signature = "ConductorManager.object_class_action_versions()";
    let table: Vec<(&str, Value, Value)> = vec![
        ("normal", request(|_| ()), Value::Null),
        (
            "no _unique_id",
            request(|r| drop(r.as_object_mut().unwrap().remove("_unique_id"))),
            Value::Null,
        ),
        (
            "no context",
            request(|r| drop(r.as_object_mut().unwrap().remove("_context_user_id"))),
            Value::Null,
        ),
        (
            "unknown context keys",
            request(|r| r["_context_never_heard_of"] = json!({"a": 1})),
            Value::Null,
        ),
        (
            "unknown keys",
            request(|r| r["whatever"] = json!([1, 2])),
            Value::Null,
        ),
        (
            "namespace null",
            request(|r| r["namespace"] = Value::Null),
            Value::Null,
        ),
        (
            "no version key",
            request(|r| drop(r.as_object_mut().unwrap().remove("version"))),
            unsupported("1.0", method),
        ),
        (
            "version 3.1",
            request(|r| r["version"] = json!("3.1")),
            unsupported("3.1", method),
        ),
        (
            "version 2.9",
            request(|r| r["version"] = json!("2.9")),
            unsupported("2.9", method),
        ),
        (
            "version 4.0",
            request(|r| r["version"] = json!("4.0")),
            unsupported("4.0", method),
        ),
        (
            "version null",
            request(|r| r["version"] = Value::Null),
            unsupported("None", method),
        ),
        (
            "namespace nonesuch",
            request(|r| r["namespace"] = json!("nonesuch")),
            unsupported("3.0", method),
        ),
        (
            "no such method",
            request(|r| r["method"] = json!("frobnicate")),
            no_method("frobnicate"),
        ),
        (
            "private method",
            request(|r| r["method"] = json!("_hidden")),
            no_method("_hidden"),
        ),
        (
            "private method of Python",
            request(|r| r["method"] = json!("__class__")),
            no_method("__class__"),
        ),
        (
            "missing argument",
            request(|r| drop(r["args"].as_object_mut().unwrap().remove("kwargs"))),
            json!([
                "builtins",
                "TypeError",
                format!("{signature} missing 1 required positional argument: 'kwargs'")
            ]),
        ),
        (
            "extra argument",
            request(|r| r["args"]["extra"] = json!(1)),
            json!([
                "builtins",
                "TypeError",
                format!("{signature} got an unexpected keyword argument 'extra'")
            ]),
        ),
        (
            "ping",
            request(|r| {
                r["namespace"] = json!("baseapi");
                r["version"] = json!("1.0");
                r["method"] = json!("ping");
                r["args"] = json!({"arg": "x"});
            }),
            json!({"service": "conductor", "arg": "x"}),
        ),
        (
            "a method that panics",
            request(|r| {
                r["method"] = json!("panic");
                r["args"] = json!({});
            }),
            json!(["builtins", "RuntimeError", "internal error in panic"]),
        ),
    ];
    let cases = table.len() as u64;
    for (what, request, expected) in table {
        check(&transport, what, request, expected).await;
    }
    // The bare message without an envelope is accepted too.
    let bare = Bytes::from(request(|_| ()).to_string());
    assert!(raw_call(&transport, &conductor(), bare).await.is_some());
    // So is a call sent to the server's own queue.
    let own = conductor().server("h");
    assert!(
        raw_call(&transport, &own, seal(&request(|_| ())))
            .await
            .is_some()
    );
    assert_eq!(server.stats().finished, cases + 2);
    assert_eq!(server.stats().rejected, 0);
}

#[tokio::test]
async fn what_cannot_be_understood_is_rejected_and_counted() {
    let transport = fake().await;
    let probe = Probe::new();
    let server = serve(&transport, "h", &probe).await;
    let inner = request(|_| ()).to_string();
    let envelope =
        |version: &str| json!({"oslo.version": version, "oslo.message": inner}).to_string();
    let bodies = [
        "not JSON".to_owned(),
        String::new(),
        "[]".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        envelope("2.1"),
        envelope("1.0"),
        envelope("3.0"),
        envelope("two"),
        json!({"oslo.version": 2.0, "oslo.message": inner}).to_string(),
        json!({"oslo.version": "2.0", "oslo.message": {"method": "m"}}).to_string(),
        json!({"oslo.version": "2.0", "oslo.message": "[1]"}).to_string(),
        json!({"oslo.version": "2.0", "oslo.message": ""}).to_string(),
        seal_text(&request(|r| r["method"] = json!(1))),
        seal_text(&request(|r| r["args"] = json!([1]))),
        seal_text(&request(|r| r["_msg_id"] = json!({"a": 1}))),
        format!("{{\"method\": {}1{}}}", "[".repeat(200), "]".repeat(200)),
        format!("{inner} trailing"),
    ];
    for (index, body) in bodies.iter().enumerate() {
        send(&transport, Bytes::from(body.clone())).await;
        let rejected = index as u64 + 1;
        until(&format!("rejecting {body:.60}"), || {
            server.stats().rejected == rejected
        })
        .await;
    }
    assert_eq!(probe.count(&probe.begun), 0);
    // And it still serves.
    assert!(
        raw_call(&transport, &conductor(), seal(&request(|_| ())))
            .await
            .is_some()
    );
}

#[tokio::test]
async fn a_repeated_message_is_ignored_and_a_message_without_an_address_gets_no_reply() {
    let transport = fake().await;
    let probe = Probe::new();
    let server = serve(&transport, "h", &probe).await;
    let body = seal(&request(|_| ()));
    assert!(
        raw_call(&transport, &conductor(), body.clone())
            .await
            .is_some()
    );
    send(&transport, body).await;
    until("the duplicate", || server.stats().duplicates == 1).await;
    for key in ["_msg_id", "_reply_q"] {
        let one_sided = request(|r| drop(r.as_object_mut().unwrap().remove(key)));
        assert!(
            raw_call(&transport, &conductor(), seal(&one_sided))
                .await
                .is_none(),
            "{key}"
        );
    }
    assert_eq!(server.stats().finished, 3);
}

fn seal_text(request: &Value) -> String {
    String::from_utf8(seal(request).to_vec()).unwrap()
}

async fn send(transport: &Transport, body: Bytes) {
    let message = Outgoing {
        target: conductor().exchange("nova"),
        method: "raw".to_owned(),
        body,
        msg_id: None,
        timeout: None,
        deadline: None,
        retry: None,
    };
    transport.driver().cast(message).await.unwrap();
}
