//! What a server says of itself.

use oslo_messaging::version_is_compatible;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use versionedobjects::Manifest;

/// The most classes a peer may name, and the most letters a name may have:
/// what peers say is kept.
const MOST_CLASSES: usize = 4096;
const LONGEST_NAME: usize = 128;

/// Who a server is and what it reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The topic it serves.
    pub topic: String,
    /// The name by which it is addressed on it, usually its host's.
    pub host: String,
    /// The program's name and version, for people.
    pub program: String,
    /// This run of the program: another one of the same host is another process.
    pub process: String,
    #[serde(flatten)]
    abilities: Abilities,
}

/// What a server can do, or what several can do all of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Abilities {
    /// The newest version of each class that it reads.
    #[serde(with = "manifest")]
    pub(super) reads: Manifest,
    /// The versions of its methods.
    #[serde(default)]
    pub(super) rpc: Vec<String>,
}

impl Profile {
    /// A server of `topic` named `host` that reads this much; a run of its own.
    #[must_use]
    pub fn new(
        topic: impl Into<String>,
        host: impl Into<String>,
        program: impl Into<String>,
        reads: Manifest,
    ) -> Self {
        Self {
            topic: topic.into(),
            host: host.into(),
            program: program.into(),
            process: Uuid::new_v4().simple().to_string(),
            abilities: Abilities {
                reads,
                rpc: Vec::new(),
            },
        }
    }

    /// The versions of the methods it serves; each stands for all smaller ones
    /// of its major.
    #[must_use]
    pub fn serving<V: Into<String>>(mut self, rpc: impl IntoIterator<Item = V>) -> Self {
        self.abilities.rpc = rpc.into_iter().map(Into::into).collect();
        self
    }

    /// The newest version of each class that it reads.
    #[must_use]
    pub const fn reads(&self) -> &Manifest {
        &self.abilities.reads
    }

    /// The versions of the methods it serves.
    #[must_use]
    pub fn rpc(&self) -> &[String] {
        &self.abilities.rpc
    }

    pub(super) const fn abilities(&self) -> &Abilities {
        &self.abilities
    }
}

impl Abilities {
    /// What both can do.
    pub(super) fn common(&self, other: &Self) -> Self {
        let served = |version: &&String| other.serves(version);
        Self {
            reads: self.reads.common(&other.reads),
            rpc: (self.rpc.iter().filter(served))
                .chain(
                    other
                        .rpc
                        .iter()
                        .filter(|version| self.serves(version) && !self.rpc.contains(version)),
                )
                .cloned()
                .collect(),
        }
    }

    /// Whether a message of that version is understood.
    pub(super) fn serves(&self, version: &str) -> bool {
        self.rpc
            .iter()
            .any(|own| version_is_compatible(own, version))
    }
}

/// A manifest in JSON, within bounds.
mod manifest {
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use versionedobjects::{JsonMap, Manifest};

    use super::{LONGEST_NAME, MOST_CLASSES};

    pub(super) fn serialize<S: Serializer>(
        manifest: &Manifest,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        if manifest.len() > MOST_CLASSES {
            return Err(S::Error::custom("more classes than peers accept"));
        }
        manifest.to_json().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Manifest, D::Error> {
        let map = JsonMap::deserialize(deserializer)?;
        if map.len() > MOST_CLASSES || map.keys().any(|name| name.len() > LONGEST_NAME) {
            return Err(D::Error::custom("too many classes, or too long a name"));
        }
        Manifest::from_json(&map).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use versionedobjects::Version;

    use super::*;

    fn abilities(reads: &[(&str, Version)], rpc: &[&str]) -> Abilities {
        Abilities {
            reads: reads.iter().copied().collect(),
            rpc: rpc.iter().map(|version| (*version).to_owned()).collect(),
        }
    }

    #[test]
    fn what_two_can_do_is_what_both_can_do() {
        let old = abilities(&[("A", Version::new(1, 2))], &["5.13", "6.0"]);
        let new = abilities(
            &[("A", Version::new(1, 3)), ("B", Version::new(1, 0))],
            &["6.5"],
        );
        for common in [old.common(&new), new.common(&old)] {
            assert_eq!(common, abilities(&[("A", Version::new(1, 2))], &["6.0"]));
            assert!(common.serves("6.0") && !common.serves("6.1") && !common.serves("5.0"));
        }
    }

    #[test]
    fn what_is_no_profile_is_refused() {
        let profile = Profile::new("t", "h", "p", Manifest::new()).serving(["1.0"]);
        let text = serde_json::to_string(&profile).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Profile>(&text).expect("the same"),
            profile
        );
        let long = format!(r#""reads":{{"{}":"1.0"}}"#, "x".repeat(LONGEST_NAME + 1));
        for wrong in [r#""reads":{"A":"x"}"#, r#""reads":[]"#, &long] {
            let text = text.replace(r#""reads":{}"#, wrong);
            assert!(serde_json::from_str::<Profile>(&text).is_err(), "{text}");
        }
    }
}
