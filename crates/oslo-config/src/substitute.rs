//! `$option` inside values (oslo_config cfg.py, `_substitute` and `StrSubWrapper`).

/// Limits on what one value may expand to: a file of a few lines could otherwise ask for any amount of memory.
pub(crate) const MAX_LENGTH: usize = 64 * 1024;
pub(crate) const MAX_DEPTH: usize = 32;
pub(crate) const MAX_LOOKUPS: usize = 10_000;

/// Replaces `$name`, `${name}`, `$group.name` and `${group.name}` by what `lookup` gives; `$$` and `\$` give `$`.
///
/// A dollar sign that begins no name stays as it is.
///
/// # Errors
/// Those of `lookup`, and a text about a result that is too long.
pub(crate) fn substitute(
    text: &str,
    mut lookup: impl FnMut(&str) -> Result<String, String>,
) -> Result<String, String> {
    let text = text.replace("\\$", "$$");
    let mut result = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        if let Some(escaped) = after.strip_prefix('$') {
            result.push('$');
            rest = escaped;
        } else if let Some((name, tail)) = reference(after) {
            result.push_str(&lookup(name)?);
            rest = tail;
        } else {
            result.push('$');
            rest = after;
        }
        if result.len() > MAX_LENGTH {
            return Err(format!(
                "it grows beyond {MAX_LENGTH} bytes when options are put in for their names"
            ));
        }
    }
    result.push_str(rest);
    Ok(result)
}

/// The name at the start of what follows a dollar sign, and what comes after it.
fn reference(text: &str) -> Option<(&str, &str)> {
    if let Some(braced) = text.strip_prefix('{') {
        let (name, rest) = split_name(braced)?;
        return rest.strip_prefix('}').map(|rest| (name, rest));
    }
    split_name(text)
}

fn split_name(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
        .unwrap_or(text.len());
    Some(text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = substitute(text, |name| Ok(format!("<{name}>")));
        assert_eq!(found.as_deref(), Ok(expected), "{text}");
    }

    // Each case was run through oslo.config 10.
    #[test]
    fn names_are_recognised_as_oslo_does() {
        check("$a", "<a>");
        check("${a}b$$c\\$d", "<a>b$c$d");
        check("$g.x/y", "<g.x>/y");
        check("${a", "${a");
        check("$1 $ ${} $-", "$1 $ ${} $-");
        check("é$é", "é$é");
        check("\\$a", "$a");
        check("$a.", "<a.>");
        check("$A_1", "<A_1>");
    }

    #[test]
    fn growth_is_bounded() {
        let long = "x".repeat(MAX_LENGTH);
        assert!(substitute("$a$a", |_| Ok(long.clone())).is_err());
    }
}
