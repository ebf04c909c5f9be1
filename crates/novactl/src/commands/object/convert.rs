//! `novactl object convert`

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _};
use std::time::Instant;

use super::name;
use crate::cli::Convert;
use crate::commands::read;
use crate::convert::{Converter, Done, convert as convert_lines};
use crate::output::{Answer, Progress};
use crate::{Error, Result};

/// How much is read at once.
const CHUNK: usize = 256 << 10;

/// Converts the objects of a file or of standard input, line by line.
pub(super) fn convert(wanted: &Convert) -> Result<Answer> {
    let manifest = match &wanted.manifest {
        None => None,
        Some(file) => {
            let parsed = Converter::manifest(&read(file)?);
            Some(parsed.map_err(|error| Error::Input {
                what: format!("{} as a manifest", name(file)),
                reason: error.to_string(),
                hint: Some("a manifest has versions by class, such as {\"Instance\": \"2.7\"}; `novactl object manifest --json` writes one".to_owned()),
            })?)
        }
    };
    let mut converter = Converter::new(wanted.to, manifest);
    let path = &wanted.file;
    let input: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(BufReader::with_capacity(CHUNK, io::stdin().lock()))
    } else {
        let opened = File::open(path).map_err(|source| Error::Read {
            path: path.clone(),
            source,
        })?;
        Box::new(BufReader::with_capacity(CHUNK, opened))
    };
    let mut watch = Watch::new();
    convert_lines(
        input,
        path,
        io::stdout().lock(),
        &mut converter,
        wanted.keep_going,
        |done| watch.look(done),
    )?;
    Ok(Answer::silent())
}

/// Shows how far it is, where somebody looks and results do not run past anyway.
struct Watch {
    progress: Option<Progress>,
    started: Instant,
}

impl Watch {
    fn new() -> Self {
        let watched = io::stderr().is_terminal() && !io::stdout().is_terminal();
        Self {
            progress: watched.then(Progress::new),
            started: Instant::now(),
        }
    }

    fn look(&mut self, done: Done) {
        if let Some(progress) = &mut self.progress {
            let seconds = self.started.elapsed().as_secs_f64();
            #[expect(clippy::cast_precision_loss, reason = "shown to one digit")]
            let rate = |count: u64| count as f64 / seconds.max(1e-3);
            progress.line(&format!(
                "{} lines, {} failed, {:.0} lines/s, {:.1} MiB/s",
                done.lines,
                done.failed,
                rate(done.lines),
                rate(done.bytes) / f64::from(1 << 20),
            ));
        }
    }
}
