//! `novactl object convert`

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::{Value as Json, json};

use crate::support::{Deployment, Ran, vectors};

pub(crate) fn convert(input: impl Into<Vec<u8>>, arguments: &[&str]) -> Ran {
    let mut command = Deployment::new().command(&[&["object", "convert"], arguments].concat());
    let pipes = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = pipes.spawn().expect("it runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.into();
    let writer = std::thread::spawn(move || {
        // It may have ended before it read all.
        let _ = stdin.write_all(&input);
    });
    let ran = Ran::of(child.wait_with_output().expect("it ends"));
    writer.join().expect("all is written");
    ran
}

fn tag(version: &str, data: Json) -> Json {
    json!({ "nova_object.name": "Tag", "nova_object.namespace": "nova", "nova_object.version": version, "nova_object.data": data })
}

fn blue() -> Json {
    tag("1.1", json!({ "tag": "blue" }))
}

/// The text of the same JSON, so that the order of keys counts.
pub(crate) fn text(json: &Json) -> String {
    normalized(json).to_string()
}

/// The same JSON with every list of changes in one order, which means nothing.
fn normalized(json: &Json) -> Json {
    match json {
        Json::Array(items) => items.iter().map(normalized).collect(),
        Json::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let mut value = normalized(value);
                if key == "nova_object.changes"
                    && let Json::Array(names) = &mut value
                {
                    names.sort_by_key(Json::to_string);
                }
                (key.clone(), value)
            })
            .collect(),
        other => other.clone(),
    }
}

/// A line of the input with what has to come out of it.
struct Expected {
    place: String,
    line: Json,
    result: Json,
}

impl Expected {
    fn is(&self, got: &Json) -> bool {
        match self.result.get("error") {
            // The original asks its database for the service of a node, which
            // here is none.
            Some(error) if error == "NeedsDatabase" => {
                got.to_string().contains("\"service_id\":-1")
            }
            Some(error) => {
                *got == json!({ "error": { "class": error, "message": self.result["message"] } })
            }
            None => text(&self.result) == text(got),
        }
    }
}

/// Everything that was recorded of the classes here.
fn recorded() -> Vec<Expected> {
    let mut all = Vec::new();
    for file in vectors("objects") {
        let text = std::fs::read_to_string(&file).expect("it can be read");
        let recorded: Json = serde_json::from_str(&text).expect("it is JSON");
        for (number, case) in recorded["cases"]
            .as_array()
            .expect("a list")
            .iter()
            .enumerate()
        {
            let class = recorded["class"].as_str().expect("a name");
            let mut push = |what: String, line: Json, result: &Json| {
                all.push(Expected {
                    place: format!("{class} case {number} {what}"),
                    line,
                    result: result.clone(),
                });
            };
            let current = &case["current"];
            let reload = match &case["reload"] {
                Json::String(_) => current,
                other => other,
            };
            push("as it is".to_owned(), current.clone(), reload);
            push(
                "in a request".to_owned(),
                json!({ "primitive": current }),
                reload,
            );
            for (to, result) in case["backports"].as_object().into_iter().flatten() {
                push(
                    format!("to {to}"),
                    json!({ "primitive": current, "to": to }),
                    result,
                );
            }
            for mixed in case["mixed_backports"].as_array().into_iter().flatten() {
                let line = json!({ "primitive": current, "to": mixed["target"], "manifest": mixed["manifest"] });
                push(format!("to {}", mixed["manifest"]), line, &mixed["result"]);
            }
        }
    }
    all
}

