//! What a person sees while checks run: which one, how many of how many, how long, and the sum at the end.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use super::Report;

/// Writes to standard error as checks go by; the last line goes to standard output.
pub(crate) struct Progress {
    total: usize,
    colour: bool,
    current: String,
    started: Instant,
    done: Vec<Done>,
}

struct Done {
    name: String,
    report: Report,
    took: Duration,
}

impl Progress {
    pub(crate) fn new(total: usize) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            total,
            colour: wanted && std::io::stderr().is_terminal(),
            current: String::new(),
            started: Instant::now(),
            done: Vec::new(),
        }
    }

    /// Begins a check.
    pub(crate) fn start(&mut self, name: &str, help: &str) {
        name.clone_into(&mut self.current);
        self.started = Instant::now();
        let head = self.paint(
            "1",
            &format!("[{}/{}] {name}", self.done.len() + 1, self.total),
        );
        write_line(&format!("{head}: {help}"));
    }

    /// Shows a line that belongs to the running check.
    pub(crate) fn say(&self, line: &str) {
        write_line(&format!("      {line}"));
    }

    /// Shows that the running check is still at it.
    pub(crate) fn still(&self) {
        let line = format!(
            "{} has been running for {}",
            self.current,
            seconds(self.started.elapsed())
        );
        self.say(&self.paint("2", &line));
    }

    /// Ends the running check.
    pub(crate) fn finish(&mut self, report: Report) {
        let took = self.started.elapsed();
        for failure in &report.failures {
            for (index, line) in failure.lines().enumerate() {
                let mark = if index == 0 { "- " } else { "  " };
                self.say(&format!("{mark}{line}"));
            }
        }
        for note in &report.notes {
            self.say(&format!("note: {note}"));
        }
        let verdict = self.verdict(&report);
        write_line(&format!(
            "[{}/{}] {}: {verdict} ({})",
            self.done.len() + 1,
            self.total,
            self.current,
            seconds(took)
        ));
        self.done.push(Done {
            name: std::mem::take(&mut self.current),
            report,
            took,
        });
    }

    /// How many things failed so far.
    pub(crate) fn failed(&self) -> usize {
        self.done
            .iter()
            .map(|done| done.report.failures.len())
            .sum()
    }

    /// Shows every check with its time, what was left out, and the closing line.
    #[expect(clippy::print_stdout, reason = "the result of the command")]
    pub(crate) fn summary(&self, took: Duration) {
        write_line("");
        let width = self
            .done
            .iter()
            .map(|done| done.name.len())
            .max()
            .unwrap_or(0);
        for done in &self.done {
            let (name, verdict) = (&done.name, self.verdict(&done.report));
            write_line(&format!(
                "  {name:width$}  {:>8}  {verdict}",
                seconds(done.took)
            ));
            for note in &done.report.notes {
                write_line(&format!("  {:width$}            note: {note}", ""));
            }
        }
        write_line(&format!("  {:width$}  {:>8}", "all", seconds(took)));
        write_line("");
        let passed: usize = self.done.iter().map(|done| done.report.passed).sum();
        println!("{passed} passed, {} failed", self.failed());
    }

    fn verdict(&self, report: &Report) -> String {
        if report.failures.is_empty() {
            self.paint("32", &format!("ok, {} passed", report.passed))
        } else {
            self.paint(
                "31",
                &format!(
                    "FAILED, {} passed, {} failed",
                    report.passed,
                    report.failures.len()
                ),
            )
        }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

fn write_line(line: &str) {
    // Nobody to read it is no reason to stop.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}
