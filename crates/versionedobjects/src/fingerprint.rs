//! oslo's fingerprints: a hash over a class's fields and methods.

use md5::{Digest as _, Md5};

use crate::method::{ArgumentKind, MethodKind};
use crate::{Class, MethodDef, Value};

impl Class {
    /// `version-md5`, as oslo's `ObjectVersionChecker` computes it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = Md5::digest(self.fingerprint_source());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{hex}", self.version())
    }

    /// The text that is hashed: Python's `repr()` of the sorted fields, the
    /// sorted methods and, for lists, the versions of the children.
    #[must_use]
    pub fn fingerprint_source(&self) -> String {
        let mut fields: Vec<_> = self.fields.iter().collect();
        fields.sort_by_key(|field| field.name);
        let fields: Vec<String> = fields
            .iter()
            .map(|field| format!("('{}', {})", field.name, field.python_repr()))
            .collect();
        let mut methods: Vec<_> = self.methods.iter().collect();
        methods.sort_by_key(|method| method.name);
        let methods: Vec<String> = methods
            .iter()
            .map(|method| format!("('{}', {})", method.name, argspec(method)))
            .collect();
        let children = if self.is_list {
            format!(", {}", ordered_dict(self))
        } else {
            String::new()
        };
        format!(
            "([{}], [{}]{children})",
            fields.join(", "),
            methods.join(", ")
        )
    }
}

/// Python 2's `ArgSpec`, which oslo keeps so that old fingerprints stay valid.
fn argspec(method: &MethodDef) -> String {
    let mut args = match method.kind {
        MethodKind::Class => vec!["cls", method.context],
        MethodKind::Instance => vec!["self"],
    };
    let of_kind = |kind: ArgumentKind| {
        method
            .arguments
            .iter()
            .filter(move |argument| argument.kind == kind)
    };
    args.extend(of_kind(ArgumentKind::Plain).map(|argument| argument.name));
    let args: Vec<String> = args.into_iter().map(|name| format!("'{name}'")).collect();
    let star = |kind| {
        of_kind(kind).next().map_or_else(
            || "None".to_owned(),
            |argument| format!("'{}'", argument.name),
        )
    };
    let defaults: Vec<String> = of_kind(ArgumentKind::Plain)
        .filter_map(|argument| argument.default)
        .map(|default| default().python_repr())
        .collect();
    let defaults = match defaults.as_slice() {
        [] => "None".to_owned(),
        [only] => format!("({only},)"),
        many => format!("({})", many.join(", ")),
    };
    format!(
        "ArgSpec(args=[{}], varargs={}, keywords={}, defaults={defaults})",
        args.join(", "),
        star(ArgumentKind::Positional),
        star(ArgumentKind::Keyword),
    )
}

fn ordered_dict(class: &Class) -> String {
    if class.child_versions.is_empty() {
        return "OrderedDict()".to_owned();
    }
    let mut pairs: Vec<(String, String)> = class
        .child_versions
        .iter()
        .map(|(parent, child)| (parent.to_string(), child.to_string()))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(parent, child)| {
            format!(
                "({}, {})",
                Value::from(parent.as_str()).python_repr(),
                Value::from(child.as_str()).python_repr()
            )
        })
        .collect();
    format!("OrderedDict([{}])", pairs.join(", "))
}
