//! Everything that was given, and asking for one option.

use std::collections::{HashMap, HashSet};

use crate::error::Error;
use crate::finding::{Finding, nova_knows, suggest};
use crate::ini::{Assignment, IniFile};
use crate::kind::{FromValue, Kind, Value};
use crate::location::Location;
use crate::opt::{Opt, Preset, normalize_group};
use crate::substitute::{MAX_DEPTH, MAX_LOOKUPS, substitute};

/// A loaded configuration; made by [`Loader::load`](crate::Loader::load).
///
/// Values are looked up when asked for: flags first, then the environment, then files from the last to the first, then
/// the option's default. `$other` in a value is replaced by the other option's value.
#[derive(Debug)]
pub struct Config {
    options: Vec<&'static Opt>,
    index: HashMap<(String, &'static str), &'static Opt>,
    files: Vec<Layer>,
    environment: HashMap<String, String>,
    flags: Vec<FlagValue>,
    findings: Vec<Finding>,
}

/// A value given on the command line.
#[derive(Debug, Clone)]
pub(crate) struct FlagValue {
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) value: String,
    /// The flag as written, without its value.
    pub(crate) flag: String,
}

/// One file, its assignments by normalised group and key.
#[derive(Debug)]
struct Layer {
    values: HashMap<String, HashMap<String, Vec<Assignment>>>,
}

impl Layer {
    fn new(file: IniFile) -> Self {
        let mut values: HashMap<String, HashMap<String, Vec<Assignment>>> = HashMap::new();
        for assignment in file.assignments {
            let group = values
                .entry(normalize_group(&assignment.section))
                .or_default();
            group
                .entry(assignment.key.clone())
                .or_default()
                .push(assignment);
        }
        Self { values }
    }

    fn get(&self, group: &str, name: &str) -> Option<&[Assignment]> {
        self.values.get(group)?.get(name).map(Vec::as_slice)
    }
}

/// A text and where it was given.
type Given = (String, Location);

impl Config {
    pub(crate) fn new(
        options: Vec<&'static Opt>,
        files: Vec<IniFile>,
        environment: HashMap<String, String>,
        flags: Vec<FlagValue>,
    ) -> Result<Self, Error> {
        let index = options
            .iter()
            .map(|opt| ((normalize_group(opt.group), opt.name), *opt))
            .collect();
        let mut config = Self {
            options,
            index,
            files: files.into_iter().map(Layer::new).collect(),
            environment,
            flags,
            findings: Vec::new(),
        };
        config.check_flags()?;
        config.findings = config.find();
        Ok(config)
    }

    /// Reads an option as a Rust type.
    ///
    /// # Errors
    /// [`Error::Value`] when what was given does not fit, with its place; [`Error::NotDeclared`] for an option in none
    /// of the loaded tables.
    pub fn get<T: FromValue>(&self, group: &str, name: &str) -> Result<T, Error> {
        let value = self.value(group, name)?;
        T::from_value(value).map_err(|problem| Error::Value {
            group: group.to_owned(),
            name: name.to_owned(),
            problem,
            at: Box::new(self.location(group, name)),
        })
    }

    /// Reads an option as its kind says; `None` when it has no value.
    ///
    /// # Errors
    /// As [`Config::get`].
    pub fn value(&self, group: &str, name: &str) -> Result<Option<Value>, Error> {
        let opt = self.declared(group, name)?;
        let mut reader = Reader {
            config: self,
            stack: Vec::new(),
            lookups: 0,
        };
        reader.read(opt).map_err(|wrong| Error::Value {
            group: opt.group.to_owned(),
            name: opt.name.to_owned(),
            problem: wrong.problem,
            at: Box::new(wrong.at),
        })
    }

    /// Where an option's value was given; the last place when there are several.
    pub fn location(&self, group: &str, name: &str) -> Location {
        let given = self
            .declared(group, name)
            .ok()
            .and_then(|opt| self.given(opt).pop());
        given.map_or(Location::Default, |(_, at)| at)
    }

    /// Whether anybody gave the option a value.
    pub fn is_set(&self, group: &str, name: &str) -> bool {
        self.location(group, name) != Location::Default
    }

    /// The options of the loaded tables, in the order of the tables.
    pub fn options(&self) -> impl Iterator<Item = &'static Opt> + '_ {
        self.options.iter().copied()
    }

