//! `novactl object diff`: what peers of two releases lose with each other.

use std::path::Path;

use serde_json::{Value as Json, json};
use versionedobjects::contract::folder::{self, Contracts};
use versionedobjects::contract::{Bump, Change, Comparison, Contract, Effect};

use crate::cli::Diff;
use crate::output::{Answer, Cell, Style, Text};
use crate::{Error, Result};

/// Compares two contracts, or all that two folders have.
pub(super) fn diff(wanted: &Diff) -> Result<Answer> {
    let (one, other) = (contracts(&wanted.one)?, contracts(&wanted.other)?);
    let mut keys: Vec<_> = one.keys().chain(other.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut facts = Vec::new();
    let mut text = Vec::new();
    for key in keys {
        let class = Class::of(
            &format!("{}/{}", key.0, key.1),
            one.get(key),
            other.get(key),
        );
        let Some(class) = class.filter(|class| class.is_shown(wanted.noticed)) else {
            continue;
        };
        if !text.is_empty() {
            text.push(vec![]);
        }
        text.extend(class.lines(wanted.noticed));
        facts.push(class.json());
    }
    if text.is_empty() {
        let what = if wanted.noticed {
            "nothing that anybody notices"
        } else {
            "nothing"
        };
        text.push(vec![format!("{what} differs").into()]);
    }
    Ok(Answer::new("diff", facts, Text::Lines(text)))
}

fn contracts(path: &Path) -> Result<Contracts> {
    let wrong = |error: folder::FolderError| match error {
        folder::FolderError::Io { path, source, .. } => Error::Read { path, source },
        other => Error::Input {
            what: format!("the contract {}", path.display()),
            reason: other.to_string(),
            hint: None,
        },
    };
    if !path.is_dir() {
        let contract = folder::read(path).map_err(wrong)?;
        let key = (contract.namespace.clone(), contract.class.clone());
        return Ok([(key, contract)].into());
    }
    let found = folder::recorded(path).map_err(wrong)?;
    if found.is_empty() {
        return Err(Error::Input {
            what: format!("the folder {}", path.display()),
            reason: "there is no contract in it, which is a file CLASS.txt".to_owned(),
            hint: Some(
                "`cargo xtask contract --accept` records those of this release in contract/nova"
                    .to_owned(),
            ),
        });
    }
    Ok(found)
}

/// What differs of one class, from its older side to its newer one.
struct Class {
    comparison: Comparison,
    /// `A` or `B`, or neither.
    newer: Option<&'static str>,
    /// The version at which the older side is served, if it is.
    served: Option<String>,
    /// The fields of the newer side that the older one does without.
    without: Vec<String>,
}

impl Class {
    fn of(name: &str, one: Option<&Contract>, other: Option<&Contract>) -> Option<Self> {
        let (old, new, newer) = match (one, other) {
            (Some(one), Some(other)) if one.version() > other.version() => (other, one, Some("A")),
            (Some(one), Some(other)) => {
                (one, other, (one.version() < other.version()).then_some("B"))
            }
            (Some(only), None) | (None, Some(only)) => {
                return Some(Self::lonely(name, only, one.is_some()));
            }
            (None, None) => return None,
        };
        let comparison = Comparison::of(old, new);
        let readable = old.version().is_readable_by(new.version());
        let at = old.version();
        let known = old.at(at);
        let without = new.fields.iter().filter(|field| {
            let then = new.at(at);
            let named = then.iter().find(|(_, at)| at.now == Some(&*field.name));
            named.is_none_or(|(name, _)| !known.contains_key(name))
        });
        let without = without.map(|field| field.name.clone()).collect();
        Some(Self {
            comparison,
            newer,
            served: readable.then(|| at.to_string()),
            without,
        })
    }

    /// A class that only one side has.
    fn lonely(name: &str, only: &Contract, is_one: bool) -> Self {
        let version = Some(only.version());
        let (recorded, now) = if is_one {
            (version, None)
        } else {
            (None, version)
        };
        Self {
            comparison: Comparison {
                class: name.to_owned(),
                recorded,
                now,
                made: Bump::None,
                changes: Vec::new(),
            },
            newer: None,
            served: None,
            without: Vec::new(),
        }
    }

    fn shown(&self, noticed: bool) -> impl Iterator<Item = &Change> {
        let changes = self.comparison.changes.iter();
        changes.filter(move |change| !noticed || change.needs > Bump::None)
    }

    fn is_shown(&self, noticed: bool) -> bool {
        self.is_lonely() || self.shown(noticed).next().is_some()
    }

    const fn is_lonely(&self) -> bool {
        self.comparison.recorded.is_none() || self.comparison.now.is_none()
    }

    /// What the two sides are to each other, in a sentence.
    fn verdict(&self) -> (String, Style) {
        let Comparison { recorded, now, .. } = &self.comparison;
        match (recorded, now) {
            (Some(version), None) => (
                format!("only A has it, at {version}: B refuses what A sends"),
                Style::Bad,
            ),
            (None, Some(version)) => (
                format!("only B has it, at {version}: A refuses what B sends"),
                Style::Bad,
            ),
            (Some(both), Some(_)) if self.newer.is_none() => {
                let same = format!("both have {both}, so nothing keeps the two sides apart");
                let style = if self.comparison.is_accepted() {
                    Style::Good
                } else {
                    Style::Bad
                };
                (same, style)
            }
            (Some(old), Some(new)) => {
                let (older, newer) = if self.newer == Some("A") {
                    ("B", "A")
                } else {
                    ("A", "B")
                };
                if self.served.is_none() {
                    let refused =
                        format!("{older} has {old} and {newer} has {new}: they refuse each other");
                    return (refused, Style::Bad);
                }
                let without = match self.without.as_slice() {
                    [] => String::new(),
                    fields => format!(", without {}", fields.join(", ")),
                };
                let served =
                    format!("{older} is served at {old} by {newer}, which has {new}{without}");
                let style = if self.comparison.is_accepted() {
                    Style::Good
                } else {
                    Style::Warn
                };
                (served, style)
            }
            (None, None) => (String::new(), Style::Plain),
        }
    }

    fn lines(&self, noticed: bool) -> Vec<Vec<Cell>> {
        let (verdict, style) = self.verdict();
        let mut lines = vec![vec![
            Cell::styled(self.comparison.class.as_str(), Style::Heading),
            Cell::styled(format!("  {verdict}"), style),
        ]];
        for change in self.shown(noticed) {
            let covered = change.is_covered_by(self.comparison.made);
            let style = if covered { Style::Plain } else { Style::Bad };
            let mark = if covered {
                String::new()
            } else {
                format!("  [needs a {} bump]", change.needs)
            };
            lines.push(vec![
                Cell::from(format!("  {change}")),
                Cell::styled(mark, style),
            ]);
            for line in change
                .breaks
                .to_string()
                .lines()
                .filter(|line| !line.ends_with("is fine"))
            {
                lines.push(vec![Cell::styled(format!("      {line}"), Style::Faint)]);
            }
        }
        lines
    }

    fn json(&self) -> Json {
        let comparison = &self.comparison;
        let version =
            |version: Option<versionedobjects::Version>| version.map(|version| version.to_string());
        json!({
            "class": comparison.class,
            "old": version(comparison.recorded),
            "new": version(comparison.now),
            "newer": self.newer,
            "served": self.served,
            "without": self.without,
            "needs": comparison.needs().as_str(),
            "made": comparison.made.as_str(),
            "covered": !self.is_lonely() && comparison.is_accepted(),
            "changes": comparison.changes.iter().map(|change| self.change(change)).collect::<Vec<_>>(),
        })
    }

    fn change(&self, change: &Change) -> Json {
        let broken = change
            .breaks
            .cells()
            .into_iter()
            .filter(|(_, effect)| *effect != Effect::Fine);
        let breaks = broken.map(|(name, effect)| {
            (
                name.replace(", ", "_").replace(' ', "_"),
                effect.as_str().into(),
            )
        });
        json!({
            "place": change.place.to_string(),
            "kind": change.kind.as_str(),
            "what": change.what,
            "needs": change.needs.as_str(),
            "covered": change.is_covered_by(self.comparison.made),
            "breaks": Json::Object(breaks.collect()),
            "advice": change.advice,
        })
    }
}
