//! Colours, which never carry a meaning that the words do not.

use std::borrow::Cow;

/// How a text stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Not at all.
    #[default]
    Plain,
    /// A heading.
    Heading,
    /// As it should be.
    Good,
    /// Under way, or worth a look.
    Warn,
    /// Not as it should be.
    Bad,
    /// Less important than its surroundings.
    Faint,
}

/// Applies styles, or does not.
#[derive(Debug, Clone, Copy)]
pub struct Styler {
    colour: bool,
}

impl Styler {
    /// With or without colours.
    #[must_use]
    pub const fn new(colour: bool) -> Self {
        Self { colour }
    }

    /// The text in that style.
    #[must_use]
    pub fn paint<'t>(self, style: Style, text: &'t str) -> Cow<'t, str> {
        let code = match style {
            Style::Heading => "1",
            Style::Good => "32",
            Style::Warn => "33",
            Style::Bad => "31",
            Style::Faint => "2",
            Style::Plain => return Cow::Borrowed(text),
        };
        if !self.colour || text.is_empty() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(format!("\u{1b}[{code}m{text}\u{1b}[0m"))
    }
}
