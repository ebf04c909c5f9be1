//! The command line: databases, objects, servers.
//!
//! | module | what it is |
//! |---|---|
//! | [`cli`] | the commands and their flags |
//! | [`run`] | from a command line to an exit code |
//! | [`Session`] | who asks, by which route, over which bus |
//! | [`commands`] | what each command does; every one gives an [`Answer`](output::Answer) |
//! | [`convert`] | objects by the line, as other releases read them |
//! | [`explain`] | what a recorded primitive or message says, as facts and as text |
//! | [`mod@reference`] | all classes as pages for a browser |
//! | [`output`] | answers as tables for people and as JSON for programs |
//!
//! The commands are written against the classes of `nova-objects` and do not
//! know whether the database is here or behind a conductor.
//!
//! ```
//! use novactl::explain::{Explained, explain};
//!
//! let text = r#"{"nova_object.name": "Tag", "nova_object.namespace": "nova", "nova_object.version": "1.0",
//!                "nova_object.data": {"tag": "blue"}}"#;
//! let Explained::Object(tag) = explain(&serde_json::from_str(text)?) else { panic!("it is an object") };
//! assert_eq!(tag.class, "Tag");
//! assert_eq!(tag.unset, ["resource_id"]);
//! # Ok::<(), serde_json::Error>(())
//! ```

pub mod cli;
pub mod commands;
pub mod convert;
mod error;
pub mod explain;
mod names;
pub mod output;
pub mod reference;
mod run;
mod session;
mod ssh_key;

pub use error::{Error, Result};
pub use run::run;
pub use session::Session;
