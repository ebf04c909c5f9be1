//! Contracts: what peers may rely on of each class, as text that is committed,
//! reviewed, and compared with the code in every test run.
//!
//! A [`Contract`] is the whole structure of a class at every version it
//! records, and its methods. It is derived from the class's table, written as a
//! text of one thing a line (its `Display`), and read from it (its `FromStr`).
//!
//! | what | where |
//! |---|---|
//! | the structure | [`Contract`], [`Field`], [`Method`], [`Argument`], [`Type`], [`Content`] |
//! | reading the text | [`ParseError`] |
//! | the committed files | [`folder`] |

mod derive;
pub mod folder;
mod parse;
mod scan;
mod structure;
mod types;
mod write;

pub use parse::ParseError;
pub use structure::{Argument, Contract, Field, FieldAt, Method, NewerValues, Past, Removed};
pub use types::{Content, Form, Type};
