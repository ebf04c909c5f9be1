//! Transport URLs: which driver, where, as whom.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// One broker or hub of a [`TransportUrl`].
#[derive(Clone, PartialEq, Eq)]
pub struct TransportHost {
    /// Host name or address; IPv6 without its brackets.
    pub hostname: String,
    /// The port, if the URL names one.
    pub port: Option<u16>,
    /// Who to log in as.
    pub username: Option<String>,
    /// The secret. Never shown.
    pub password: Option<String>,
}

/// `driver://[user:pass@]host:port[,userN:passN@hostN:portN]/virtual_host?query`, as oslo.messaging `transport.py` reads it.
///
/// Text forms never contain passwords.
///
/// ```
/// use oslo_messaging::TransportUrl;
///
/// let url: TransportUrl = "rabbit://nova:s3cret@one:5672,nova:s3cret@two/cell1?ssl=1".parse()?;
/// assert_eq!(url.scheme, "rabbit");
/// assert_eq!(url.hosts[0].port, Some(5672));
/// assert_eq!(url.virtual_host, "cell1");
/// assert_eq!(url.option("ssl"), Some("1"));
/// assert_eq!(url.to_string(), "rabbit://nova:***@one:5672,nova:***@two/cell1?ssl=1");
/// # Ok::<(), oslo_messaging::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TransportUrl {
    /// The driver's name.
    pub scheme: String,
    /// Where to connect, in the order given.
    pub hosts: Vec<TransportHost>,
    /// What follows the host, without its first slash; percent escapes resolved. A path for `grpc+unix`.
    pub virtual_host: String,
    /// The driver's own options, in the order given; a repeated one is joined by commas.
    pub query: Vec<(String, String)>,
}

impl TransportUrl {
    /// The value of a driver option.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a driver option is switched on (`1`, `true`, `yes`, `on`).
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.option(name).is_some_and(|value| {
            ["1", "true", "yes", "on"]
                .iter()
                .any(|on| value.eq_ignore_ascii_case(on))
        })
    }

    /// An error about this URL.
    #[must_use]
    pub fn invalid(&self, reason: impl Into<String>) -> Error {
        Error::InvalidUrl {
            url: self.to_string(),
            reason: reason.into(),
        }
    }
}

impl FromStr for TransportUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = |reason: &str| Error::InvalidUrl {
            // What does not parse may hold a password anywhere: only the scheme is shown.
            url: match text.split_once("://") {
                Some((scheme, _)) => format!("{scheme}://..."),
                None => "...".to_owned(),
            },
            reason: reason.to_owned(),
        };
        let (scheme, rest) = text.trim().split_once("://").ok_or_else(|| {
            invalid(
                "it has no scheme; write it as driver://host:port/, such as grpc://127.0.0.1:8774",
            )
        })?;
        if scheme.is_empty()
            || !scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-._".contains(&b))
        {
            return Err(invalid("the scheme is empty or not a name"));
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (netloc, path) = rest.split_once('/').unwrap_or((rest, ""));
        let hosts = netloc
            .split(',')
            .filter(|host| !host.is_empty())
            .map(|host| {
                parse_host(host).ok_or_else(|| invalid("a host or its port does not parse"))
            })
            .collect::<Result<_, _>>()?;
        let mut options: Vec<(String, String)> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (unquote(key), unquote(&value.replace('+', " ")));
            match options.iter_mut().find(|(known, _)| *known == key) {
                Some((_, values)) => {
                    values.push(',');
                    values.push_str(&value);
                }
                None => options.push((key, value)),
            }
        }
        Ok(Self {
            scheme: scheme.to_ascii_lowercase(),
            hosts,
            virtual_host: unquote(path),
            query: options,
        })
    }
}

impl fmt::Display for TransportUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme)?;
        for (index, host) in self.hosts.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{host}")?;
        }
        write!(f, "/{}", self.virtual_host)?;
        for (index, (key, value)) in self.query.iter().enumerate() {
            let value = if key.contains("password") {
                "***"
            } else {
                value
            };
            write!(f, "{}{key}={value}", if index == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for TransportUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransportUrl({self})")
    }
}

impl fmt::Display for TransportHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(username) = &self.username {
            f.write_str(username)?;
            if self.password.is_some() {
                f.write_str(":***")?;
            }
            f.write_str("@")?;
        }
        if self.hostname.contains(':') {
            write!(f, "[{}]", self.hostname)?;
        } else {
            f.write_str(&self.hostname)?;
        }
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for TransportHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransportHost({self})")
    }
}

fn parse_host(text: &str) -> Option<TransportHost> {
    let (credentials, address) = match text.rsplit_once('@') {
        Some((credentials, address)) => (Some(credentials), address),
        None => (None, text),
    };
    let (username, password) = match credentials {
        Some(text) => match text.split_once(':') {
            Some((name, secret)) => (Some(unquote(name)), Some(unquote(secret))),
            None => (Some(unquote(text)), None),
        },
        None => (None, None),
    };
    let (hostname, port) = match address.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']')?;
            match after {
                "" => (host, None),
                _ => (host, Some(after.strip_prefix(':')?)),
            }
        }
        None => match address.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') => (host, Some(port)),
            // More than one colon and no brackets: an IPv6 address without a port.
            Some(_) => (address, None),
            None => (address, None),
        },
    };
    let port = match port {
        Some("") | None => None,
        Some(text) => Some(text.parse().ok()?),
    };
    Some(TransportHost {
        hostname: hostname.to_owned(),
        port,
        username,
        password,
    })
}

/// Resolves percent escapes; what is not one stays as it is, as Python's `unquote` does.
fn unquote(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [high, low, after @ ..]) => hex(*high)
                .zip(hex(*low))
                .map(|(high, low)| (high * 16 + low, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((*first, tail));
        out.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::TransportUrl;

    fn check(text: &str, shown: &str) -> TransportUrl {
        let url: TransportUrl = text.parse().expect("the URL is well formed");
        assert_eq!(url.to_string(), shown);
        assert_eq!(format!("{url:?}"), format!("TransportUrl({shown})"));
        url
    }

    #[test]
    fn urls_read_as_in_oslo_and_never_show_passwords() {
        let url = check(
            "rabbit://u:p%40ss@[::1]:5672,h2/%2Fcell?a=1&b=x&a=2",
            "rabbit://u:***@[::1]:5672,h2//cell?a=1,2&b=x",
        );
        assert_eq!(url.hosts[0].password.as_deref(), Some("p@ss"));
        assert_eq!(url.hosts[0].hostname, "::1");
        assert_eq!(url.hosts[1].username, None);
        assert_eq!(url.virtual_host, "/cell");
        let url = check(
            "grpc+unix:///run/nova/hub.sock",
            "grpc+unix:///run/nova/hub.sock",
        );
        assert_eq!(url.virtual_host, "run/nova/hub.sock");
        assert!(url.hosts.is_empty());
        check("fake://", "fake:///");
        check("fake://tests", "fake://tests/");
    }

    #[test]
    fn what_does_not_parse_says_so_without_secrets() {
        for text in [
            "",
            "localhost",
            "://h",
            "rabbit://u:hush@h:port/",
            "rabbit://u:hush@h:70000/",
            "rabbit://u:hush@[::1/",
            "ra bbit://hush",
        ] {
            let error = text.parse::<TransportUrl>().expect_err(text).to_string();
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
