//! Reading the text of a contract.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use super::scan::Scanner;
use super::types::usual;
use super::write::phrase;
use super::{Argument, Content, Contract, Field, Form, Method, NewerValues, Past, Removed, Type};
use crate::{ArgumentKind, MethodKind, Version};

/// A text that is no contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for ParseError {}

type Result<T, E = String> = std::result::Result<T, E>;

/// A line with what is indented below it.
#[derive(Debug)]
struct Entry<'t> {
    line: usize,
    text: &'t str,
    below: Vec<Self>,
}

impl Entry<'_> {
    fn wrong(&self, reason: impl Into<String>) -> ParseError {
        ParseError {
            line: self.line,
            reason: reason.into(),
        }
    }
}

impl FromStr for Contract {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let lines = text.lines().enumerate();
        let lines: Vec<(usize, &str)> = lines
            .map(|(index, line)| (index + 1, line.trim_end()))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .collect();
        let sections = entries(&mut lines.as_slice(), 0)?;
        let mut contract = empty();
        let mut types = Types::default();
        for section in sections.iter().filter(|section| section.text == "types") {
            for entry in &section.below {
                let named = entry
                    .text
                    .split_once(": ")
                    .ok_or_else(|| entry.wrong("a type is `name: what it consists of`"))?;
                types.0.insert(named.0, (named.1, entry));
            }
        }
        for section in &sections {
            read_section(section, &mut contract, &types)?;
        }
        if contract.class.is_empty() || contract.versions.is_empty() {
            return Err(ParseError {
                line: 1,
                reason: "a contract begins with `class` and has `versions`".to_owned(),
            });
        }
        Ok(contract)
    }
}

const fn empty() -> Contract {
    Contract {
        class: String::new(),
        namespace: String::new(),
        prefix: String::new(),
        fingerprint: String::new(),
        is_list: false,
        comparable: false,
        children_follow: true,
        converts_down: false,
        completes_up: false,
        versions: Vec::new(),
        fields: Vec::new(),
        removed: Vec::new(),
        computed: Vec::new(),
        methods: Vec::new(),
        forced: Vec::new(),
    }
}

/// The entries at a depth of indentation, with what is below each.
fn entries<'t>(
    lines: &mut &[(usize, &'t str)],
    depth: usize,
) -> Result<Vec<Entry<'t>>, ParseError> {
    let mut found: Vec<Entry<'t>> = Vec::new();
    while let Some(((line, text), rest)) = lines.split_first() {
        let indent = text.len() - text.trim_start_matches(' ').len();
        if indent < depth * 2 {
            break;
        }
        if indent == depth * 2 {
            *lines = rest;
            found.push(Entry {
                line: *line,
                text: text.trim_start(),
                below: Vec::new(),
            });
        } else {
            let parent = found.last_mut().filter(|_| depth < 3);
            match parent {
                Some(parent) if indent == depth * 2 + 2 => {
                    parent.below = entries(lines, depth + 1)?
                }
                _ => {
                    return Err(ParseError {
                        line: *line,
                        reason: "it is indented too far; two spaces a step".to_owned(),
                    });
                }
            }
        }
    }
    Ok(found)
}

fn read_section(
    section: &Entry<'_>,
    contract: &mut Contract,
    types: &Types<'_>,
) -> Result<(), ParseError> {
    if let Some(class) = section.text.strip_prefix("class ") {
        class.clone_into(&mut contract.class);
    }
    for entry in &section.below {
        let result = match section.text {
            "types" => Ok(()),
            "versions" => dated(entry.text).map(|release| contract.versions.push(release)),
            "recorded without the bump" => {
                dated(entry.text).map(|reason| contract.forced.push(reason))
            }
            "fields" => field(entry, types).map(|field| contract.fields.push(field)),
            "removed fields" => {
                removed(entry.text, types).map(|field| contract.removed.push(field))
            }
            "computed" => {
                contract.computed.push(entry.text.to_owned());
                Ok(())
            }
            "methods" => method(entry, types).map(|method| contract.methods.push(method)),
            name if name.starts_with("class ") => about(entry.text, contract),
            name => match name.strip_prefix("children of ") {
                Some(field) => child(entry.text, field, contract),
                None => Err(format!("there is no section `{name}`")),
            },
        };
        result.map_err(|reason| entry.wrong(reason))?;
    }
    Ok(())
}

