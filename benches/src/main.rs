//! Measures what it is asked for: progress on standard error, results as JSON
//! on standard output.

use benches::report::Report;
use benches::{Result, conductors, convert, direct, fleet, list, objects, remote};
use clap::{Parser, ValueEnum};
use nova_db::Dialect;
use test_support::database;

/// As the services have it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measurements, as ratios to what bounds them.
#[derive(Parser)]
struct Args {
    /// Measure these only, separated by commas; all but fleet if none is named.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Group>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    Objects,
    Convert,
    Direct,
    Remote,
    List,
    Conductors,
    Fleet,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let wanted = |group| args.only.is_empty() || args.only.contains(&group);
    let mut report = Report::default();
    if wanted(Group::Objects) {
        objects::run(&mut report)?;
    }
    if wanted(Group::Convert) {
        convert::run(&mut report)?;
    }
    if wanted(Group::Direct) {
        for dialect in Dialect::ALL {
            let measured = on(dialect, async || direct::run(&mut report, dialect).await)?;
            if !measured {
                report.note(format!("no direct calls on {dialect}: no server answers"));
            }
        }
    }
    if wanted(Group::Remote) {
        on(Dialect::Sqlite, async || {
            remote::run(&mut report, Dialect::Sqlite).await
        })?;
    }
    if wanted(Group::List) {
        on(Dialect::Sqlite, async || {
            list::run(&mut report, Dialect::Sqlite).await
        })?;
    }
    if wanted(Group::Conductors) {
        let measured = on(Dialect::MySql, async || conductors::run(&mut report).await)?;
        if !measured {
            report.note("no conductors: no MariaDB answers");
        }
    }
    // It takes the whole machine, and long.
    if args.only.contains(&Group::Fleet) {
        fleet::run(&mut report)?;
    }
    benches::print(&report)
}

/// Measures with a database, if there is one: whether there was.
fn on(dialect: Dialect, work: impl AsyncFnOnce() -> Result<()>) -> Result<bool> {
    let mut result = None;
    database::run(dialect, async {
        result = Some(work().await);
    });
    result.map_or(Ok(false), |result| result.map(|()| true))
}
