//! Where values come from.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::config::{Config, FlagValue};
use crate::error::Error;
use crate::ini::{self, IniFile};
use crate::opt::{Opt, normalize_group};
use crate::paths;
use crate::settings;

/// Collects the sources of a configuration; [`Loader::load`] reads them.
///
/// Sources in the order of their strength, weakest first: defaults, files in the order added, files of directories, the
/// environment, flags.
#[derive(Debug)]
#[must_use]
pub struct Loader {
    program: String,
    options: Vec<&'static Opt>,
    files: Vec<PathBuf>,
    directories: Vec<PathBuf>,
    texts: Vec<(PathBuf, String)>,
    default_files: bool,
    environment: Option<HashMap<String, String>>,
    sets: Vec<String>,
    flags: Vec<FlagValue>,
}

impl Loader {
    /// A loader that knows the given tables. `program` names the program's own file: `nova-conductor.conf`.
    pub fn new(program: impl Into<String>, tables: &[&'static [Opt]]) -> Self {
        Self {
            program: program.into(),
            options: tables.iter().flat_map(|table| table.iter()).collect(),
            files: Vec::new(),
            directories: Vec::new(),
            texts: Vec::new(),
            default_files: true,
            environment: None,
            sets: Vec::new(),
            flags: Vec::new(),
        }
    }

    /// A loader that knows every option of [`Settings`](crate::Settings).
    pub fn nova(program: impl Into<String>) -> Self {
        Self::new(program, settings::TABLES)
    }

    /// Adds a table, for a program with options of its own.
    pub fn table(mut self, table: &'static [Opt]) -> Self {
        self.options.extend(table);
        self
    }

    /// Adds a file that has to exist.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.files.push(path.into());
        self
    }

    /// Adds the `*.conf` files of a directory, in the order of their names. They are read after all single files.
    pub fn directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.directories.push(path.into());
        self
    }

    /// Adds a file's content without a file.
    pub fn text(mut self, name: impl Into<PathBuf>, content: impl Into<String>) -> Self {
        self.texts.push((name.into(), content.into()));
        self
    }

    /// Does not look for files nobody named.
    ///
    /// Otherwise, as in the original, when no file is added: `nova.conf` and the program's own, each from the first of
    /// `~/.nova/`, `~/`, `/etc/nova/`, `/etc/`; likewise the directories `nova.conf.d` and the program's own.
    pub fn without_default_files(mut self) -> Self {
        self.default_files = false;
        self
    }

    /// Uses these variables instead of the process's environment.
    pub fn environment<K: Into<String>, V: Into<String>>(
        mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.environment = Some(
            variables
                .into_iter()
                .map(|(k, v)| (k.into(), v.into()))
                .collect(),
        );
        self
    }

    /// Sets an option as the flag `--set GROUP.OPTION=VALUE` does; an option of `[DEFAULT]` needs no group.
    pub fn set(mut self, assignment: impl Into<String>) -> Self {
        self.sets.push(assignment.into());
        self
    }

    /// Sets an option as a flag of its own does. `flag` is how errors call it.
    pub fn flag(
        mut self,
        flag: impl Into<String>,
        group: &str,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.flags.push(FlagValue {
            group: normalize_group(group),
            name: name.into(),
            value: value.into(),
            flag: flag.into(),
        });
        self
    }

    /// Reads everything.
    ///
    /// # Errors
    /// When a file that was named cannot be read, a file cannot be parsed, or a flag names no option. Values are
    /// checked when asked for.
    pub fn load(self) -> Result<Config, Error> {
        let mut files = Vec::new();
        let mut paths = self.files;
        let mut directories = self.directories;
        if self.default_files {
            let found = paths::default_files(&self.program);
            if paths.is_empty() {
                paths = found.files;
            }
            if directories.is_empty() {
                directories = found.directories;
            }
        }
        for path in paths {
            files.push(read(&path)?);
        }
        for directory in directories {
            for path in conf_files(&directory)? {
                files.push(read(&path)?);
            }
        }
        for (name, content) in self.texts {
            files.push(ini::parse(name, content.as_bytes())?);
        }
        let mut flags = Vec::new();
        for text in self.sets {
            flags.push(parse_set(&text)?);
        }
        flags.extend(self.flags);
        let environment = self.environment.unwrap_or_else(|| {
            // Variables that are not UTF-8 are not ours.
            let variables = std::env::vars_os();
            let texts =
                variables.filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
            texts.filter(|(name, _)| name.starts_with("OS_")).collect()
        });
        Config::new(self.options, files, environment, flags)
    }
}

fn read(path: &Path) -> Result<IniFile, Error> {
    let bytes = std::fs::read(expand_home(path)).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    ini::parse(path, &bytes)
}

/// The directory's `*.conf` files as `glob` lists them: hidden ones left out, sorted.
fn conf_files(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let fail = |source| Error::ReadDir {
        path: directory.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(expand_home(directory)).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let hidden = path
            .file_name()
            .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden
            && path
                .extension()
                .is_some_and(|extension| extension == "conf")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn expand_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), paths::home()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

fn parse_set(text: &str) -> Result<FlagValue, Error> {
    let (target, value) = text.split_once('=').ok_or_else(|| Error::BadSet {
        text: text.chars().take(80).collect(),
    })?;
    let (group, name) = target.split_once('.').unwrap_or(("DEFAULT", target));
    if group.is_empty() || name.is_empty() {
        return Err(Error::BadSet {
            text: target.to_owned(),
        });
    }
    Ok(FlagValue {
        group: normalize_group(group),
        name: name.trim().replace('-', "_"),
        value: value.to_owned(),
        flag: format!("--set {target}"),
    })
}