fn about(text: &str, contract: &mut Contract) -> Result<()> {
    match text.split_once(' ') {
        Some(("namespace", name)) => name.clone_into(&mut contract.namespace),
        Some(("prefix", name)) => name.clone_into(&mut contract.prefix),
        Some(("fingerprint", name)) => name.clone_into(&mut contract.fingerprint),
        _ => match text {
            phrase::LIST => contract.is_list = true,
            phrase::COMPARED => contract.comparable = true,
            phrase::LEAVES_CHILDREN => contract.children_follow = false,
            phrase::CONVERTS => contract.converts_down = true,
            phrase::COMPLETES => contract.completes_up = true,
            _ => return Err(format!("nothing like `{text}` is said of a class")),
        },
    }
    Ok(())
}

/// `1.0  Initial version`
fn dated(text: &str) -> Result<(Version, String)> {
    let (version, note) = text
        .split_once("  ")
        .ok_or("a version and a text are separated by two spaces")?;
    Ok((number(version)?, unquoted(note)?))
}

fn number(text: &str) -> Result<Version> {
    Version::from_str(text).map_err(|error| error.to_string())
}

/// A text that is quoted where it has to be.
fn unquoted(text: &str) -> Result<String> {
    if text.starts_with('"') {
        serde_json::from_str(text).map_err(|error| format!("{text} is no text: {error}"))
    } else {
        Ok(text.to_owned())
    }
}

/// `1.0 has 1.1`
fn child(text: &str, field: &str, contract: &mut Contract) -> Result<()> {
    let (parent, child) = text
        .split_once(" has ")
        .ok_or("`1.0 has 1.1` is expected")?;
    let pair = (number(parent)?, number(child)?);
    let field = contract.fields.iter_mut().find(|known| known.name == field);
    let field = field.ok_or("it is about a field that is not among the fields")?;
    field.children.push(pair);
    Ok(())
}

/// `name: Type [since 1.0, until 1.2]`
fn removed(text: &str, types: &Types<'_>) -> Result<Removed> {
    let mut scanner = Scanner::new(text);
    let name = scanner.until(": ")?.to_owned();
    let ty = types.read(&mut scanner, 0)?;
    let (mut since, mut until) = (None, None);
    if scanner.take(" [") {
        for note in scanner.until("]")?.split(", ") {
            match note.split_once(' ') {
                Some(("since", version)) => since = Some(number(version)?),
                Some(("until", version)) => until = Some(number(version)?),
                _ => return Err(format!("nothing like `{note}` is said of a removed field")),
            }
        }
    }
    scanner.end()?;
    Ok(Removed {
        name,
        ty,
        since,
        until: until.ok_or("`[until ..]` is expected of a removed field")?,
    })
}

/// `until 1.2 name: Type`, `since 1.2 value, value; before that value`
fn rule(text: &str, field: &mut Field, types: &Types<'_>) -> Result<()> {
    let mut scanner = Scanner::new(text);
    if scanner.take("until ") {
        field.past.push(Past {
            until: number(scanner.until(" ")?)?,
            name: scanner.until(": ")?.to_owned(),
            ty: types.read(&mut scanner, 0)?,
        });
        return scanner.end();
    }
    if !scanner.take("since ") {
        return Err(format!("nothing like `{text}` is said of a field"));
    }
    let since = number(scanner.until(" ")?)?;
    let (values, before) = match scanner.rest().split_once("; before that ") {
        Some((values, before)) => (values, Some(unquoted(before)?)),
        None => (scanner.rest(), None),
    };
    field.values.push(NewerValues {
        since,
        values: values.split(", ").map(unquoted).collect::<Result<_>>()?,
        before,
    });
    Ok(())
}

