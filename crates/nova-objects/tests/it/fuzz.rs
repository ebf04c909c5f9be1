//! Nova's objects out of bytes that are almost right.

use serde_json::Value as Json;

#[path = "../../../../fuzz/mutate.rs"]
#[expect(unreachable_pub, reason = "shared between test binaries")]
mod mutate;
#[path = "../../../../fuzz/targets/nova_objects.rs"]
mod target;

const TOKENS: &[&str] = &[
    "null",
    "true",
    "NaN",
    "-1",
    "1e999",
    "340282366920938463463374607431768211456",
    "\"\"",
    "\"1.0\"",
    "\"1.99999\"",
    "{}",
    "[]",
    "[",
    "}",
    ",",
    ":",
    "\\ud800",
    "\"[]\"",
    "\"{\\\"nova_object.name\\\": 1}\"",
    "\"nova_object.data\":",
    "\"2013-07-12T10:11:12.999999\"",
];

#[test]
fn objects_are_read_or_refused() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/objects");
    let mut corpus: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let file: Json =
            serde_json::from_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
        // One of each class; the largest teach nothing new and take long.
        let case = &file["cases"][0]["current"];
        corpus.extend(Some(case.to_string()).filter(|text| case.is_object() && text.len() < 4096));
    }
    assert!(corpus.len() > 20);
    let corpus: Vec<&[u8]> = corpus.iter().map(String::as_bytes).collect();
    let mut read = 0;
    mutate::run(0x0b1ec7, 8000, &corpus, TOKENS, |input| {
        read += usize::from(target::fuzz_one(input));
    });
    // Were nothing readable any more, nothing behind the reader would be tested.
    assert!(read > corpus.len(), "{read} inputs could be read");
}
