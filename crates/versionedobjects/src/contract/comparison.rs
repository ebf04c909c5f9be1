//! A recorded contract next to what the class says now, and the verdict.

use std::fmt;

use super::{Bump, Change, Contract, Kind, Matrix, Place, diff};
use crate::Version;

/// What differs of one class, and whether the bump that was made covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The namespace and name of the class.
    pub class: String,
    /// The newest version recorded, unless the class is new.
    pub recorded: Option<Version>,
    /// The newest version now, unless the class is gone.
    pub now: Option<Version>,
    /// The bump that was made.
    pub made: Bump,
    /// The differences, in the order of the text.
    pub changes: Vec<Change>,
}

impl Comparison {
    /// Compares two contracts of a class.
    #[must_use]
    pub fn of(recorded: &Contract, now: &Contract) -> Self {
        let mut changes = diff::differences(recorded, now);
        if changes.is_empty() && *recorded != now.with_forced_of(recorded) {
            changes.push(written_otherwise());
        }
        Self {
            class: format!("{}/{}", now.namespace, now.class),
            recorded: Some(recorded.version()),
            now: Some(now.version()),
            made: Bump::between(recorded.version(), now.version()),
            changes,
        }
    }

    /// A class whose recorded text is not how it is written now.
    pub(super) fn rewritten(now: &Contract) -> Self {
        Self {
            changes: vec![written_otherwise()],
            ..Self::of(now, now)
        }
    }

    /// A class that was not recorded.
    pub(super) fn added(now: &Contract) -> Self {
        let what = "is new";
        Self {
            class: format!("{}/{}", now.namespace, now.class),
            recorded: None,
            now: Some(now.version()),
            made: Bump::None,
            changes: vec![Change::new(
                Place::Class,
                Kind::ClassAdded,
                Bump::None,
                Matrix::FINE,
                what,
            )],
        }
    }

    /// A class that is gone.
    pub(super) fn removed(recorded: &Contract) -> Self {
        use super::Effect::Refuses;
        let breaks = Matrix::data(Refuses, Refuses);
        let what = "is gone, while peers may still send it";
        Self {
            class: format!("{}/{}", recorded.namespace, recorded.class),
            recorded: Some(recorded.version()),
            now: None,
            made: Bump::None,
            changes: vec![Change::new(
                Place::Class,
                Kind::ClassRemoved,
                Bump::Major,
                breaks,
                what,
            )],
        }
    }

    /// The bump that all differences together need.
    #[must_use]
    pub fn needs(&self) -> Bump {
        let needs = self.changes.iter().map(|change| change.needs);
        needs.max().unwrap_or(Bump::None)
    }

    /// The differences that the bump does not cover.
    pub fn uncovered(&self) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(|change| !change.is_covered_by(self.made))
    }

    /// Whether it may be recorded.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.uncovered().next().is_none()
    }

    /// The difference that says most, in one line.
    #[must_use]
    pub fn headline(&self) -> String {
        let worst = self.uncovered().max_by_key(|change| change.needs);
        let Some(shown) = worst.or_else(|| self.changes.iter().max_by_key(|change| change.needs))
        else {
            return format!("{}: no difference", self.class);
        };
        let more = match self.changes.len() {
            0 | 1 => String::new(),
            2 => " (and one more difference)".to_owned(),
            many => format!(" (and {} more differences)", many - 1),
        };
        let bump = match worst {
            Some(change) => format!(
                ", which needs a {} bump{}",
                change.needs,
                self.made_phrase()
            ),
            None => String::new(),
        };
        format!("{}: {shown}{bump}{more}", self.class)
    }

    fn made_phrase(&self) -> String {
        match (self.made, self.recorded, self.now) {
            (Bump::None, Some(version), _) => format!(" and is still {version}"),
            (made, Some(old), Some(new)) => format!(" and got a {made} one, {old} to {new}"),
            _ => String::new(),
        }
    }
}

fn written_otherwise() -> Change {
    let what = "is written in another way";
    Change::new(
        Place::Class,
        Kind::TextChanged,
        Bump::None,
        Matrix::FINE,
        what,
    )
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let versions = match (self.recorded, self.now) {
            (Some(old), Some(new)) if old == new => format!("still {old}"),
            (Some(old), Some(new)) => format!("{old} -> {new}"),
            (Some(old), None) => format!("{old}, gone"),
            (None, Some(new)) => format!("new, {new}"),
            (None, None) => String::new(),
        };
        write!(f, "{} ({versions})", self.class)?;
        for change in &self.changes {
            let covered = change.is_covered_by(self.made);
            let mark = match (covered, change.needs) {
                (true, Bump::None) => "ok     ".to_owned(),
                (true, needs) => format!("ok {needs}"),
                (false, needs) => format!("NEEDS A {} BUMP", needs.as_str().to_uppercase()),
            };
            write!(
                f,
                "\n  {change}\n      [{}] {}",
                change.kind,
                mark.trim_end()
            )?;
            if covered {
                continue;
            }
            for line in change.breaks.to_string().lines() {
                write!(f, "\n      {line}")?;
            }
            if let Some(advice) = &change.advice {
                let label = if change.needs == Bump::Major {
                    "or, with a minor one"
                } else {
                    "how"
                };
                write!(f, "\n      {label}: {advice}")?;
            }
        }
        Ok(())
    }
}
