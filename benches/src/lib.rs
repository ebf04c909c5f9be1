//! Measurements, as ratios to what bounds them; run by `cargo xtask bench`.
//!
//! | module | what is measured |
//! |---|---|
//! | [`objects`] | objects to bytes and back, next to [`plain`] structs |
//! | [`python`] | the same, next to the original |
//! | [`convert`] | lines of objects as `novactl object convert` reads and writes them |
//! | [`direct`] | calls by the direct route, next to the same SQL by hand ([`by_hand`]) |
//! | [`remote`] | calls over `grpc://`, next to a bare [`echo`] that does that SQL |
//! | [`list`] | lists of up to 10,000 |
//! | [`conductors`] | calls over RabbitMQ: our conductor, the original, and a bare echo |
//! | [`fleet`] | two thousand simulated computes with one conductor and one broker |
//!
//! [`work`] is what is called everywhere; [`ratio`] measures, [`report`] says what came out.

pub mod by_hand;
pub mod capture;
pub mod conductors;
pub mod convert;
pub mod direct;
pub mod echo;
pub mod fleet;
pub mod list;
pub mod memory;
pub mod objects;
pub mod plain;
pub mod python;
pub mod ratio;
pub mod relay;
pub mod remote;
pub mod report;
pub mod store;
pub mod work;

use report::Report;

/// Whatever stops a benchmark.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The result of measuring.
pub type Result<T, E = BoxError> = std::result::Result<T, E>;

/// Prints the results for programs.
///
/// # Errors
/// When standard output is closed.
pub fn print(report: &Report) -> Result<()> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, report)?;
    writeln!(out)?;
    Ok(())
}
