//! Servers of a test's own, which it may stop, kill and start again: RabbitMQ and MariaDB, each on free ports of the
//! loopback address with its data in a folder under `target/`.
//!
//! Start them from the test's main thread: they end with it, also when it is killed.

mod mariadb;
mod rabbitmq;

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub use self::mariadb::MariaDb;
pub use self::rabbitmq::RabbitMq;

/// Servers that take longer have failed to start.
const PATIENCE: Duration = Duration::from_secs(90);

/// A folder that goes away with this, unless its test failed.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A new one under the folder this test was built in.
    ///
    /// # Panics
    ///
    /// When it cannot be made.
    #[must_use]
    pub fn create(name: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let exe = std::env::current_exe().expect("a test knows its program");
        let target = exe
            .ancestors()
            .find(|path| path.ends_with("debug") || path.ends_with("release"))
            .map_or_else(std::env::temp_dir, Path::to_path_buf);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = target
            .join("test-servers")
            .join(format!("{}-{number}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("the folder of a server can be made");
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the servers' logs are in {}", self.0.display());
        } else {
            // What cannot be removed is under target/.
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// A process group that is killed when this goes away.
#[derive(Debug)]
struct Group(Child);

impl Group {
    fn start(command: &Command, log: &Path) -> Self {
        let file = || {
            File::options()
                .create(true)
                .append(true)
                .open(log)
                .expect("the log of a server can be written")
        };
        let mut own = Command::new("setpriv");
        own.args(["--pdeathsig", "KILL", "--"])
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                own.env(name, value);
            }
        }
        if let Some(folder) = command.get_current_dir() {
            own.current_dir(folder);
        }
        let child = own
            .stdin(Stdio::null())
            .stdout(file())
            .stderr(file())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("start {command:?}: {error}"));
        Self(child)
    }

    /// The processor time that its processes have used.
    fn processor_time(&self) -> Duration {
        let entries = fs::read_dir("/proc").expect("there are processes");
        let processes = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let used = processes.filter_map(|process| used_by(process, Some(self.0.id())));
        used.sum()
    }

    fn kill(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill")
            .args(["-s", "KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.0.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port nobody listens on.
///
/// # Panics
///
/// When there is none.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}

fn wait_until(what: &str, log: &Path, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        if started.elapsed() > PATIENCE {
            let text = fs::read_to_string(log).unwrap_or_default();
            let lines: Vec<&str> = text.lines().rev().take(15).collect();
            panic!("{what} in {PATIENCE:?}; the end of its log, last line first: {lines:#?}");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// The processor time a process has used.
///
/// # Panics
///
/// When there is no such process.
#[must_use]
pub fn processor_time(process: u32) -> Duration {
    used_by(process, None).expect("a running process has statistics")
}

/// The most memory a process had so far, in MiB.
///
/// # Panics
///
/// When there is no such process.
#[must_use]
pub fn peak_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status"))
        .expect("a running process has a status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.and_then(|kib| kib.parse::<u64>().ok())
        .expect("a number")
        / 1024
}

/// The processor time of one that may have ended, or belong to another group.
fn used_by(process: u32, group: Option<u32>) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Its name comes first, and may have anything in it.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    if group.is_some_and(|group| fields.get(2) != Some(&group.to_string().as_str())) {
        return None;
    }
    let ticks = fields.get(11..13)?.iter().map(|ticks| ticks.parse::<u64>());
    // A hundred ticks a second, on every Linux there is.
    Some(Duration::from_millis(
        ticks.sum::<Result<u64, _>>().ok()? * 10,
    ))
}

/// Runs a tool to its end.
fn output(command: &mut Command) -> String {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("run {command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
