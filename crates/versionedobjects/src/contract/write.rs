//! The text of a contract.
//!
//! One thing a line, in the order of the code, so that an edit of one thing is
//! a difference of one line. What a named type consists of stands once, at the
//! end, under `types`.

use std::fmt::{self, Write as _};

use super::{Argument, Content, Contract, Field, Form, Method, Type};
use crate::{ArgumentKind, MethodKind};

impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Names::of(self);
        let Self {
            class,
            namespace,
            prefix,
            fingerprint,
            ..
        } = self;
        writeln!(
            f,
            "# What peers may rely on of {namespace}/{class}. Written by a program, compared in the tests.\n"
        )?;
        writeln!(f, "class {class}")?;
        writeln!(f, "  namespace {namespace}")?;
        writeln!(f, "  prefix {prefix}")?;
        writeln!(f, "  fingerprint {fingerprint}")?;
        for phrase in phrases(self) {
            writeln!(f, "  {phrase}")?;
        }
        section(f, "versions", &self.versions, |(version, note)| {
            format!("{version}  {}", bare(note, |_| true))
        })?;
        section(f, "fields", &self.fields, |field| show_field(field, &names))?;
        section(f, "removed fields", &self.removed, |field| {
            let notes = field.since.map(|since| format!("since {since}"));
            let notes: Vec<String> = notes
                .into_iter()
                .chain([format!("until {}", field.until)])
                .collect();
            format!(
                "{}: {} [{}]",
                field.name,
                show_type(&field.ty, &names),
                notes.join(", ")
            )
        })?;
        for field in &self.fields {
            let name = format!("children of {}", field.name);
            section(f, &name, &field.children, |(parent, child)| {
                format!("{parent} has {child}")
            })?;
        }
        section(f, "computed", &self.computed, Clone::clone)?;
        section(f, "methods", &self.methods, |method| {
            show_method(method, &names)
        })?;
        section(f, "types", &names.0, |(label, ty)| {
            format!("{label}: {}", show_content(ty, &names))
        })?;
        section(
            f,
            "recorded without the bump",
            &self.forced,
            |(version, reason)| format!("{version}  {}", bare(reason, |_| true)),
        )
    }
}

/// What may be said of a class as a whole, or of a method, in the words of the text.
pub(super) mod phrase {
    pub(in super::super) const LIST: &str = "is a list";
    pub(in super::super) const COMPARED: &str = "is compared by its data";
    pub(in super::super) const LEAVES_CHILDREN: &str =
        "leaves objects inside as they are in older versions";
    pub(in super::super) const CONVERTS: &str = "converts its data to older versions";
    pub(in super::super) const COMPLETES: &str = "completes data of older versions";
    /// Of a method.
    pub(in super::super) const CONDITIONAL: &str = "compares what is stored with what is expected";
}

fn phrases(contract: &Contract) -> impl Iterator<Item = &'static str> {
    let all = [
        (contract.is_list, phrase::LIST),
        (contract.comparable, phrase::COMPARED),
        (!contract.children_follow, phrase::LEAVES_CHILDREN),
        (contract.converts_down, phrase::CONVERTS),
        (contract.completes_up, phrase::COMPLETES),
    ];
    all.into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, phrase)| phrase)
}

fn section<T>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    items: &[T],
    show: impl Fn(&T) -> String,
) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{name}")?;
    for item in items {
        for line in show(item).lines() {
            writeln!(f, "  {line}")?;
        }
    }
    Ok(())
}

/// The types that are described under `types`, each with the name by which the
/// rest of the text speaks of it.
struct Names<'c>(Vec<(String, &'c Type)>);

impl<'c> Names<'c> {
    fn of(contract: &'c Contract) -> Self {
        let mut names = Self(Vec::new());
        for field in &contract.fields {
            names.add(&field.ty);
            for past in &field.past {
                names.add(&past.ty);
            }
        }
        for field in &contract.removed {
            names.add(&field.ty);
        }
        for method in &contract.methods {
            for argument in &method.arguments {
                names.add(&argument.ty);
            }
            names.add(&method.returns);
        }
        names.0.sort_by(|(a, _), (b, _)| a.cmp(b));
        names
    }

    fn add(&mut self, ty: &'c Type) {
        for inside in ty.inside() {
            self.add(inside);
        }
        if ty.is_inline() || self.find(ty).is_some() {
            return;
        }
        let name = plain_label(ty);
        let free = |label: &String| self.0.iter().all(|(taken, _)| taken != label);
        let label = std::iter::once(name.clone())
            .chain((2..=u32::MAX).map(|number| format!("{name}#{number}")))
            .find(free)
            .unwrap_or(name);
        self.0.push((label, ty));
    }

    fn find(&self, ty: &Type) -> Option<&str> {
        let same = |known: &Type| {
            known.name == ty.name && known.variant == ty.variant && known.content == ty.content
        };
        self.0
            .iter()
            .find(|(_, known)| same(known))
            .map(|(label, _)| label.as_str())
    }

    fn label(&self, ty: &Type) -> String {
        self.find(ty).map_or_else(|| plain_label(ty), str::to_owned)
    }
}

fn plain_label(ty: &Type) -> String {
    match &ty.variant {
        Some(variant) => format!("{}({variant})", ty.name),
        None => ty.name.clone(),
    }
}

