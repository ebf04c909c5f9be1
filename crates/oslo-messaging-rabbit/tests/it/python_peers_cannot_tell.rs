//! oslo.messaging itself as our caller and as our server. `NOVA_PYTHON` names a Python that has it.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use oslo_messaging::{CallContext, Error, Kwargs};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::support::{Bus, Probe, broker, soon, value};

/// The Python to use. Without one these tests have nothing to say; in CI `cargo xtask test` names one or fails.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("NOVA_PYTHON").map(PathBuf::from);
    if python.is_none() {
        eprintln!("skipped: NOVA_PYTHON names no Python with oslo.messaging 18");
    }
    python
}

fn peer(python: &PathBuf, role: &str, bus: &Bus) -> Child {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../interop/rabbit_peer.py");
    let (netloc, vhost) = broker();
    let url = format!("rabbit://{netloc}/{vhost}");
    Command::new(python)
        .args([script, role, &url, &bus.exchange, &bus.topic])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_python_client_is_served() {
    let Some(python) = python() else { return };
    let (bus, probe) = (Bus::new(), Probe::new());
    let transport = bus.open().await;
    let server = bus.serve(&transport, "rust", &probe).await;
    let child = peer(&python, "client", &bus);
    let output = soon("the client's calls", child.wait_with_output())
        .await
        .unwrap();
    assert!(output.status.success());
    let outcomes: Value = serde_json::from_slice(&output.stdout).unwrap();
    for name in [
        "echo text",
        "echo nothing",
        "echo nested",
        "echo large",
        "at once",
    ] {
        assert_eq!(outcomes[name], json!({"result": true}), "{name}");
    }
    assert_eq!(outcomes["server"], json!({"result": "to you"}));
    assert_eq!(outcomes["monitored"], json!({"result": "slept"}));
    // The script allows no modules but its own: what it gets is the class's name and message.
    assert_eq!(
        outcomes["fail"],
        json!({"remote": "InstanceNotFound", "message": "Instance x could not be found."})
    );
    assert_eq!(outcomes["no such method"]["remote"], "NoSuchMethod");
    assert_eq!(outcomes["no such version"]["remote"], "UnsupportedVersion");
    assert_eq!(
        outcomes["ping"],
        json!({"result": {"service": "conductor", "arg": "x"}})
    );
    let mut seen = probe.calls("note");
    seen.sort_unstable();
    assert_eq!(seen, ["\"cast to server\"", "\"cast\"", "\"fanout\""]);
    server.stop().await;
    bus.remove(&["rust"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_python_server_is_called() {
    let Some(python) = python() else { return };
    let bus = Bus::new();
    let mut child = peer(&python, "server", &bus);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(
        soon("the server's start", lines.next_line())
            .await
            .unwrap()
            .as_deref(),
        Some("ready")
    );
    let transport = bus.open().await;
    let client = bus.client(&transport);
    let context = CallContext::builder()
        .value("user_id", "u1")
        .unwrap()
        .build();
    let prepared = client.prepare();
    for sent in [
        json!("h\u{e9}llo \"\\"),
        Value::Null,
        json!({"a": [1, 2.5, {"b": true}]}),
        json!("x".repeat(500_000)),
    ] {
        let args = Kwargs::new().value("value", &sent).unwrap();
        let got: Value = prepared
            .call(&context, "echo", &args)
            .await
            .unwrap()
            .read()
            .unwrap();
        assert_eq!(got, sent);
    }
    let who = prepared
        .call(&context, "who", &Kwargs::new())
        .await
        .unwrap();
    assert_eq!(who.get(), "\"u1\"");
    prepared
        .cast(&context, "note", &value("cast"))
        .await
        .unwrap();
    prepared
        .clone()
        .server("python")
        .cast(&context, "note", &value("server"))
        .await
        .unwrap();
    prepared
        .fanout_cast(&context, "note", &value("fanout"))
        .await
        .unwrap();
    soon("three notes", async {
        loop {
            let noted = prepared
                .call(&context, "noted", &Kwargs::new())
                .await
                .unwrap();
            let mut noted: Vec<String> = noted.read().unwrap();
            noted.sort_unstable();
            if noted == ["cast", "fanout", "server"] {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let monitored = prepared
        .clone()
        .call_monitor_timeout(Duration::from_secs(2));
    let slept = monitored
        .call(&context, "slow", &Kwargs::new().written("value", "3.5"))
        .await
        .unwrap();
    assert_eq!(slept.get(), "\"slept\"");
    let failed = prepared.call(&context, "fail", &Kwargs::new()).await;
    let Err(Error::Remote(error)) = failed else {
        panic!("{failed:?}")
    };
    assert_eq!(
        (error.class.as_str(), error.typed("nova.exception")),
        ("InstanceNotFound", Some("InstanceNotFound"))
    );
    assert_eq!(error.kwargs["instance_id"], "x");
    assert_eq!(error.kwargs["code"], 404);
    drop(child.stdin.take());
    assert!(
        soon("the server's end", child.wait())
            .await
            .unwrap()
            .success()
    );
    bus.remove(&["python"]).await;
}
