//! A conductor in a process of its own, the original's or ours, and what it uses.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Result;

/// A program with its arguments, running until it is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

/// What a process and its children have used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Seconds of processors, those of children that have ended not counted.
    pub processor: f64,
    /// Bytes in memory, shared pages counted once for each process.
    pub resident: f64,
}

impl Process {
    /// Starts a program whose output goes to `log`.
    ///
    /// # Errors
    /// When there is no such program.
    pub fn start(command: &mut Command, log: PathBuf) -> Result<Self> {
        let output = File::create(&log)?;
        let child = command
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .map_err(|error| format!("start {}: {error}", command.get_program().display()))?;
        Ok(Self { child, log })
    }

    /// Whether it still runs; an error with the end of its log if not.
    ///
    /// # Errors
    /// When it has ended.
    pub fn check(&mut self) -> Result<()> {
        let Some(status) = self.child.try_wait()? else {
            return Ok(());
        };
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(12).collect();
        let end: Vec<&str> = lines.into_iter().rev().collect();
        Err(format!("it ended with {status}:\n{}", end.join("\n")).into())
    }

    /// What it and its children have used.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn usage(&self) -> Result<Usage> {
        usage_of(self.child.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGTERM, so that the original ends its workers too.
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while asked.is_ok() && std::time::Instant::now() < patience {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        // It may be gone by now, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A process as `/proc` describes it.
struct Stat {
    parent: u32,
    usage: Usage,
}

fn usage_of(root: u32) -> Result<Usage> {
    let mut all = HashMap::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        if let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok())
            && let Some(stat) = stat(Path::new("/proc").join(name))
        {
            all.insert(id, stat);
        }
    }
    let mut sum = Usage::default();
    for (id, stat) in &all {
        let mut at = Some(*id);
        while let Some(id) = at.filter(|id| *id != root) {
            at = all.get(&id).map(|stat| stat.parent);
        }
        if at.is_some() {
            sum.processor += stat.usage.processor;
            sum.resident += stat.usage.resident;
        }
    }
    Ok(sum)
}

/// Nothing if the process has just ended.
fn stat(folder: PathBuf) -> Option<Stat> {
    let text = fs::read_to_string(folder.join("stat")).ok()?;
    // The name stands in parentheses and may hold anything.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<f64>().ok();
    // man 5 proc, counted from the state: ppid 1, utime 11, stime 12, rss 21.
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        usage: Usage {
            processor: (number(11)? + number(12)?) / TICKS,
            resident: number(21)? * PAGE,
        },
    })
}

/// Linux tells times in hundredths, whatever the kernel counts in.
const TICKS: f64 = 100.0;

/// Bytes of a page on the machines this runs on.
const PAGE: f64 = 4096.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_and_its_children_are_counted_together() {
        let folder = std::env::temp_dir().join(format!("usage-{}.log", std::process::id()));
        let mut command = Command::new("sh");
        // The child works, the parent waits for it.
        command.args(["-c", "sh -c 'while :; do :; done' & wait"]);
        let process = Process::start(&mut command, folder.clone()).expect("sh is everywhere");
        std::thread::sleep(std::time::Duration::from_millis(400));
        let usage = process.usage().expect("/proc");
        assert!(usage.processor > 0.0, "{usage:?}");
        assert!(usage.resident > 100_000.0, "{usage:?}");
        let _ = Command::new("pkill")
            .args(["-P", &process.child.id().to_string()])
            .status();
        drop(process);
        let _ = fs::remove_file(folder);
    }
}
