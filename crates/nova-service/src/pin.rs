//! Behaving as an older release: which versions of which classes to read.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use nova_objects::registry;
use oslo_messaging::Args;
use versionedobjects::{Class, Context, Manifest, Reader, Version, header};

/// The newest versions this process reads, of some classes: as the flag
/// `--pin-objects Instance=2.5,Flavor=1.1` has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin(Arc<Manifest>);

/// Why a pin cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PinError {
    /// It is not written CLASS=VERSION.
    #[error("`{part}` is not CLASS=VERSION, such as Instance=2.5")]
    Form {
        /// The part that is not.
        part: String,
    },
    /// No such class.
    #[error("there is no class `{class}`")]
    UnknownClass {
        /// The name given.
        class: String,
    },
    /// The class never had that version.
    #[error("{class} has no version {version}; it has {known}")]
    UnknownVersion {
        /// The class.
        class: &'static str,
        /// The version given.
        version: String,
        /// The versions it had.
        known: String,
    },
}

impl Pin {
    /// The context that reads and asks as the pinned release would.
    #[must_use]
    pub fn apply(&self, ctx: &Context) -> Context {
        ctx.with_pin(self.0.clone())
    }

    /// The versions.
    #[must_use]
    pub const fn manifest(&self) -> &Arc<Manifest> {
        &self.0
    }

    /// Logs an object among arguments: the version it was sent at, and what
    /// this side reads instead when it had to ask (`asked`) for an older form.
    pub fn log_received(
        &self,
        ctx: &Context,
        args: &Args<'_>,
        name: &str,
        class: &'static Class,
        asked: bool,
    ) {
        let sent = args
            .get(name)
            .and_then(|raw| header(&mut Reader::new(raw.get()).ok()?).ok());
        let Some(sent) = sent else { return };
        let own = ctx.manifest_of(class);
        let reads = own
            .get(class.name)
            .unwrap_or(sent.version)
            .min(sent.version);
        let inside: Vec<String> = self
            .0
            .iter()
            .filter(|(name, _)| *name != class.name && own.get(name).is_some())
            .filter(|(name, version)| {
                registry()
                    .iter()
                    .any(|other| other.name == *name && *version < other.version())
            })
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        let newer: Vec<&str> = class
            .fields
            .iter()
            .filter(|field| field.since.is_some_and(|since| since > reads))
            .map(|field| field.name)
            .collect();
        let (without, inside) = (newer.join(", "), inside.join(", "));
        if asked {
            tracing::info!(
                without,
                inside,
                "received {} {}, too new for this release: a conductor wrote it as {reads}",
                sent.name,
                sent.version,
            );
        } else if newer.is_empty() {
            tracing::info!(
                "received {} {}, as this release knows it",
                sent.name,
                sent.version
            );
        } else {
            tracing::info!(
                without,
                inside,
                "received {} {}, written for this release by its sender",
                sent.name,
                sent.version,
            );
        }
    }
}

impl FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        let mut manifest = Manifest::new();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (class, version) = part.split_once('=').ok_or_else(|| PinError::Form {
                part: part.to_owned(),
            })?;
            let known = registry()
                .iter()
                .find(|known| known.name == class)
                .ok_or_else(|| PinError::UnknownClass {
                    class: class.to_owned(),
                })?;
            let version = version_of(known, version.trim())?;
            manifest.insert(known.name, version);
        }
        Ok(Self(Arc::new(manifest)))
    }
}

fn version_of(class: &'static Class, text: &str) -> Result<Version, PinError> {
    let versions = || class.history.iter().map(|release| release.version);
    let unknown = || PinError::UnknownVersion {
        class: class.name,
        version: text.to_owned(),
        known: versions()
            .map(|version| version.to_string())
            .collect::<Vec<_>>()
            .join(", "),
    };
    let version = Version::from_str(text).map_err(|_| unknown())?;
    versions()
        .find(|known| *known == version)
        .ok_or_else(unknown)
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (class, version)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{class} {version}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_in_a_pin_are_named() {
        let error = |text: &str| {
            text.parse::<Pin>()
                .map(|pin| pin.to_string())
                .map_err(|error| error.to_string())
        };
        assert_eq!(
            error("Instance=2.5, Flavor=1.1"),
            Ok("Instance 2.5, Flavor 1.1".to_owned())
        );
        assert_eq!(
            error("Instance"),
            Err("`Instance` is not CLASS=VERSION, such as Instance=2.5".to_owned())
        );
        assert_eq!(
            error("Instanz=2.5"),
            Err("there is no class `Instanz`".to_owned())
        );
        assert_eq!(
            error("Flavor=1.9"),
            Err("Flavor has no version 1.9; it has 1.0, 1.1, 1.2".to_owned())
        );
        assert_eq!(
            error("Flavor=new"),
            Err("Flavor has no version new; it has 1.0, 1.1, 1.2".to_owned())
        );
    }
}
