//! The page of a class.

use std::fmt::Write as _;

use versionedobjects::{ArgumentKind, Class, FieldDef, MethodDef, MethodKind};

use super::html::{self, Table};
use super::spelling;

/// What there is to say of a class, `all` being those that may contain it.
pub(super) fn page(class: &'static Class, all: &[&'static Class]) -> String {
    let mut out = format!(
        "<h1>{}</h1>\n<p class=\"facts\">version <b>{}</b> · {} · <code>{}</code></p>\n",
        html::text(class.name),
        class.version(),
        html::text(class.namespace),
        class.fingerprint(),
    );
    let users: Vec<String> = all
        .iter()
        .filter(|user| {
            !std::ptr::eq(**user, class) && user.fields.iter().any(|field| holds(field, class))
        })
        .map(|user| html::class_link(user.name))
        .collect();
    if !users.is_empty() {
        let _ = writeln!(out, "<p>Inside {}.</p>", users.join(", "));
    }
    out.push_str("<h2 id=\"fields\">Fields</h2>\n");
    out.push_str(&fields(class));
    if !class.methods.is_empty() {
        out.push_str("<h2 id=\"methods\">Methods</h2>\n");
        out.push_str(&methods(class));
    }
    out.push_str("<h2 id=\"history\">History</h2>\n");
    out.push_str(&history(class));
    html::page(class.name, &out)
}

fn holds(field: &FieldDef, class: &'static Class) -> bool {
    field.ty.any_object().is_some_and(|target| {
        (target.classes)()
            .iter()
            .any(|held| std::ptr::eq(*held, class))
    })
}

fn fields(class: &Class) -> String {
    if class.fields.is_empty() && class.extra.is_empty() {
        return "<p>It has none of its own.</p>\n".to_owned();
    }
    let mut table = Table::new(&["Field", "Type", "Since", "Default", "Notes"]);
    for field in class.fields {
        let code = |text: String| format!("<code>{}</code>", html::text(&text));
        table.row(
            Some(&format!("field.{}", field.name)),
            &[
                format!("<b>{}</b>", html::text(field.name)),
                spelling::of(field.ty, field.nullable),
                field
                    .since
                    .map(|since| since.to_string())
                    .unwrap_or_default(),
                field
                    .default
                    .map(|default| code(default().python_repr()))
                    .unwrap_or_default(),
                notes(field).join(", "),
            ],
        );
    }
    for gone in class.removed {
        table.row(
            Some(&format!("field.{}", gone.name)),
            &[
                html::text(gone.name),
                spelling::of(gone.ty, gone.nullable),
                gone.since
                    .map(|since| since.to_string())
                    .unwrap_or_default(),
                String::new(),
                format!("until {}", gone.until),
            ],
        );
    }
    for extra in class.extra {
        table.row(
            Some(&format!("field.{}", extra.name)),
            &[
                format!("<b>{}</b>", html::text(extra.name)),
                String::new(),
                String::new(),
                String::new(),
                "computed, never written".to_owned(),
            ],
        );
    }
    table.finish()
}

/// What there is to say of a field beyond its columns.
fn notes(field: &FieldDef) -> Vec<String> {
    let mut notes = Vec::new();
    if field.read_only {
        notes.push("set once".to_owned());
    }
    if field.lazy {
        notes.push("can be loaded later".to_owned());
    }
    for newer in field.values {
        let values: Vec<String> = newer
            .values
            .iter()
            .map(|value| format!("<code>{}</code>", html::text(value)))
            .collect();
        notes.push(format!("{} since {}", values.join(" "), newer.since));
    }
    for past in field.past {
        let was = if past.name != field.name {
            format!("called {} before {}", html::text(past.name), past.until)
        } else if past.ty.name == field.ty.name {
            format!("converted for readers before {}", past.until)
        } else {
            let ty = spelling::of(past.ty, past.nullable);
            format!("{ty} before {}", past.until)
        };
        let lossy = if past.lossy {
            ", who lose some of it"
        } else {
            ""
        };
        notes.push(format!("{was}{lossy}"));
    }
    notes
}

fn methods(class: &Class) -> String {
    let mut table = Table::new(&["Method", "Arguments", "Returns"]);
    for method in class.methods {
        let on = match method.kind {
            MethodKind::Class => "",
            MethodKind::Instance => " <small>on an object</small>",
        };
        table.row(
            Some(&format!("method.{}", method.name)),
            &[
                format!("<b>{}</b>{on}", html::text(method.name)),
                arguments(method),
                spelling::of(method.returns.ty, method.returns.nullable),
            ],
        );
    }
    table.finish()
}

fn arguments(method: &MethodDef) -> String {
    let mut out = String::new();
    for argument in method.arguments {
        let stars = match argument.kind {
            ArgumentKind::Plain => "",
            ArgumentKind::Positional => "*",
            ArgumentKind::Keyword => "**",
        };
        let default = argument
            .default
            .map(|default| format!(" = {}", default().python_repr()))
            .unwrap_or_default();
        let _ = write!(
            out,
            "<div><code>{stars}{}{}</code> {}</div>",
            html::text(argument.name),
            html::text(&default),
            spelling::of(argument.ty, argument.nullable),
        );
    }
    out
}

fn history(class: &Class) -> String {
    let mut table = Table::new(&["Version", "What came", "Fields"]);
    for release in class.history.iter().rev() {
        let came: Vec<String> = class
            .fields
            .iter()
            .filter(|field| field.since == Some(release.version))
            .map(|field| format!("<a href=\"#field.{0}\">{0}</a>", html::text(field.name)))
            .collect();
        table.row(
            Some(&format!("version.{}", release.version)),
            &[
                format!("<b>{}</b>", release.version),
                html::text(release.note),
                came.join(", "),
            ],
        );
    }
    table.finish()
}
