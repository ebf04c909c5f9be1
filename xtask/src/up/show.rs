//! What a visitor sees: numbered stages, what was done in each, and tables.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How many stages a visit has.
const STAGES: usize = 10;

/// Writes to standard output, a line at a time.
pub(super) struct Show {
    stage: usize,
    colour: bool,
    began: Instant,
}

impl Show {
    pub(super) fn new() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            stage: 0,
            colour: wanted && std::io::stdout().is_terminal(),
            began: Instant::now(),
        }
    }

    /// Begins a stage.
    pub(super) fn stage(&mut self, title: &str) {
        self.stage += 1;
        self.began = Instant::now();
        line("");
        line(&self.bold(&format!("[{}/{STAGES}] {title}", self.stage)));
    }

    /// Says something within a stage.
    pub(super) fn say(&self, text: &str) {
        for part in text.lines() {
            line(&format!("      {part}"));
        }
    }

    /// Says how long the stage took.
    pub(super) fn took(&self, what: &str) {
        self.say(&format!("{what} ({})", seconds(self.began.elapsed())));
    }

    /// Shows a command as one would type it.
    pub(super) fn command(&self, command: &str) {
        line(&format!("      $ {}", self.bold(command)));
    }

    /// The last word.
    pub(super) fn end(&self, text: &str) {
        line("");
        line(&self.bold(text));
    }

    /// What went wrong.
    pub(super) fn failure(&self, error: &str) {
        eprintln!("\nerror: {error}");
    }

    fn bold(&self, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[1m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Seconds for people.
pub(super) fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole >= 60 {
        format!("{} min {} s", whole / 60, whole % 60)
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody is left to be told that standard output is closed.
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}
