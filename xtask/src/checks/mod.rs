//! The checks, each a module with `run`.

mod dependencies;
mod isolation;
mod links;
mod suite;

use std::process::Command;

use clap::ValueEnum;

use crate::process;
use crate::test::{Progress, Report, Run};
use crate::workspace;

/// A check, in the order in which they run: the quick ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Check {
    /// Code is formatted as rustfmt would
    Fmt,
    /// Links between documents lead somewhere
    Links,
    /// Crates depend in one direction, and only nova-db on a database driver
    Deps,
    /// clippy has nothing to say
    Lint,
    /// Unit and integration tests, on every database and bus
    Unit,
    /// Examples in the documentation run
    Doc,
    /// nova-compute has no way to a database, by its dependencies and by its binary
    Isolation,
    /// `cargo xtask up --once` goes well
    Tour,
}

impl Check {
    pub(crate) fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Fmt => "code is formatted as rustfmt would",
            Self::Links => "links between documents lead somewhere",
            Self::Deps => "crates depend in one direction, and only nova-db on a database driver",
            Self::Lint => "clippy has nothing to say",
            Self::Unit => "unit and integration tests, on every database and bus",
            Self::Doc => "examples in the documentation run",
            Self::Isolation => "nova-compute has no way to a database",
            Self::Tour => "`cargo xtask up --once` goes well",
        }
    }
}

/// Runs one check.
pub(crate) fn run(check: Check, run: &Run<'_>, progress: &mut Progress) -> Report {
    match check {
        Check::Fmt => cargo(
            &["fmt", "--all", "--", "--check", "--files-with-diff"],
            "run `cargo fmt --all`",
            progress,
        ),
        Check::Lint => {
            let args = [
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ];
            cargo(&args, "clippy found something, see above", progress)
        }
        Check::Links => Report::of(links::run(&workspace::root())),
        Check::Deps => Report::of(dependencies::run()),
        Check::Unit => suite::unit(run, progress),
        Check::Doc => suite::doc(run, progress),
        Check::Isolation => Report::of(isolation::run(progress)),
        Check::Tour => tour(progress),
    }
}

/// A check that is one cargo command.
fn cargo(args: &[&str], advice: &str, progress: &Progress) -> Report {
    let mut command = process::cargo();
    command.args(args).current_dir(workspace::root());
    one(command, advice, progress)
}

/// Shows around as it does to a newcomer.
fn tour(progress: &Progress) -> Report {
    match std::env::current_exe() {
        Ok(program) => {
            let mut command = Command::new(program);
            command
                .args(["up", "--once"])
                .current_dir(workspace::root());
            one(
                command,
                "see what it says above, and target/up/log",
                progress,
            )
        }
        Err(error) => Report::of(vec![format!("this program cannot find itself: {error}")]),
    }
}

/// A check that is one command.
fn one(mut command: Command, advice: &str, progress: &Progress) -> Report {
    Report::of(
        match process::stream(&mut command, |line| progress.say(line), || progress.still()) {
            Ok(outcome) if outcome.success => Vec::new(),
            Ok(_) => vec![format!("{}: {advice}", process::show(&command))],
            Err(error) => vec![error],
        },
    )
}
