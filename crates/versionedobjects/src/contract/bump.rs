//! Bumps of a version: how far one moved, and how far it has to.

use std::fmt;

use crate::Version;

/// How far a version moved, or has to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bump {
    /// Not at all.
    None,
    /// Its third part, which says nothing of data: additions to what can be
    /// called, on a stable branch.
    Patch,
    /// Its minor part: older peers are served what they know.
    Minor,
    /// Its major part: older peers are refused.
    Major,
}

impl Bump {
    /// What was made between two versions; none where the second is not newer.
    #[must_use]
    pub fn between(old: Version, new: Version) -> Self {
        if new <= old {
            Self::None
        } else if new.major > old.major {
            Self::Major
        } else if new.minor > old.minor {
            Self::Minor
        } else {
            Self::Patch
        }
    }

    /// The version behind one by this bump.
    #[must_use]
    pub const fn after(self, version: Version) -> Version {
        match self {
            Self::None => version,
            Self::Patch => Version {
                patch: Some(match version.patch {
                    Some(patch) => patch.saturating_add(1),
                    None => 1,
                }),
                ..version
            },
            Self::Minor => Version::new(version.major, version.minor.saturating_add(1)),
            Self::Major => Version::new(version.major.saturating_add(1), 0),
        }
    }

    /// The name in data.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
