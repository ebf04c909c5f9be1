//! A Python that has the real Nova, and what it is started with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nova_db::Schema;

use super::Process;
use crate::database::TestDatabase;

/// The real Nova.
#[derive(Debug, Clone)]
pub struct Nova {
    python: PathBuf,
}

impl Nova {
    /// The one that `NOVA_PYTHON` names. `cargo xtask test` sets it, and fails in CI where it cannot.
    pub fn find() -> Option<Self> {
        let python = std::env::var_os("NOVA_PYTHON").filter(|named| !named.is_empty());
        if python.is_none() {
            eprintln!("skipped: NOVA_PYTHON names no Python with nova 34");
        }
        Some(Self {
            python: python?.into(),
        })
    }

    /// A script of `interop/`.
    pub fn script(&self, name: &str) -> Command {
        let interop = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop");
        let mut command = Command::new(&self.python);
        command.arg(interop.join(name));
        command
    }

    /// A program of Nova's.
    pub fn program(&self, name: &str, configuration: &Path) -> Command {
        let mut command = Command::new(&self.python);
        command
            .arg(self.python.with_file_name(name))
            .arg("--config-file")
            .arg(configuration);
        command
    }

    /// Both databases, created by `nova-manage`, empty.
    ///
    /// # Panics
    ///
    /// When the server or `nova-manage` refuses.
    pub async fn database(&self) -> TestDatabase {
        let nova = self.clone();
        TestDatabase::created_by(move |schema, url| nova.manage(schema, url)).await
    }

    fn manage(&self, schema: Schema, url: &str) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("nova.conf");
        let url = of_pymysql(url);
        let text = format!("[database]\nconnection = {url}\n[api_database]\nconnection = {url}\n");
        fs::write(&file, text).expect("the configuration can be written");
        let mut command = self.program("nova-manage", &file);
        match schema {
            Schema::Main => command.args(["db", "sync", "--local_cell"]),
            Schema::Api => command.args(["api_db", "sync"]),
        };
        run(&mut command);
    }

    /// Fills the databases with what `interop/seed.py` has.
    ///
    /// # Panics
    ///
    /// When that fails.
    pub fn seed(&self, configuration: &Configuration) {
        run(self.script("seed.py").arg(&configuration.file));
    }

    /// Starts the real nova-conductor.
    ///
    /// # Panics
    ///
    /// When the program is not there.
    pub fn conductor(&self, configuration: &Configuration) -> Process {
        let log = configuration.file.with_file_name("theirs.log");
        Process::start(&self.program("nova-conductor", &configuration.file), &log)
    }
}

/// Runs a program to its end; its standard output.
///
/// # Panics
///
/// When it fails, with what it wrote.
pub fn run(command: &mut Command) -> String {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The URL as SQLAlchemy wants it where only PyMySQL is installed.
fn of_pymysql(url: &str) -> String {
    url.replacen("mysql://", "mysql+pymysql://", 1)
}

/// A nova.conf for both conductors, in a folder of its own.
#[derive(Debug)]
pub struct Configuration {
    /// The file.
    pub file: PathBuf,
    /// What of it does not depend on the bus.
    rest: String,
    folder: tempfile::TempDir,
}

impl Configuration {
    /// Writes one.
    ///
    /// # Panics
    ///
    /// When the disk is full.
    pub fn write(database: &TestDatabase, transport_url: &str, host: &str) -> Self {
        let rest = format!(
            "host = {host}\n\
             rpc_response_timeout = 20\n\
             # Reports come when they come, and no two runs would be equal.\n\
             report_interval = 0\n\
             [database]\n\
             connection = {main}\n\
             [api_database]\n\
             connection = {api}\n\
             [conductor]\n\
             workers = 1\n\
             # The original does not start without being able to ask for placement; nothing is asked there.\n\
             [placement]\n\
             auth_type = none\n\
             endpoint_override = http://127.0.0.1:9/placement\n",
            main = of_pymysql(&database.main_url),
            api = of_pymysql(&database.api_url),
        );
        Self::of(rest, transport_url)
    }

    /// The same on another bus.
    pub fn on(&self, transport_url: &str) -> Self {
        Self::of(self.rest.clone(), transport_url)
    }

    fn of(rest: String, transport_url: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("nova.conf");
        let text = format!(
            "[DEFAULT]\ntransport_url = {transport_url}\nstate_path = {}\n{rest}",
            folder.path().display()
        );
        fs::write(&file, text).expect("the configuration can be written");
        Self { file, rest, folder }
    }

    /// The folder it is in, for logs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}
