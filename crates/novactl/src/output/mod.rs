//! Answers: what a command found or did, as facts; shown as tables for people
//! or as JSON for programs.

mod progress;
mod style;
mod table;

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use serde_json::{Map, Value as Json};

pub use self::progress::Progress;
pub use self::style::{Style, Styler};
pub use self::table::{Cell, Table};
use crate::cli::{Colour, Common};
use crate::{Error, Result};

/// The version of all JSON that is written. It changes when something is taken
/// away or means something else; not when something is added.
pub const JSON_VERSION: u32 = 1;

/// What a command found or did, in both of its forms.
#[derive(Debug)]
pub struct Answer {
    json: Map<String, Json>,
    text: Text,
}

/// The form for people, or the only one.
#[derive(Debug)]
pub enum Text {
    /// Rows under headings.
    Table(Table),
    /// One thing with its properties.
    Record(Vec<(String, Cell)>),
    /// A sentence, or lines that are laid out already.
    Lines(Vec<Vec<Cell>>),
    /// A document with a form of its own, for people and programs.
    Document(Json),
}

impl Answer {
    /// An answer with one fact, under the name it has in JSON.
    #[must_use]
    pub fn new(name: &str, fact: impl Into<Json>, text: Text) -> Self {
        Self {
            json: Map::from_iter([(name.to_owned(), fact.into())]),
            text,
        }
    }

    /// A document whose form is not ours to choose.
    #[must_use]
    pub fn document(json: Json) -> Self {
        Self {
            json: Map::new(),
            text: Text::Document(json),
        }
    }

    /// An answer that has been given already, line by line.
    #[must_use]
    pub fn silent() -> Self {
        Self {
            json: Map::new(),
            text: Text::Lines(Vec::new()),
        }
    }

    /// Adds a fact that people are shown already.
    #[must_use]
    pub fn with(mut self, name: &str, fact: impl Into<Json>) -> Self {
        self.json.insert(name.to_owned(), fact.into());
        self
    }
}

impl Text {
    /// A sentence.
    pub fn line(text: impl Into<String>) -> Self {
        Self::Lines(vec![vec![Cell::from(text.into())]])
    }
}

/// Where answers go.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
    styler: Styler,
    width: Option<usize>,
}

impl Output {
    /// Standard output, as the flags and the environment want it.
    #[must_use]
    pub fn new(common: &Common) -> Self {
        let terminal = io::stdout().is_terminal();
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = match common.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && !set("NO_COLOR") && !dumb,
        };
        let asked = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok());
        let measured = || {
            terminal_size::terminal_size()
                .map(|(width, _)| usize::from(width.0))
                .filter(|_| terminal)
        };
        Self {
            json: common.json,
            styler: Styler::new(colour),
            width: asked.or_else(measured),
        }
    }

    /// Whether the answer is for a program.
    #[must_use]
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// Writes an answer.
    ///
    /// # Errors
    /// [`Error::Write`]
    pub fn print(&self, answer: &Answer) -> Result<()> {
        let mut text = if self.json && !answer.json.is_empty() {
            json_text(answer)
        } else {
            self.text(&answer.text)
        };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .map_err(Error::Write)
    }

    pub(crate) fn text(&self, text: &Text) -> String {
        match text {
            Text::Table(table) => table.render(self.width, self.styler),
            Text::Record(pairs) => table::record(pairs, self.styler),
            Text::Document(json) => pretty(json),
            Text::Lines(lines) => {
                let mut out = String::new();
                for line in lines {
                    for cell in line {
                        let _ = write!(out, "{}", self.styler.paint(cell.style, &cell.text));
                    }
                    out.push('\n');
                }
                out
            }
        }
    }
}

fn json_text(answer: &Answer) -> String {
    let mut top = Map::from_iter([("version".to_owned(), Json::from(JSON_VERSION))]);
    top.extend(answer.json.clone());
    pretty(&Json::Object(top))
}

fn pretty(json: &Json) -> String {
    serde_json::to_string_pretty(json).unwrap_or_else(|_| json.to_string())
}