/// `name: Type [notes] = default`, and below it what it was.
fn field(entry: &Entry<'_>, types: &Types<'_>) -> Result<Field> {
    let mut scanner = Scanner::new(entry.text);
    let name = scanner.until(": ")?.to_owned();
    let mut field = Field {
        name,
        ty: types.read(&mut scanner, 0)?,
        read_only: false,
        lazy: false,
        since: None,
        default: None,
        children: Vec::new(),
        past: Vec::new(),
        values: Vec::new(),
    };
    if scanner.take(" [") {
        for note in scanner.until("]")?.split(", ") {
            match note.split_once(' ') {
                _ if note == "read only" => field.read_only = true,
                _ if note == "lazy" => field.lazy = true,
                Some(("since", version)) => field.since = Some(number(version)?),
                _ => return Err(format!("nothing like `{note}` is said of a field")),
            }
        }
    }
    if scanner.take(" = ") {
        field.default = Some(scanner.rest().to_owned());
    } else {
        scanner.end()?;
    }
    for below in &entry.below {
        rule(below.text, &mut field, types)?;
    }
    Ok(field)
}

/// `name(self, argument: Type = default) -> Type`, and below it what it raises.
fn method(entry: &Entry<'_>, types: &Types<'_>) -> Result<Method> {
    let mut scanner = Scanner::new(entry.text);
    let name = scanner.until("(")?.to_owned();
    let mut method = Method {
        name,
        kind: MethodKind::Class,
        arguments: Vec::new(),
        returns: Type {
            name: "None".to_owned(),
            variant: None,
            nullable: false,
            content: Content::Anything,
        },
        raises: None,
        conditional: false,
    };
    if scanner.take("self") {
        method.kind = MethodKind::Instance;
        scanner.take(", ");
    }
    while !scanner.take(")") {
        let kind = match (scanner.take("**"), scanner.take("*")) {
            (true, _) => ArgumentKind::Keyword,
            (_, true) => ArgumentKind::Positional,
            _ => ArgumentKind::Plain,
        };
        let mut argument = Argument {
            name: scanner.until(": ")?.to_owned(),
            kind,
            ty: types.read(&mut scanner, 0)?,
            default: None,
        };
        if scanner.take(" = ") {
            argument.default = Some(scanner.literal()?.to_owned());
        }
        method.arguments.push(argument);
        if !scanner.take(", ") && !scanner.rest().starts_with(')') {
            return Err(format!(
                "`,` or `)` is expected before `{}`",
                scanner.rest()
            ));
        }
    }
    if !scanner.take(" -> ") {
        return Err("` -> ` and the type of the result are expected".to_owned());
    }
    method.returns = types.read(&mut scanner, 0)?;
    scanner.end()?;
    for below in &entry.below {
        if below.text == phrase::CONDITIONAL {
            method.conditional = true;
            continue;
        }
        let classes = below.text.strip_prefix("raises ").ok_or_else(|| {
            format!(
                "`raises ..` or `{}` is expected below a method",
                phrase::CONDITIONAL
            )
        })?;
        let classes = classes.split(", ").filter(|class| *class != "nothing");
        method.raises = Some(classes.map(str::to_owned).collect());
    }
    Ok(method)
}

