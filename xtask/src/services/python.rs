//! The Python side: an environment with the real Nova, made once from `interop/requirements.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, JoinHandle};

use super::install::Installer;
use crate::process;
use crate::test::Progress;
use crate::workspace;

/// The variable that names the Python to tests.
pub(crate) const VARIABLE: &str = "NOVA_PYTHON";

/// The Debian package that can make environments, and needs a Python itself.
const PACKAGE: &str = "python3-venv";

/// What the Python must be able to do.
const PROOF: &str = "import nova.conductor.rpcapi, importlib.metadata as m; assert m.version('nova') == '34.0.0', m.version('nova')";

/// An environment, perhaps still in the making.
pub(super) enum Python {
    Ready(PathBuf, &'static str),
    Making(JoinHandle<Result<PathBuf, String>>),
}

impl Python {
    /// Finds the one the environment names or that an earlier run made, else begins to make one.
    ///
    /// # Errors
    /// When the one that is named is not fit, or none can be made.
    pub(super) fn acquire(installer: &mut Installer, progress: &Progress) -> Result<Self, String> {
        if let Some(named) = std::env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
            let python = PathBuf::from(named);
            return match prove(&python) {
                Ok(()) => Ok(Self::Ready(python, "named by the environment")),
                Err(why) => Err(format!("{VARIABLE} names one without nova 34.0.0: {why}")),
            };
        }
        let file = workspace::root().join("interop/requirements.txt");
        let wanted = fs::read_to_string(&file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let folder = workspace::target().join("python");
        let python = folder.join("bin/python");
        if fs::read_to_string(marker(&folder)).is_ok_and(|made| made == wanted)
            && prove(&python).is_ok()
        {
            return Ok(Self::Ready(python, "made by an earlier run"));
        }
        if !can_make() {
            installer.install(PACKAGE, progress)?;
        }
        progress.say("installing nova 34.0.0 into a virtual environment, in the background");
        Ok(Self::Making(thread::spawn(move || {
            make(&folder, &file, &wanted)
        })))
    }

    /// Waits until it is made; where it is, and how it came to be.
    ///
    /// # Errors
    /// When it could not be made.
    pub(super) fn wait(self) -> Result<(PathBuf, &'static str), String> {
        match self {
            Self::Ready(python, how) => Ok((python, how)),
            Self::Making(thread) => match thread.join() {
                Ok(made) => made.map(|python| (python, "virtual environment made")),
                Err(_) => Err("making a virtual environment for it was broken off".to_owned()),
            },
        }
    }
}

/// The one the environment names, or that the tests made.
pub(crate) fn found() -> Option<PathBuf> {
    let named = std::env::var_os(VARIABLE).filter(|named| !named.is_empty());
    let folder = workspace::target().join("python");
    named
        .map(PathBuf::from)
        .or_else(|| marker(&folder).exists().then(|| folder.join("bin/python")))
}

/// What an environment was made of; written when it is complete.
fn marker(folder: &Path) -> PathBuf {
    folder.join("made-of.txt")
}

/// Whether there is a Python that can make environments. Debian ships one that cannot, without the package.
fn can_make() -> bool {
    process::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]))
}

fn make(folder: &Path, requirements: &Path, wanted: &str) -> Result<PathBuf, String> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .map_err(|error| format!("cannot remove {}: {error}", folder.display()))?;
    }
    process::output(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let python = folder.join("bin/python");
    // Everything is listed, so nothing need be looked for; and what is never imported need not be compiled.
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-compile",
    ];
    process::output(
        Command::new(&python)
            .args(install)
            .arg("--disable-pip-version-check")
            .arg("-r")
            .arg(requirements),
    )?;
    prove(&python)?;
    let marker = marker(folder);
    fs::write(&marker, wanted)
        .map_err(|error| format!("cannot write {}: {error}", marker.display()))?;
    Ok(python)
}

fn prove(python: &Path) -> Result<(), String> {
    process::output(Command::new(python).args(["-c", PROOF])).map(drop)
}
