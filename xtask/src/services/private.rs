//! A server of our own: on a free port, with its data in a folder that goes away with it.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::install::is_root;
use crate::process;
use crate::workspace;

const STARTUP: Duration = Duration::from_secs(120);
const SHUTDOWN: Duration = Duration::from_secs(30);

/// The folder all private servers of a run keep their data in; removed when dropped.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Creates it under `target/services`, named after this process. Folders of runs that were killed are removed.
    ///
    /// # Errors
    /// When it cannot be created.
    pub(super) fn create() -> Result<Self, String> {
        let mut parent = workspace::target().join("services");
        if is_root() && !open_to_all(&parent) {
            // PostgreSQL runs as another user, who has to get there.
            parent = std::env::temp_dir().join("nova-services");
        }
        remove_left_over(&parent);
        let path = parent.join(std::process::id().to_string());
        let fail = |error| format!("cannot create {}: {error}", path.display());
        fs::create_dir_all(&path).map_err(fail)?;
        let path = path.canonicalize().map_err(fail)?;
        Ok(Self { path })
    }

    /// A new folder in it for one server.
    ///
    /// # Errors
    /// When it cannot be created.
    pub(super) fn sub(&self, name: &str) -> Result<PathBuf, String> {
        let path = self.path.join(name);
        fs::create_dir_all(&path)
            .map_err(|error| format!("cannot create {}: {error}", path.display()))?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed now is left for the next run.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Whether every user can pass through the folders above a path.
fn open_to_all(path: &Path) -> bool {
    path.ancestors()
        .filter_map(|folder| fs::metadata(folder).ok())
        .all(|metadata| metadata.permissions().mode() & 0o001 != 0)
}

fn remove_left_over(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let process = entry.file_name();
        let is_process = process.to_string_lossy().parse::<u32>().is_ok();
        if is_process && !Path::new("/proc").join(&process).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A port nobody listens on.
///
/// # Errors
/// When there is none.
pub(super) fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0")
        .map_err(|error| format!("there is no free port: {error}"))?;
    listener
        .local_addr()
        .map(|address| address.port())
        .map_err(|error| error.to_string())
}

/// A running server. Dropping it stops it.
pub(super) struct Private {
    name: &'static str,
    port: u16,
    child: Child,
    log: PathBuf,
    /// Another server it needs, which is stopped after it.
    needs: Option<Box<Self>>,
}

impl Private {
    /// Starts a server in a process group of its own. What it writes goes to a file in its folder.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn start(
        name: &'static str,
        port: u16,
        folder: &Path,
        server: &Command,
    ) -> Result<Self, String> {
        let log = folder.join(format!("{name}.log"));
        let fail = |error: std::io::Error| format!("cannot start {name}: {error}");
        let file = File::create(&log).map_err(fail)?;
        let mut command = ends_with_us(server);
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().map_err(fail)?)
            .stderr(file)
            .process_group(0)
            .spawn()
            .map_err(fail)?;
        Ok(Self {
            name,
            port,
            child,
            log,
            needs: None,
        })
    }

    /// Keeps another server running as long as this one.
    pub(super) fn needs(mut self, other: Self) -> Self {
        self.needs = Some(Box::new(other));
        self
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Waits until the server lets us in.
    ///
    /// # Errors
    /// When it stops or takes too long; with the end of its log.
    pub(super) fn wait_until(
        &mut self,
        answers: impl Fn(u16) -> Result<(), String>,
        still: impl Fn(),
    ) -> Result<(), String> {
        let started = Instant::now();
        let mut told = 1;
        loop {
            let why = match answers(self.port) {
                Ok(()) => return Ok(()),
                Err(why) => why,
            };
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!(
                    "the private instance stopped ({status}): {}",
                    self.last_words()
                ));
            }
            if started.elapsed() > STARTUP {
                return Err(format!(
                    "the private instance does not answer ({why}): {}",
                    self.last_words()
                ));
            }
            if started.elapsed().as_secs() > told * 20 {
                told += 1;
                still();
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn last_words(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let from = lines.len().saturating_sub(8);
        lines.get(from..).unwrap_or_default().join(" | ")
    }

    fn signal(&self, name: &str) {
        let group = format!("-{}", self.child.id());
        let _ = process::succeeds(Command::new("kill").args(["-s", name, "--", &group]));
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        self.signal("TERM");
        let started = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && started.elapsed() < SHUTDOWN {
            thread::sleep(Duration::from_millis(50));
        }
        // The whole group: a server that forks may have left someone behind.
        self.signal("KILL");
        let _ = self.child.wait();
    }
}

/// The same command, ended by the system when this process goes away without saying so. The main thread has to start it,
/// because the system looks at the thread.
fn ends_with_us(server: &Command) -> Command {
    let mut command = match process::find("setpriv", &[]) {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "TERM"]);
            command
        }
        None => Command::new("env"),
    };
    // A command that changes its user is already one of setpriv: its options go on.
    command
        .arg("--")
        .arg(server.get_program())
        .args(server.get_args());
    for (name, value) in server.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(folder) = server.get_current_dir() {
        command.current_dir(folder);
    }
    command
}
