//! `cargo xtask docs`: the reference of all classes, and rustdoc's pages beside it.

use std::path::Path;
use std::process::ExitCode;

use crate::process;
use crate::workspace;

/// Write the reference of all classes, and the documentation of the crates.
///
/// Both are static pages under target/: reference/ has every class with its fields, methods and history; doc/ is rustdoc's.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only the reference, which takes seconds where the programs are built.
    #[arg(long)]
    reference_only: bool,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    match write(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask docs: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stdout,
    reason = "where the pages are is what was asked for"
)]
fn write(args: &Args) -> Result<(), String> {
    let reference = workspace::target().join("reference");
    // What an earlier release had may be gone.
    if reference.exists() {
        std::fs::remove_dir_all(&reference)
            .map_err(|error| format!("cannot empty {}: {error}", reference.display()))?;
    }
    cargo(&["build", "-p", "novactl"])?;
    let mut novactl = std::process::Command::new(workspace::target().join("debug/novactl"));
    process::output(novactl.args(["object", "reference"]).arg(&reference))?;
    println!("classes: {}", shown(&reference.join("index.html")));
    if !args.reference_only {
        // The tools document themselves with --help.
        let tools = ["--exclude", "xtask", "--exclude", "benches"];
        cargo(&[&["doc", "--workspace", "--no-deps"][..], &tools].concat())?;
        let page = workspace::target().join("doc/versionedobjects/index.html");
        println!("crates:  {}", shown(&page));
    }
    Ok(())
}

fn cargo(args: &[&str]) -> Result<(), String> {
    let mut cargo = process::cargo();
    cargo.args(args).current_dir(workspace::root());
    let status = cargo
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`cargo {}` failed", args.join(" ")))
    }
}

fn shown(page: &Path) -> String {
    format!("file://{}", page.display())
}
