//! Running tests: nextest where it is installed, else cargo's own runner.

use std::process::Command;

use crate::process::{self, Outcome};
use crate::test::{Progress, Report, Run};
use crate::workspace;

/// Unit and integration tests.
pub(super) fn unit(run: &Run<'_>, progress: &mut Progress) -> Report {
    let mut notes = Vec::new();
    let mut command = process::cargo();
    if has_nextest(run.ci, progress) {
        command.args(["nextest", "run", "--no-fail-fast", "--no-tests=pass"]);
        if run.ci {
            command.args(["--profile", "ci"]);
        }
    } else {
        notes.push(
            "cargo-nextest is not installed, cargo test ran instead; slower, and without time limits"
                .to_owned(),
        );
        // Unit tests of libraries and programs are among the tests; doctests are not.
        command.args(["test", "--tests", "--examples", "--no-fail-fast"]);
    }
    let packages_given = |arg: &String| arg.starts_with("-p") || arg.starts_with("--package");
    if !run.runner.iter().any(packages_given) {
        command.arg("--workspace");
    }
    command.args(run.runner);
    let mut report = tests(&mut command, run, progress);
    report.notes.extend(notes);
    report
}

/// Examples in documentation, which nextest does not run.
pub(super) fn doc(run: &Run<'_>, progress: &mut Progress) -> Report {
    let mut command = process::cargo();
    command.args(["test", "--workspace", "--doc", "--no-fail-fast"]);
    tests(&mut command, run, progress)
}

fn has_nextest(ci: bool, progress: &mut Progress) -> bool {
    let installed = || process::succeeds(process::cargo().args(["nextest", "--version"]));
    if installed() {
        return true;
    }
    if !ci {
        return false;
    }
    progress.say("installing cargo-nextest");
    let mut command = process::cargo();
    command
        .args(["install", "cargo-nextest", "--locked"])
        .current_dir(workspace::root());
    let outcome = process::stream(&mut command, |line| progress.say(line), || progress.still());
    outcome.is_ok_and(|outcome| outcome.success) && installed()
}

fn tests(command: &mut Command, run: &Run<'_>, progress: &Progress) -> Report {
    command
        .current_dir(workspace::root())
        .envs(run.services.environment(run.ci));
    let outcome = match process::stream(command, |line| progress.say(line), || progress.still()) {
        Ok(outcome) => outcome,
        Err(error) => return Report::of(vec![error]),
    };
    let counts = count(&outcome);
    let mut report = Report {
        passed: counts.passed,
        ..Report::default()
    };
    if counts.skipped > 0 {
        report
            .notes
            .push(format!("{} tests were skipped", counts.skipped));
    }
    report.failures = counts.failed;
    report.failures.extend(stale_contracts(&outcome));
    if outcome.success && report.passed == 0 && run.runner.is_empty() {
        report
            .failures
            .push("no test ran, which proves nothing".to_owned());
    }
    if !outcome.success && report.failures.is_empty() {
        report
            .failures
            .push(format!("{} failed, see above", process::show(command)));
    }
    report
}

/// What the tests say of classes that are not what was recorded: the line says all, with the command to run.
fn stale_contracts(outcome: &Outcome) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in &outcome.lines {
        let line = plain(line);
        // A test that returns the error has `Error: ` in front.
        if let Some((_, line)) = line.split_once("contract stale: ") {
            let line = format!("contract stale: {}", line.trim());
            if !found.contains(&line) {
                found.push(line);
            }
        }
    }
    found
}

#[derive(Debug, Default, PartialEq)]
struct Counts {
    passed: usize,
    skipped: usize,
    /// Names of tests.
    failed: Vec<String>,
}

/// Reads the sums of nextest's or cargo test's output.
fn count(outcome: &Outcome) -> Counts {
    let mut counts = Counts::default();
    for line in &outcome.lines {
        let line = plain(line);
        let line = line.trim();
        let words: Vec<&str> = line
            .split([' ', ':', ';', ','])
            .filter(|word| !word.is_empty())
            .collect();
        let before = |name: &str| -> usize {
            let at = words.iter().position(|word| *word == name);
            at.and_then(|at| words.get(at.checked_sub(1)?))
                .and_then(|word| word.parse().ok())
                .unwrap_or(0)
        };
        if line.starts_with("Summary [") || line.starts_with("test result:") {
            counts.passed += before("passed");
            counts.skipped += before("skipped") + before("ignored");
        } else if let Some(name) = failed_name(line)
            && !counts.failed.contains(&name)
        {
            counts.failed.push(name);
        }
    }
    counts
}

/// The test a line reports as failed: nextest's `FAIL [ 0.1s] (1/2) crate test`, cargo test's `test name ... FAILED`.
fn failed_name(line: &str) -> Option<String> {
    if let Some(rest) = line.strip_prefix("test ") {
        return rest.strip_suffix(" ... FAILED").map(str::to_owned);
    }
    let marks = [
        "FAIL",
        "TIMEOUT",
        "SIGABRT",
        "SIGSEGV",
        "SIGKILL",
        "LEAK-FAIL",
    ];
    let (mark, rest) = line.split_once(" [")?;
    if !marks.contains(&mark.trim()) {
        return None;
    }
    let (_, name) = rest.split_once(']')?;
    let name = name.trim();
    // Newer versions count: (3/10).
    let name = match name.split_once(')') {
        Some((count, rest)) if count.starts_with('(') => rest,
        _ => name,
    };
    Some(name.trim().to_owned())
}

/// A line without colours.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        if c == '\u{1b}' {
            // An escape sequence ends with a letter.
            let _ = characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(lines: &[&str]) -> Counts {
        count(&Outcome {
            success: true,
            lines: lines.iter().map(ToString::to_string).collect(),
        })
    }

    #[test]
    fn the_sums_of_nextest_are_read() {
        let found = counted(&[
            "        PASS [   0.004s] (1/3) oslo-config ini::tests::a",
            "        \u{1b}[31;1mFAIL\u{1b}[0m [   0.010s] (2/3) oslo-config::it b::c",
            "────────────",
            "     Summary [   0.020s] 3 tests run: 2 passed, 1 failed, 4 skipped",
            "        FAIL [   0.010s] (2/3) oslo-config::it b::c",
        ]);
        assert_eq!((found.passed, found.skipped), (2, 4));
        assert_eq!(found.failed, ["oslo-config::it b::c"]);
    }

    #[test]
    fn stale_contracts_are_told_once() {
        let lines = [
            "    Error: contract stale: nova/Tag: field `x` was added; make the bump, then run `cargo xtask contract --accept`",
            "        FAIL [   0.010s] (2/3) nova-objects::it contract::what_peers_rely_on_is_recorded",
            "    Error: contract stale: nova/Tag: field `x` was added; make the bump, then run `cargo xtask contract --accept`",
        ];
        let found = stale_contracts(&Outcome {
            success: false,
            lines: lines.map(str::to_owned).to_vec(),
        });
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("contract stale: nova/Tag: field `x` was added"));
    }

    #[test]
    fn the_sums_of_cargo_test_are_added_up() {
        let found = counted(&[
            "test a ... ok",
            "test b ... FAILED",
            "test result: FAILED. 1 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.0s",
            "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.0s",
        ]);
        assert_eq!((found.passed, found.skipped), (6, 2));
        assert_eq!(found.failed, ["b"]);
    }
}
