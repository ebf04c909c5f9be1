//! Where a value came from, and the line to show when it is wrong.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::secret::mask_line;

/// The place a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// Nobody gave it: the default of the option's table.
    Default,
    /// A configuration file.
    File(Excerpt),
    /// An environment variable, by name.
    Environment(String),
    /// A flag of the command line, as written up to its value.
    Flag(String),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::File(excerpt) => write!(
                f,
                "{}:{}:{}",
                excerpt.path().display(),
                excerpt.line,
                excerpt.column
            ),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// A position in a file together with the line found there.
///
/// `Display` writes `path:line:column`; [`Excerpt::marked`] adds the line with a mark under the column. Passwords in
/// the line are masked before they are stored, so an excerpt can go into any log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    path: Arc<PathBuf>,
    /// Line number, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    text: String,
}

impl Excerpt {
    pub(crate) fn new(path: Arc<PathBuf>, line: usize, column: usize, text: &str) -> Self {
        Self {
            path,
            line,
            column,
            text: mask_line(text),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The offending line, passwords masked.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line with its number and a mark under the column, over several lines of text.
    pub fn marked(&self) -> String {
        // A long line would push the mark out of sight.
        let shown: String = self.text.chars().take(160).collect();
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let indent: String = shown
            .chars()
            .take(self.column.saturating_sub(1))
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        format!("{gutter} |\n{number} | {shown}\n{gutter} | {indent}^")
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path.display(), self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(column: usize, text: &str) -> Excerpt {
        Excerpt::new(Arc::new(PathBuf::from("nova.conf")), 12, column, text)
    }

    #[test]
    fn the_mark_stands_under_the_column() {
        assert_eq!(
            excerpt(5, "abc def").marked(),
            "   |\n12 | abc def\n   |     ^"
        );
        assert_eq!(excerpt(2, "\tx").marked(), "   |\n12 | \tx\n   | \t^");
    }

    #[test]
    fn passwords_never_reach_the_excerpt() {
        assert_eq!(
            excerpt(1, "connection = mysql://u:pw@h/x").text(),
            "connection = mysql://u:***@h/x"
        );
    }
}
