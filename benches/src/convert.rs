//! Lines of objects through `novactl object convert`, next to serde_json that
//! reads and writes the same lines as trees.

use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use novactl::convert::{Converter, convert};
use versionedobjects::Version;

use crate::report::Report;
use crate::{Result, memory, ratio};

/// How many lines make a run.
const LINES: usize = 2_000;

/// How many lines are converted to see what that takes in the long run.
const MANY: usize = 200_000;

/// Measures lines of instances as they are, and to the oldest version.
///
/// # Errors
/// When a line is not converted.
pub fn run(report: &mut Report) -> Result<()> {
    // A line is an object as it is sent, whatever white space its file has.
    let line: serde_json::Value = serde_json::from_str(include_str!("instance.json"))?;
    let line = format!("{line}\n");
    let input = line.repeat(LINES);
    for (what, to) in [
        ("lines as they came", None),
        ("lines to Instance 2.0", Some(Version::new(2, 0))),
    ] {
        converted(&input, to)?;
        let rounds = ratio::compare(|| converted(&input, to), || trees(&input));
        let comparison = rounds.result("convert", what, "serde_json::Value");
        let seconds = comparison.ours.median / 1e9;
        report.add(comparison);
        let rate = |amount: usize| amount as f64 / seconds;
        report.fact("convert", format!("{what}: lines"), rate(LINES), "lines/s");
        let mebibytes = rate(input.len()) / f64::from(1 << 20);
        report.fact("convert", format!("{what}: text read"), mebibytes, "MiB/s");
    }
    in_the_long_run(&line, report)
}

/// Whether memory stays what it is.
fn in_the_long_run(line: &str, report: &mut Report) -> Result<()> {
    let block = line.repeat(LINES);
    converted(&block, None)?;
    let before = memory::resident()?;
    memory::forget_peak()?;
    let started = Instant::now();
    for _ in 0..MANY / LINES {
        converted(&block, None)?;
    }
    let what = format!("{MANY} lines more");
    report.fact(
        "convert",
        format!("{what}: time"),
        started.elapsed().as_secs_f64(),
        "s",
    );
    let grown = (memory::peak()? - before) / 1024.0;
    report.fact(
        "convert",
        format!("{what}: memory beyond the first"),
        grown,
        "KiB",
    );
    Ok(())
}

fn converted(input: &str, to: Option<Version>) -> Result<u64> {
    let mut converter = Converter::new(to, None);
    let done = convert(
        input.as_bytes(),
        Path::new("-"),
        io::sink(),
        &mut converter,
        false,
        |_| {},
    )?;
    Ok(done.lines)
}

fn trees(input: &str) -> Result<()> {
    let mut out = io::sink();
    for line in input.lines() {
        let tree: serde_json::Value = serde_json::from_str(line)?;
        out.write_all(&serde_json::to_vec(&tree)?)?;
    }
    Ok(())
}