/// The types that a text describes under `types`, by the name it uses for them.
#[derive(Debug, Default)]
struct Types<'t>(HashMap<&'t str, (&'t str, &'t Entry<'t>)>);

impl<'t> Types<'t> {
    /// Reads a type where it is used.
    fn read(&self, scanner: &mut Scanner<'_>, depth: usize) -> Result<Type> {
        if depth > 32 {
            return Err("types are nested too deeply".to_owned());
        }
        let label = scanner.label()?;
        let (name, variant) = split_label(label);
        let content = if let Some((description, entry)) = self.0.get(label) {
            let at = |reason| format!("`{label}` in line {}: {reason}", entry.line);
            self.content(description, entry, depth).map_err(at)?
        } else if scanner.take("<") {
            let content = self.inside(name, scanner, depth)?;
            if !scanner.take(">") {
                return Err(format!("`>` is expected before `{}`", scanner.rest()));
            }
            content
        } else {
            usual(name).ok_or_else(|| format!("`{label}` is not described under `types`"))?
        };
        Ok(Type {
            name: name.to_owned(),
            variant: variant.map(str::to_owned),
            nullable: scanner.take("?"),
            content,
        })
    }

    fn inside(&self, name: &str, scanner: &mut Scanner<'_>, depth: usize) -> Result<Content> {
        if name == "Object" {
            let base = scanner.label()?.to_owned();
            let mut classes = Vec::new();
            let mut more = scanner.take(": ");
            while more {
                classes.push(scanner.label()?.to_owned());
                more = scanner.take(", ");
            }
            return Ok(Content::Object { base, classes });
        }
        let mut types = Vec::new();
        while !scanner.rest().is_empty() && !scanner.rest().starts_with('>') {
            types.push(self.read(scanner, depth + 1)?);
            if !scanner.take(", ") {
                break;
            }
        }
        if name == "Tuple" {
            return Ok(Content::Tuple(types));
        }
        let mut types = types.into_iter();
        let (Some(element), None) = (types.next(), types.next()) else {
            return Err(format!("a {name} holds elements of one type"));
        };
        let element = Box::new(element);
        match name {
            "List" => Ok(Content::List(element)),
            "Set" => Ok(Content::Set(element)),
            "Dict" => Ok(Content::Dict(element)),
            _ => Err(format!("{name} is no container")),
        }
    }

    /// What a named type consists of.
    fn content(&self, text: &str, entry: &Entry<'_>, depth: usize) -> Result<Content> {
        let values = || entry.below.iter().map(|value| unquoted(value.text));
        let container = |text: &str, name: &str| {
            let mut scanner = Scanner::new(text);
            let content = self.inside(name, &mut scanner, depth + 1)?;
            scanner.end().map(|()| content)
        };
        match text {
            "anything" => return Ok(Content::Anything),
            "one of" | "one of, or a newer one" => {
                return Ok(Content::Enum {
                    values: values().collect::<Result<_>>()?,
                    open: text != "one of",
                });
            }
            "states" => {
                let states = entry.below.iter().map(|state| self::state(state.text));
                return Ok(Content::States {
                    states: states.collect::<Result<_>>()?,
                });
            }
            _ => {}
        }
        for (start, name) in [
            ("list of ", "List"),
            ("set of ", "Set"),
            ("dictionary of ", "Dict"),
            ("tuple of ", "Tuple"),
            ("object ", "Object"),
        ] {
            if let Some(rest) = text.strip_prefix(start) {
                return container(rest, name);
            }
        }
        form(text).map(Content::Plain)
    }
}

/// `DateTime(naive)`, `Enum#2`
fn split_label(label: &str) -> (&str, Option<&str>) {
    let label = label.split_once('#').map_or(label, |(label, _)| label);
    match label
        .strip_suffix(')')
        .and_then(|label| label.split_once('('))
    {
        Some((name, variant)) => (name, Some(variant)),
        None => (label, None),
    }
}

/// `active -> stopped, deleted`
fn state(text: &str) -> Result<(String, Option<Vec<String>>)> {
    let (state, next) = match text.split_once(" ->") {
        Some((state, next)) => (state, Some(next.trim_start())),
        None => (text, None),
    };
    let next = next.map(|next| {
        let states = next.split(", ").filter(|state| !state.is_empty());
        states.map(unquoted).collect::<Result<_>>()
    });
    Ok((unquoted(state)?, next.transpose()?))
}

/// `string, format date-time, pattern ^..$`
fn form(text: &str) -> Result<Form> {
    let (json, mut rest) = text.split_once(", ").unwrap_or((text, ""));
    if !matches!(json, "string" | "integer" | "number" | "boolean") {
        return Err(format!("`{json}` is no type of JSON"));
    }
    let mut form = Form::any(json);
    while !rest.is_empty() {
        for (start, loose) in [("pattern ", false), ("loose pattern ", true)] {
            if let Some(pattern) = rest.strip_prefix(start) {
                form.pattern = Some(unquoted(pattern)?);
                form.loose = loose;
                return Ok(form);
            }
        }
        let (part, behind) = rest.split_once(", ").unwrap_or((rest, ""));
        if let Some(formats) = part.strip_prefix("format ") {
            form.formats = formats.split(" or ").map(str::to_owned).collect();
        } else if let Some(minimum) = part.strip_prefix("at least ") {
            let minimum = minimum.parse();
            form.minimum = Some(minimum.map_err(|_| format!("`{part}` names no number"))?);
        } else {
            return Err(format!("nothing like `{part}` is said of a type"));
        }
        rest = behind;
    }
    Ok(form)
}
