//! A private PostgreSQL.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::install::is_root;
use super::private::{Folder, Private, free_port};
use crate::process;

/// Where Debian keeps the newest version's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let newest = versions
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_string_lossy().parse::<u32>().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .max();
    newest.map(|(_, folder)| folder)
}

fn program(name: &str) -> Option<PathBuf> {
    let folder = programs();
    let more: Vec<&Path> = folder.iter().map(PathBuf::as_path).collect();
    process::find(name, &more)
}

pub(super) fn installed() -> bool {
    program("postgres").is_some() && program("initdb").is_some()
}

pub(super) fn start(folder: &Folder) -> Result<Private, String> {
    let missing = |name: &str| program(name).ok_or_else(|| format!("{name} is missing"));
    let folder = folder.sub("postgres")?;
    let data = folder.join("data");
    std::fs::create_dir_all(&data)
        .map_err(|error| format!("cannot create {}: {error}", data.display()))?;
    let user = if is_root() { Some(other_user()?) } else { None };
    if let Some(user) = &user {
        process::output(Command::new("chown").args(["-R", user]).arg(&folder))?;
    }

    let mut create = run_as(user.as_deref(), &missing("initdb")?);
    create.arg("--pgdata").arg(&data).args([
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
    ]);
    create
        .args(["--locale=C", "--no-sync", "--no-instructions"])
        .current_dir(&folder);
    process::output(&mut create)?;

    let port = free_port()?;
    let mut command = run_as(user.as_deref(), &missing("postgres")?);
    command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
        // Tests are many and their data is thrown away.
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
    ] {
        command.args(["-c", setting]);
    }
    command.current_dir(&folder);
    Private::start("PostgreSQL", port, &folder, &command)
}

/// Someone to run as, because PostgreSQL refuses root.
fn other_user() -> Result<String, String> {
    let known = |user: &&str| process::succeeds(Command::new("id").arg(user));
    let user = ["postgres", "nobody"].iter().find(|user| known(user));
    user.map(ToString::to_string).ok_or_else(|| {
        "PostgreSQL refuses root, and there is no user postgres or nobody".to_owned()
    })
}

fn run_as(user: Option<&str>, program: &Path) -> Command {
    match user {
        Some(user) => {
            let mut command = Command::new("setpriv");
            // Changing the user forgets the signal asked for before, so it is asked for again.
            let reuid = format!("--reuid={user}");
            command
                .args([&reuid, "--clear-groups", "--pdeathsig", "TERM", "--"])
                .arg(program);
            command
        }
        None => Command::new(program),
    }
}
