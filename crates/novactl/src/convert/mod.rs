//! Converts objects to what other releases read: JSON lines of primitives in,
//! JSON lines out.
//!
//! A line is a primitive, or what is to be done with one:
//! `{"primitive": .., "to": "1.2", "manifest": {..}}`. Each gives a line of its
//! own in the same place: the primitive as Nova's `obj_to_primitive` would
//! write it, or `{"error": {"class": .., "message": ..}}` with the exception
//! that Nova would raise. Only one line is in memory at a time.
//!
//! ```
//! use novactl::convert::Converter;
//!
//! let mut converter = Converter::new(Some("1.0".parse()?), None);
//! let line = r#"{"nova_object.name": "Tag", "nova_object.namespace": "nova", "nova_object.version": "1.1",
//!                "nova_object.data": {"tag": "blue"}}"#;
//! let converted = converter.convert(line).expect("version 1.0 can hold it");
//! assert!(converted.contains(r#""nova_object.version": "1.0""#));
//! let refused = converter.convert("[]").expect_err("a list is no object");
//! assert_eq!(refused.class, "ValueError");
//! # Ok::<(), versionedobjects::Error>(())
//! ```

mod converter;
mod lines;
mod request;

use std::io::{BufRead, Write};
use std::path::Path;

use versionedobjects::Exception;

pub use self::converter::Converter;
pub use self::lines::{LONGEST, Line, Lines};
use crate::{Error, Result};

/// How much is written at once while more input is at hand.
const CHUNK: usize = 64 << 10;

/// How far a conversion has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Lines read.
    pub lines: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Lines of which an error came out.
    pub failed: u64,
}

/// Converts what is in `input`, which is called `path` in errors.
///
/// Whatever is finished is written before more input is waited for, so that
/// whoever writes a line and waits gets its answer.
///
/// # Errors
/// [`Error::Line`] for the first line that fails, unless `keep_going`, and
/// [`Error::Lines`] at the end if there were any; [`Error::Read`],
/// [`Error::Write`].
pub fn convert(
    input: impl BufRead,
    path: &Path,
    mut output: impl Write,
    converter: &mut Converter,
    keep_going: bool,
    mut progress: impl FnMut(Done),
) -> Result<Done> {
    let mut lines = Lines::new(input);
    let mut done = Done::default();
    let mut first = None;
    let mut chunk: Vec<u8> = Vec::with_capacity(CHUNK);
    let failure = loop {
        if !lines.is_ready() || chunk.len() >= CHUNK {
            write(&mut output, &mut chunk)?;
            progress(done);
        }
        let read = lines.next_line().map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        let Some(line) = read else {
            break first;
        };
        done.lines += 1;
        done.bytes = line.end;
        match line.text.and_then(|text| converter.convert(text)) {
            Ok(text) => chunk.extend_from_slice(text.as_bytes()),
            Err(exception) => {
                done.failed += 1;
                let failure = (done.lines, exception);
                if !keep_going {
                    break Some(failure);
                }
                chunk.extend_from_slice(error_line(&failure.1).as_bytes());
                first.get_or_insert(failure);
            }
        }
        chunk.push(b'\n');
    };
    write(&mut output, &mut chunk)?;
    progress(done);
    let path = path.to_owned();
    match failure {
        None => Ok(done),
        Some((line, exception)) if keep_going => Err(Error::Lines {
            path,
            failed: done.failed,
            lines: done.lines,
            first: line,
            exception,
        }),
        Some((line, exception)) => Err(Error::Line {
            path,
            line,
            exception,
        }),
    }
}

fn write(output: &mut impl Write, chunk: &mut Vec<u8>) -> Result<()> {
    output
        .write_all(chunk)
        .and_then(|()| output.flush())
        .map_err(Error::Write)?;
    chunk.clear();
    // A list of thousands leaves no more behind than an ordinary line.
    chunk.shrink_to(2 * CHUNK);
    Ok(())
}

/// What stands in the place of an object that cannot be converted.
fn error_line(exception: &Exception) -> String {
    versionedobjects::python_json(&serde_json::json!({
        "error": { "class": exception.class, "message": exception.message },
    }))
}
