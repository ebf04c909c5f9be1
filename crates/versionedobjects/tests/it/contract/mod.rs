//! Contracts: what differs between two, what it needs, and who breaks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod blind;
mod corpus;
mod recorder;

use std::path::Path;

use versionedobjects::contract::{Comparison, Contract};

/// The base text of the corpus.
const BASE: &str = include_str!("base.txt");

fn base() -> Contract {
    BASE.parse().unwrap()
}

#[test]
fn a_text_is_read_as_it_is_written() {
    assert_eq!(base().to_string(), BASE);
}

#[test]
fn a_contract_does_not_differ_from_itself() {
    assert_eq!(Comparison::of(&base(), &base()).changes, []);
}

/// No line of a contract is one that could be changed unnoticed.
#[test]
fn every_line_counts() {
    let lines: Vec<&str> = BASE.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut without = lines.clone();
        without.remove(index);
        // What is left may be no contract, which is noticed too.
        if let Ok(contract) = without.join("\n").parse::<Contract>() {
            let found = Comparison::of(&base(), &contract);
            assert_ne!(found.changes, [], "without `{line}`");
            let back = Comparison::of(&contract, &base());
            assert_ne!(back.changes, [], "with `{line}`");
        }
    }
}

#[test]
fn what_is_no_contract_is_refused_with_its_line() {
    for (from, to, reason) in [
        ("  price: Float", "  price Float", "`: ` is expected"),
        (
            "  price: Float",
            "  price: Money",
            "`Money` is not described under `types`",
        ),
        (
            "  price: Float",
            "  price: Float [sometimes]",
            "nothing like `sometimes`",
        ),
        ("  price: Float", "  price: List<Float", "`>` is expected"),
        (
            "  1.0 has 1.0",
            "  1.0 and 1.0",
            "`1.0 has 1.1` is expected",
        ),
        ("  label", "      label", "indented too far"),
        ("lent, lost\n", "\"lent, lost\n", "is no text"),
    ] {
        let text = BASE.replacen(from, to, 1);
        let line = text
            .lines()
            .position(|line| BASE.lines().all(|known| known != line));
        let error = text.parse::<Contract>().unwrap_err();
        assert!(error.reason.contains(reason), "{to}: {error}");
        // What is wrong with a type is said where the type is used.
        if !to.contains('"') {
            assert_eq!(Some(error.line), line.map(|line| line + 1), "{to}: {error}");
        }
    }
}

#[test]
fn a_folder_that_is_not_there_has_no_contracts() {
    let folder = Path::new("there/is/none");
    assert!(
        versionedobjects::contract::folder::recorded(folder)
            .unwrap()
            .is_empty()
    );
}
