//! Lines of bounded length.

use std::io::{self, BufRead};

use versionedobjects::Exception;

/// How long a line may be, in bytes: as long as a message that is read.
pub const LONGEST: usize = 64 << 20;

/// How much room is kept between lines.
const KEPT: usize = 1 << 20;

/// A line of the input.
#[derive(Debug)]
pub struct Line<'l> {
    /// Its text; an exception where it is none, or too long to be read.
    pub text: Result<&'l str, Box<Exception>>,
    /// How many bytes have been read by its end.
    pub end: u64,
}

/// Reads line after line, none of which can take more memory than one may.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    line: Vec<u8>,
    longest: usize,
    position: u64,
    /// Whether the input had a whole line in memory when last looked at.
    ready: bool,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `input`.
    pub const fn new(input: R) -> Self {
        Self::no_longer_than(input, LONGEST)
    }

    const fn no_longer_than(input: R, longest: usize) -> Self {
        Self {
            input,
            line: Vec::new(),
            longest,
            position: 0,
            ready: false,
        }
    }

    /// Whether the next line is in memory already. Otherwise reading it may wait
    /// for whoever writes it.
    pub const fn is_ready(&self) -> bool {
        self.ready
    }

    /// The next line without its end; `None` behind the last.
    ///
    /// # Errors
    /// What reading gives.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        self.line.shrink_to(KEPT);
        let mut length = 0;
        let ended = loop {
            let buffer = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if buffer.is_empty() {
                self.ready = false;
                break false;
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = buffer
                .get(..end.unwrap_or(buffer.len()))
                .unwrap_or_default();
            length += part.len();
            if length <= self.longest {
                self.line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.ready =
                end.is_some() && buffer.get(used..).is_some_and(|rest| rest.contains(&b'\n'));
            self.input.consume(used);
            self.position += used as u64;
            if end.is_some() {
                break true;
            }
        };
        if !ended && length == 0 {
            return Ok(None);
        }
        let text = if length > self.longest {
            Err(refused(format!(
                "the line has {length} bytes, more than the {} that are read",
                self.longest
            )))
        } else {
            std::str::from_utf8(&self.line)
                .map_err(|error| refused(format!("the line is no UTF-8: {error}")))
        };
        Ok(Some(Line {
            text,
            end: self.position,
        }))
    }
}

fn refused(reason: String) -> Box<Exception> {
    Box::new(Exception::new("builtins", "ValueError", reason))
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn check(text: &[u8], buffer: usize, expected: &[Result<&str, &str>]) {
        let mut lines = Lines::no_longer_than(BufReader::with_capacity(buffer, text), 8);
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().expect("memory can be read") {
            found.push(line.text.map(str::to_owned).map_err(|error| error.message));
        }
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            match (found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{found}"),
                _ => panic!("{found:?} {expected:?}"),
            }
        }
    }

    #[test]
    fn lines_are_read_or_refused_and_the_next_one_is_read() {
        for buffer in [1, 3, 1024] {
            check(b"", buffer, &[]);
            check(b"a", buffer, &[Ok("a")]);
            check(b"a\n", buffer, &[Ok("a")]);
            check(b"\n\nb\r\n", buffer, &[Ok(""), Ok(""), Ok("b\r")]);
            check(
                b"123456789\n12345678\n\xff\nz",
                buffer,
                &[Err("9 bytes"), Ok("12345678"), Err("UTF-8"), Ok("z")],
            );
        }
    }

    #[test]
    fn a_line_is_ready_when_all_of_it_is_there() {
        let mut lines = Lines::new(BufReader::new(&b"a\nb\nc"[..]));
        let mut ready = vec![lines.is_ready()];
        while lines.next_line().expect("memory can be read").is_some() {
            ready.push(lines.is_ready());
        }
        assert_eq!(ready, [false, true, false, false]);
    }
}
