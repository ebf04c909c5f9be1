//! How far long work has come: a line that changes on a terminal, lines from
//! time to time elsewhere.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// How often a line is written where lines stay.
const EVERY: Duration = Duration::from_secs(2);

/// How often the line on a terminal changes.
const FRAME: Duration = Duration::from_millis(50);

/// Shows progress on standard error.
#[derive(Debug)]
pub struct Progress {
    terminal: bool,
    shown: Option<Instant>,
    open: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress {
    /// Nothing shown yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            terminal: io::stderr().is_terminal(),
            shown: None,
            open: false,
        }
    }

    /// `done` of `total` steps are done, the last of which was `step`.
    pub fn step(&mut self, what: &str, done: usize, total: usize, step: &str) {
        let last = done == total;
        if last || self.is_due() {
            self.show(&format!("{what}: {done} of {total}, {step}"), last);
        }
    }

    /// Work of unknown length has come that far.
    pub fn line(&mut self, line: &str) {
        if self.is_due() {
            self.show(line, false);
        }
    }

    fn is_due(&self) -> bool {
        let pause = if self.terminal { FRAME } else { EVERY };
        self.shown.is_none_or(|shown| shown.elapsed() >= pause)
    }

    fn show(&mut self, line: &str, last: bool) {
        self.shown = Some(Instant::now());
        let mut out = io::stderr().lock();
        // Whether anybody sees it decides nothing.
        if self.terminal {
            let _ = write!(out, "\r\u{1b}[K{line}");
            self.open = !last;
            if last {
                let _ = writeln!(out);
            }
        } else {
            let _ = writeln!(out, "{line}");
        }
        let _ = out.flush();
    }

    /// Something happened that is worth a line of its own.
    pub fn event(&mut self, line: &str) {
        let mut out = io::stderr().lock();
        if std::mem::take(&mut self.open) {
            let _ = writeln!(out);
        }
        let _ = writeln!(out, "{line}");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.open {
            let _ = writeln!(io::stderr().lock());
        }
    }
}
