//! Conditions on versions: oslo's `VersionPredicate`.

use crate::{Value, ValueError, text_field};

text_field! {
    /// Conditions on a version, such as `>=1.0, !=1.5, <2.0`; the versions are
    /// those of Python packages (PEP 440).
    pub struct VersionPredicate, "VersionPredicate", |value| match value {
        Value::Str(text) if text.split(',').all(is_condition) => Ok(text),
        Value::Str(text) => {
            let shown: String = text.chars().take(64).collect();
            Err(ValueError::new(format!("Version {shown} is not a valid predicate")))
        }
        other => Err(ValueError::new(format!("Version should be a string type, not {}", other.type_name()))),
    }
}

fn is_condition(text: &str) -> bool {
    let text = text.trim();
    ["<=", ">=", "!=", "==", "<", ">"]
        .iter()
        .find_map(|operator| text.strip_prefix(operator))
        .is_some_and(|version| {
            let version = version.trim_start();
            !version.contains(char::is_whitespace) && is_pep440(version)
        })
}

/// Whether text is a version by PEP 440: `[v][N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]`,
/// in any case, with the separators that the normal form leaves out.
fn is_pep440(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let text = text.strip_prefix('v').unwrap_or(&text);
    let (public, local) = text
        .split_once('+')
        .map_or((text, None), |(public, local)| (public, Some(local)));
    let local_fits = local.is_none_or(|local| {
        local
            .split(['.', '-', '_'])
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    });
    let release = match public.split_once('!') {
        Some((epoch, release))
            if !epoch.is_empty() && epoch.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            release
        }
        Some(_) => return false,
        None => public,
    };
    let Some(mut rest) = digits(release) else {
        return false;
    };
    while let Some(next) = rest.strip_prefix('.').and_then(digits) {
        rest = next;
    }
    rest = labelled(
        rest,
        &["alpha", "beta", "preview", "pre", "rc", "a", "b", "c"],
    );
    // A post release may also be a bare number behind a hyphen.
    rest = match rest.strip_prefix('-').and_then(digits) {
        Some(behind) => behind,
        None => labelled(rest, &["post", "rev", "r"]),
    };
    local_fits && labelled(rest, &["dev"]).is_empty()
}

/// What is behind at least one digit.
fn digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

/// What is behind `[sep]label[sep][N]`, or the text itself if that is not there.
fn labelled<'t>(text: &'t str, labels: &[&str]) -> &'t str {
    let separated = |text: &'t str| text.strip_prefix(['.', '-', '_']);
    let bare = separated(text).unwrap_or(text);
    let Some(behind) = labels.iter().find_map(|label| bare.strip_prefix(label)) else {
        return text;
    };
    let numbered = separated(behind)
        .and_then(digits)
        .or_else(|| digits(behind));
    // A separator without a number behind the label belongs to what follows.
    numbered.unwrap_or(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_python_packages() {
        for text in [
            "1",
            "1.0",
            "v1.0",
            "1!2.0",
            "1.0a1",
            "1.0.rc-2",
            "1.0-1",
            "1.0.post2",
            "1.0-r4",
            "1.0.dev",
            "1.0b2.post3.dev4",
            "1.0+local.1",
            "1.0RC1",
            "2012.4",
            "1.0a.dev1",
        ] {
            assert!(is_pep440(text), "{text}");
        }
        for text in [
            "", "a", "1.", "1..0", "1.0+", "1.0+a..b", "!1", "1.0x", "1.0-", "1.0 .0",
        ] {
            assert!(!is_pep440(text), "{text}");
        }
    }
}
