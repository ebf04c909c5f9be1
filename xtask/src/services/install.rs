//! Installing Debian packages, where that is allowed.

use std::process::Command;

use crate::process;
use crate::test::Progress;

/// Installs packages as root, or through sudo where it asks for no password.
pub(super) struct Installer {
    allowed: bool,
    updated: bool,
}

impl Installer {
    pub(super) fn new(allowed: bool) -> Self {
        Self {
            allowed,
            updated: false,
        }
    }

    /// Installs one package.
    ///
    /// # Errors
    /// When it may not, cannot, or failed; says what a person can do.
    pub(super) fn install(&mut self, package: &str, progress: &Progress) -> Result<(), String> {
        let advice = format!("install it by `apt-get install {package}`");
        if !self.allowed {
            return Err(format!(
                "it is not installed, and --no-install was given; {advice}"
            ));
        }
        if process::find("apt-get", &[]).is_none() {
            return Err(
                "it is not installed, and this is no Debian; name a server by its variable"
                    .to_owned(),
            );
        }
        let root = is_root();
        if !root && !process::succeeds(Command::new("sudo").args(["-n", "true"])) {
            return Err(format!(
                "it is not installed, and sudo asks for a password; {advice}"
            ));
        }
        let apt = |args: &[&str]| {
            let mut command = if root {
                Command::new("env")
            } else {
                Command::new("sudo")
            };
            if !root {
                command.args(["-n", "env"]);
            }
            command
                .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"])
                .args(args);
            match process::stream(&mut command, |line| progress.say(line), || progress.still()) {
                Ok(outcome) if outcome.success => Ok(()),
                Ok(_) => Err(format!("{} failed, see above", process::show(&command))),
                Err(error) => Err(error),
            }
        };
        progress.say(&format!("installing the package {package}"));
        if !self.updated {
            apt(&["update"])?;
            self.updated = true;
        }
        apt(&["install", "--no-install-recommends", package])
    }
}

/// Whether this process is root's.
pub(super) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|entry| entry.uid() == 0)
}
