//! A contract out of a class's table.

use super::{Argument, Contract, Field, Method, NewerValues, Past, Removed, Type};
use crate::{ArgumentDef, Class, FieldDef, MethodDef, ObjectExt as _, Value};

impl From<&Class> for Contract {
    fn from(class: &Class) -> Self {
        let versions = class
            .history
            .iter()
            .map(|release| (release.version, release.note.to_owned()));
        Self {
            class: class.name.to_owned(),
            namespace: class.namespace.to_owned(),
            prefix: class.prefix.to_owned(),
            fingerprint: class.fingerprint(),
            is_list: class.is_list,
            comparable: class.comparable,
            children_follow: class.backport_children,
            converts_down: class.backport.is_some(),
            completes_up: class.upgrade.is_some(),
            versions: versions.collect(),
            fields: class
                .fields
                .iter()
                .map(|field| self::field(class, field))
                .collect(),
            removed: class.removed.iter().map(removed).collect(),
            computed: class
                .extra
                .iter()
                .map(|extra| extra.name.to_owned())
                .collect(),
            methods: class.methods.iter().map(method).collect(),
            forced: Vec::new(),
        }
    }
}

fn field(class: &Class, field: &FieldDef) -> Field {
    let listed = class.is_list && field.name == "objects" && !class.child_versions.is_empty();
    let children = if listed {
        class.child_versions
    } else {
        field.children
    };
    Field {
        name: field.name.to_owned(),
        ty: Type::of(field.ty, field.nullable),
        read_only: field.read_only,
        lazy: field.lazy,
        since: field.since,
        default: field.default.map(|default| literal(&default())),
        children: children.to_vec(),
        past: field.past.iter().map(past).collect(),
        values: field.values.iter().map(values).collect(),
    }
}

fn past(past: &crate::Past) -> Past {
    Past {
        until: past.until,
        name: past.name.to_owned(),
        ty: Type::of(past.ty, past.nullable),
    }
}

fn values(newer: &crate::NewerValues) -> NewerValues {
    NewerValues {
        since: newer.since,
        values: newer
            .values
            .iter()
            .map(|value| (*value).to_owned())
            .collect(),
        before: newer.before.map(str::to_owned),
    }
}

fn removed(removed: &crate::Removed) -> Removed {
    Removed {
        name: removed.name.to_owned(),
        ty: Type::of(removed.ty, removed.nullable),
        since: removed.since,
        until: removed.until,
    }
}

fn method(method: &MethodDef) -> Method {
    let raises = method.errors.map(|errors| {
        let mut errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        errors.sort();
        errors
    });
    Method {
        name: method.name.to_owned(),
        kind: method.kind,
        arguments: method.arguments.iter().map(argument).collect(),
        returns: Type::from(&method.returns),
        raises,
        conditional: method.conditional,
    }
}

fn argument(argument: &ArgumentDef) -> Argument {
    Argument {
        name: argument.name.to_owned(),
        kind: argument.kind,
        ty: Type::of(argument.ty, argument.nullable),
        default: argument.default.map(|default| literal(&default())),
    }
}

/// A value on one line: JSON where it has that form, with the items of sets
/// sorted.
fn literal(value: &Value) -> String {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => python_json::float_repr(*value),
        Value::Str(value) => text(value),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Set(items) => {
            let mut items: Vec<String> = items.iter().map(literal).collect();
            items.sort();
            format!("[{}]", items.join(", "))
        }
        Value::Map(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|(key, value)| format!("{}: {}", text(key), literal(value)))
                .collect();
            format!("{{{}}}", items.join(", "))
        }
        Value::Object(object) => object
            .to_json()
            .unwrap_or_else(|_| text(&value.python_repr())),
        other => text(&other.python_str()),
    }
}
