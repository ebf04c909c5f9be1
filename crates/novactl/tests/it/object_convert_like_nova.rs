//! `novactl object convert` beside Nova itself, on objects drawn at random by
//! `interop/object_vectors.py`: some that were recorded once, and, where
//! `NOVA_PYTHON` names a Python that has nova, new ones.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value as Json, json};

use crate::object_convert::{convert, text};
use crate::support::Deployment;

/// Which cases are drawn if `VECTORS_SEED` says nothing else. A failure says
/// what to set it to.
const SEED: &str = "1";

/// How many of them, if `VECTORS_CASES` says nothing else.
const CASES: &str = "200";

/// Exceptions of Python itself, whose words are its own: ours say more.
const WORDED_HERE: [&str; 4] = ["ValueError", "TypeError", "AttributeError", "OverflowError"];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name)
}

/// JSON as Python writes it, with the numbers that are none as texts.
fn python(text: &str) -> Json {
    let mut quoted = String::with_capacity(text.len());
    let mut in_text = false;
    let mut escaped = false;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let names = ["NaN", "Infinity", "-Infinity"];
        let name = names.into_iter().find(|name| rest.starts_with(name));
        if let Some(name) = name.filter(|_| !in_text) {
            quoted.extend(["\"", name, "\""]);
            rest = &rest[name.len()..];
            continue;
        }
        in_text ^= next == '"' && !escaped;
        escaped = in_text && next == '\\' && !escaped;
        quoted.push(next);
        rest = &rest[next.len_utf8()..];
    }
    serde_json::from_str(&quoted).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A line for us, what Nova makes of it, and what it is about.
type Expected = (String, Json, String);

/// Everything that is known of a case.
fn expected(case: &Json) -> Vec<Expected> {
    let about = |what: &str| format!("{} {}, {what}", case["class"], case["kind"]);
    let line = case["line"].as_str().expect("text").to_owned();
    let Some(current) = case["current"].as_str() else {
        return vec![(line, case.clone(), about("read"))];
    };
    let parsed = python(current);
    let mut all = vec![
        (line, parsed, about("read")),
        (
            current.to_owned(),
            case["reload"].clone(),
            about("read again"),
        ),
    ];
    for (to, result) in case["backports"].as_object().into_iter().flatten() {
        let line = format!("{{\"primitive\": {current}, \"to\": \"{to}\"}}");
        all.push((line, result.clone(), about(&format!("to {to}"))));
    }
    for mixed in case["mixed_backports"].as_array().into_iter().flatten() {
        let (to, manifest) = (&mixed["target"], &mixed["manifest"]);
        let line = format!("{{\"primitive\": {current}, \"to\": {to}, \"manifest\": {manifest}}}");
        all.push((
            line,
            mixed["result"].clone(),
            about(&format!("to {manifest}")),
        ));
    }
    all
}

fn is_alike(ours: &Json, novas: &Json) -> bool {
    let Some(error) = novas["error"].as_str() else {
        return text(ours) == text(novas);
    };
    let (class, message) = (&ours["error"]["class"], &ours["error"]["message"]);
    match error {
        // Here is no database to ask; see `novactl object convert --help`. The original asks before it drops
        // what an old reader does not know, so the node may be gone at the end.
        "NeedsDatabase" => {
            let ours = ours.to_string();
            ours.contains("\"service_id\":-1") || !ours.contains("\"ComputeNode\"")
        }
        // Python's JSON has a class of its own for what is wrong with values.
        "JSONDecodeError" => class == "ValueError",
        _ => class == error && (message == &novas["message"] || WORDED_HERE.contains(&error)),
    }
}

/// Compares what we make of all these cases with what Nova made of them.
fn check(cases: &str) -> usize {
    let cases = cases.lines().map(python);
    let all: Vec<Expected> = cases.flat_map(|case| expected(&case)).collect();
    let input: String = all.iter().map(|(line, ..)| format!("{line}\n")).collect();
    let ran = convert(input, &["--keep-going"]);
    assert_eq!(ran.stdout.lines().count(), all.len(), "{}", ran.stderr);
    let mut wrong = Vec::new();
    for (ours, (line, novas, about)) in ran.stdout.lines().zip(&all) {
        let ours = python(ours);
        if !is_alike(&ours, novas) {
            wrong.push(format!(
                "{about}\n  line:   {line}\n  ours:   {ours}\n  Nova's: {novas}"
            ));
        }
    }
    let first = wrong.first().map_or("", String::as_str);
    assert!(
        wrong.is_empty(),
        "{} differences, the first:\n{first}",
        wrong.len()
    );
    all.len()
}

#[test]
fn numbers_that_are_none_are_read() {
    assert_eq!(
        python(r#"{"NaN": [NaN, -Infinity, Infinity, 1.5], "a\\": "\"NaN", "b": NaN}"#),
        json!({"NaN": ["NaN", "-Infinity", "Infinity", 1.5], "a\\": "\"NaN", "b": "NaN"})
    );
}

#[test]
fn objects_that_were_drawn_once_come_out_as_nova_had_them() {
    let cases = std::fs::read_to_string(path("vectors/drawn.jsonl")).expect("it was recorded");
    assert!(check(&cases) > 500);
}

#[test]
fn objects_drawn_now_come_out_as_nova_has_them() {
    let Some(python) = std::env::var_os("NOVA_PYTHON") else {
        eprintln!("skipped: NOVA_PYTHON names no Python with nova");
        return;
    };
    let setting =
        |name: &str, otherwise: &str| std::env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let seed = setting("VECTORS_SEED", SEED);
    let mut child = Command::new(python)
        .arg(path("interop/object_vectors.py"))
        .args([&seed, &setting("VECTORS_CASES", CASES)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Python runs");
    let classes = Deployment::new().json(&["object", "methods"]);
    let versions: Map<String, Json> = classes["classes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|class| {
            let history = class["history"].as_array().expect("a list");
            let versions = history.iter().map(|release| release["version"].clone());
            (
                class["class"].as_str().expect("text").to_owned(),
                versions.collect(),
            )
        })
        .collect();
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin
        .write_all(json!(versions).to_string().as_bytes())
        .expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "with seed {seed}");
    eprintln!("VECTORS_SEED={seed}");
    let lines = check(&String::from_utf8(output.stdout).expect("text"));
    assert!(lines > 200, "{lines} lines with seed {seed}");
}
