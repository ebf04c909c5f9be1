//! `nova-compute`

use std::process::ExitCode;

use clap::Parser;
use nova_compute::{Compute, ComputeOptions, Pin, State, virt};
use nova_service::{Bus, Exit, Shutdown, report};
use oslo_config::{ConfigArgs, Settings};
use tokio::sync::watch;

/// Messages are a few large pieces that come and go, which the C library's allocator is slow with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PROGRAM: &str = "nova-compute";

/// Builds, starts, stops, reboots and deletes servers on this host, without a
/// database of its own.
///
/// It asks a nova-conductor for everything it wants to know or record. Either
/// may be started first, and conductors may come and go. Without any
/// configuration it looks for one on the loopback address and only pretends to
/// run servers.
///
/// SIGTERM and SIGINT: no further operations are taken, those in flight are
/// finished, then the program ends.
#[derive(Parser, Debug)]
#[command(
    name = PROGRAM,
    version,
    after_help = "Exit status: 0 stopped as asked; 1 failed; 2 wrong usage; 69 bus unavailable; 78 wrong configuration"
)]
struct Args {
    #[command(flatten)]
    config: ConfigArgs,

    /// Behave as an older release: read no newer versions of these classes. Others learn of it and send what it reads, as
    /// during an upgrade, and the log says what came.
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
    let driver = match virt::load(
        settings.compute.compute_driver.as_deref(),
        &settings.service.host,
    ) {
        Ok(driver) => driver,
        Err(error) => return fail(&error, error.exit()),
    };
    let bus = match Bus::join(PROGRAM, settings).await {
        Ok(bus) => bus,
        Err(error) => return fail(&error, error.exit()),
    };
    let options = ComputeOptions {
        pin,
        ..ComputeOptions::from_settings(settings)
    };
    let (state, _) = watch::channel(State::WaitingForConductor);
    let started = tokio::select! {
        started = Compute::start(bus.transport(), options, driver, state) => started,
        signal = shutdown.requested() => {
            tracing::info!(signal, "stopped before a conductor was there");
            bus.close().await;
            return Exit::Success;
        }
    };
    let compute = match started {
        Ok(compute) => compute,
        Err(error) => return fail(&error, error.exit()),
    };
    tracing::info!(host = settings.service.host, "ready");
    let signal = shutdown.requested().await;
    tracing::info!(signal, "stopping: finishing what is in flight");
    let unfinished = compute
        .stop(settings.service.graceful_shutdown_timeout)
        .await;
    bus.close().await;
    if unfinished > 0 {
        tracing::error!(unfinished, "stopped before all operations were finished");
        return Exit::Failure;
    }
    tracing::info!("stopped");
    Exit::Success
}

fn fail(error: &(dyn std::error::Error + 'static), exit: Exit) -> Exit {
    // The log may not be set up, and whoever started the program looks here.
    eprintln!("{}", report(PROGRAM, error, None));
    exit
}