    /// What was noticed while reading: misspelt, deprecated and unused options.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Logs the findings. Call it once logging is set up, which itself needs the configuration.
    pub fn log_findings(&self) {
        for finding in &self.findings {
            if finding.is_warning() {
                tracing::warn!("{finding}");
            } else {
                tracing::debug!("{finding}");
            }
        }
    }

    fn declared(&self, group: &str, name: &str) -> Result<&'static Opt, Error> {
        self.find_option(&normalize_group(group), name)
            .ok_or_else(|| Error::NotDeclared {
                group: group.to_owned(),
                name: name.to_owned(),
            })
    }

    /// Looks an option up by its normalised group.
    fn find_option(&self, group: &str, name: &str) -> Option<&'static Opt> {
        self.index
            .iter()
            .find_map(|((g, n), opt)| (g == group && *n == name).then_some(*opt))
    }

    /// The texts given for an option by the strongest source; of a [`Kind::Multi`] all of them, else the last.
    fn given(&self, opt: &Opt) -> Vec<Given> {
        let group = normalize_group(opt.group);
        let multi = opt.kind == Kind::Multi;
        let flags = self
            .flags
            .iter()
            .filter(|flag| flag.group == group && flag.name == opt.name);
        let mut given: Vec<Given> = flags
            .map(|flag| (flag.value.clone(), Location::Flag(flag.flag.clone())))
            .collect();
        if given.is_empty() {
            let name = opt.env_name();
            if let Some(value) = self.environment.get(&name) {
                given.push((value.clone(), Location::Environment(name)));
            }
        }
        if given.is_empty() {
            given = self.given_in_files(opt, &group, multi);
        }
        if !multi && given.len() > 1 {
            given.drain(..given.len() - 1);
        }
        given
    }

    /// oslo_config cfg.py, `_get_file_value`: a later file goes before an earlier one whatever name it uses; within a
    /// file today's name goes before a former one.
    fn given_in_files(&self, opt: &Opt, group: &str, multi: bool) -> Vec<Given> {
        let names = || std::iter::once(&opt.name).chain(opt.former);
        let mut all: Vec<Given> = Vec::new();
        for layer in self.files.iter().rev() {
            for name in names() {
                let Some(found) = layer.get(group, name) else {
                    continue;
                };
                let found = found
                    .iter()
                    .map(|a| (a.value.clone(), Location::File(a.value_at.clone())));
                if !multi {
                    return found.collect();
                }
                all.splice(0..0, found);
            }
        }
        all
    }

    /// A text from the files for an option no table declares.
    fn raw(&self, group: &str, name: &str) -> Option<String> {
        let found = self
            .files
            .iter()
            .rev()
            .find_map(|layer| layer.get(group, name));
        found
            .and_then(|assignments| assignments.last())
            .map(|assignment| assignment.value.clone())
    }

    fn check_flags(&self) -> Result<(), Error> {
        for flag in &self.flags {
            if self.find_option(&flag.group, &flag.name).is_none()
                && !nova_knows(&flag.group, &flag.name)
            {
                return Err(Error::UnknownOption {
                    group: flag.group.clone(),
                    name: flag.name.clone(),
                    flag: flag.flag.clone(),
                    suggestion: suggest(&self.options, &flag.group, &flag.name),
                });
            }
        }
        Ok(())
    }

    /// Goes through every assignment of every file and names what no table knows.
    fn find(&self) -> Vec<Finding> {
        let current: HashSet<(String, &str)> = self
            .options
            .iter()
            .map(|opt| (normalize_group(opt.group), opt.name))
            .collect();
        let former: HashMap<(String, &str), &Opt> = self
            .options
            .iter()
            .flat_map(|opt| {
                opt.former
                    .iter()
                    .map(|name| ((normalize_group(opt.group), *name), *opt))
            })
            .collect();
        let mut assignments: Vec<(usize, &Assignment)> = Vec::new();
        for (index, layer) in self.files.iter().enumerate() {
            let all = layer.values.values().flat_map(HashMap::values);
            // One finding an option and file is enough, however often it is repeated.
            assignments.extend(
                all.filter_map(|several| several.first())
                    .map(|a| (index, a)),
            );
        }
        assignments.sort_by_key(|(file, assignment)| (*file, assignment.key_at.line));
        let mut findings = Vec::new();
        for (_, assignment) in assignments {
            let group = normalize_group(&assignment.section);
            let name = assignment.key.as_str();
            let key = (group, name);
            if current.contains(&key) {
                continue;
            }
            let shown = (
                assignment.section.clone(),
                name.to_owned(),
                Location::File(assignment.key_at.clone()),
            );
            findings.push(self.judge(key, shown, &former));
        }
        findings
    }

    fn judge(
        &self,
        key: (String, &str),
        (group, name, at): (String, String, Location),
        former: &HashMap<(String, &str), &Opt>,
    ) -> Finding {
        if let Some(opt) = former.get(&key) {
            let replacement = format!("[{}] {}", opt.group, opt.name);
            return Finding::Deprecated {
                group,
                name,
                at,
                replacement,
            };
        }
        if nova_knows(&key.0, key.1) {
            return Finding::Unused { group, name, at };
        }
        let suggestion = suggest(&self.options, &group, &name);
        Finding::Unknown {
            group,
            name,
            at,
            suggestion,
        }
    }
}

