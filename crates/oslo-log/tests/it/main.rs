//! What operators find in their logs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use std::fs;
use std::path::Path;

use oslo_config::settings::Logging;
use oslo_config::{Loader, Settings};
use oslo_log::Output;
use serde_json::Value;

fn settings(folder: &Path, more: &str) -> Logging {
    let text = format!("[DEFAULT]\nlog_dir = {}\n{more}", folder.display());
    let variables: [(&str, &str); 0] = [];
    let loader = Loader::nova("test")
        .without_default_files()
        .environment(variables);
    Settings::read(&loader.text("nova.conf", text).load().unwrap())
        .unwrap()
        .logging
}

/// Logs with some settings and returns what `nova-test.log` holds.
fn logged(more: &str, events: impl FnOnce(&Path)) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path(), more);
    let subscriber = oslo_log::subscriber(&settings, Output::open("nova-test", &settings).unwrap());
    tracing::subscriber::with_default(subscriber, || events(folder.path()));
    let text = fs::read_to_string(folder.path().join("nova-test.log")).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn lines_for_people_look_like_oslo_log() {
    let lines = logged("", |_| {
        let span =
            tracing::info_span!("call", request_id = "req-1", method = tracing::field::Empty);
        span.record("method", "ping");
        span.in_scope(|| {
            tracing::warn!(
                topic = "conductor",
                waited = 3,
                why = "too late",
                "no reply"
            )
        });
        tracing::info!("plain");
    });
    let process = std::process::id();
    let (_, rest) = lines[0].split_at("2026-11-23 18:45:03.123 ".len());
    let expected =
        "[request_id=req-1 method=ping] no reply topic=conductor waited=3 why=\"too late\"";
    assert_eq!(rest, format!("{process} WARNING it {expected}"));
    assert!(
        lines[1].ends_with(&format!(" {process} INFO it [-] plain")),
        "{}",
        lines[1]
    );
}

#[test]
fn json_has_the_names_of_oslo_log() {
    let lines = logged("use_json = true", |_| {
        let span = tracing::info_span!("call", request_id = "req-1");
        span.in_scope(|| tracing::error!(attempt = 2, done = true, "gave up"));
    });
    let record: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(record["message"], "gave up");
    assert_eq!(
        (&record["levelname"], &record["levelno"]),
        (&"ERROR".into(), &40.into())
    );
    assert_eq!(record["name"], "it");
    assert_eq!(record["extra"]["attempt"], 2);
    assert_eq!(record["extra"]["done"], true);
    assert_eq!(record["context"]["request_id"], "req-1");
    assert_eq!(record["process"], std::process::id());
    for key in [
        "asctime",
        "created",
        "msecs",
        "hostname",
        "pathname",
        "lineno",
        "thread_name",
    ] {
        assert!(!record[key].is_null(), "{key}");
    }
}

#[test]
fn debug_and_single_levels_are_followed() {
    let events = |_: &Path| {
        tracing::debug!("detail");
        tracing::info!(target: "sqlx::query", "statement");
        tracing::info!(target: "nova_db", "opened");
    };
    let messages = |lines: Vec<String>| {
        lines
            .iter()
            .map(|l| l.rsplit(' ').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(messages(logged("", events)), ["opened"]);
    assert_eq!(
        messages(logged("debug = true", events)),
        ["detail", "opened"]
    );
    let levels = "default_log_levels = nova_db=WARNING,oslo.messaging=INFO,nonsense=what";
    assert_eq!(messages(logged(levels, events)), ["statement"]);
}

#[test]
fn passwords_and_line_breaks_do_not_get_through() {
    for mode in ["", "use_json = true"] {
        let lines = logged(mode, |_| {
            let url = "mysql://nova:hunter2@db/nova";
            tracing::info!(url, "connecting to {url}\n2026-01-01 forged");
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(
            !lines[0].contains("hunter2") && lines[0].contains("nova:***@db"),
            "{lines:?}"
        );
    }
}

#[test]
fn errors_are_logged_with_their_causes() {
    #[derive(Debug, thiserror::Error)]
    #[error("connect")]
    struct Outer(#[source] std::io::Error);
    let lines = logged("", |_| {
        let error = Outer(std::io::Error::other("refused"));
        tracing::error!(error = &error as &dyn std::error::Error, "failed");
    });
    assert!(
        lines[0].ends_with("failed error=\"connect: refused\""),
        "{}",
        lines[0]
    );
}

#[test]
fn a_file_moved_away_is_opened_anew_when_watched() {
    let rotate = |folder: &Path| {
        tracing::info!("one");
        fs::rename(folder.join("nova-test.log"), folder.join("old")).unwrap();
        fs::write(folder.join("nova-test.log"), "").unwrap();
        tracing::info!("two");
    };
    assert_eq!(logged("watch_log_file = true", rotate).len(), 1);
    assert_eq!(logged("", rotate).len(), 0);
}

#[test]
fn the_log_file_is_found_as_oslo_log_does() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path(), "log_file = other.log");
    Output::open("nova-test", &settings)
        .unwrap()
        .write_line(b"x\n")
        .unwrap();
    assert_eq!(fs::read(folder.path().join("other.log")).unwrap(), b"x\n");
}

#[test]
fn a_log_file_that_cannot_be_opened_is_named() {
    let settings = settings(Path::new("/nowhere/at/all"), "");
    let error = Output::open("nova-test", &settings).unwrap_err();
    assert_eq!(
        error.to_string(),
        "open log file /nowhere/at/all/nova-test.log"
    );
}
