//! Bodies that are almost those of the wire.

#[path = "../../../../fuzz/mutate.rs"]
#[expect(unreachable_pub, reason = "shared between test binaries")]
mod mutate;
#[path = "../../../../fuzz/targets/envelope.rs"]
mod target;

const CORPUS: &[&[u8]] = &[
    br#"{"oslo.version": "2.0", "oslo.message": "{\"method\": \"m\", \"version\": \"1.0\", \"args\": {\"a\": [1, null]}, \"_msg_id\": \"x\", \"_reply_q\": \"q\", \"_timeout\": 9, \"_context_user\": \"u\"}"}"#,
    br#"{"oslo.version": "2.0", "oslo.message": "{\"result\": {\"a\": 1.5}, \"failure\": null, \"ending\": true, \"_msg_id\": \"m\", \"_unique_id\": \"u\"}"}"#,
    br#"{"oslo.version": "2.0", "oslo.message": "{\"result\": null, \"failure\": \"{\\\"class\\\": \\\"ValueError\\\", \\\"module\\\": \\\"builtins\\\", \\\"message\\\": \\\"m\\\", \\\"tb\\\": [], \\\"args\\\": [], \\\"kwargs\\\": {}}\", \"ending\": false}"}"#,
];

const TOKENS: &[&str] = &[
    "null",
    "true",
    "-1",
    "1e999",
    "\\\"",
    "\\\\",
    "\\u0000",
    "\\ud800",
    "{}",
    "[]",
    "[",
    "}",
    "\\\"_timeout\\\": \\\"x\\\"",
    "\\\"method\\\":",
    "\"oslo.version\": \"3.0\"",
    "\u{1f600}",
];

#[test]
fn mutated_bodies_are_read_or_refused() {
    let mut read = 0;
    mutate::run(0xb0d1e5, 20_000, CORPUS, TOKENS, |input| {
        read += usize::from(target::fuzz_one(input));
    });
    // Were nothing readable any more, nothing behind the reader would be tested.
    assert!(read > 100, "{read} bodies could be read");
}
