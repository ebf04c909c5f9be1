//! Conductors in processes of their own.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::cell::Cell;

/// A running conductor; killed when dropped.
pub(super) struct Process {
    child: Child,
}

impl Process {
    /// Returns when it serves: what is sent before is for nobody.
    pub(super) fn start(cell: &Cell, host: &str) -> Self {
        let path = cell.folder().join(format!("{host}.log"));
        let log = fs::File::create(&path).expect("a log can be written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_nova-conductor"));
        command
            .env("HOME", cell.folder())
            .args(["--set", &format!("DEFAULT.host={host}")])
            .args([
                "--set",
                &format!("DEFAULT.state_path={}", cell.folder().display()),
            ])
            .stdout(log.try_clone().expect("a file can be opened twice"))
            .stderr(log)
            .stdin(Stdio::null());
        for option in cell.options() {
            command.args(["--set", &option]);
        }
        let child = command.spawn().expect("the conductor's program starts");
        let process = Self { child };
        let started = Instant::now();
        loop {
            let log = fs::read_to_string(&path).expect("a log can be read");
            if log.contains(" ready") {
                return process;
            }
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "it serves: {log}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// SIGKILL: no goodbye of any kind.
    pub(super) fn kill(&mut self) {
        self.child.kill().expect("a process can be killed");
        self.child.wait().expect("and is gone");
    }

    /// SIGTERM, and the exit status.
    pub(super) fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.expect("kill").success());
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be looked at") {
                return status.code();
            }
            assert!(started.elapsed() < Duration::from_secs(40), "it stops");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The most memory it had so far, in MiB.
    pub(super) fn peak(&self) -> u64 {
        test_support::servers::peak_memory(self.child.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
