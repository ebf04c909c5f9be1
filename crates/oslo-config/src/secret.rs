//! Text that is used in full and shown without its passwords.

use std::borrow::Cow;
use std::fmt;

const MASK: &str = "***";

/// A value that may hold a password: a database URL, a transport URL, a token.
///
/// `Debug` and `Display` mask it: of a URL only the password is hidden, anything else is hidden whole. The text itself
/// has to be asked for by [`Secret::expose`].
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text in full. Never log the result.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else if self.0.contains("://") {
            f.write_str(&mask_urls(&self.0))
        } else {
            f.write_str(MASK)
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({self})")
    }
}

/// Hides the passwords of every URL in a text: `rabbit://nova:***@host:5672/`.
///
/// Lists of hosts (`rabbit://a:x@h1,b:y@h2/`) and passwords that hold `/` or `@` unescaped are understood; where it is
/// not clear what is password and what is not, more is hidden rather than less. Text without a URL is returned as it is.
pub fn mask_urls(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        masked.push_str(before);
        masked.push_str("://");
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`'))
            .unwrap_or(after.len());
        let (url, tail) = after.split_at(end);
        mask_url(url, &mut masked);
        rest = tail;
    }
    masked.push_str(rest);
    Cow::Owned(masked)
}

/// Masks what follows the scheme of one URL.
fn mask_url(url: &str, masked: &mut String) {
    let (address, query) = match url.split_once('?') {
        // A question mark before the last '@' belongs to a password.
        Some((address, query)) if !query.contains('@') => (address, Some(query)),
        _ => (url, None),
    };
    let mut pieces = address.split('@').peekable();
    let mut first = true;
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            masked.push_str(piece);
            break;
        }
        mask_user(piece, first, masked);
        masked.push('@');
        first = false;
    }
    if let Some(query) = query {
        for (index, pair) in query.split('&').enumerate() {
            masked.push(if index == 0 { '?' } else { '&' });
            match pair.split_once('=') {
                Some((key, _)) if names_a_secret(key) => {
                    masked.push_str(key);
                    masked.push('=');
                    masked.push_str(MASK);
                }
                _ => masked.push_str(pair),
            }
        }
    }
}

/// Masks `user:password`, or `host:port,user:password` between two hosts of a list.
fn mask_user(piece: &str, first: bool, masked: &mut String) {
    let user_and_password = match piece.rsplit_once(',') {
        Some((hosts, user)) if !first && is_host_list(hosts) => {
            masked.push_str(hosts);
            masked.push(',');
            user
        }
        _ if first => piece,
        _ => {
            masked.push_str(MASK);
            return;
        }
    };
    match user_and_password.split_once(':') {
        Some((user, _)) => {
            masked.push_str(user);
            masked.push(':');
            masked.push_str(MASK);
        }
        None => masked.push_str(user_and_password),
    }
}

fn is_host_list(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']' | ','))
}

/// Whether a key's name says that its value is to be hidden.
fn names_a_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    [
        "password",
        "passwd",
        "secret",
        "token",
        "_key",
        "auth_key",
        "credential",
    ]
    .iter()
    .any(|word| key.contains(word))
        && !key.ends_with("_file")
}

/// Masks a whole line of a configuration file: URLs, and the value of a key that names a secret.
pub(crate) fn mask_line(line: &str) -> String {
    let separator = line.find(['=', ':']);
    if let Some(at) = separator {
        let (key, value) = line.split_at(at);
        if names_a_secret(key) && value.len() > 1 {
            let mark = value.chars().next().unwrap_or('=');
            return format!("{key}{mark} {MASK}");
        }
    }
    mask_urls(line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(mask_urls(text), expected);
    }

    #[test]
    fn passwords_of_urls_are_hidden() {
        check(
            "mysql+pymysql://nova:pw@h/nova?charset=utf8",
            "mysql+pymysql://nova:***@h/nova?charset=utf8",
        );
        check(
            "rabbit://a:x@h1:5672,b:y@h2:5672/vh",
            "rabbit://a:***@h1:5672,b:***@h2:5672/vh",
        );
        check("x://u:p/w@d@h/", "x://u:***@***@h/");
        check("x://u:p?w@h/", "x://u:***@h/");
        check(
            "at x://u:p@h, y://u@h and z://h",
            "at x://u:***@h, y://u@h and z://h",
        );
        check(
            "p://h/d?user=u&password=pw&x=1",
            "p://h/d?user=u&password=***&x=1",
        );
        check(
            "sqlite:////var/lib/nova.sqlite",
            "sqlite:////var/lib/nova.sqlite",
        );
        check("nothing here", "nothing here");
    }

    #[test]
    fn lines_with_secret_keys_are_hidden() {
        assert_eq!(mask_line("password = hunter2"), "password = ***");
        assert_eq!(mask_line("admin_token: abc"), "admin_token: ***");
        assert_eq!(
            mask_line("key_file = /etc/key.pem"),
            "key_file = /etc/key.pem"
        );
        assert_eq!(mask_line("password"), "password");
    }

    #[test]
    fn debug_and_display_are_masked() {
        assert_eq!(
            format!("{:?}", Secret::new("x://u:p@h")),
            "Secret(x://u:***@h)"
        );
        assert_eq!(Secret::new("token").to_string(), "***");
        assert_eq!(Secret::new("token").expose(), "token");
        assert_eq!(Secret::default().to_string(), "");
    }
}
