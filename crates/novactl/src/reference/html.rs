//! The frame that all pages have, and text that is safe in it.

use std::fmt::Write as _;

/// Text with what HTML would take for its own replaced.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// A link to a class.
pub(super) fn class_link(class: &str) -> String {
    format!("<a href=\"{}\">{}</a>", super::page_of(class), text(class))
}

/// A page with that title around its content.
pub(super) fn page(title: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n</head>\n<body>\n\
         <header>\n<a class=\"home\" href=\"index.html\">Objects</a>\n\
         <input id=\"search\" type=\"search\" placeholder=\"Class, field or method\" aria-label=\"Search\" \
         autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\">\n</header>\n\
         <ul id=\"found\" hidden></ul>\n<main>\n{content}</main>\n\
         <script src=\"names.js\"></script>\n<script src=\"search.js\"></script>\n</body>\n</html>\n",
        text(title)
    )
}

/// A table whose cells know what they are called, so that they can stand below
/// each other where there is no room.
#[derive(Debug)]
pub(super) struct Table {
    headings: &'static [&'static str],
    out: String,
}

impl Table {
    pub(super) fn new(headings: &'static [&'static str]) -> Self {
        let mut out = String::from("<table>\n<thead><tr>");
        for heading in headings {
            let _ = write!(out, "<th>{heading}</th>");
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        Self { headings, out }
    }

    /// Adds a row of HTML, which can be linked to by `id`.
    pub(super) fn row(&mut self, id: Option<&str>, cells: &[String]) {
        match id {
            Some(id) => {
                let _ = write!(self.out, "<tr id=\"{}\">", text(id));
            }
            None => self.out.push_str("<tr>"),
        }
        for (heading, cell) in self.headings.iter().zip(cells) {
            // What is not there needs no place where places are rare.
            let empty = if cell.is_empty() {
                " class=\"none\""
            } else {
                ""
            };
            let _ = write!(
                self.out,
                "<td data-is=\"{heading}\"{empty}><div>{cell}</div></td>"
            );
        }
        self.out.push_str("</tr>\n");
    }

    pub(super) fn finish(self) -> String {
        self.out + "</tbody>\n</table>\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(text("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
    }
}
