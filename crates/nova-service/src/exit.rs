//! How programs end: exit codes, and what they say when they fail.

use std::error::Error;
use std::process::ExitCode;

/// The exit codes of Nova's programs here. Documented in every `--help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or stopped as asked.
    Success = 0,
    /// What was asked for failed.
    Failure = 1,
    /// The command line cannot be understood.
    Usage = 2,
    /// A service that is needed cannot be reached: the bus or the database.
    Unavailable = 69,
    /// The configuration cannot be used.
    Configuration = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error with everything that caused it and what to do about it, a line each, as people read it.
#[must_use]
pub fn report(program: &str, error: &(dyn Error + 'static), hint: Option<&str>) -> String {
    let mut text = format!("{program}: error: {error}");
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let line = error.to_string();
        // Messages that repeat their cause say it once.
        if !said.contains(&line) {
            text.push_str("\n  caused by: ");
            text.push_str(&line);
        }
        said = line;
        cause = error.source();
    }
    if let Some(hint) = hint {
        text.push_str("\n  hint: ");
        text.push_str(hint);
    }
    text
}
