//! Where lines go.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use oslo_config::settings::Logging;

use crate::error::Error;

/// A log file, standard error, or both.
#[derive(Debug)]
pub struct Output {
    file: Option<Mutex<LogFile>>,
    stderr: bool,
}

#[derive(Debug)]
struct LogFile {
    path: PathBuf,
    file: File,
    watch: bool,
}

impl Output {
    /// Opens what the settings name (oslo_log log.py, `_get_log_file_path`): `log_file` inside `log_dir`, else
    /// `log_dir/<program>.log`, else standard error.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(program: &str, settings: &Logging) -> Result<Self, Error> {
        let Some(path) = path(program, settings) else {
            return Ok(Self::stderr());
        };
        let file = append(&path).map_err(|source| Error::Open {
            path: path.clone(),
            source,
        })?;
        let watch = settings.watch_log_file;
        Ok(Self {
            file: Some(Mutex::new(LogFile { path, file, watch })),
            stderr: settings.use_stderr,
        })
    }

    /// Standard error only.
    pub fn stderr() -> Self {
        Self {
            file: None,
            stderr: true,
        }
    }

    /// Whether lines go to nothing but a terminal, which can show colours.
    pub fn is_terminal(&self) -> bool {
        self.file.is_none() && io::IsTerminal::is_terminal(&io::stderr())
    }

    /// Writes one line, line break included.
    ///
    /// # Errors
    /// When the disk is full or standard error is closed. The file is tried first.
    pub fn write_line(&self, line: &[u8]) -> io::Result<()> {
        let to_file = match &self.file {
            Some(file) => lock(file).write(line),
            None => Ok(()),
        };
        if self.stderr {
            io::stderr().lock().write_all(line)?;
        }
        to_file
    }
}

impl LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.watch && self.moved() {
            self.file = append(&self.path)?;
        }
        self.file.write_all(line)
    }

    /// Whether the name leads to another file by now (Python's WatchedFileHandler).
    fn moved(&self) -> bool {
        let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
        let named = std::fs::metadata(&self.path).map(identity).ok();
        let open = self.file.metadata().map(identity).ok();
        named != open
    }
}

fn lock(file: &Mutex<LogFile>) -> MutexGuard<'_, LogFile> {
    // A thread that panicked while logging is no reason for others to stop.
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

fn path(program: &str, settings: &Logging) -> Option<PathBuf> {
    match (&settings.log_dir, &settings.log_file) {
        (Some(folder), Some(file)) => Some(folder.join(file)),
        (None, Some(file)) => Some(file.clone()),
        (Some(folder), None) => Some(folder.join(format!("{program}.log"))),
        (None, None) => None,
    }
}