fn show_type(ty: &Type, names: &Names<'_>) -> String {
    let mut text = names.label(ty);
    if ty.is_inline() {
        let list = |types: &[Type]| {
            let shown: Vec<String> = types.iter().map(|ty| show_type(ty, names)).collect();
            shown.join(", ")
        };
        match &ty.content {
            Content::Object { base, classes } if classes.is_empty() => {
                let _ = write!(text, "<{base}>");
            }
            Content::Object { base, classes } => {
                let _ = write!(text, "<{base}: {}>", classes.join(", "));
            }
            Content::Tuple(elements) => {
                let _ = write!(text, "<{}>", list(elements));
            }
            _ if ty.inside().is_empty() => {}
            _ => {
                let _ = write!(text, "<{}>", list(ty.inside()));
            }
        }
    }
    if ty.nullable {
        text.push('?');
    }
    text
}

/// A type as a person reads it, on its own.
pub(super) fn type_text(ty: &Type) -> String {
    show_type(ty, &Names(Vec::new()))
}

/// What a type consists of, on its own.
pub(super) fn content_text(ty: &Type) -> String {
    show_content(ty, &Names(Vec::new()))
}

/// What a named type consists of; further lines are indented.
fn show_content(ty: &Type, names: &Names<'_>) -> String {
    let inside = || {
        let shown: Vec<String> = ty.inside().iter().map(|ty| show_type(ty, names)).collect();
        shown.join(", ")
    };
    match &ty.content {
        Content::Anything => "anything".to_owned(),
        Content::Plain(form) => show_form(form),
        Content::Enum { values, open } => {
            let mut text = if *open {
                "one of, or a newer one"
            } else {
                "one of"
            }
            .to_owned();
            for value in values {
                let _ = write!(text, "\n  {}", word(value));
            }
            text
        }
        Content::States { states } => {
            let mut text = "states".to_owned();
            for (state, next) in states {
                let _ = write!(text, "\n  {}", word(state));
                if let Some(next) = next {
                    let next: Vec<String> = next.iter().map(|state| word(state)).collect();
                    let _ = write!(text, " -> {}", next.join(", "));
                }
            }
            text.lines()
                .map(str::trim_end)
                .collect::<Vec<_>>()
                .join("\n")
        }
        Content::List(_) => format!("list of {}", inside()),
        Content::Set(_) => format!("set of {}", inside()),
        Content::Dict(_) => format!("dictionary of {}", inside()),
        Content::Tuple(_) => format!("tuple of {}", inside()),
        Content::Object { base, classes } if classes.is_empty() => format!("object {base}"),
        Content::Object { base, classes } => format!("object {base}: {}", classes.join(", ")),
    }
}

fn show_form(form: &Form) -> String {
    let mut text = form.json.clone();
    if !form.formats.is_empty() {
        let _ = write!(text, ", format {}", form.formats.join(" or "));
    }
    if let Some(minimum) = form.minimum {
        let _ = write!(text, ", at least {minimum}");
    }
    if let Some(pattern) = &form.pattern {
        let name = if form.loose {
            "loose pattern"
        } else {
            "pattern"
        };
        let _ = write!(text, ", {name} {}", bare(pattern, |_| true));
    }
    text
}

fn show_field(field: &Field, names: &Names<'_>) -> String {
    let mut text = format!("{}: {}", field.name, show_type(&field.ty, names));
    let mut notes = Vec::new();
    notes.extend(field.since.map(|since| format!("since {since}")));
    notes.extend(field.read_only.then(|| "read only".to_owned()));
    notes.extend(field.lazy.then(|| "lazy".to_owned()));
    if !notes.is_empty() {
        let _ = write!(text, " [{}]", notes.join(", "));
    }
    if let Some(default) = &field.default {
        let _ = write!(text, " = {default}");
    }
    for past in &field.past {
        let _ = write!(
            text,
            "\n  until {} {}: {}",
            past.until,
            past.name,
            show_type(&past.ty, names)
        );
    }
    for newer in &field.values {
        let values: Vec<String> = newer.values.iter().map(|value| word(value)).collect();
        let _ = write!(text, "\n  since {} {}", newer.since, values.join(", "));
        if let Some(before) = &newer.before {
            let _ = write!(text, "; before that {}", word(before));
        }
    }
    text
}

fn show_method(method: &Method, names: &Names<'_>) -> String {
    let this = (method.kind == MethodKind::Instance).then(|| "self".to_owned());
    let arguments = method
        .arguments
        .iter()
        .map(|argument| show_argument(argument, names));
    let arguments: Vec<String> = this.into_iter().chain(arguments).collect();
    let mut text = format!(
        "{}({}) -> {}",
        method.name,
        arguments.join(", "),
        show_type(&method.returns, names)
    );
    match method.raises.as_deref() {
        None => {}
        Some([]) => text.push_str("\n  raises nothing"),
        Some(classes) => {
            let _ = write!(text, "\n  raises {}", classes.join(", "));
        }
    }
    if method.conditional {
        let _ = write!(text, "\n  {}", phrase::CONDITIONAL);
    }
    text
}

fn show_argument(argument: &Argument, names: &Names<'_>) -> String {
    let stars = match argument.kind {
        ArgumentKind::Plain => "",
        ArgumentKind::Positional => "*",
        ArgumentKind::Keyword => "**",
    };
    let mut text = format!(
        "{stars}{}: {}",
        argument.name,
        show_type(&argument.ty, names)
    );
    if let Some(default) = &argument.default {
        let _ = write!(text, " = {default}");
    }
    text
}

/// A text as it is if it is of such characters, and on one line; else quoted.
fn bare(text: &str, fits: impl Fn(char) -> bool) -> String {
    let plain = !text.is_empty()
        && text.trim() == text
        && !text.starts_with('"')
        && text.chars().all(|c| !c.is_control() && fits(c));
    if plain {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

/// A value of an enumeration.
fn word(value: &str) -> String {
    bare(value, |c| c.is_alphanumeric() || "-_.:+/*@".contains(c))
}
