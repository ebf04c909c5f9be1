//! The corpus: every kind of edit, with the verdict it has to get.

use std::collections::BTreeSet;

use versionedobjects::contract::{Bump, Change, Comparison, Contract, Kind};

use super::{BASE, base};

/// A named edit of the base text.
struct Case<'t> {
    name: &'t str,
    edited: String,
    /// The bump that is needed, then the differences, sorted.
    expected: Vec<String>,
}

fn cases(text: &'static str) -> Vec<Case<'static>> {
    let cases: Vec<&str> = text.split("\n## ").skip(1).collect();
    cases.into_iter().map(case).collect()
}

fn case(text: &'static str) -> Case<'static> {
    let (name, body) = text.split_once('\n').unwrap();
    let edits = body.lines().take_while(|line| !line.starts_with('='));
    let mut edited = BASE.to_owned();
    let (mut before, mut after) = (String::new(), String::new());
    let mut apply = |before: &mut String, after: &mut String| {
        let found = edited.matches(before.as_str()).count();
        assert_eq!(
            found, 1,
            "{name}: the base text has this {found} times:\n{before}"
        );
        edited = edited.replacen(before.as_str(), after, 1);
        before.clear();
        after.clear();
    };
    for line in edits {
        if line == "@" {
            apply(&mut before, &mut after);
            continue;
        }
        let (mark, line) = line.split_at(1);
        for (text, unwanted) in [(&mut before, "+"), (&mut after, "-")] {
            if mark != unwanted {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    apply(&mut before, &mut after);
    let expected = body.lines().filter_map(|line| line.strip_prefix("= "));
    let mut expected: Vec<String> = expected.map(str::to_owned).collect();
    expected[1..].sort();
    Case {
        name,
        edited,
        expected,
    }
}

fn shown(change: &Change) -> String {
    let cells: Vec<&str> = change
        .breaks
        .cells()
        .iter()
        .map(|(_, effect)| effect.as_str())
        .collect();
    format!(
        "{} {} {} {}",
        change.place,
        change.kind,
        change.needs,
        cells.join(" ")
    )
}

fn compare(case: &Case<'_>) -> Comparison {
    let edited = case.edited.parse::<Contract>();
    let edited = edited.unwrap_or_else(|error| panic!("{}: {error}", case.name));
    Comparison::of(&base(), &edited)
}

/// What is wrong with the verdicts on these cases.
fn wrong(cases: &[Case<'_>], accepted: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases {
        let comparison = compare(case);
        let mut found: Vec<String> = comparison.changes.iter().map(shown).collect();
        found.sort();
        found.insert(0, comparison.needs().to_string());
        if found != case.expected || comparison.is_accepted() != accepted {
            let verdict = if comparison.is_accepted() {
                "accepted"
            } else {
                "refused"
            };
            wrong.push(format!(
                "{}: {verdict}\n  = {}",
                case.name,
                found.join("\n  = ")
            ));
        }
    }
    wrong
}

fn breaking() -> Vec<Case<'static>> {
    cases(include_str!("breaking.txt"))
}

fn safe() -> Vec<Case<'static>> {
    cases(include_str!("safe.txt"))
}

#[test]
fn every_breaking_edit_is_refused_with_what_it_needs_and_who_breaks() {
    let wrong = wrong(&breaking(), false);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_safe_edit_is_accepted() {
    let wrong = wrong(&safe(), true);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_corpus_is_as_large_as_it_says() {
    assert!(breaking().len() >= 60, "{}", breaking().len());
    assert!(safe().len() >= 30, "{}", safe().len());
    let names: BTreeSet<&str> = breaking()
        .iter()
        .chain(&safe())
        .map(|case| case.name)
        .collect();
    assert_eq!(names.len(), breaking().len() + safe().len());
}

/// What oslo's fingerprint does not see, asked of oslo itself: pairs of classes
/// with the same fingerprint.
#[test]
fn what_fingerprints_do_not_see_is_refused() {
    let blind = [
        "the elements of a list are of another type",
        "the values of a dictionary are of another type",
        "a field holds objects of another class",
        "a list holds objects of another class",
        "a field can be set only once",
        "a time keeps its zone no longer",
        "a name can be read that could not",
        "a recorded version has other objects inside",
    ];
    for name in blind {
        let cases = breaking();
        let case = cases.iter().find(|case| case.name == name).unwrap();
        assert!(!compare(case).is_accepted(), "{name}");
    }
}

#[test]
fn every_kind_of_difference_is_in_the_corpus() {
    let mut met = BTreeSet::new();
    for case in breaking().iter().chain(&safe()) {
        met.extend(compare(case).changes.iter().map(|change| change.kind));
    }
    // These take two folders instead of two texts, or another base.
    let elsewhere = [
        Kind::ClassAdded,
        Kind::ClassRemoved,
        Kind::ConversionRemoved,
        Kind::CompletionRemoved,
    ];
    let missing: Vec<_> = Kind::ALL
        .iter()
        .filter(|kind| !met.contains(kind) && !elsewhere.contains(kind))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The lines that are added to the base text, seen from the other side.
#[test]
fn what_converts_or_completes_must_stay() {
    for (phrase, kind) in [
        (
            "converts its data to older versions",
            Kind::ConversionRemoved,
        ),
        ("completes data of older versions", Kind::CompletionRemoved),
    ] {
        let with = BASE.replacen("\n\nversions", &format!("\n  {phrase}\n\nversions"), 1);
        let comparison = Comparison::of(&with.parse().unwrap(), &base());
        let kinds: Vec<Kind> = comparison
            .changes
            .iter()
            .map(|change| change.kind)
            .collect();
        assert_eq!(kinds, [kind]);
        assert!(!comparison.is_accepted());
    }
}

#[test]
fn a_function_that_was_there_before_excuses_nothing() {
    let version = "  1.3  shelf, soft bindings\n";
    let edited = BASE
        .replacen("  pages: NonNegativeInteger?\n", "  pages: Integer?\n", 1)
        .replacen(version, &format!("{version}  1.4  negative pages\n"), 1);
    let (mut before, mut after) = (base(), edited.parse::<Contract>().unwrap());
    after.converts_down = true;
    assert_eq!(Comparison::of(&before, &after).needs(), Bump::Minor);
    before.converts_down = true;
    assert_eq!(Comparison::of(&before, &after).needs(), Bump::Major);
}
