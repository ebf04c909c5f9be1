//! Every recorded body decodes, and is written again byte for byte.

use std::path::PathBuf;

use oslo_messaging::driver::ReplyTo;
use oslo_messaging::envelope::{self, ReplyBody, RequestBody, RequestHead};
use oslo_messaging::{CallContext, Json, Kwargs, Limits};
use serde_json::Value;

fn vectors() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/wire"))
}

fn load(name: &str) -> Value {
    let path = vectors().join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// Reads a request and writes it again from its parts.
fn rewrite_request(body: &[u8]) -> Vec<u8> {
    let inner = envelope::open(body, &Limits::default()).unwrap();
    let request = RequestBody::parse(&inner).unwrap();
    let mut args = Kwargs::new();
    for (name, value) in request.args.iter() {
        args = args.written(name, value.get());
    }
    let mut context = CallContext::builder();
    for (name, value) in request.context.iter() {
        context = context.json(name, &Json::from(value));
    }
    RequestHead {
        method: &request.method,
        namespace: request.namespace.as_deref(),
        version: Some(&request.version),
        reply_to: request.reply_to.as_ref(),
        monitor: request.monitor,
        unique_id: request.unique_id.as_deref().unwrap(),
    }
    .encode(&args, &context.build())
    .to_vec()
}

fn rewrite_reply(body: &[u8]) -> Vec<u8> {
    ReplyBody::decode(body, &Limits::default())
        .unwrap()
        .encode()
        .to_vec()
}

fn check(what: &str, body: &[u8], rewritten: &[u8]) {
    assert_eq!(
        String::from_utf8_lossy(rewritten),
        String::from_utf8_lossy(body),
        "{what}"
    );
}

#[test]
fn exact_bodies_are_written_again_byte_for_byte() {
    let mut seen = 0;
    for frame in load("raw_bytes.json").as_array().unwrap() {
        let Some(body) = frame["body_utf8_exact"].as_str() else {
            continue;
        };
        let rewritten = if body.contains("\\\"method\\\"") {
            rewrite_request(body.as_bytes())
        } else {
            rewrite_reply(body.as_bytes())
        };
        check("raw_bytes.json", body.as_bytes(), &rewritten);
        seen += 1;
    }
    assert_eq!(seen, 4);
}

/// The samples show the inner JSON parsed; written back in Python's form they have the recorded sizes, which proves that
/// the form is right, and then they must survive reading and writing. Sizes of bodies with placeholders differ.
#[test]
fn every_sampled_body_is_written_again_byte_for_byte() {
    let (mut seen, mut exact) = (0, 0);
    let mut names: Vec<String> = std::fs::read_dir(vectors())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    names.sort();
    for name in names {
        for message in load(&name).as_array().unwrap() {
            let Some(mut inner) = message["body"].get("oslo.message (parsed)").cloned() else {
                continue;
            };
            if let Some(parsed) = inner["failure"]
                .get("(a JSON string; parsed here)")
                .cloned()
            {
                let text = Json::from_value(&parsed).unwrap().into_string();
                inner["failure"] = Value::String(text);
            }
            let body = envelope::seal(Json::from_value(&inner).unwrap().get());
            let rewritten = match message["role"].as_str().unwrap() {
                "request" => rewrite_request(&body),
                _ => rewrite_reply(&body),
            };
            check(&name, &body, &rewritten);
            seen += 1;
            exact += usize::from(message["body_bytes"].as_u64() == Some(body.len() as u64));
        }
    }
    assert!(seen >= 60, "only {seen} bodies");
    assert!(
        exact * 10 >= seen * 8,
        "only {exact} of {seen} bodies have their recorded size"
    );
}

#[test]
fn a_request_is_written_in_the_recorded_order() {
    let reply_to = ReplyTo {
        queue: "reply_q".to_owned(),
        msg_id: "m1".to_owned(),
    };
    let head = RequestHead {
        method: "ping",
        namespace: Some("baseapi"),
        version: Some("1.0"),
        reply_to: Some(&reply_to),
        monitor: Some(4),
        unique_id: "u1",
    };
    let args = Kwargs::new().value("arg", "h\u{e9}").unwrap();
    let context = CallContext::builder()
        .value("is_admin", &true)
        .unwrap()
        .build();
    let body = head.encode(&args, &context);
    assert_eq!(
        String::from_utf8_lossy(&body),
        concat!(
            r#"{"oslo.version": "2.0", "oslo.message": "{\"method\": \"ping\", \"args\": {\"arg\": \"h\\u00e9\"}, "#,
            r#"\"namespace\": \"baseapi\", \"version\": \"1.0\", \"_msg_id\": \"m1\", \"_reply_q\": \"reply_q\", "#,
            r#"\"_timeout\": 4, \"_unique_id\": \"u1\", \"_context_is_admin\": true}"}"#
        )
    );
}

#[test]
fn a_cast_has_no_reply_keys() {
    let body = rewrite_request(&envelope::seal(
        r#"{"method": "m", "args": {}, "version": "3.0", "_unique_id": "u"}"#,
    ));
    let text = String::from_utf8_lossy(&body).into_owned();
    for key in ["_msg_id", "_reply_q", "_timeout", "_context_"] {
        assert!(!text.contains(key), "{text}");
    }
}
