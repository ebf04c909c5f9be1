//! `nova-conductor`

use std::process::ExitCode;

use clap::Parser;
use nova_conductor::{Conductor, ConductorOptions, open_database};
use nova_db::NovaDb;
use nova_service::{Bus, Exit, Pin, Shutdown, report};
use oslo_config::{ConfigArgs, Settings};

/// Messages are a few large pieces that come and go, which the C library's allocator is slow with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PROGRAM: &str = "nova-conductor";

/// Serves Nova's objects to services that have no database.
///
/// Without any configuration it keeps SQLite files in the data folder and waits
/// for other services on the loopback address. With Nova's nova.conf it takes
/// the place of the original on its bus and its databases.
///
/// SIGTERM and SIGINT: no further requests are taken, those in flight are
/// answered, then the program ends.
#[derive(Parser, Debug)]
#[command(
    name = PROGRAM,
    version,
    after_help = "Exit status: 0 stopped as asked; 1 failed; 2 wrong usage; 69 bus or database unavailable; 78 wrong configuration"
)]
struct Args {
    #[command(flatten)]
    config: ConfigArgs,

    /// Behave as an older release: read and write no newer versions of these classes. Callers of newer releases learn of it
    /// and send what it reads.
    #[arg(long, value_name = "CLASS=VERSION,..")]
    pin_objects: Option<Pin>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let started = nova_service::settings(PROGRAM, &args.config)
        .and_then(|settings| Ok((settings, nova_service::runtime()?)));
    match started {
        Ok((settings, runtime)) => runtime.block_on(run(&settings, args.pin_objects)).into(),
        Err(error) => fail(&error, error.exit()).into(),
    }
}

async fn run(settings: &Settings, pin: Option<Pin>) -> Exit {
    let mut shutdown = match Shutdown::listen() {
        Ok(shutdown) => shutdown,
        Err(error) => return fail(&error, Exit::Failure),
    };
    // Database and broker may be long in coming; whoever started this may think better of it meanwhile.
    let started = tokio::select! {
        started = start(settings, pin) => started,
        signal = shutdown.requested() => {
            tracing::info!(signal, "stopped before it was ready");
            return Exit::Success;
        }
    };
    let (db, bus, conductor) = match started {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    tracing::info!(host = settings.service.host, "ready");
    let signal = shutdown.requested().await;
    tracing::info!(signal, "stopping: finishing what is in flight");
    let unfinished = conductor
        .stop(settings.service.graceful_shutdown_timeout)
        .await;
    bus.close().await;
    db.close().await;
    if unfinished > 0 {
        tracing::error!(unfinished, "stopped before all requests were answered");
        return Exit::Failure;
    }
    tracing::info!("stopped");
    Exit::Success
}

async fn start(settings: &Settings, pin: Option<Pin>) -> Result<(NovaDb, Bus, Conductor), Exit> {
    let db = open_database(settings).await.map_err(|error| {
        eprintln!("{}", report(PROGRAM, &error, error.hint().as_deref()));
        Exit::Unavailable
    })?;
    let bus = Bus::host(PROGRAM, settings)
        .await
        .map_err(|error| fail(&error, error.exit()))?;
    let host = &settings.service.host;
    let options = ConductorOptions {
        pin,
        ..ConductorOptions::of(settings)
    };
    let conductor = Conductor::start_with(bus.transport(), host, db.clone(), options)
        .await
        .map_err(|error| fail(&error, Exit::Unavailable))?;
    Ok((db, bus, conductor))
}

fn fail(error: &(dyn std::error::Error + 'static), exit: Exit) -> Exit {
    // The log may not be set up, and whoever started the program looks here.
    eprintln!("{}", report(PROGRAM, error, None));
    exit
}
