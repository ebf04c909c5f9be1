//! Takes a line of a contract apart.

/// A line and how far it has been read.
#[derive(Debug)]
pub(super) struct Scanner<'t> {
    rest: &'t str,
}

impl<'t> Scanner<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    pub(super) const fn rest(&self) -> &'t str {
        self.rest
    }

    /// Takes a text if it comes next.
    pub(super) fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// What comes before a text, which is taken too.
    pub(super) fn until(&mut self, text: &str) -> Result<&'t str, String> {
        let (before, rest) = self
            .rest
            .split_once(text)
            .ok_or_else(|| format!("`{text}` is expected in `{}`", self.rest))?;
        self.rest = rest;
        Ok(before)
    }

    /// The name of a type or class, with its variant and number.
    pub(super) fn label(&mut self) -> Result<&'t str, String> {
        let length = |text: &str| {
            text.find(|c| "<>?,:=[ ()".contains(c))
                .unwrap_or(text.len())
        };
        let mut end = length(self.rest);
        if self
            .rest
            .get(end..)
            .is_some_and(|rest| rest.starts_with('('))
        {
            let closed = self.rest.get(end..).and_then(|rest| rest.find(')'));
            end += closed.ok_or("`)` is missing behind a type")? + 1;
            end += self.rest.get(end..).map_or(0, length);
        }
        match self.rest.split_at_checked(end) {
            Some((label, rest)) if !label.is_empty() => {
                self.rest = rest;
                Ok(label)
            }
            _ => Err(format!("a type is expected before `{}`", self.rest)),
        }
    }

    /// A value among arguments: up to the comma or bracket behind it.
    pub(super) fn literal(&mut self) -> Result<&'t str, String> {
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        for (at, c) in self.rest.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                _ if quoted => {}
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                ',' | ')' if depth == 0 => {
                    let (value, rest) = self.rest.split_at(at);
                    self.rest = rest;
                    return Ok(value);
                }
                _ => {}
            }
        }
        Err(format!("`{}` does not end", self.rest))
    }

    /// Refuses what is left.
    pub(super) fn end(&self) -> Result<(), String> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(format!("`{}` is not understood", self.rest))
        }
    }
}
