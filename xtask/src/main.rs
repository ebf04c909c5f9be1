//! What people and machines do with this workspace: `cargo xtask <command>`.
//!
//! A command is a module with `Args` (its flags and help) and `run(Args)`. To add one: `mod up;`, a variant of
//! [`Command`] with the command's line of help, an arm in [`main`].
//!
//! - [`test`]: every check, with progress; the checks themselves are in [`checks`].
//! - [`contract`]: what peers may rely on of each class, compared or recorded.
//! - [`bench`]: measurements next to what bounds them.
//! - [`docs`]: pages about the classes and the crates.
//! - [`up`]: a deployment on this machine, and a tour of it.
//! - [`services`]: finds, starts and stops the servers tests need.
//! - [`process`], [`workspace`]: running programs, and what cargo knows about this workspace.

mod bench;
mod checks;
mod contract;
mod docs;
mod process;
mod services;
mod test;
mod up;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Commands of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build, start a conductor and three computes on this machine, and take a tour.
    Up(up::Args),
    /// Run every check: format, lints, tests on all databases, doctests, isolation, documents, the tour.
    Test(test::Args),
    /// Compare classes with their recorded contracts: what changed, which bump it needs, who breaks.
    Contract(contract::Args),
    /// Measure objects, calls and lists next to what bounds them.
    Bench(bench::Args),
    /// Write a reference of all classes, and rustdoc's pages beside it.
    Docs(docs::Args),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Up(args) => up::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Contract(args) => contract::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Docs(args) => docs::run(&args),
    }
}
