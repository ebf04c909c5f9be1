//! `novactl object explain`

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value as Json, json};

use crate::support::{Deployment, Ran, vectors};

fn explain(text: &str, arguments: &[&str]) -> Ran {
    let mut command = Deployment::new().command(&[&["object", "explain", "-"], arguments].concat());
    let pipes = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = pipes.spawn().expect("it runs");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(text.as_bytes())
        .expect("it reads");
    Ran::of(child.wait_with_output().expect("it ends"))
}

fn object(name: &str, version: &str, data: Json) -> Json {
    json!({ "nova_object.name": name, "nova_object.namespace": "nova", "nova_object.version": version, "nova_object.data": data })
}

#[test]
fn everything_that_was_recorded_can_be_explained() {
    let deployment = Deployment::new();
    for folder in ["wire", "objects"] {
        let files = vectors(folder);
        assert!(files.len() > 20, "{folder}");
        for file in files {
            let file = file.display().to_string();
            let text = deployment.ok(&["object", "explain", &file]);
            assert!(!text.trim().is_empty(), "{file}");
            // Python wrote it: whatever it sent, of whatever version, is readable.
            assert!(!text.contains("cannot be read here"), "{file}");
            assert!(
                deployment.json(&["object", "explain", &file])["explanation"]["kind"].is_string(),
                "{file}"
            );
        }
    }
}

