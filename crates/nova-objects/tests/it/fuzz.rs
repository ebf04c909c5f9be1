//! Nova's objects out of bytes that are almost right: each class from its own
//! table, so that a class that is added is fuzzed too.

use std::process::Command;

use nova_objects::{classes, registry};
use serde_json::{Value as Json, json};
use stats_alloc::Region;
use versionedobjects::{Class, ObjectExt as _, check};

use crate::{ALLOCATOR, recorded};

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
    "\"nova_object.changes\":",
    "\"nova_object.carried\":",
    "\"2013-07-12T10:11:12.999999\"",
];

/// How many mutants each class gets.
const ROUNDS: usize = 160;

/// Objects of a class: made up, and the smallest that was recorded. The largest
/// teach nothing new and take long.
fn corpus(class: &'static Class) -> Vec<String> {
    let made = (0..6).map(|seed| check::arbitrary(class, seed).to_json().unwrap());
    let mut texts: Vec<String> = made.collect();
    let file = recorded::json(&format!("objects/{}.json", class.name));
    let cases = file["cases"].as_array().unwrap().iter();
    texts.extend(cases.map(|case| case["current"].to_string()));
    texts.sort_by_key(String::len);
    texts.truncate(8);
    texts
}

/// What means something to a class: the keys of its fields, its versions.
fn tokens(class: &'static Class) -> Vec<String> {
    let keys = class
        .fields
        .iter()
        .map(|field| format!("\"{}\":", field.name));
    let versions = class
        .history
        .iter()
        .map(|release| format!("\"{}\"", release.version));
    let common = TOKENS.iter().map(|token| (*token).to_owned());
    common.chain(keys).chain(versions).collect()
}

fn primitive(class: &Class, data: &Json) -> Json {
    json!({
        "nova_object.name": class.name, "nova_object.namespace": class.namespace,
        "nova_object.version": class.version().to_string(), "nova_object.data": data,
    })
}

#[test]
fn objects_of_every_class_are_read_or_refused() {
    for (number, class) in classes().enumerate() {
        let (corpus, tokens) = (corpus(class), tokens(class));
        let corpus: Vec<&[u8]> = corpus.iter().map(String::as_bytes).collect();
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        let mut read = 0;
        mutate::run(
            0x0b1ec7 + number as u64,
            ROUNDS,
            &corpus,
            &tokens,
            |input| {
                read += usize::from(target::fuzz_one(input));
            },
        );
        // Were nothing readable any more, nothing behind the reader would be tested.
        assert!(
            read >= corpus.len(),
            "{}: {read} inputs could be read",
            class.name
        );
    }
}

#[test]
fn objects_that_are_cut_off_are_refused() {
    for class in classes() {
        let text = check::arbitrary(class, 1).to_json().unwrap();
        let ends = text.char_indices().map(|(end, _)| end);
        for end in ends.step_by(1 + text.len() / 200) {
            assert!(
                registry().read(&text[..end]).is_err(),
                "{}: {}",
                class.name,
                &text[..end]
            );
        }
    }
}

#[test]
fn objects_inside_each_other_end_somewhere() {
    for class in classes() {
        let mut text = primitive(class, &json!({})).to_string();
        for _ in 0..2000 {
            let fields = class.fields.iter().map(|field| field.name).take(1);
            let name = fields.chain(["unknown"]).next().unwrap_or_default();
            text = primitive(class, &json!({ name: "HERE" }))
                .to_string()
                .replace("\"HERE\"", &text);
            if text.len() > 1 << 18 {
                break;
            }
        }
        assert!(registry().read(&text).is_err(), "{}", class.name);
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for key in [
            "nova_object.data",
            "nova_object.changes",
            "nova_object.carried",
            "unknown",
        ] {
            let mut object = primitive(class, &json!({}));
            object[key] = json!("HERE");
            let text = object.to_string().replace("\"HERE\"", &deep);
            assert!(registry().read(&text).is_err(), "{} {key}", class.name);
        }
    }
}

/// Whether nothing but the test allocates meanwhile. Otherwise it is run to its
/// end in a process where that is so: `cargo test` runs all tests in one.
fn is_alone(test: &str) -> bool {
    const ALONE: &str = "TEST_IS_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
    false
}

/// Bytes that are allocated while a text is read, freed ones included.
fn allocated(text: &str) -> usize {
    let region = Region::new(ALLOCATOR);
    let _ = registry().read(text);
    let change = region.change();
    change.bytes_allocated + usize::try_from(change.bytes_reallocated).unwrap_or(0)
}

#[test]
fn what_is_allocated_depends_on_what_was_sent_not_on_what_it_claims() {
    if !is_alone("fuzz::what_is_allocated_depends_on_what_was_sent_not_on_what_it_claims") {
        return;
    }
    for class in classes() {
        // What is made once for a class does not count.
        let empty = primitive(class, &json!({}));
        registry().read(&empty.to_string()).unwrap();
        let with = |key: &str, value: &str| {
            let mut object = empty.clone();
            object[key] = json!("HERE");
            object.to_string().replace("\"HERE\"", value)
        };
        let digits = "9".repeat(50_000);
        let many = |item: &str| format!("[{}{item}]", format!("{item},").repeat(20_000));
        let claims = [
            with("nova_object.version", "\"65535.65535.65535\""),
            with("nova_object.version", &format!("\"1.{digits}\"")),
            with("nova_object.data", &digits),
            with("nova_object.changes", &many("\"id\"")),
            with("nova_object.changes", &many("0")),
            with("nova_object.name", &format!("\"{digits}\"")),
            with("unknown", &many("{}")),
            with("unknown", "1e99999999999999999999"),
        ];
        let fields = class.fields.iter().flat_map(|field| {
            [
                "1e999999999",
                &*digits,
                &*many("0"),
                &*many("{}"),
                "\"9999999999-01-01\"",
            ]
            .map(|value| {
                with(
                    "nova_object.data",
                    &format!("{{\"{}\": {value}}}", field.name),
                )
            })
        });
        for text in claims.into_iter().chain(fields) {
            let allocated = allocated(&text);
            // Where a list of `0,` stands for a number, it is a tree of values
            // before it is refused: some 130 bytes for each that was sent.
            assert!(
                allocated <= 200 * text.len() + (64 << 10),
                "{}: {allocated} bytes for {}: {}..",
                class.name,
                text.len(),
                text.chars().take(200).collect::<String>()
            );
        }
    }
}

#[test]
fn a_list_takes_room_for_the_items_it_has() {
    if !is_alone("fuzz::a_list_takes_room_for_the_items_it_has") {
        return;
    }
    for class in classes().filter(|class| class.is_list) {
        let item = class.fields.iter().find_map(|field| field.ty.any_object());
        let item = primitive((item.unwrap().classes)()[0], &json!({}));
        let list =
            |items: usize| primitive(class, &json!({ "objects": vec![&item; items] })).to_string();
        allocated(&list(1));
        let (few, many) = (allocated(&list(100)), allocated(&list(1000)));
        assert!(
            many <= 12 * few,
            "{}: {few} bytes for 100 items, {many} for 1000",
            class.name
        );
        let size = list(1000).len();
        println!(
            "{}: {:.1} bytes for each that is read",
            class.name,
            many as f64 / size as f64
        );
        assert!(
            many <= 100 * size,
            "{}: {many} bytes for {size}",
            class.name
        );
    }
}
