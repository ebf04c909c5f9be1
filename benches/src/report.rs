//! What was measured, for people and for programs.

use std::fmt;

use serde::Serialize;

/// The median of some values and the middle half of them.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Spread {
    /// Half of the values are not above it.
    pub median: f64,
    /// A quarter of the values are not above it.
    pub low: f64,
    /// A quarter of the values are not below it.
    pub high: f64,
}

impl Spread {
    /// Of values in any order; not a number if there is none.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self {
            median: quantile(&values, 0.5),
            low: quantile(&values, 0.25),
            high: quantile(&values, 0.75),
        }
    }
}

/// The value below which that part of the sorted `values` lies.
#[must_use]
pub fn quantile(values: &[f64], part: f64) -> f64 {
    let last = values.len().saturating_sub(1);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a position among a few thousand values"
    )]
    let at = (last as f64 * part).round() as usize;
    values.get(at).copied().unwrap_or(f64::NAN)
}

/// Ours next to what bounds it, in nanoseconds a run.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Which part of the benchmarks it belongs to.
    pub group: &'static str,
    /// What was done.
    pub what: String,
    /// What bounds it.
    pub floor_is: String,
    /// What one run of ours took.
    pub ours: Spread,
    /// What one run of the other took.
    pub floor: Spread,
    /// Ours as a multiple of the other, round by round.
    pub ratio: Spread,
    /// The ratio the project wants at most.
    pub goal: Option<f64>,
}

impl Comparison {
    /// The same, held to a goal.
    #[must_use]
    pub const fn goal(mut self, goal: f64) -> Self {
        self.goal = Some(goal);
        self
    }
}

/// A number that stands for itself.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// Which part of the benchmarks it belongs to.
    pub group: &'static str,
    /// What was measured.
    pub what: String,
    /// The number.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
}

/// All results of a run.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Ratios.
    pub comparisons: Vec<Comparison>,
    /// Other numbers.
    pub facts: Vec<Fact>,
    /// What the numbers come from, in words.
    pub remarks: Vec<String>,
    /// What could not be measured, and why.
    pub notes: Vec<String>,
}

impl Report {
    /// Adds a ratio and says so on standard error, as a run takes minutes.
    pub fn add(&mut self, comparison: Comparison) {
        eprintln!("{comparison}");
        self.comparisons.push(comparison);
    }

    /// Adds a number.
    pub fn fact(
        &mut self,
        group: &'static str,
        what: impl Into<String>,
        value: f64,
        unit: &'static str,
    ) {
        let fact = Fact {
            group,
            what: what.into(),
            value,
            unit,
        };
        eprintln!("{fact}");
        self.facts.push(fact);
    }

    /// Adds what the numbers come from.
    pub fn remark(&mut self, remark: impl Into<String>) {
        let remark = remark.into();
        eprintln!("{remark}");
        self.remarks.push(remark);
    }

    /// Adds what could not be measured.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        eprintln!("{note}");
        self.notes.push(note);
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<8} {:<58} {:>10} | {:>10} | {:.2} ({:.2}-{:.2})",
            self.group,
            self.what,
            time(self.ours.median),
            time(self.floor.median),
            self.ratio.median,
            self.ratio.low,
            self.ratio.high,
        )?;
        match self.goal {
            Some(goal) if self.ratio.median > goal => write!(f, " MISSES {goal}"),
            Some(goal) => write!(f, " within {goal}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<8} {:<58} {:.4} {}",
            self.group, self.what, self.value, self.unit
        )
    }
}

/// Nanoseconds in the unit people would use.
fn time(nanos: f64) -> String {
    match nanos {
        n if n < 1e4 => format!("{n:.0} ns"),
        n if n < 1e7 => format!("{:.1} us", n / 1e3),
        n => format!("{:.1} ms", n / 1e6),
    }
}
