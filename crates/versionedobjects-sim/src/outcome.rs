//! What came of a simulation.

use std::fmt;

use crate::Plan;

/// Something that must not happen in an upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// When, in simulated milliseconds.
    pub at: u64,
    /// What kind of thing it is.
    pub kind: Kind,
    /// What happened, with names.
    pub what: String,
}

/// What must not happen in an upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// An object was too new for whoever received it.
    TooNew,
    /// An object could not be read at all.
    Unreadable,
    /// An object could not be written for its reader.
    Unwritable,
    /// Something that is true of a thing was not there any more, or not so.
    Lost,
    /// Something was written older than its reader reads, long after that is so.
    HeldBack,
    /// A thing was in two places, or in none.
    Misplaced,
}

/// What came of a simulation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was simulated.
    pub plan: Plan,
    /// What must not have happened.
    pub findings: Vec<Finding>,
    /// Everything that happened, a line each.
    pub trace: Vec<String>,
    /// How many objects arrived and were read.
    pub delivered: u64,
}

impl Outcome {
    /// Whether nothing happened that must not.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Fails a test in which something happened that must not, and says how to
    /// see it again.
    ///
    /// # Panics
    /// If there are findings.
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(self.is_clean(), "{self}");
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "simulated: {}", self.plan)?;
        for finding in self.findings.iter().take(5) {
            writeln!(
                f,
                "  {} ms: {:?}: {}",
                finding.at, finding.kind, finding.what
            )?;
        }
        if self.findings.len() > 5 {
            writeln!(f, "  and {} more", self.findings.len() - 5)?;
        }
        let first = self.findings.first().map_or(u64::MAX, |first| first.at);
        let before: Vec<&String> = self
            .trace
            .iter()
            .take_while(|line| time(line) <= first)
            .collect();
        writeln!(f, "before the first:")?;
        for line in before.iter().rev().take(15).rev() {
            writeln!(f, "  {line}")?;
        }
        write!(
            f,
            "the same plan gives the same simulation: {:?}",
            self.plan
        )
    }
}

fn time(line: &str) -> u64 {
    let digits = line.split(' ').next().unwrap_or_default();
    digits.parse().unwrap_or(u64::MAX)
}
