//! `cargo xtask bench`: measurements next to what bounds them, and the text of `benches/README.md`.

mod compile;
mod page;

use std::process::{Command, ExitCode, Stdio};

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::process;
use crate::services::python;
use crate::workspace;

/// Measure next to what bounds us, in one run.
///
/// Everything is a ratio: objects next to serde_json on plain structs, lines of them next to its trees, calls next to the
/// same SQL by hand through sqlx, remote calls next to a bare gRPC echo that does that SQL, conductors on RabbitMQ next to
/// the original. MariaDB and PostgreSQL are measured where a server answers: TEST_MARIADB_URL and TEST_POSTGRES_URL, else
/// local ones on their usual ports; so is RabbitMQ: TEST_RABBITMQ_URL. NOVA_PYTHON names a Python that can import nova, to
/// measure the original too; else it is the one that `cargo xtask test` made.
///
/// The exit status is 0 when everything was measured, whatever came out.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Measure these only, separated by commas; all but fleet and compile if none is named.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "GROUPS")]
    only: Vec<Group>,

    /// Print the results as JSON.
    #[arg(long)]
    json: bool,

    /// Write the results into benches/README.md.
    #[arg(long)]
    write: bool,
}

/// A part of the benchmarks.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// Objects to bytes and back.
    Objects,
    /// Lines of objects through `novactl object convert`.
    Convert,
    /// Calls by the direct route.
    Direct,
    /// Calls over gRPC.
    Remote,
    /// Lists of up to 10,000.
    List,
    /// Calls over RabbitMQ: our conductor, the original's, a bare echo.
    Conductors,
    /// 2,000 simulated computes with one conductor and one broker, or NOVA_FLEET of them: they take the whole machine.
    Fleet,
    /// How long nova-objects takes to compile.
    Compile,
}

impl Group {
    const MEASURED: [Self; 6] = [
        Self::Objects,
        Self::Convert,
        Self::Direct,
        Self::Remote,
        Self::List,
        Self::Conductors,
    ];

    fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

pub(crate) fn run(args: &Args) -> ExitCode {
    match measure(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(args: &Args) -> Result<(), String> {
    let groups = if args.only.is_empty() {
        Group::MEASURED.to_vec()
    } else {
        args.only.clone()
    };
    let measured: Vec<String> = groups
        .iter()
        .filter(|group| **group != Group::Compile)
        .map(|group| group.name())
        .collect();
    let mut results = json!({ "machine": machine() });
    if !measured.is_empty() {
        build()?;
        let mut bench = binary("benches");
        bench
            .arg("--only")
            .arg(measured.join(","))
            .env("NOVA_TEST_SKIP_UNAVAILABLE", "1");
        if let Some(python) = python::found() {
            bench.env(python::VARIABLE, python);
        }
        results["measured"] = report(&mut bench)?;
        if groups.contains(&Group::Objects) {
            results["allocations"] = report(&mut binary("allocations"))?;
        }
    }
    if groups.contains(&Group::Compile) {
        results["compile"] = compile::measure()?;
    }
    if args.write {
        page::write(&results)?;
    }
    let text = if args.json {
        format!("{results:#}")
    } else {
        page::results(&results)
    };
    print(&text)
}

/// Builds for release. Cargo's own words tell how far it is.
fn build() -> Result<(), String> {
    let mut cargo = process::cargo();
    cargo
        .args([
            "build",
            "--release",
            "-p",
            "benches",
            "-p",
            "nova-conductor",
            "--bins",
        ])
        .current_dir(workspace::root());
    let status = cargo
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("the benchmarks do not compile".to_owned())
    }
}

fn binary(name: &str) -> Command {
    let mut command = Command::new(workspace::target().join("release").join(name));
    command.current_dir(workspace::root());
    command
}

/// Runs a program that prints JSON and shows its progress.
fn report(command: &mut Command) -> Result<Value, String> {
    let shown = process::show(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run {shown}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{shown} failed: {}", output.status));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{shown} printed no JSON: {error}"))
}

/// What the numbers depend on.
fn machine() -> Value {
    let said = |program: &str, args: &[&str]| {
        let output = process::output(Command::new(program).args(args)).unwrap_or_default();
        String::from_utf8_lossy(&output).trim().to_owned()
    };
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    json!({
        "date": said("date", &["-u", "+%Y-%m-%d"]),
        "processor": model,
        "cores": cores,
        "load": std::fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next().unwrap_or_default(),
        "kernel": said("uname", &["-sr"]),
        "rustc": said("rustc", &["--version"]),
        "commit": said("git", &["-C", &workspace::root().to_string_lossy(), "rev-parse", "--short", "HEAD"]),
    })
}

#[expect(clippy::print_stdout, reason = "the results are what was asked for")]
fn print(text: &str) -> Result<(), String> {
    println!("{text}");
    Ok(())
}
