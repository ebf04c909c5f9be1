//! Contracts: what peers may rely on of each class, as text that is committed,
//! reviewed, and compared with the code in every test run.
//!
//! A [`Contract`] is the whole structure of a class at every version it
//! records, and its methods. It is derived from the class's table, written as a
//! text of one thing a line (its `Display`), and read from it (its `FromStr`).
//!
//! | what | where |
//! |---|---|
//! | the one-line test | [`check`] |
//! | the same, step by step | [`Recorder`] |
//! | the structure | [`Contract`], [`Field`], [`Method`], [`Argument`], [`Type`], [`Content`] |
//! | two of a class | [`Comparison`]: its [`Change`]s, each with its [`Kind`], the [`Bump`] it needs and the [`Matrix`] of who breaks |
//! | the committed files | [`folder`] |
//!
//! # The rules
//!
//! What a recorded version has is what peers of that version were sent, so it
//! never changes. What the newest version has may change with a bump: a minor
//! one where older peers can be served what they know, which is what `since`,
//! `was`, `removed`, `values` and conversion functions are for; a major one
//! where they cannot. What nobody can notice needs none.
//!
//! ```no_run
//! # fn registry() -> &'static versionedobjects::Registry { panic!() }
//! // #[test]
//! fn what_peers_rely_on_is_recorded() -> Result<(), versionedobjects::contract::Error> {
//!     versionedobjects::contract::check(registry(), concat!(env!("CARGO_MANIFEST_DIR"), "/contract"))
//! }
//! ```

mod bump;
mod change;
mod command;
mod comparison;
mod derive;
mod diff;
pub mod folder;
mod matrix;
mod parse;
mod recorder;
mod scan;
mod structure;
mod types;
mod write;

use std::path::Path;

pub use bump::Bump;
pub use change::{Change, Kind, Place};
pub use comparison::Comparison;
pub use matrix::{Effect, Matrix};
pub use parse::ParseError;
pub use recorder::{Error, REASON_VARIABLE, Recorder, VARIABLE};
pub use structure::{Argument, Contract, Field, FieldAt, Method, NewerValues, Past, Removed};
pub use types::{Content, Form, Type};

use crate::Registry;

/// Compares the classes of a registry with the contracts recorded in a folder,
/// a file a class: for a test. See [`Recorder::check`].
///
/// # Errors
/// What differs, what it needs, who breaks, and how to record it.
pub fn check(registry: &Registry, folder: impl AsRef<Path>) -> Result<(), Error> {
    Recorder::new(registry, folder).check()
}
