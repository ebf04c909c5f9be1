//! Why a schema cannot be used or created.

use super::revision::{Known, known};
use crate::connection::Schema;
use crate::error::Target;

/// A schema that is not the one this release works with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// The database is empty, or its schema was not completed.
    #[error("use database {target}: it has no schema yet")]
    Missing {
        /// Which database.
        target: Box<Target>,
    },

    /// The schema is that of an older Nova.
    #[error("use database {target}: its schema is of revision {found}, older than {wanted}")]
    Older {
        /// Which database.
        target: Box<Target>,
        /// The revision it has.
        found: String,
        /// The revision needed.
        wanted: &'static str,
    },

    /// The schema is the other one of Nova's two.
    #[error("use database {target}: its revision {found} is one of Nova's {other} schema")]
    OfOtherSchema {
        /// Which database.
        target: Box<Target>,
        /// The revision it has.
        found: String,
        /// The schema that has it.
        other: Schema,
    },

    /// The revision is not known: of a newer Nova, or of another program.
    #[error("use database {target}: its schema is of the unknown revision {found}, not {wanted}")]
    Unknown {
        /// Which database.
        target: Box<Target>,
        /// The revision it has.
        found: String,
        /// The revision needed.
        wanted: &'static str,
    },

    /// There are tables of Nova's names but no revision.
    #[error("use database {target}: it has tables of Nova's names but no alembic revision")]
    Unversioned {
        /// Which database.
        target: Box<Target>,
    },

    /// Another process held the lock for the creation for too long.
    #[error(
        "create the schema of database {target}: another process has been doing so for {seconds} s"
    )]
    Busy {
        /// Which database.
        target: Box<Target>,
        /// How long was waited.
        seconds: u64,
    },
}

impl MigrationError {
    pub(super) fn of_revision(
        schema: Schema,
        found: String,
        wanted: &'static str,
        target: Box<Target>,
    ) -> Self {
        match known(schema, &found) {
            Known::Older => Self::Older {
                target,
                found,
                wanted,
            },
            Known::Unknown => Self::Unknown {
                target,
                found,
                wanted,
            },
            Known::OfOther => Self::OfOtherSchema {
                target,
                found,
                other: match schema {
                    Schema::Main => Schema::Api,
                    Schema::Api => Schema::Main,
                },
            },
        }
    }

    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        let manage = |target: &Target| {
            if target.name == "api" {
                "api_db sync"
            } else {
                "db sync"
            }
        };
        Some(match self {
            Self::Missing { .. } => "run `novactl db sync`".to_owned(),
            Self::Older { target, .. } => {
                format!("run `nova-manage {}` of Nova 34 on it; upgrades are left to Nova", manage(target))
            }
            Self::OfOtherSchema { .. } => {
                "exchange `connection` in [database] and [api_database]; the two need databases of their own".to_owned()
            }
            Self::Unknown { .. } => {
                "use a release of this program for that Nova; a schema is never downgraded".to_owned()
            }
            Self::Unversioned { .. } => {
                "use an empty database, or let the program that made these tables finish its migration".to_owned()
            }
            Self::Busy { .. } => "see whether that process still works, then try again".to_owned(),
        })
    }
}
