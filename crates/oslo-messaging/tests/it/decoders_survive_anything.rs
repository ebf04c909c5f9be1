//! No bytes make a decoder panic, and limits hold.

use oslo_messaging::driver::{Outgoing, ReplyMessage};
use oslo_messaging::envelope::{self, ReplyBody, RequestBody, RequestHead};
use oslo_messaging::json::{check_limits, write_string};
use oslo_messaging::{CallContext, Error, Json, Kwargs, Limits, Target, TransportUrl};
use proptest::prelude::*;

/// Bytes that look enough like a message to get past the first checks.
fn almost_messages() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(r#"{"oslo.version": "2.0", "oslo.message": "#.to_owned()),
        Just(r#""{\"method\": \"m\", \"args\": {\"a\": [1, {}]}}"}"#.to_owned()),
        Just(r#"{"method": "m", "args": {"#.to_owned()),
        Just(r#""_timeout": "9", "_msg_id": "x", "_reply_q": "q""#.to_owned()),
        Just(r#""_context_auth_token": "t""#.to_owned()),
        Just(r#"{"result": [1], "failure": "{}", "ending": true, "_msg_id": "m"}"#.to_owned()),
        Just(r#""\ud800\u00""#.to_owned()),
        Just("\\\"".to_owned()),
        "[\\[\\]{}:,\"0-9a-z .\\\\-]{0,12}",
        any::<String>(),
    ];
    prop_oneof![
        prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..256),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in almost_messages()) {
        let limits = Limits::default();
        if let Ok(inner) = envelope::open(&body, &limits)
            && let Ok(request) = RequestBody::parse(&inner)
        {
            let _ = format!("{request:?}");
            let _ = request.context.to_call_context();
        }
        let _ = ReplyBody::decode(&body, &limits);
    }

    #[test]
    fn any_text_is_a_url_or_is_refused(text in "[a-z+]{0,6}(://)?[a-z0-9:@/?&=,%\\[\\].]{0,40}") {
        let _ = text.parse::<TransportUrl>();
    }

    #[test]
    fn a_url_reads_back_from_its_text_without_its_secret(
        user in "[a-z]{1,5}", secret in "[A-Z]{4,9}", host in "[a-z]{1,8}", port in 1u16..,
    ) {
        let url: TransportUrl = format!("rabbit://{user}:{secret}@{host}:{port}/v").parse().unwrap();
        prop_assert_eq!(url.hosts[0].password.as_deref(), Some(secret.as_str()));
        let shown = format!("{url} {url:?}");
        prop_assert!(!shown.contains(&secret));
    }

    #[test]
    fn any_string_survives_both_levels_of_escapes(text in any::<String>()) {
        let mut quoted = Vec::new();
        write_string(&mut quoted, &text);
        let quoted = String::from_utf8(quoted).unwrap();
        let inner = format!("{{\"method\": {quoted}}}");
        let body = envelope::seal(&inner);
        prop_assert!(body.is_ascii());
        let opened = envelope::open(&body, &Limits::default()).unwrap();
        prop_assert_eq!(&opened, &inner);
        prop_assert_eq!(RequestBody::parse(&opened).unwrap().method, text);
    }

    #[test]
    fn results_are_passed_on_as_the_text_they_are(text in r#"(\[[1-9][0-9]{0,2},  "[a-z]*"\]|\{"a":1\}|-0|1e5|"x\\u00e9")"#) {
        let reply = ReplyBody {
            result: Some(Json::parse(&text).unwrap()),
            failure: None,
            ending: true,
            msg_id: "m".to_owned(),
            unique_id: None,
        };
        prop_assert_eq!(ReplyBody::decode(&reply.encode(), &Limits::default()).unwrap(), reply);
    }
}

#[test]
fn limits_hold_at_both_levels() {
    let limits = Limits {
        message_bytes: 400,
        depth: 8,
        values: 20,
    };
    let open = |inner: &str| {
        let body = envelope::seal(inner);
        envelope::open(&body, &limits).map(drop)
    };
    assert!(open(r#"{"method": "m"}"#).is_ok());
    assert!(matches!(
        open(&format!("{:500}", "{}")),
        Err(Error::TooLarge { .. })
    ));
    let deep = format!("{{\"a\": {}{}}}", "[".repeat(8), "]".repeat(8));
    assert!(matches!(open(&deep), Err(Error::Malformed { .. })));
    let many = format!("{{\"a\": [{}]}}", "1,".repeat(20));
    assert!(matches!(open(&many), Err(Error::Malformed { .. })));
    assert!(check_limits("it", b"\"unfinished \\", &limits).is_ok());
}

#[test]
fn errors_about_messages_do_not_quote_them() {
    let inner = r#"{"method": {"hush": "s3cret"}, "_context_auth_token": "s3cret"}"#;
    let error = RequestBody::parse(inner).expect_err("the method is no string");
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[test]
fn what_is_logged_holds_no_secrets() {
    let context = CallContext::builder()
        .value("auth_token", "s3cret")
        .unwrap()
        .build();
    let args = Kwargs::new().value("admin_pass", "s3cret").unwrap();
    let head = RequestHead {
        method: "m",
        namespace: None,
        version: None,
        reply_to: None,
        monitor: None,
        unique_id: "u",
    };
    let body = head.encode(&args, &context);
    let inner = envelope::open(&body, &Limits::default()).unwrap();
    let request = RequestBody::parse(&inner).unwrap();
    let outgoing = Outgoing {
        target: Target::new("t"),
        method: "m".to_owned(),
        body: body.clone(),
        msg_id: None,
        timeout: None,
        deadline: None,
        retry: None,
    };
    let reply = ReplyMessage::Raw(body.clone());
    let result = Json::from_value("s3cret").unwrap();
    let shown = format!("{context:?} {args:?} {request:?} {outgoing:?} {reply:?} {result:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
}
