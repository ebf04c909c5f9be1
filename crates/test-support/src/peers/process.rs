//! A program and all it starts, gone when the test is.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a program may take to end when asked.
const GRACE: Duration = Duration::from_secs(10);

/// A running program, with its output in a file.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts it in a process group of its own. The system ends it when the thread that called this is no more, be it that
    /// the test was killed.
    ///
    /// # Panics
    ///
    /// When there is no such program.
    pub fn start(program: &Command, log: &Path) -> Self {
        let output = File::create(log).expect("the log can be created");
        let mut command = Command::new("setpriv");
        let child = command
            .args(["--pdeathsig", "TERM", "--"])
            .arg(program.get_program())
            .args(program.get_args())
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a file can be shared"))
            .stderr(output)
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.get_program().display()));
        Self {
            child,
            log: log.to_owned(),
        }
    }

    /// Fails the test, showing the end of its log, if it has ended.
    ///
    /// # Panics
    ///
    /// Then.
    pub fn check(&mut self) {
        if let Ok(Some(status)) = self.child.try_wait() {
            panic!("it ended with {status}:\n{}", self.log());
        }
    }

    /// The end of what it wrote.
    pub fn log(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// The processor time it has used, without that of its children.
    ///
    /// # Panics
    ///
    /// When it has ended.
    #[cfg(feature = "servers")]
    pub fn processor_time(&self) -> Duration {
        crate::servers::processor_time(self.child.id())
    }

    /// The most memory it had so far, in MiB, without that of its children.
    ///
    /// # Panics
    ///
    /// When it has ended.
    #[cfg(feature = "servers")]
    pub fn peak_memory(&self) -> u64 {
        crate::servers::peak_memory(self.child.id())
    }

    /// Has it do nothing at all until [`thaw`](Self::thaw), with its connections open: alive, and silent.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Has it go on.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        // Its children too: the original's conductor works in those.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill")
            .args([signal, "--", &group])
            .stderr(Stdio::null())
            .status();
    }

    fn ended_within(&mut self, patience: Duration) -> bool {
        let started = Instant::now();
        while started.elapsed() < patience {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal("-TERM");
        // One that is frozen would not hear it.
        self.thaw();
        self.ended_within(GRACE);
        self.signal("-KILL");
        // It has ended by now.
        let _ = self.child.wait();
    }
}
