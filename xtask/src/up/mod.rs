//! `cargo xtask up`: builds, starts a deployment on this machine, and shows
//! around.

mod control;
mod fleet;
mod show;
mod tour;

use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Instant;

use self::fleet::Fleet;
use self::show::Show;

/// Flags of `cargo xtask up`.
#[derive(clap::Args)]
#[command(after_help = "\
The deployment lives in target/up: its databases, its logs, its configuration. Each run begins anew.

Exit status: 0 the tour went well (and, without --once, the deployment was stopped by Ctrl-C); 1 something failed.")]
pub(crate) struct Args {
    /// Stop after the tour instead of keeping everything running until Ctrl-C.
    #[arg(long)]
    once: bool,

    /// Leave building out, when the programs are built already.
    #[arg(long)]
    no_build: bool,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    let started = Instant::now();
    let mut show = Show::new();
    match visit(args, &mut show) {
        Ok(()) => {
            show.end(&format!("done in {}", show::seconds(started.elapsed())));
            ExitCode::SUCCESS
        }
        Err(error) => {
            show.failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn visit(args: &Args, show: &mut Show) -> Result<(), String> {
    if !args.no_build {
        fleet::build(show)?;
    }
    let mut fleet = Fleet::prepare(show)?;
    tour::take(&mut fleet, show)?;
    if args.once {
        for (name, _) in fleet::COMPUTES {
            fleet.check_alive(name)?;
        }
        fleet.check_alive("conductor")?;
        fleet.stop(show)?;
        tour::what_was_seen(show);
        return Ok(());
    }
    tour::what_next(&fleet, show);
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || {
        // The receiver is gone only when the program is about to end anyway.
        let _ = stop.send(());
    })
    .map_err(|error| format!("cannot wait for Ctrl-C: {error}"))?;
    // An error means that the handler is gone, which also ends the visit.
    let _ = stopped.recv();
    fleet.stop(show)?;
    tour::what_was_seen(show);
    Ok(())
}
