//! The highest versions a process may send, by whom they are sent to.

use std::sync::Arc;

use crate::target::{Target, version_is_compatible};

/// The highest versions that anybody in a process may send, whatever its code knows: what operators hold it to while others
/// are older (`[upgrade_levels]` of Nova). Cheap to clone.
///
/// ```
/// use oslo_messaging::{Target, VersionCaps};
///
/// let caps = VersionCaps::default().topic("compute", "5.13", "[upgrade_levels] compute");
/// let old = caps.of(&Target::new("compute")).expect("there is a cap");
/// assert!(old.allows("5.0") && !old.allows("6.0"));
/// assert!(caps.of(&Target::new("conductor")).is_none());
/// ```
#[derive(Clone, Debug, Default)]
pub struct VersionCaps(Arc<Vec<(Scope, VersionCap)>>);

/// The highest version that may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionCap {
    /// The version, `major.minor`.
    pub version: Arc<str>,
    /// Which option sets it; nothing if the program itself does.
    pub set_by: Option<Arc<str>>,
}

/// What a cap is about.
#[derive(Clone, Debug)]
enum Scope {
    /// A server's main methods.
    Topic(String),
    /// A group of methods, whoever serves it.
    Namespace(String),
}

impl VersionCaps {
    /// With a cap for the main methods of the servers of a topic. `set_by` names the option, for those who are refused.
    #[must_use]
    pub fn topic(self, topic: &str, version: &str, set_by: &str) -> Self {
        self.with(Scope::Topic(topic.to_owned()), version, set_by)
    }

    /// With a cap for the methods of a namespace on any topic.
    #[must_use]
    pub fn namespace(self, namespace: &str, version: &str, set_by: &str) -> Self {
        self.with(Scope::Namespace(namespace.to_owned()), version, set_by)
    }

    fn with(mut self, scope: Scope, version: &str, set_by: &str) -> Self {
        let cap = VersionCap {
            version: version.into(),
            set_by: Some(set_by.into()),
        };
        Arc::make_mut(&mut self.0).push((scope, cap));
        self
    }

    /// The one for messages to `target`, if there is one.
    #[must_use]
    pub fn of(&self, target: &Target) -> Option<&VersionCap> {
        self.0
            .iter()
            .find(|(scope, _)| match (scope, &target.namespace) {
                (Scope::Topic(topic), None) => *topic == target.topic,
                (Scope::Namespace(name), Some(namespace)) => name == namespace,
                _ => false,
            })
            .map(|(_, cap)| cap)
    }
}

impl VersionCap {
    /// Whether messages of that version may be sent: the same major, and no higher minor.
    #[must_use]
    pub fn allows(&self, version: &str) -> bool {
        version_is_compatible(&self.version, version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_is_for_its_topic_or_its_namespace_only() {
        let caps = VersionCaps::default()
            .topic("conductor", "2.0", "c")
            .namespace("baseapi", "1.0", "b");
        let of = |target: Target| caps.of(&target).and_then(|cap| cap.set_by.as_deref());
        assert_eq!(of(Target::new("conductor")), Some("c"));
        assert_eq!(of(Target::new("conductor").server("h")), Some("c"));
        // As the original has it: tasks are another interface on the same topic.
        assert_eq!(of(Target::new("conductor").namespace("compute_task")), None);
        assert_eq!(of(Target::new("conductor").namespace("baseapi")), Some("b"));
        assert_eq!(of(Target::new("compute").namespace("baseapi")), Some("b"));
        assert_eq!(of(Target::new("compute")), None);
    }
}
