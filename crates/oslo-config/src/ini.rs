//! The file format (oslo_config iniparser.py).
//!
//! ```text
//! [DEFAULT]                     a section; nothing may follow the bracket
//! # a comment                   from the first column, or ;
//! host = node1                  the first = or : separates
//! name = "in quotes"            one pair of quotes around the whole value is taken off
//! long = first line
//!   second line                 a line that begins with a blank continues the value; lines are joined by newlines
//! ```
//!
//! A blank line ends a value, so an indented line after one is an error, even an indented comment: as in the original.
//! A key may be given several times; what that means is the option's business.

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{Error, ParseProblem};
use crate::location::Excerpt;

/// A parsed file: its assignments in the order written.
#[derive(Debug, Clone)]
pub struct IniFile {
    path: Arc<PathBuf>,
    /// Every section header, also of sections without assignments.
    pub sections: Vec<String>,
    /// Every assignment.
    pub assignments: Vec<Assignment>,
}

impl IniFile {
    /// The file's name, as it was given.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }
}

/// One `key = value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The section it stands in, as written.
    pub section: String,
    /// The key.
    pub key: String,
    /// The value; continuation lines are joined by newlines.
    pub value: String,
    /// Where the key stands.
    pub key_at: Excerpt,
    /// Where the value begins.
    pub value_at: Excerpt,
}

/// Parses the bytes of a file. Never panics, whatever the bytes.
///
/// # Errors
/// [`Error::Parse`] with line, column and the offending line, passwords masked.
pub fn parse(path: impl Into<PathBuf>, bytes: &[u8]) -> Result<IniFile, Error> {
    let path = Arc::new(path.into());
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(not_utf8(path, bytes, error.valid_up_to())),
    };
    // Editors of other systems begin files with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parser = Parser {
        file: IniFile {
            path,
            sections: Vec::new(),
            assignments: Vec::new(),
        },
        section: None,
        open: false,
    };
    for (index, line) in lines(text).enumerate() {
        parser.line(index + 1, line)?;
    }
    Ok(parser.file)
}

struct Parser {
    file: IniFile,
    section: Option<String>,
    /// Whether the last assignment can be continued.
    open: bool,
}

impl Parser {
    fn line(&mut self, number: usize, raw: &str) -> Result<(), Error> {
        let line = raw.trim_end_matches(is_space);
        let path = Arc::clone(&self.file.path);
        let fail = |problem, column| {
            let at = Box::new(Excerpt::new(path, number, column, line));
            Err(Error::Parse { problem, at })
        };
        if line.is_empty() {
            self.open = false;
            return Ok(());
        }
        if line.starts_with([' ', '\t']) {
            let continued = line.trim_start_matches(is_space);
            return match self.file.assignments.last_mut() {
                Some(assignment) if self.open => {
                    assignment.value.push('\n');
                    assignment.value.push_str(continued);
                    Ok(())
                }
                _ => fail(
                    ParseProblem::UnexpectedContinuation,
                    column_of(line, line.len() - continued.len()),
                ),
            };
        }
        self.open = false;
        if line.starts_with(['#', ';']) {
            return Ok(());
        }
        if let Some(rest) = line.strip_prefix('[') {
            let Some(name) = rest.strip_suffix(']') else {
                // Point at what follows the bracket, or at the end.
                let column = rest.find(']').map_or(line.len(), |at| at + 2);
                return fail(ParseProblem::UnclosedSection, column_of(line, column));
            };
            if name.is_empty() {
                return fail(ParseProblem::EmptySection, 1);
            }
            self.file.sections.push(name.to_owned());
            self.section = Some(name.to_owned());
            return Ok(());
        }
        let Some(separator) = line.find([':', '=']) else {
            return fail(ParseProblem::NoSeparator, column_of(line, line.len()));
        };
        let (key, value) = line.split_at(separator);
        let key = key.trim_matches(is_space);
        if key.is_empty() {
            return fail(ParseProblem::EmptyKey, 1);
        }
        let Some(section) = self.section.clone() else {
            return fail(ParseProblem::NoSection, 1);
        };
        // Both separators are one byte long.
        let value = value.get(1..).unwrap_or_default();
        let trimmed = value.trim_start_matches(is_space);
        let value_start = line.len() - trimmed.len();
        let assignment = Assignment {
            section,
            key: key.to_owned(),
            value: unquote(trimmed).to_owned(),
            key_at: self.excerpt(number, 1, line),
            value_at: self.excerpt(number, column_of(line, value_start), line),
        };
        self.file.assignments.push(assignment);
        self.open = true;
        Ok(())
    }

