//! What can go wrong while reading configuration.

use std::io;
use std::path::PathBuf;

use crate::location::{Excerpt, Location};

/// A configuration that cannot be used. Each text says what was attempted and fits after "failed to".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that was asked for does not exist or cannot be read.
    #[error("read configuration file {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },

    /// A directory given by `--config-dir` does not exist or cannot be listed.
    #[error("read configuration directory {}", path.display())]
    ReadDir {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },

    /// A file is not INI as oslo.config reads it.
    #[error("parse configuration: {at}: {problem}\n{}", at.marked())]
    Parse {
        /// What is wrong and what to do.
        problem: ParseProblem,
        /// Where, with the line.
        at: Box<Excerpt>,
    },

    /// A value does not fit its option.
    #[error("read option [{group}] {name} from {at}: {problem}{}", marked(at))]
    Value {
        /// The option's group.
        group: String,
        /// The option's name.
        name: String,
        /// What is wrong with the value.
        problem: String,
        /// Where the value was given.
        at: Box<Location>,
    },

    /// A flag names an option that does not exist.
    #[error("set [{group}] {name} by {flag}: there is no such option{}", did_you_mean(suggestion.as_deref()))]
    UnknownOption {
        /// The group in the flag.
        group: String,
        /// The option in the flag.
        name: String,
        /// The flag, without its value.
        flag: String,
        /// The nearest option that exists.
        suggestion: Option<String>,
    },

    /// `--set` without `GROUP.OPTION=VALUE`.
    #[error(
        "read flag --set {text:?}: expected GROUP.OPTION=VALUE, such as database.max_pool_size=10"
    )]
    BadSet {
        /// The text up to its value.
        text: String,
    },

    /// A program asked for an option that is in none of the tables it loaded: a bug in the program.
    #[error("look up [{group}] {name}: the option is in none of the loaded tables")]
    NotDeclared {
        /// The group asked for.
        group: String,
        /// The name asked for.
        name: String,
    },
}

/// What is wrong with a line (oslo_config iniparser.py, cfg.py `ConfigParser`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseProblem {
    /// A line is neither a section, a comment nor an assignment.
    #[error("no ':' or '=' found in assignment")]
    NoSeparator,
    /// `= value`.
    #[error("key cannot be empty")]
    EmptyKey,
    /// An indented line that follows no assignment.
    #[error(
        "unexpected continuation line (a line that begins with a blank continues the option above it; remove the blank)"
    )]
    UnexpectedContinuation,
    /// `[section` or `[section] # text`.
    #[error("invalid section, it must end with ] (comments need a line of their own)")]
    UnclosedSection,
    /// `[]`.
    #[error("empty section name")]
    EmptySection,
    /// An assignment before the first section.
    #[error("a section must be started before the first assignment; begin the file with [DEFAULT]")]
    NoSection,
    /// Bytes that are not UTF-8.
    #[error("the file is not UTF-8 from here on; save it as UTF-8")]
    NotUtf8,
}

fn marked(at: &Location) -> String {
    match at {
        Location::File(excerpt) => format!("\n{}", excerpt.marked()),
        _ => String::new(),
    }
}

pub(crate) fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}