#[test]
fn every_recorded_case_comes_out_as_nova_has_it() {
    let all = recorded();
    assert!(all.len() > 1500, "{}", all.len());
    let input: String = all.iter().map(|case| format!("{}\n", case.line)).collect();
    let ran = convert(input, &["--keep-going"]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), all.len());
    let mut wrong = Vec::new();
    let mut errors = 0;
    for (case, line) in all.iter().zip(lines) {
        let got: Json = serde_json::from_str(line).expect("it is JSON");
        errors += usize::from(got.get("error").is_some());
        if !case.is(&got) {
            wrong.push(format!(
                "{}\n  ours:   {got}\n  Nova's: {}",
                case.place, case.result
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences, the first:\n{}",
        wrong.len(),
        wrong[0]
    );
    assert!(errors > 0);
    assert_eq!(ran.code, 1);
    let told = format!("{errors} of {} lines failed", all.len());
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);
}

#[test]
fn the_flags_say_what_lines_do_not() {
    let deployment = Deployment::new();
    let (objects, manifest) = (deployment.path("objects"), deployment.path("manifest"));
    let newer = json!({ "primitive": blue(), "to": "1.1", "manifest": { "Tag": "1.1" } });
    std::fs::write(&objects, format!("{}\n{newer}", blue())).expect("written");
    std::fs::write(&manifest, r#"{"Tag": "1.0"}"#).expect("written");
    let (objects, manifest) = (
        objects.display().to_string(),
        manifest.display().to_string(),
    );
    for flags in [&["--to", "1.0"][..], &["--manifest", &manifest]] {
        let text = deployment.ok(&[&["object", "convert", &objects], flags].concat());
        let versions: Vec<Json> = text
            .lines()
            .map(|line| {
                serde_json::from_str::<Json>(line).expect("JSON")["nova_object.version"].clone()
            })
            .collect();
        assert_eq!(versions, ["1.0", "1.1"], "{flags:?}");
    }
    let text = deployment.ok(&["object", "convert", &objects]);
    assert_eq!(text.lines().count(), 2);
    assert!(!text.contains("\"1.0\""), "{text}");
}

#[test]
fn a_reader_that_knows_newer_ones_is_given_what_there_is() {
    let line =
        json!({ "primitive": tag("1.0", json!({ "tag": "blue" })), "manifest": { "Tag": "1.1" } });
    let ran = convert(line.to_string(), &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("\"1.0\""), "{}", ran.stdout);
}

#[test]
fn failures_have_the_exception_that_nova_raises() {
    let with = |key: &str, value: Json| {
        let mut object = blue();
        object[key] = value;
        object
    };
    let lines = [
        (
            json!({ "primitive": blue(), "to": "1.2" }),
            "InvalidTargetVersion",
            "Invalid target version 1.2",
        ),
        (
            with("nova_object.version", json!("1.9")),
            "IncompatibleObjectVersion",
            "Version 1.9 of Tag is not supported, supported version is 1.1",
        ),
        (
            with("nova_object.version", json!("2.0")),
            "IncompatibleObjectVersion",
            "Version 2.0 of Tag is not supported, supported version is 1.1",
        ),
        (
            with("nova_object.name", json!("Spaceship")),
            "UnsupportedObjectError",
            "Unsupported object type Spaceship",
        ),
        (
            with("nova_object.namespace", json!("cinder")),
            "UnsupportedObjectError",
            "Unsupported object type cinder.Tag",
        ),
        (
            tag("1.1", json!({ "tag": null })),
            "ValueError",
            "Field `tag' cannot be None",
        ),
        (
            json!({ "primitive": blue(), "manifest": { "Flavor": "1.0" } }),
            "KeyError",
            "'Tag'",
        ),
        (json!([1]), "ValueError", ""),
        (json!({}), "KeyError", "'nova_object.namespace'"),
        (json!({ "to": "1.0" }), "ValueError", "no `primitive`"),
    ];
    let input: String = lines.iter().map(|(line, ..)| format!("{line}\n")).collect();
    let ran = convert(input, &["--keep-going"]);
    for (got, (line, class, message)) in ran.stdout.lines().zip(&lines) {
        let got: Json = serde_json::from_str(got).expect("JSON");
        assert_eq!(got["error"]["class"], *class, "{line}: {got}");
        let told = got["error"]["message"].as_str().expect("text");
        assert!(told.contains(message), "{line}: {told}");
    }
    assert_eq!((ran.code, ran.stdout.lines().count()), (1, lines.len()));
}

#[test]
fn the_first_failure_ends_it_and_says_where() {
    let input = format!("{}\n{}\n{{\n{}\n", blue(), blue(), blue());
    let ran = convert(input.clone(), &[]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (1, 2));
    assert!(
        ran.stderr
            .contains("line 3 of standard input: ValueError: "),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("--keep-going"), "{}", ran.stderr);
    let ran = convert(input, &["--json"]);
    let error: Json = serde_json::from_str(&ran.stderr).expect("JSON");
    assert_eq!(error["error"]["kind"], "ValueError");
}

#[test]
fn hostile_lines_are_refused_and_the_next_one_is_read() {
    let mut input = Vec::new();
    let deep = "[".repeat(2_000_000);
    let wide = format!("[{}0]", "0,".repeat(5_000_000));
    let huge = format!("\"{}\"", "x".repeat(65 << 20));
    let nested = (0..40_000).fold(String::new(), |text, _| text + r#"{"nova_object.data": "#);
    let hostile: [&[u8]; 8] = [
        b"",
        b"\xff\xfe",
        b"{\"nova_object.name\": \"\\ud800\"}",
        deep.as_bytes(),
        wide.as_bytes(),
        huge.as_bytes(),
        nested.as_bytes(),
        b"{\"nova_object.name\": \"Tag\", \"nova_object.version\": 1e999}",
    ];
    for line in hostile {
        input.extend_from_slice(line);
        input.push(b'\n');
        input.extend_from_slice(blue().to_string().as_bytes());
        input.push(b'\n');
    }
    let ran = convert(input, &["--keep-going"]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 2 * hostile.len());
    for pair in lines.chunks(2) {
        assert!(
            pair[0].starts_with("{\"error\": ") && pair[0].len() < 1024,
            "{pair:?}"
        );
        assert!(pair[1].contains("blue"), "{pair:?}");
    }
    assert!(ran.stderr.contains("8 of 16 lines"), "{}", ran.stderr);
}

#[test]
fn whoever_writes_a_line_gets_its_answer() {
    let mut command = Deployment::new().command(&["object", "convert"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    for colour in ["red", "green", "blue"] {
        writeln!(stdin, "{}", tag("1.1", json!({ "tag": colour }))).expect("it reads");
        let mut line = String::new();
        stdout.read_line(&mut line).expect("it answers");
        assert!(line.contains(colour), "{line}");
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn whoever_has_read_enough_may_close_the_pipe() {
    let mut command = Deployment::new().command(&["object", "convert"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    drop(child.stdout.take());
    let line = format!("{}\n", blue());
    while stdin.write_all(line.as_bytes()).is_ok() {}
    let ran = Ran::of(child.wait_with_output().expect("it ends"));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

/// What the system says a process ever had in memory, in KiB.
#[cfg(target_os = "linux")]
fn most_memory(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("it lives");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.expect("a number").parse().expect("a number")
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_number_of_lines() {
    let mut command =
        Deployment::new().command(&["object", "convert", "--to", "1.0", "--keep-going"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let (lines, rounds) = (500, 100);
    let block = format!("{}\nnonsense\n", blue()).repeat(lines / 2);
    let mut early = 0;
    for round in 0..rounds {
        stdin.write_all(block.as_bytes()).expect("it reads");
        let mut answer = String::new();
        for _ in 0..lines {
            answer.clear();
            stdout.read_line(&mut answer).expect("it answers");
        }
        if round == rounds / 10 {
            early = most_memory(child.id());
        }
    }
    let late = most_memory(child.id());
    drop(stdin);
    child.wait().expect("it ends");
    assert!(late < early + 512, "{early} KiB, later {late} KiB");
}
