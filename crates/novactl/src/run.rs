//! From a command line to an exit code.

use std::error::Error as StdError;
use std::ffi::OsString;
use std::io::Write as _;

use clap::{CommandFactory as _, FromArgMatches as _};
use nova_service::{Exit, report};
use oslo_config::{ConfigArgs, Loader, Settings};

use crate::cli::{Cli, Command};
use crate::commands;
use crate::output::{Answer, Output};
use crate::session::PROGRAM;
use crate::{Error, Result, Session};

/// Parts whose everyday messages are for the logs of services, not for whoever
/// sits before a terminal. What the bus warns of ends up in the error.
const QUIET: [&str; 6] = [
    "nova_api=WARN",
    "nova_conductor=WARN",
    "nova_db=WARN",
    "nova_rpc=WARN",
    "nova_service=WARN",
    "oslo_messaging=ERROR",
];

/// Runs a command line.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    // Flags may stand before or behind the command.
    let command = Cli::command().mut_args(|argument| argument.global(true).hide_short_help(true));
    let parsed = command
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to standard output and is no error.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Success
            };
        }
    };
    let output = Output::new(&cli.common);
    match start(&cli, &output).and_then(|answer| output.print(&answer)) {
        Ok(()) => Exit::Success,
        Err(error) => fail(&error, cli.common.json),
    }
}

fn start(cli: &Cli, output: &Output) -> Result<Answer> {
    // What is in this program needs no configuration, and works with a broken one.
    if let Command::Object(object) = &cli.command
        && let Some(answer) = commands::object::offline(object)
    {
        return answer;
    }
    let settings = settings(&cli.config)?;
    let runtime = nova_service::runtime()?;
    runtime.block_on(async {
        let session = Session::new(settings, &cli.common);
        let answer = dispatch(&cli.command, &session, output).await;
        session.close().await;
        answer
    })
}

async fn dispatch(command: &Command, session: &Session, output: &Output) -> Result<Answer> {
    match command {
        Command::Db(command) => commands::db::run(command, session).await,
        Command::Service(command) => commands::service::run(command, session).await,
        Command::Fleet(command) => commands::fleet::run(command, session).await,
        Command::Hypervisor(command) => commands::hypervisor::run(command, session).await,
        Command::Flavor(command) => commands::flavor::run(command, session).await,
        Command::Keypair(command) => commands::keypair::run(command, session).await,
        Command::Server(command) => commands::server::run(command, session).await,
        Command::Object(command) => commands::object::run(command, session).await,
        Command::Rpc(command) => commands::rpc::run(command, session, output).await,
    }
}

fn settings(args: &ConfigArgs) -> Result<Settings> {
    let start = |error: oslo_config::Error| Error::Start(error.into());
    let config = args.apply(Loader::nova(PROGRAM)).load().map_err(start)?;
    let mut settings = Settings::read(&config).map_err(start)?;
    if !settings.logging.debug {
        settings
            .logging
            .default_log_levels
            .extend(QUIET.map(str::to_owned));
    }
    oslo_log::init(PROGRAM, &settings.logging).map_err(nova_service::Error::from)?;
    config.log_findings();
    Ok(settings)
}

fn fail(error: &Error, json: bool) -> Exit {
    if is_broken_pipe(error) {
        // Whoever read the results has seen enough.
        return Exit::Success;
    }
    let text = if json {
        error.json().to_string()
    } else {
        report(PROGRAM, error, error.hint().as_deref())
    };
    let _ = writeln!(std::io::stderr(), "{text}");
    error.exit()
}

fn is_broken_pipe(error: &Error) -> bool {
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<std::io::Error>());
    matches!((error, cause), (Error::Write(_), Some(cause)) if cause.kind() == std::io::ErrorKind::BrokenPipe)
}
