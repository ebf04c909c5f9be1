//! Version numbers of objects, compared as numbers and never as text.

use std::fmt;
use std::str::FromStr;

use crate::{Error, Result};

/// The version of an object: `major.minor`, or `major.minor.patch`.
///
/// Ordered as oslo orders them, as tuples of integers: `1.10 > 1.9`, and
/// `1.5.1 > 1.5` because the longer tuple is the larger one. The third part
/// exists for backports to stable releases and never decides whether *data*
/// is readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Changes of this part are breaking.
    pub major: u16,
    /// Changes of this part add.
    pub minor: u16,
    /// Additive changes on a stable branch; irrelevant for data.
    pub patch: Option<u16>,
}

impl Version {
    /// `major.minor`.
    #[must_use]
    pub const fn new(major: u16, minor: u16) -> Self {
        Self {
            major,
            minor,
            patch: None,
        }
    }

    /// Without the third part.
    #[must_use]
    pub const fn without_patch(self) -> Self {
        Self {
            patch: None,
            ..self
        }
    }

    /// Whether something that asks for `self` is served by `current`: the same
    /// major, and not newer (oslo.utils `versionutils.is_compatible`).
    #[must_use]
    pub fn is_served_by(self, current: Self) -> bool {
        self.major == current.major && self <= current
    }

    /// Whether data of version `self` can be read by code at `current`: the
    /// third part is ignored on both sides.
    #[must_use]
    pub const fn is_readable_by(self, current: Self) -> bool {
        self.major == current.major && self.minor <= current.minor
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        self.patch.map_or(Ok(()), |patch| write!(f, ".{patch}"))
    }
}

impl FromStr for Version {
    type Err = Error;

    /// Two or three decimal numbers separated by dots.
    fn from_str(text: &str) -> Result<Self> {
        let malformed = || Error::MalformedVersion {
            text: text.chars().take(64).collect(),
        };
        let number = |part: &[u8]| {
            let digits = (!part.is_empty()).then_some(part)?;
            digits.iter().try_fold(0_u16, |number, byte| {
                let digit = byte.is_ascii_digit().then(|| byte - b'0')?;
                number.checked_mul(10)?.checked_add(digit.into())
            })
        };
        let mut parts = text.as_bytes().split(|byte| *byte == b'.');
        let mut next = || {
            parts
                .next()
                .map(|part| number(part).ok_or_else(malformed))
                .transpose()
        };
        let (major, minor, patch, rest) = (next()?, next()?, next()?, next()?);
        match (major, minor, patch, rest) {
            (Some(major), Some(minor), patch, None) => Ok(Self {
                major,
                minor,
                patch,
            }),
            _ => Err(malformed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().expect(text)
    }

    #[test]
    fn compares_as_numbers() {
        assert!(version("1.10") > version("1.9"));
        assert!(version("1.5.1") > version("1.5"));
        assert!(version("1.5.1") < version("1.6"));
    }

    #[test]
    fn compatibility_is_oslo_s() {
        // semantics observed on oslo.utils: (requested, current, answer)
        for (requested, current, expected) in [
            ("1.0", "1.5", true),
            ("1.5", "1.0", false),
            ("2.0", "1.5", false),
            ("1.5", "2.0", false),
            ("1.5.1", "1.5", false),
            ("1.5", "1.5.1", true),
            ("1.5.1", "1.6", true),
        ] {
            assert_eq!(
                version(requested).is_served_by(version(current)),
                expected,
                "{requested} by {current}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_version() {
        for text in [
            "",
            "1",
            "1.x",
            "1.",
            ".1",
            "1.2.3.4",
            "+1.2",
            "1.-2",
            "1.99999999",
            " 1.2",
        ] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn displays_as_written() {
        for text in ["1.0", "2.17", "1.2.3"] {
            assert_eq!(version(text).to_string(), text);
        }
    }
}
