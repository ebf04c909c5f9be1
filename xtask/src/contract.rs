//! `cargo xtask contract`: what peers may rely on of each class, compared or recorded.
//!
//! The classes are code, so something that links them has to say what they are. That is not this program, which everybody
//! builds first and which stays quick to build: every package with classes has an example called `..-contract`, a few lines
//! on `versionedobjects::contract::Recorder`, and this command runs each of them.

use std::process::ExitCode;

use crate::{process, workspace};

/// Compare the classes with their recorded contracts, or record them.
///
/// Says of every difference what it is, which bump of the version it needs, and who breaks without: an old reader of new
/// data, a new reader of old data, an old writer of new data, callers on either side. Differences that have their bump, or
/// need none, are recorded with --accept. The tests compare too, so what is not recorded fails them.
///
/// The contracts of Nova's classes are in contract/nova, those of the example program in examples/harbour/contract.
/// docs/guides/changing-an-object.md explains which change needs which bump.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Record what differs, if the bumps are there.
    #[arg(long)]
    accept: bool,

    /// Record also what lacks its bump, for this reason, which goes into the file.
    #[arg(long, value_name = "TEXT", requires = "accept")]
    reason: Option<String>,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    match programs().and_then(|programs| compare_all(&programs, args)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The programs that compare, each with its package.
fn programs() -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for package in workspace::packages()? {
        let mut examples = package.examples.into_iter();
        if let Some(example) = examples.find(|name| name.ends_with("-contract")) {
            found.push((package.name, example));
        }
    }
    if found.is_empty() {
        return Err("find classes: no package has an example called ..-contract".to_owned());
    }
    Ok(found)
}

/// Runs all, whatever one finds; says whether nothing is left to do.
#[expect(clippy::print_stdout, reason = "whose results follow")]
fn compare_all(programs: &[(String, String)], args: &Args) -> Result<bool, String> {
    let mut all_right = true;
    for (package, example) in programs {
        let mut command = process::cargo();
        command
            .args([
                "run",
                "--quiet",
                "--package",
                package,
                // Otherwise what lacks its bump does not even compile.
                "--features",
                "versionedobjects/unchecked-contracts",
                "--example",
                example,
                "--",
            ])
            .current_dir(workspace::root());
        if args.accept {
            command.arg("--accept");
        }
        if let Some(reason) = &args.reason {
            command.args(["--reason", reason]);
        }
        println!("{package}:");
        let shown = process::show(&command);
        let status = command
            .status()
            .map_err(|error| format!("cannot run {shown}: {error}"))?;
        all_right &= status.success();
    }
    Ok(all_right)
}
