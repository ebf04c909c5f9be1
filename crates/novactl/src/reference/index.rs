//! The page one begins at, and the names that are searched.

use std::fmt::Write as _;

use versionedobjects::Class;

use super::html::{self, Table};
use super::page_of;

/// All classes with what they have.
pub(super) fn page(all: &[&'static Class]) -> String {
    let (fields, methods) = all.iter().fold((0, 0), |(fields, methods), class| {
        (fields + class.fields.len(), methods + class.methods.len())
    });
    let mut out = format!(
        "<h1>Objects</h1>\n<p>{} classes with {fields} fields and {methods} methods, as this release has them.</p>\n",
        all.len()
    );
    let mut table = Table::new(&["Class", "Version", "Fields", "Methods"]);
    for class in all {
        let count = |count: usize| match count {
            0 => String::new(),
            count => count.to_string(),
        };
        table.row(
            None,
            &[
                html::class_link(class.name),
                class.version().to_string(),
                count(class.fields.len()),
                count(class.methods.len()),
            ],
        );
    }
    out.push_str(&table.finish());
    html::page("Objects", &out)
}

/// Every name with where it leads, for the search on each page.
pub(super) fn names(all: &[&'static Class]) -> String {
    let mut out = String::from(
        "// What can be found: a name, what it is, where it is described.\nconst NAMES = [\n",
    );
    let mut name = |name: &str, is: &str, target: &str| {
        let line = serde_json::json!([name, is, target]);
        let _ = writeln!(out, "{line},");
    };
    for class in all {
        name(class.name, "class", &page_of(class.name));
        let fields = class.fields.iter().map(|field| field.name);
        let gone = class.removed.iter().map(|gone| gone.name);
        for field in fields
            .chain(gone)
            .chain(class.extra.iter().map(|extra| extra.name))
        {
            let target = format!("{}#field.{field}", page_of(class.name));
            name(&format!("{}.{field}", class.name), "field", &target);
        }
        for method in class.methods {
            let target = format!("{}#method.{}", page_of(class.name), method.name);
            name(
                &format!("{}.{}", class.name, method.name),
                "method",
                &target,
            );
        }
    }
    out + "];\n"
}
