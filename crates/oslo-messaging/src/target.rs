//! Where a message goes and what a server answers to.

use std::fmt;

/// Where a call goes, or what a server listens on. oslo.messaging `target.py`.
///
/// ```
/// use oslo_messaging::Target;
///
/// let conductor = Target::new("conductor").version("3.0");
/// let one_host = conductor.clone().server("host1");
/// assert_eq!(one_host.to_string(), "conductor.host1");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Target {
    /// The control exchange; the transport's own when absent.
    pub exchange: Option<String>,
    /// What the servers of one kind share: `conductor`, `compute`.
    pub topic: String,
    /// A group of methods; absent for a server's main ones.
    pub namespace: Option<String>,
    /// The version of the methods, `major.minor`; `1.0` when absent.
    pub version: Option<String>,
    /// One server of the topic, by its host name.
    pub server: Option<String>,
    /// To every server of the topic, without answers.
    pub fanout: bool,
}

impl Target {
    /// Any server of a topic.
    pub fn new(topic: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            ..Self::default()
        }
    }

    /// On another exchange than the transport's.
    #[must_use]
    pub fn exchange(mut self, exchange: impl Into<String>) -> Self {
        self.exchange = Some(exchange.into());
        self
    }

    /// Methods of this namespace.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Methods of this version.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// This server only.
    #[must_use]
    pub fn server(mut self, server: impl Into<String>) -> Self {
        self.server = Some(server.into());
        self
    }

    /// Every server of the topic.
    #[must_use]
    pub fn fanout(mut self, fanout: bool) -> Self {
        self.fanout = fanout;
        self
    }

    /// `topic` or `topic.server`: the name of the queue the message waits in.
    #[must_use]
    pub fn queue(&self) -> String {
        match &self.server {
            Some(server) => format!("{}.{server}", self.topic),
            None => self.topic.clone(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.topic)?;
        if let Some(server) = &self.server {
            write!(f, ".{server}")?;
        }
        if self.fanout {
            f.write_str(" (fanout)")?;
        }
        Ok(())
    }
}

/// Whether an implementation of version `ours` serves a caller who wants `wanted`: the same major, and a minor not above
/// ours. oslo.messaging `_utils.py`, `version_is_compatible`; what is not a version is never compatible.
///
/// ```
/// use oslo_messaging::version_is_compatible;
///
/// assert!(version_is_compatible("3.2", "3.0"));
/// assert!(!version_is_compatible("3.2", "3.3"));
/// assert!(!version_is_compatible("3.2", "2.0"));
/// ```
#[must_use]
pub fn version_is_compatible(ours: &str, wanted: &str) -> bool {
    fn parts(text: &str) -> Option<(u32, u32, u32)> {
        let mut parts = text.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        let revision = match parts.next() {
            Some(text) => text.parse().ok()?,
            None => 0,
        };
        Some((major, minor, revision))
    }
    match (parts(ours), parts(wanted)) {
        (Some(ours), Some(wanted)) => {
            ours.0 == wanted.0 && (wanted.1 < ours.1 || (wanted.1 == ours.1 && wanted.2 <= ours.2))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::version_is_compatible;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (ours, wanted, served) in [
            ("3.0", "3.0", true),
            ("3.10", "3.9", true),
            ("3.9", "3.10", false),
            ("3.0", "2.9", false),
            ("3.0", "4.0", false),
            ("1.0.1", "1.0", true),
            ("1.0", "1.0.1", false),
            ("1.1", "1.0.9", true),
            ("3.0", "3", false),
            ("3.0", "", false),
            ("3.0", "three.nought", false),
            ("3.0", "3.-1", false),
            ("3.0", "99999999999.0", false),
        ] {
            assert_eq!(
                version_is_compatible(ours, wanted),
                served,
                "{ours} serves {wanted}"
            );
        }
    }
}
