//! The fuzz targets of this crate, fed for a while by a seeded mutator.

#[path = "../../../../../fuzz/mutate.rs"]
#[expect(unreachable_pub, reason = "shared between test binaries")]
mod mutate;
pub(crate) mod target;

use std::sync::atomic::{AtomicUsize, Ordering};

const CORPUS: &[&[u8]] = &[
    br#"{"nova_object.name": "Parent", "nova_object.namespace": "nova", "nova_object.version": "1.3", "nova_object.data": {"id": 1, "name": null, "flag": true, "child": {"nova_object.name": "Child", "nova_object.namespace": "nova", "nova_object.version": "1.2", "nova_object.data": {"x": 1, "y": "s"}, "nova_object.changes": ["x"]}, "kids": [], "when": "2013-07-12T10:11:12+05:30", "meta": {"k": "v"}, "tags": ["a"], "nn": "z"}, "nova_object.changes": ["id", "child"]}"#,
    br#"{"nova_object.data": {"objects": [{"nova_object.name": "Child", "nova_object.namespace": "nova", "nova_object.version": "1.0", "nova_object.data": {"x": -5}}]}, "nova_object.version": "1.1.7", "nova_object.namespace": "nova", "nova_object.name": "ChildList"}"#,
    br#"{"library_object.name": "Book", "library_object.namespace": "library", "library_object.version": "1.2", "library_object.data": {"isbn": "1", "title": "\u00e9\ud83d\ude00", "copies": 1e3, "binding": "soft", "author": {"library_object.name": "Author", "library_object.namespace": "library", "library_object.version": "1.1", "library_object.data": {"name": "Ursula"}}, "tags": {"a": "b"}, "created_at": null}}"#,
    br#"{"nova_object.name": "Parcel", "nova_object.namespace": "nova", "nova_object.version": "1.1", "nova_object.data": {"addressee": "Ada", "number": "7", "metres": 2, "sender": null, "insured": 0, "speed": "normal", "pounds": 2, "colour": "red", "note": null}, "nova_object.changes": ["addressee", "pounds"], "nova_object.carried": [{"version": "1.5", "at": "1.1", "data": {"length": 250, "insured": null, "speed": "courier", "grams": 1200, "colour": 3}, "sent": {"metres": 2, "insured": 0, "speed": "normal", "pounds": 2}, "changes": ["grams"]}]}"#,
    br#"[{"title": "A", "updated_at": "2026-01-01T00:00:00Z", "obj_what_changed": ["title"]}, 5]"#,
    br#"[{"obj_what_changed": []}, 0]"#,
];

const TOKENS: &[&str] = &[
    "null",
    "true",
    "NaN",
    "-Infinity",
    "1e999",
    "-1",
    "340282366920938463463374607431768211456",
    "\"\"",
    "\"1.2\"",
    "\"1.99999\"",
    "{}",
    "[]",
    "[",
    "{",
    "}",
    "]",
    ",",
    ":",
    "\\u0000",
    "\\ud800",
    "\u{1f600}",
    "\"objects\":",
    "\"nova_object.data\":",
    "\"nova_object.name\": \"Child\"",
    "\"nova_object.carried\": [{\"version\": \"1.4\", \"at\": \"1.0\", \"data\": {}}]",
    "\"recipient\":",
    "\"pounds\":",
    "\"obj_what_changed\":",
    "\"2013-07-12T10:11:12.999999\"",
    "\"9999-99-99\"",
];

#[test]
fn primitives_and_replies_are_read_or_refused() {
    let read = AtomicUsize::new(0);
    mutate::run(0x5eed, 20_000, CORPUS, TOKENS, |input| {
        if target::fuzz_one(input) {
            read.fetch_add(1, Ordering::Relaxed);
        }
    });
    // Were nothing readable any more, nothing behind the reader would be tested.
    let read = read.load(Ordering::Relaxed);
    assert!(read > 100, "{read} inputs could be read");
}

#[test]
fn the_corpus_is_readable() {
    for input in CORPUS {
        assert!(
            target::fuzz_one(input),
            "{}",
            String::from_utf8_lossy(input)
        );
    }
}
