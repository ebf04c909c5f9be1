//! `cargo xtask test`: every check, with progress.

mod progress;

use std::process::ExitCode;
use std::time::Instant;

use clap::ValueEnum;

use crate::checks::{self, Check};
use crate::services::{self, Services};
pub(crate) use progress::Progress;

/// Run every check and say how it went.
///
/// Tests need MariaDB, PostgreSQL and RabbitMQ. For each, the first of these is used: the server named by
/// TEST_MARIADB_URL, TEST_POSTGRES_URL or TEST_RABBITMQ_URL; a local one on its usual port that lets in root without a
/// password, postgres without a password, guest with guest; a private instance on a free port with its data under
/// target/services, stopped at the end; the same after installing the Debian package, as root or where sudo asks for no
/// password. Tests with Python peers run the Python that NOVA_PYTHON names, else one in a virtual environment under
/// target/python, made on the first run from interop/requirements.txt. What could not be had is named at the end; with
/// CI=true that is a failure.
///
/// The last line is "N passed, N failed". The exit status is 0 when nothing failed, else 1.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run these checks only, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CHECKS")]
    only: Vec<Check>,

    /// Run all but these checks.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CHECKS")]
    skip: Vec<Check>,

    /// Stop at the first check that fails.
    #[arg(long)]
    fail_fast: bool,

    /// Ignore servers that are running and start private ones.
    #[arg(long, env = "XTASK_PRIVATE_SERVICES", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1,
        default_missing_value = "true", default_value = "false")]
    private_services: bool,

    /// Do not install Debian packages, whoever asks.
    #[arg(long)]
    no_install: bool,

    /// Treat what is missing as a failure, as continuous integration does.
    #[arg(long, env = "CI", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1,
        default_missing_value = "true", default_value = "false")]
    ci: bool,

    /// Options handed to the test runner, such as a filter: -- -E 'package(nova-db)'
    #[arg(last = true, value_name = "OPTIONS")]
    runner: Vec<String>,
}

/// What one check found.
#[derive(Default)]
pub(crate) struct Report {
    /// Tests or rules that hold.
    pub(crate) passed: usize,
    /// What does not hold, a text each; a check that runs tests may have said more already.
    pub(crate) failures: Vec<String>,
    /// What was left out or done in another way, and why.
    pub(crate) notes: Vec<String>,
}

impl Report {
    /// A check that is one rule.
    pub(crate) fn of(failures: Vec<String>) -> Self {
        Self {
            passed: usize::from(failures.is_empty()),
            failures,
            notes: Vec::new(),
        }
    }
}

/// What checks need to know about this run.
pub(crate) struct Run<'a> {
    pub(crate) ci: bool,
    pub(crate) runner: &'a [String],
    pub(crate) services: &'a Services,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    let started = Instant::now();
    let checks: Vec<Check> = Check::value_variants()
        .iter()
        .copied()
        .filter(|check| args.only.is_empty() || args.only.contains(check))
        .filter(|check| !args.skip.contains(check))
        .collect();
    let needs_services = checks.contains(&Check::Unit);
    let mut progress = Progress::new(checks.len() + usize::from(needs_services));
    let mut services = Services::default();

    if needs_services {
        progress.start(
            "services",
            "find or start MariaDB, PostgreSQL, RabbitMQ; set up the real Nova",
        );
        let options = services::Options {
            private: args.private_services,
            install: !args.no_install,
        };
        services = Services::acquire(&options, &mut progress);
        let mut report = Report {
            passed: services.available(),
            ..Report::default()
        };
        for missing in services.missing() {
            if args.ci {
                report.failures.push(missing);
            } else {
                report.notes.push(format!(
                    "{missing}; tests that need it pass without having run"
                ));
            }
        }
        progress.finish(report);
    }
    for check in checks {
        if args.fail_fast && progress.failed() > 0 {
            progress.say("stopping at the first failure, as --fail-fast asks");
            break;
        }
        let run = Run {
            ci: args.ci,
            runner: &args.runner,
            services: &services,
        };
        progress.start(&check.name(), check.help());
        let report = checks::run(check, &run, &mut progress);
        progress.finish(report);
    }
    services.stop(&mut progress);
    progress.summary(started.elapsed());
    if progress.failed() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
