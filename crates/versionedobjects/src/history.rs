//! The recorded versions of a class.

use crate::Version;

/// One recorded version and what it brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// The version.
    pub version: Version,
    /// What changed, in a phrase.
    pub note: &'static str,
}
