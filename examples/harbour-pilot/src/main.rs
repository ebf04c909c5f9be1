//! A pilot of the harbour: works on visits, and has no database.
//!
//! ```text
//! harbour-pilot --office grpc://127.0.0.1:1234 arrive Fram Norway 3
//! harbour-pilot --office grpc://127.0.0.1:1234 list
//! harbour-pilot --office grpc://127.0.0.1:1234 --release 1 list
//! ```

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use harbour::{Asker, Ship, Visit, VisitList, VisitState};
use nova_rpc::ConductorClient;
use oslo_messaging::{Transport, TransportOptions, TransportUrl};
use versionedobjects::{Context, Manifest, ObjectExt as _, Version};

/// Asks the office, wherever it is.
#[derive(Parser)]
struct Options {
    /// Where the office is reached.
    #[arg(long)]
    office: TransportUrl,
    /// Who asks.
    #[arg(long, default_value = "pilot")]
    name: String,
    /// How many seconds to wait for an answer.
    #[arg(long, default_value_t = 10)]
    patience: u64,
    /// Read and ask as the first release did, which knew neither cargo, nor
    /// quarantine, nor how long a ship is.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=2), default_value_t = 2)]
    release: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A ship arrives.
    Arrive {
        /// Its name.
        ship: String,
        /// Its flag.
        flag: String,
        /// The berth it takes.
        berth: i64,
        /// What is aboard.
        #[arg(long)]
        cargo: Option<String>,
        /// Its length in metres.
        #[arg(long)]
        length: Option<i64>,
        /// Nobody goes ashore.
        #[arg(long)]
        quarantine: bool,
    },
    /// A ship leaves.
    Leave {
        /// The number of its visit.
        id: i64,
    },
    /// All visits.
    List,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    // Errors of the office may be taken for what they say they are.
    let trust = TransportOptions {
        allowed_remote_exmods: vec!["harbour".to_owned()],
        response_timeout: Duration::from_secs(options.patience),
        ..TransportOptions::default()
    };
    let transport = Transport::open(&options.office, trust, &[]).await?;
    let office = Arc::new(ConductorClient::with_topic(
        transport.clone(),
        harbour::TOPIC,
        Asker::codec(),
    ));
    let mut ctx = Context::remote(office, Asker { name: options.name });
    if options.release == 1 {
        ctx = ctx.with_pin(Arc::new(first_release()));
    }
    let result = run(&ctx, options.command).await;
    transport.close().await;
    match result {
        Ok(text) => writeln!(std::io::stdout(), "{text}")?,
        Err(error) => {
            writeln!(std::io::stderr(), "harbour-pilot: {error}")?;
            std::process::exit(1);
        }
    }
    Ok(())
}

/// What a program built from the first release can read.
fn first_release() -> Manifest {
    ["Ship", "Visit", "VisitList"]
        .into_iter()
        .map(|class| (class, Version::new(1, 0)))
        .collect()
}

/// Nothing in here says where the database is: with `Context::direct` it would
/// be the same code.
async fn run(ctx: &Context, command: Command) -> harbour::Result<String> {
    match command {
        Command::Arrive {
            ship,
            flag,
            berth,
            cargo,
            length,
            quarantine,
        } => {
            let mut arriving = Ship::new();
            arriving.set_name(ship);
            arriving.set_flag(flag);
            arriving.set_length(length);
            let mut visit = Visit::new();
            visit.set_ship(arriving);
            visit.set_berth(berth);
            visit.set_cargo(cargo);
            visit.create(ctx).quarantine(quarantine).await?;
            line(&visit)
        }
        Command::Leave { id } => {
            let mut visit = Visit::get(ctx, id).await?;
            visit.set_state(VisitState::Left);
            visit.save(ctx).await?;
            line(&visit)
        }
        Command::List => {
            let visits = VisitList::all(ctx).await?;
            let lines: harbour::Result<Vec<String>> = visits.iter().map(line).collect();
            Ok(lines?.join("\n"))
        }
    }
}

/// A visit in a line. What this release does not know is not set.
fn line(visit: &Visit) -> harbour::Result<String> {
    let ship = visit.ship()?;
    let mut text = format!(
        "{}: {} ({}) {} at berth {}",
        visit.id()?,
        ship.name()?,
        ship.flag()?,
        visit.state()?,
        visit.berth()?
    );
    if visit.is_set("cargo") {
        text += &format!(", with {}", visit.cargo()?.unwrap_or("nobody knows what"));
    }
    if let Ok(Some(length)) = ship.length() {
        text += &format!(", {length} m");
    }
    Ok(format!(
        "{text} [Visit {}, Ship {}]",
        visit.version(),
        ship.version()
    ))
}
