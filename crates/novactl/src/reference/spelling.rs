//! How the types of fields and arguments are spelt.

use versionedobjects::{Shape, TypeDef};

use super::html;

/// A type, with links to the classes in it and, where it takes certain values
/// only, these.
pub(super) fn of(ty: &TypeDef, nullable: bool) -> String {
    let mut out = inner(ty);
    if nullable {
        out.push_str(" or null");
    }
    out
}

fn inner(ty: &TypeDef) -> String {
    match &ty.shape {
        Shape::List(element) => format!("list of {}", of(element.ty, element.nullable)),
        Shape::Set(element) => format!("set of {}", of(element.ty, element.nullable)),
        Shape::Dict(element) => format!("dictionary of {}", of(element.ty, element.nullable)),
        Shape::Tuple(elements) => {
            let elements: Vec<String> = elements
                .iter()
                .map(|element| of(element.ty, element.nullable))
                .collect();
            format!("({})", elements.join(", "))
        }
        Shape::Object(target) => {
            let classes: Vec<String> = (target.classes)()
                .iter()
                .map(|class| html::class_link(class.name))
                .collect();
            classes.join(" or ")
        }
        Shape::Enum { values } | Shape::StateMachine { values, .. } => {
            choice(ty.name, values, "one of")
        }
        Shape::OpenEnum { values } => choice(ty.name, values, "known values"),
        _ => html::text(ty.name),
    }
}

fn choice(name: &str, values: &[&str], words: &str) -> String {
    let values: Vec<String> = values
        .iter()
        .map(|value| format!("<code>{}</code>", html::text(value)))
        .collect();
    format!(
        "<details><summary>{}</summary>{words} {}</details>",
        html::text(name),
        values.join(" ")
    )
}