    fn excerpt(&self, line: usize, column: usize, text: &str) -> Excerpt {
        Excerpt::new(Arc::clone(&self.file.path), line, column, text)
    }
}

/// Takes off one pair of equal quotes; a lone quote counts as its own pair, as in the original.
fn unquote(value: &str) -> &str {
    for quote in ['"', '\''] {
        if value == quote.to_string() {
            return "";
        }
        if let Some(inner) = value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return inner;
        }
    }
    value
}

/// The lines of a text as Python's text files have them: ended by `\n`, `\r\n` or `\r`.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// What Python's `str.strip` takes off.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// The column, from 1, of a byte offset.
fn column_of(line: &str, offset: usize) -> usize {
    line.char_indices()
        .take_while(|(at, _)| *at < offset)
        .count()
        + 1
}

fn not_utf8(path: Arc<PathBuf>, bytes: &[u8], valid: usize) -> Error {
    let before = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default()).into_owned();
    let number = lines(&before).count();
    let start = lines(&before).last().unwrap_or_default().to_owned();
    let rest = bytes.get(valid..).unwrap_or_default();
    let rest = rest
        .split(|b| matches!(b, b'\n' | b'\r'))
        .next()
        .unwrap_or_default();
    let column = start.chars().count() + 1;
    let line = start + &String::from_utf8_lossy(rest);
    Error::Parse {
        problem: ParseProblem::NotUtf8,
        at: Box::new(Excerpt::new(path, number, column, &line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str, &str)]) {
        let file = parse("t.conf", text.as_bytes()).unwrap();
        let found: Vec<_> = file
            .assignments
            .iter()
            .map(|a| (a.section.as_str(), a.key.as_str(), a.value.as_str()))
            .collect();
        assert_eq!(found, expected, "{text:?}");
    }

    fn refuse(bytes: &[u8], problem: ParseProblem, line: usize, column: usize) {
        match parse("t.conf", bytes) {
            Err(Error::Parse { problem: found, at }) => {
                assert_eq!(
                    (found, at.line, at.column),
                    (problem, line, column),
                    "{}",
                    at.marked()
                );
            }
            other => panic!("{other:?}"),
        }
    }

    // Each case was run through oslo.config 10; the expected value is what it printed.
    #[test]
    fn values_are_read_as_oslo_reads_them() {
        check("[D]\ns: x=y", &[("D", "s", "x=y")]);
        check("[D]\ns=1\ns=2", &[("D", "s", "1"), ("D", "s", "2")]);
        check("[D]\ns=\n  q\n\tr", &[("D", "s", "\nq\nr")]);
        check("[D]\ns=a # c", &[("D", "s", "a # c")]);
        check("[D]\ns=a\n # c", &[("D", "s", "a\n# c")]);
        check("[D]\ns=\"ab\"", &[("D", "s", "ab")]);
        check("[D]\ns='", &[("D", "s", "")]);
        check("[D]\ns=\"a'", &[("D", "s", "\"a'")]);
        check("[D]\ns=\"a\n b\"", &[("D", "s", "\"a\nb\"")]);
        check("[ D ]\n# c\n;d\nk k = v ", &[(" D ", "k k", "v")]);
        check("[D]\r\ns=1\r\n\r\n[x]\r\n", &[("D", "s", "1")]);
        check("[D]\rs=1\r", &[("D", "s", "1")]);
        check("\u{feff}[D]\ns=1", &[("D", "s", "1")]);
        check("", &[]);
    }

    #[test]
    fn errors_name_line_and_column() {
        refuse(b"s=3", ParseProblem::NoSection, 1, 1);
        refuse(
            b"[D]\n\n  # c\ns=1",
            ParseProblem::UnexpectedContinuation,
            3,
            3,
        );
        refuse(
            b"[D]\na= x\n\n y",
            ParseProblem::UnexpectedContinuation,
            4,
            2,
        );
        refuse(b"[D] # x\ns=1", ParseProblem::UnclosedSection, 1, 4);
        refuse(b"[D]\n[D\n", ParseProblem::UnclosedSection, 2, 3);
        refuse(b"[]\n", ParseProblem::EmptySection, 1, 1);
        refuse(b"[D]\n= 3", ParseProblem::EmptyKey, 2, 1);
        refuse(b"[D]\nfoo", ParseProblem::NoSeparator, 2, 4);
        refuse(b"[D]\ns = \xc3\xa9\xff\n", ParseProblem::NotUtf8, 2, 6);
    }

    #[test]
    fn positions_count_characters() {
        let file = parse("t.conf", "[D]\né:  ü".as_bytes()).unwrap();
        let at = &file.assignments[0].value_at;
        assert_eq!((at.line, at.column), (2, 5));
    }
}
