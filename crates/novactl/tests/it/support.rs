//! A deployment in a folder, and the program run against it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;
use tempfile::TempDir;

/// A deployment of its own: SQLite files and a bus on a socket in a folder.
pub(crate) struct Deployment {
    folder: TempDir,
    extra: Vec<String>,
}

/// What the program did.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Deployment {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a folder"),
            extra: Vec::new(),
        }
    }

    /// The same deployment for a process with other settings.
    pub(crate) fn with(mut self, arguments: &[&str]) -> Self {
        self.extra = arguments
            .iter()
            .map(|argument| (*argument).to_owned())
            .collect();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The configuration that all processes of the deployment share.
    pub(crate) fn configuration(&self) -> String {
        let folder = self.folder.path().display();
        format!(
            "[DEFAULT]\nstate_path = {folder}\ntransport_url = grpc+unix://{folder}/bus\nrpc_response_timeout = 20\n\
             [database]\nsqlite_synchronous = false\n[api_database]\nsqlite_synchronous = false\n"
        )
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let config = self.path("nova.conf");
        std::fs::write(&config, self.configuration()).expect("the configuration is written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_novactl"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .arg("--config-file")
            .arg(config)
            .args(&self.extra)
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().expect("the program runs"))
    }

    /// What the program prints when it succeeds.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        ran.stdout
    }

    /// The same with `--json`.
    pub(crate) fn json(&self, arguments: &[&str]) -> Json {
        let text = self.ok(&[arguments, &["--json"]].concat());
        let json: Json = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(json["version"], 1, "{text}");
        json
    }

    /// What it says when it fails with that code; results there are none.
    pub(crate) fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(
            ran.code, code,
            "{arguments:?}: {}{}",
            ran.stdout, ran.stderr
        );
        assert_eq!(ran.stdout, "", "{arguments:?}");
        ran.stderr
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("it was not killed"),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

/// A file of the recorded vectors.
pub(crate) fn vectors(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../vectors")
        .join(folder);
    let entries = std::fs::read_dir(&folder).expect("the vectors are there");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "json")
    });
    files.sort();
    files
}

/// A test key.
pub(crate) fn key() -> String {
    format!(
        "{}/tests/it/keys/id_ed25519.pub",
        env!("CARGO_MANIFEST_DIR")
    )
}
