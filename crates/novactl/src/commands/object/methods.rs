//! `novactl object methods`

use nova_objects::classes;
use serde_json::{Value as Json, json};
use versionedobjects::{ArgumentKind, Class, MethodDef, MethodKind};

use super::find;
use crate::Result;
use crate::output::{Answer, Cell, Style, Text};

/// What can be called, of one class or of all.
pub(super) fn methods(class: Option<&str>) -> Result<Answer> {
    let mut all: Vec<&Class> = match class {
        Some(name) => vec![find(name)?],
        None => classes().collect(),
    };
    all.sort_by_key(|class| class.name);
    let mut text = Vec::new();
    let mut facts = Vec::new();
    for class in &all {
        let shown: Vec<(&MethodDef, String)> = class
            .methods
            .iter()
            .map(|method| (method, signature(method)))
            .collect();
        for (method, signature) in &shown {
            let on = if method.kind == MethodKind::Instance {
                " (on an object)"
            } else {
                ""
            };
            text.push(vec![
                Cell::from(format!("{}.", class.name)),
                Cell::styled(method.name, Style::Heading),
                signature.as_str().into(),
                Cell::styled(on, Style::Faint),
            ]);
        }
        if shown.is_empty() && all.len() == 1 {
            text.push(vec![
                format!("{} publishes no methods: it is data only", class.name).into(),
            ]);
        }
        facts.push(json!({
            "class": class.name,
            "version": class.version().to_string(),
            "methods": class.methods.iter().map(method_json).collect::<Vec<_>>(),
            "history": class.history.iter().map(|r| json!({"version": r.version.to_string(), "note": r.note})).collect::<Vec<_>>(),
        }));
    }
    if let ([class], true) = (all.as_slice(), class.is_some()) {
        text.push(vec![]);
        text.push(vec![Cell::styled("versions", Style::Heading)]);
        let width = class
            .history
            .iter()
            .map(|release| release.version.to_string().len())
            .max()
            .unwrap_or(0);
        text.extend(
            class
                .history
                .iter()
                .map(|r| vec![format!("  {:<width$}  {}", r.version.to_string(), r.note).into()]),
        );
    }
    Ok(Answer::new("classes", facts, Text::Lines(text)))
}

fn method_json(method: &MethodDef) -> Json {
    let arguments = method.arguments.iter().map(|argument| {
        let kind = match argument.kind {
            ArgumentKind::Plain => "plain",
            ArgumentKind::Positional => "positional",
            ArgumentKind::Keyword => "keyword",
        };
        let default = argument.default.map(|default| default().python_repr());
        json!({ "name": argument.name, "kind": kind, "type": argument.ty.name, "nullable": argument.nullable, "default": default })
    });
    let kind = if method.kind == MethodKind::Class {
        "class"
    } else {
        "instance"
    };
    json!({ "name": method.name, "kind": kind, "arguments": arguments.collect::<Vec<_>>(), "returns": method.returns.ty.name })
}

/// The arguments as Python writes them.
pub(super) fn signature(method: &MethodDef) -> String {
    let arguments: Vec<String> = method
        .arguments
        .iter()
        .map(|argument| match (argument.kind, argument.default) {
            (ArgumentKind::Positional, _) => format!("*{}", argument.name),
            (ArgumentKind::Keyword, _) => format!("**{}", argument.name),
            (ArgumentKind::Plain, Some(default)) => {
                format!("{}={}", argument.name, default().python_repr())
            }
            (ArgumentKind::Plain, None) => argument.name.to_owned(),
        })
        .collect();
    format!("({})", arguments.join(", "))
}
