//! Running programs.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// What a program left behind.
pub(crate) struct Outcome {
    pub(crate) success: bool,
    /// Its standard output and error, line by line as they came.
    pub(crate) lines: Vec<String>,
}

/// Runs a program and hands over each line it writes. `quiet` is called whenever it wrote nothing for a while.
///
/// # Errors
/// When the program cannot be started.
pub(crate) fn stream(
    command: &mut Command,
    mut line: impl FnMut(&str),
    mut quiet: impl FnMut(),
) -> Result<Outcome, String> {
    let shown = show(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run {shown}: {error}"))?;
    let (sender, receiver) = mpsc::channel();
    let readers: Vec<_> = [
        child
            .stdout
            .take()
            .map(|pipe| forward(pipe, sender.clone())),
        child.stderr.take().map(|pipe| forward(pipe, sender)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut lines = Vec::new();
    loop {
        match receiver.recv_timeout(Duration::from_secs(20)) {
            Ok(text) => {
                line(&text);
                lines.push(text);
            }
            Err(mpsc::RecvTimeoutError::Timeout) => quiet(),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    for reader in readers {
        // A reader ends with its pipe and cannot panic.
        let _ = reader.join();
    }
    let status = child
        .wait()
        .map_err(|error| format!("cannot wait for {shown}: {error}"))?;
    Ok(Outcome {
        success: status.success(),
        lines,
    })
}

fn forward(
    pipe: impl Read + Send + 'static,
    sender: mpsc::Sender<String>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut bytes = Vec::new();
        while reader
            .read_until(b'\n', &mut bytes)
            .is_ok_and(|read| read > 0)
        {
            let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            if sender.send(text).is_err() {
                break;
            }
            bytes.clear();
        }
    })
}

/// Runs a program to its end and returns its standard output.
///
/// # Errors
/// When it cannot be started or fails; with what it wrote to standard error.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let shown = show(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run {shown}: {error}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{shown} failed: {}", said.trim()))
    }
}

/// Whether a program runs and succeeds. What it writes is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Looks a program up in `PATH` and where Debian keeps servers.
pub(crate) fn find(program: &str, more: &[&Path]) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/usr/local/sbin", "/sbin"].map(Path::new);
    let folders = std::env::split_paths(&path).collect::<Vec<_>>();
    let all = more
        .iter()
        .copied()
        .chain(folders.iter().map(AsRef::as_ref))
        .chain(system);
    all.map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The cargo that started us, in an environment as if it had not: what it says of this crate counts as changed for build
/// scripts that look (ring's does), and all that is built on theirs would be built anew each time.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let said = name.to_str().is_some_and(|name| {
            ["CARGO_PKG_", "CARGO_MANIFEST_"]
                .iter()
                .any(|of_us| name.starts_with(of_us))
        });
        if said {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// A command as one would type it.
pub(crate) fn show(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    std::iter::once(program)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
