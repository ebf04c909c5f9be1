//! Tables that line up, and fit.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::style::{Style, Styler};

/// What stands between two columns.
const GAP: &str = "  ";

/// A text in a table, with its style.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// The text; control characters are shown as such.
    pub text: String,
    /// How it stands out.
    pub style: Style,
    right: bool,
}

impl Cell {
    /// A text that stands out.
    pub fn styled(text: impl Into<String>, style: Style) -> Self {
        Self {
            style,
            ..Self::from(text.into())
        }
    }

    /// A number, which goes to the right.
    pub fn number(number: impl ToString) -> Self {
        Self {
            right: true,
            ..Self::from(number.to_string())
        }
    }

    fn width(&self) -> usize {
        self.text.width()
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        // What others stored must not steer the terminal.
        let text = if text.chars().any(char::is_control) {
            text.chars()
                .flat_map(|c| {
                    if c.is_control() {
                        c.escape_default().collect::<Vec<_>>()
                    } else {
                        vec![c]
                    }
                })
                .collect()
        } else {
            text
        };
        Self {
            text,
            style: Style::Plain,
            right: false,
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<Option<&str>> for Cell {
    fn from(text: Option<&str>) -> Self {
        text.filter(|text| !text.is_empty())
            .map_or_else(|| Self::styled("-", Style::Faint), Self::from)
    }
}

/// Rows under headings.
#[derive(Debug, Default)]
pub struct Table {
    headings: Vec<Cow<'static, str>>,
    rows: Vec<Vec<Cell>>,
    empty: &'static str,
}

impl Table {
    /// A table without rows; `empty` is what is said if none are added.
    #[must_use]
    pub fn new(headings: impl Into<Vec<&'static str>>, empty: &'static str) -> Self {
        let headings: Vec<&'static str> = headings.into();
        Self {
            headings: headings.into_iter().map(Cow::Borrowed).collect(),
            rows: Vec::new(),
            empty,
        }
    }

    /// The same with headings that are known only now.
    #[must_use]
    pub fn titled(headings: impl IntoIterator<Item = String>, empty: &'static str) -> Self {
        Self {
            headings: headings.into_iter().map(Cow::Owned).collect(),
            rows: Vec::new(),
            empty,
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    /// The table as text. One that is wider than `width` is shown as a block
    /// for each row, so that nothing is cut off.
    #[must_use]
    pub fn render(&self, width: Option<usize>, styler: Styler) -> String {
        if self.rows.is_empty() {
            return self.empty.to_owned();
        }
        let widths: Vec<usize> = self
            .headings
            .iter()
            .enumerate()
            .map(|(column, heading)| {
                let cells = self
                    .rows
                    .iter()
                    .filter_map(|row| row.get(column))
                    .map(Cell::width);
                cells.chain([heading.width()]).max().unwrap_or(0)
            })
            .collect();
        let total = widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1);
        if width.is_some_and(|width| total > width) {
            return self.blocks(styler);
        }
        let mut out = String::new();
        let right: Vec<bool> = (0..widths.len())
            .map(|column| {
                self.rows
                    .iter()
                    .any(|row| row.get(column).is_some_and(|cell| cell.right))
            })
            .collect();
        let headings = self
            .headings
            .iter()
            .zip(&right)
            .map(|(heading, right)| Cell {
                text: heading.clone().into_owned(),
                style: Style::Heading,
                right: *right,
            });
        line(&headings.collect::<Vec<_>>(), &widths, styler, &mut out);
        for row in &self.rows {
            line(row, &widths, styler, &mut out);
        }
        out
    }

    fn blocks(&self, styler: Styler) -> String {
        let blocks: Vec<String> = self
            .rows
            .iter()
            .map(|row| {
                let pairs: Vec<(String, Cell)> = self
                    .headings
                    .iter()
                    .map(|heading| heading.clone().into_owned())
                    .zip(row.iter().cloned())
                    .collect();
                record(&pairs, styler)
            })
            .collect();
        blocks.join("\n")
    }
}

fn line(cells: &[Cell], widths: &[usize], styler: Styler, out: &mut String) {
    let last = cells.len().saturating_sub(1);
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let pad = " ".repeat(width.saturating_sub(cell.width()));
        let text = styler.paint(cell.style, &cell.text);
        let _ = match (cell.right, column == last) {
            (true, _) => write!(out, "{pad}{text}"),
            // No blanks at the end of a line.
            (false, true) => write!(out, "{text}"),
            (false, false) => write!(out, "{text}{pad}"),
        };
        if column != last {
            out.push_str(GAP);
        }
    }
    out.push('\n');
}

/// One thing with its properties, a line each.
pub(super) fn record(pairs: &[(String, Cell)], styler: Styler) -> String {
    let width = pairs
        .iter()
        .map(|(name, _)| name.width())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for (name, cell) in pairs {
        let pad = " ".repeat(width.saturating_sub(name.width()));
        let _ = writeln!(
            out,
            "{}{pad}{GAP}{}",
            styler.paint(Style::Heading, name),
            styler.paint(cell.style, &cell.text)
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(["NAME", "VCPUS", "NOTE"], "no flavors");
        table.row([Cell::from("m1"), Cell::number(1), Cell::from(None)]);
        table.row([
            Cell::from("größer"),
            Cell::number(16),
            Cell::from("x\u{1b}[2J"),
        ]);
        table
    }

    #[test]
    fn columns_line_up_and_numbers_go_right() {
        let text = table().render(None, Styler::new(false));
        assert_eq!(
            text,
            "NAME    VCPUS  NOTE\nm1          1  -\ngrößer     16  x\\u{1b}[2J\n"
        );
    }

    #[test]
    fn a_table_that_does_not_fit_becomes_blocks() {
        let text = table().render(Some(20), Styler::new(false));
        assert_eq!(
            text,
            "NAME   m1\nVCPUS  1\nNOTE   -\n\nNAME   größer\nVCPUS  16\nNOTE   x\\u{1b}[2J\n"
        );
    }

    #[test]
    fn colours_change_no_text() {
        let coloured = table().render(None, Styler::new(true));
        let plain: String = coloured
            .replace("\u{1b}[1m", "")
            .replace("\u{1b}[2m", "")
            .replace("\u{1b}[0m", "");
        assert_eq!(plain, table().render(None, Styler::new(false)));
        assert_ne!(coloured, plain);
    }

    #[test]
    fn nothing_is_said_in_words() {
        assert_eq!(
            Table::new(["NAME"], "no flavors").render(None, Styler::new(true)),
            "no flavors"
        );
    }
}
