//! `novactl`, as the tour uses it.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::process;

/// Runs the command line of a deployment.
pub(super) struct Control {
    binary: PathBuf,
    config: PathBuf,
}

impl Control {
    pub(super) fn new(binary: PathBuf, config: PathBuf) -> Self {
        Self { binary, config }
    }

    /// What a command prints for people.
    pub(super) fn text(&self, args: &[&str]) -> Result<String, String> {
        let bytes = process::output(&mut self.command(args))?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// What a command prints for programs.
    pub(super) fn json(&self, args: &[&str]) -> Result<Value, String> {
        let bytes = process::output(self.command(args).arg("--json"))?;
        serde_json::from_slice(&bytes)
            .map_err(|error| format!("novactl {} printed no JSON: {error}", args.join(" ")))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--config-file").arg(&self.config).args(args);
        command
    }
}