/// Reads one option and whatever its value refers to.
struct Reader<'a> {
    config: &'a Config,
    /// The options being read, to notice one that refers to itself.
    stack: Vec<(String, String)>,
    lookups: usize,
}

struct Wrong {
    problem: String,
    at: Location,
}

impl Reader<'_> {
    fn read(&mut self, opt: &'static Opt) -> Result<Option<Value>, Wrong> {
        let mut given = self.config.given(opt);
        if given.is_empty() {
            match opt.default {
                Preset::None => return Ok(None),
                Preset::Text(text) => given.push((text.to_owned(), Location::Default)),
                // What the machine says holds no references.
                Preset::Computed { compute, .. } => {
                    let text = compute();
                    return opt.kind.parse(&text).map_err(|problem| Wrong {
                        problem,
                        at: Location::Default,
                    });
                }
            }
        }
        let mut items = Vec::new();
        let mut last = None;
        for (text, at) in given {
            let parsed = self
                .expand(opt, &text)
                .and_then(|text| opt.kind.parse(&text))
                .map_err(|problem| Wrong { problem, at })?;
            match parsed {
                Some(Value::List(more)) if opt.kind == Kind::Multi => items.extend(more),
                other => last = other,
            }
        }
        Ok(if opt.kind == Kind::Multi {
            Some(Value::List(items))
        } else {
            last
        })
    }

    fn expand(&mut self, opt: &Opt, text: &str) -> Result<String, String> {
        if !text.contains('$') {
            return Ok(text.to_owned());
        }
        let group = normalize_group(opt.group);
        self.stack.push((group.clone(), opt.name.to_owned()));
        let expanded = substitute(text, |reference| {
            self.refer(&group, reference).map_err(|problem| {
                // The text after the dollar sign may be part of a password.
                if opt.kind == Kind::Secret {
                    "it holds a $ that begins no option's name; write $$ for a dollar sign"
                        .to_owned()
                } else {
                    problem
                }
            })
        });
        self.stack.pop();
        expanded
    }

    /// The value of `name` or `group.name` seen from an option of `group`.
    fn refer(&mut self, group: &str, reference: &str) -> Result<String, String> {
        self.lookups += 1;
        if self.lookups > MAX_LOOKUPS || self.stack.len() > MAX_DEPTH {
            return Err("options refer to each other too deeply".to_owned());
        }
        let (wanted_group, name) = match reference.split_once('.') {
            Some((group, name)) => (normalize_group(group), name),
            None => (group.to_owned(), reference),
        };
        for group in [wanted_group.as_str(), "DEFAULT"] {
            if let Some(opt) = self.config.find_option(group, name) {
                let key = (normalize_group(opt.group), opt.name.to_owned());
                if self.stack.contains(&key) {
                    return Err(format!("${reference} refers back to itself"));
                }
                let value = self
                    .read(opt)
                    .map_err(|wrong| format!("${reference}: {}", wrong.problem))?;
                return Ok(value.map(|value| value.to_string()).unwrap_or_default());
            }
            if let Some(raw) = self.config.raw(group, name) {
                let key = (group.to_owned(), name.to_owned());
                if self.stack.contains(&key) {
                    return Err(format!("${reference} refers back to itself"));
                }
                self.stack.push(key);
                let expanded = substitute(&raw, |inner| self.refer(group, inner));
                self.stack.pop();
                return expanded;
            }
            if reference.contains('.') {
                break;
            }
        }
        Err(format!(
            "no option is called {reference}; write $$ for a dollar sign"
        ))
    }
}