#[test]
fn a_recorded_call_is_told_as_a_call() {
    let file = vectors("wire")
        .into_iter()
        .find(|file| file.ends_with("18_object_class_action_versions_old_manifest.json"));
    let text = Deployment::new().ok(&[
        "object",
        "show",
        &file.expect("it was recorded").display().to_string(),
    ]);
    for expected in [
        "call of object_class_action_versions, version 3.0",
        "Instance.get_by_uuid()",
        "expected_attrs: [\"flavor\"",
        "Instance 2.5, here 2.8",
        "result: Instance 2.5 (older than the 2.8 here; it can be read)",
        "2.8: compute_id",
        "flavor (changed): Flavor 1.1",
        "an administrator",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn an_object_is_told_attribute_by_attribute() {
    let mut tag = object("Tag", "1.1", json!({ "tag": "blue", "shade": 3 }));
    tag["nova_object.changes"] = json!(["tag"]);
    let expected = "\
Tag 1.1 (the version here)
├─ tag (changed): \"blue\"
├─ shade (not a field here): 3
└─ unset: resource_id

unknown here: shade: no field of Tag here
";
    assert_eq!(explain(&tag.to_string(), &[]).stdout, expected);
}

#[test]
fn versions_are_compared_with_those_here() {
    for (name, version, told, standing) in [
        ("KeyPair", "1.4", "the version here", "same"),
        ("KeyPair", "1.1", "older than the 1.4 here", "older"),
        ("KeyPair", "1.9", "newer than the 1.4 here", "newer"),
        (
            "KeyPair",
            "2.0",
            "another major than the 1.4 here",
            "foreign",
        ),
        (
            "Spaceship",
            "1.0",
            "a class that is not known here",
            "unknown",
        ),
    ] {
        let primitive = object(name, version, json!({ "name": "laptop" })).to_string();
        let text = explain(&primitive, &[]).stdout;
        assert!(text.contains(told), "{text}");
        let facts: Json =
            serde_json::from_str(&explain(&primitive, &["--json"]).stdout).expect("JSON");
        assert_eq!(facts["explanation"]["standing"], standing);
    }
}

#[test]
fn a_value_that_does_not_fit_is_named() {
    let flavor = object("Flavor", "1.2", json!({ "id": 1, "vcpus": "many" })).to_string();
    let text = explain(&flavor, &[]).stdout;
    assert!(
        text.contains("cannot be read here") && text.contains("vcpus"),
        "{text}"
    );
}

#[test]
fn stored_columns_are_understood() {
    let stored = json!({ "cur": object("Flavor", "1.1", json!({ "name": "m1" })), "old": null, "new": null });
    let text = explain(&stored.to_string(), &[]).stdout;
    assert!(
        text.contains("cur: Flavor 1.1 (older than the 1.2 here; it can be read)"),
        "{text}"
    );
    assert!(text.contains("old: null"), "{text}");
}

#[test]
fn secrets_are_not_shown() {
    let message = json!({
        "method": "build_and_run_instance",
        "args": {
            "admin_password": "hunter2",
            "injected_files": [["/etc/motd", "hunter2"]],
            "instance": object("Instance", "2.8", json!({ "uuid": "u", "system_metadata": { "password_0": "hunter2" } })),
            "bdm": { "connection_info": "{\"data\": {\"auth_password\": \"hunter2\"}}" },
        },
        "_msg_id": "m",
        "_context_auth_token": "hunter2",
        "_context_service_catalog": [{ "type": "image", "password": "hunter2" }],
        "_context_user_id": "alice",
    });
    for envelope in [
        message.clone(),
        json!({ "oslo.version": "2.0", "oslo.message": message.to_string() }),
    ] {
        for arguments in [&[][..], &["--json"]] {
            let text = explain(&envelope.to_string(), arguments).stdout;
            assert!(!text.contains("hunter2"), "{text}");
            assert!(text.contains("alice") && text.contains("***"), "{text}");
        }
    }
}

/// A capture has the bytes of a message beside what was understood of it.
#[test]
fn bytes_that_are_not_understood_are_not_shown() {
    let secret = "{\"password\": \"hunter2\"}";
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let capture = json!([
        { "request_id": "2f0a0b5c7a334f5e9d7c1a2b3c4d5e6f" },
        { "frame": "ContentBody", "raw_hex": hex, "body_utf8_exact": secret },
        { "frame": "ContentBody", "cut_off": "{\"password\": \"hunter2\", \"id" },
    ]);
    for arguments in [&[][..], &["--json"]] {
        let text = explain(&capture.to_string(), arguments).stdout;
        assert!(!text.contains("hunter2") && !text.contains(&hex), "{text}");
        assert!(text.contains("*** (23 bytes)"), "{text}");
        assert!(text.contains("2f0a0b5c7a334f5e9d7c1a2b3c4d5e6f"), "{text}");
    }
    let files = vectors("wire");
    let file = files.iter().find(|file| file.ends_with("raw_bytes.json"));
    let recorded = std::fs::read_to_string(file.expect("recorded")).expect("readable");
    let text = explain(&recorded, &["--json"]).stdout;
    // `auth_token`
    let name = "617574685f746f6b656e";
    assert!(recorded.contains(name) && !text.contains(name), "{text}");
}

#[test]
fn failures_are_told_with_their_class() {
    let failure = json!({
        "class": "InstanceNotFound", "module": "nova.exception", "message": "Instance x could not be found.",
        "tb": ["  File \"x.py\", line 1\n"], "args": [], "kwargs": { "instance_id": "x" },
    });
    let reply =
        json!({ "result": null, "failure": failure.to_string(), "ending": true, "_msg_id": "m" });
    let text = explain(&reply.to_string(), &[]).stdout;
    let expected = "\
reply: failure (to message m)
└─ InstanceNotFound of nova.exception
   ├─ Instance x could not be found.
   ├─ instance_id: \"x\"
   └─ raised at
      └─   File \"x.py\", line 1
";
    assert_eq!(text, expected);
}

#[test]
fn unreadable_input_is_refused_with_the_position() {
    for (text, place, hint) in [
        ("{\"a\": }", "line 1 column 7", "cut off"),
        ("{\"a\":\n {", "line 2", "cut off"),
        ("", "line 1 column 0", "nothing in it"),
        ("POST /", "line 1 column 1", "begins with `{`"),
    ] {
        let ran = explain(text, &[]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        assert!(
            ran.stderr.contains(place) && ran.stderr.contains(hint),
            "{text}: {}",
            ran.stderr
        );
    }
}

#[test]
fn what_others_wrote_does_not_steer_the_terminal() {
    let tag = object("Tag", "1.1", json!({ "tag": "\u{1b}[2J\u{7f}" })).to_string();
    assert!(!explain(&tag, &[]).stdout.contains('\u{1b}'));
}

#[test]
fn classes_and_methods_are_listed_without_a_deployment() {
    let deployment = Deployment::new().with(&["--set", "nonsense"]);
    let classes = deployment.json(&["object", "list"]);
    let keypair = classes["classes"]
        .as_array()
        .and_then(|all| all.iter().find(|class| class["class"] == "KeyPair"));
    let keypair = keypair.expect("it is a class");
    assert_eq!(keypair["version"], "1.4");
    // As Nova's own tests record it.
    assert_eq!(
        keypair["fingerprint"],
        "1.4-1244e8d1b103cc69d038ed78ab3a8cc6"
    );
    let text = deployment.ok(&["object", "methods", "KeyPair"]);
    assert!(
        text.contains("KeyPair.get_by_name(user_id, name, localonly=False)\n"),
        "{text}"
    );
    assert!(text.contains("KeyPair.create() (on an object)\n"), "{text}");
    let said = deployment.fails(1, &["object", "methods", "Keypiar"]);
    assert!(said.contains("KeyPair"), "{said}");
}

#[test]
fn what_is_worth_knowing_is_told_in_short() {
    let flavor = object("Flavor", "1.9", json!({ "name": "m1", "colour": 1 }));
    let mut instance = object("Instance", "2.8", json!({ "flavor": flavor, "uuid": "u" }));
    instance["nova_object.shadow"] = json!(1);
    let message = json!({
        "method": "object_action",
        "args": { "objinst": instance, "objmethod": "fly", "args": [], "kwargs": { "crew": [object("Spaceship", "1.0", json!({}))] } },
        "_context_auth_token": "hunter2",
    });
    let text = explain(&message.to_string(), &[]).stdout;
    for expected in [
        "objects: Instance 2.8, Flavor 1.9, Spaceship 1.0",
        "newer than here: objinst.flavor: Flavor 1.9, here 1.2",
        "unknown here: the class here publishes no Instance.fly()",
        "unknown here: objinst: the part `nova_object.shadow` of an envelope",
        "unknown here: objinst.flavor.colour: no field of Flavor here",
        "unknown here: crew.0: the class Spaceship of `nova`",
        "cannot be read here: objinst: ",
        "not shown: 1 secrets",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let facts = explain(&message.to_string(), &["--json"]).stdout;
    let facts: Json = serde_json::from_str(&facts).expect("JSON");
    let summary = &facts["summary"];
    assert_eq!(
        summary["newer"],
        json!([{ "place": "objinst.flavor", "note": "Flavor 1.9, here 1.2" }])
    );
    assert_eq!(summary["unknown"].as_array().map(Vec::len), Some(4));
    assert_eq!(summary["secrets"], 1);
}

#[test]
fn notifications_are_told_with_what_they_are_about() {
    let payload = object("InstanceActionPayload", "1.8", json!({ "uuid": "u" }));
    let notification = json!({
        "message_id": "m", "publisher_id": "nova-compute:host1", "event_type": "instance.create.end",
        "priority": "INFO", "timestamp": "2026-11-23 14:41:26.287047", "payload": payload,
    });
    let text = explain(&notification.to_string(), &[]).stdout;
    assert!(
        text.starts_with("notification instance.create.end of nova-compute:host1 at 2026"),
        "{text}"
    );
    assert!(
        text.contains("payload: InstanceActionPayload 1.8 (a class that is not known here)"),
        "{text}"
    );
}

#[test]
fn what_only_python_reads_is_read() {
    let tag = object("Tag", "1.1", json!({ "tag": "HALF" })).to_string();
    let half = tag.replace("HALF", "\\ud800");
    for text in [
        format!("{tag}\n{tag}\n"),
        half,
        tag.replace("\"HALF\"", "NaN"),
        format!("[{tag}, Infinity]"),
    ] {
        let ran = explain(&text, &[]);
        assert!(
            ran.code == 0 && ran.stdout.contains("Tag 1.1"),
            "{text}: {}{}",
            ran.stdout,
            ran.stderr
        );
    }
}

#[test]
fn it_has_an_older_name() {
    let file = vectors("objects").swap_remove(0).display().to_string();
    let deployment = Deployment::new();
    assert_eq!(
        deployment.ok(&["object", "show", &file]),
        deployment.ok(&["object", "explain", &file])
    );
}
