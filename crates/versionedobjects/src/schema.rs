//! JSON Schemas of classes, for those who check messages without this crate.

use std::collections::BTreeMap;

use crate::{
    Class, Element, FieldAt, FieldType as _, Json, JsonMap, ObjectTarget, Plain, Shape, TypeDef,
    Version,
};

/// A version of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draft {
    /// Draft 4: every primitive that is written validates, unset fields
    /// included; nested objects are described in place.
    Draft4,
    /// Draft 4 as oslo's `to_json_schema` writes it: every field that is not
    /// nullable is required, although it may be unset.
    ///
    /// Where oslo's schema refuses what its own fields write (null in a
    /// nullable enumeration, any IPv6 network), this one does not.
    Oslo,
    /// Draft 2020-12: every primitive that is written validates, unset fields
    /// included; nested objects are definitions of their own.
    Draft2020,
}

impl Class {
    /// The JSON Schema of this class's primitives at a version. Numbers that
    /// JSON does not have (NaN, infinities) are beyond any schema.
    #[must_use]
    pub fn json_schema(&'static self, version: Version, draft: Draft) -> Json {
        let mut schema = JsonMap::new();
        let mut builder = Builder {
            draft: match draft {
                Draft::Oslo => Draft::Draft4,
                other => other,
            },
            strict: draft == Draft::Oslo,
            open: vec![],
            definitions: BTreeMap::new(),
        };
        match draft {
            Draft::Draft4 | Draft::Oslo => {
                schema.insert(
                    "$schema".into(),
                    "http://json-schema.org/draft-04/schema#".into(),
                );
                schema.insert("title".into(), self.name.into());
                schema.append(&mut builder.object_in_place(self, version));
            }
            Draft::Draft2020 => {
                schema.insert(
                    "$schema".into(),
                    "https://json-schema.org/draft/2020-12/schema".into(),
                );
                schema.insert("title".into(), self.name.into());
                schema.insert("$ref".into(), builder.definition(self, version).into());
                let exactly = map([("const", version.to_string().into())]);
                schema.insert(
                    "properties".into(),
                    map([(&*key(self, "version"), exactly)]),
                );
                let definitions = std::mem::take(&mut builder.definitions);
                schema.insert(
                    "$defs".into(),
                    Json::Object(definitions.into_iter().collect()),
                );
            }
        }
        Json::Object(schema)
    }
}

struct Builder {
    /// One of the two that JSON Schema knows.
    draft: Draft,
    /// Whether what may be unset is required all the same.
    strict: bool,
    /// The classes around the present place, because some contain themselves.
    open: Vec<&'static str>,
    definitions: BTreeMap<String, Json>,
}

impl Builder {
    /// Where the definition of a class at a version is found; made if missing.
    fn definition(&mut self, class: &'static Class, version: Version) -> String {
        let name = format!("{}-{version}", class.name);
        let place = format!("#/$defs/{name}");
        if !self.definitions.contains_key(&name) {
            // Holds the place while a class that contains itself is described.
            self.definitions.insert(name.clone(), Json::Null);
            let mut schema = self.envelope(class, version);
            schema.insert("type".into(), "object".into());
            self.definitions.insert(name, Json::Object(schema));
        }
        place
    }

    fn object_in_place(&mut self, class: &'static Class, version: Version) -> JsonMap {
        let mut schema = JsonMap::new();
        schema.insert("type".into(), vec!["object"].into());
        // Python recurses until it gives up here.
        if !self.open.contains(&class.name) {
            self.open.push(class.name);
            schema.append(&mut self.envelope(class, version));
            self.open.pop();
        }
        schema
    }

    fn envelope(&mut self, class: &'static Class, version: Version) -> JsonMap {
        let text = || map([("type", "string".into())]);
        let named = |name: &str| match self.draft {
            Draft::Draft4 | Draft::Oslo => text(),
            Draft::Draft2020 => map([("const", name.into())]),
        };
        let (namespace, name) = (named(class.namespace), named(class.name));
        let fields: Vec<FieldAt> = class.fields_at(version).collect();
        let mut data = JsonMap::new();
        data.insert("type".into(), "object".into());
        data.insert(
            "description".into(),
            format!("fields of {}", class.name).into(),
        );
        let properties = fields
            .iter()
            .map(|field| (field.name.to_owned(), self.field(class, field, version)));
        data.insert("properties".into(), Json::Object(properties.collect()));
        let mut required: Vec<&str> = fields
            .iter()
            .filter(|field| !field.nullable)
            .map(|field| field.name)
            .collect();
        required.sort_unstable();
        if self.strict && !required.is_empty() {
            data.insert("required".into(), required.into());
        }
        let properties = [
            (key(class, "namespace"), namespace),
            (key(class, "name"), name),
            (key(class, "version"), text()),
            (
                key(class, "changes"),
                map([("type", "array".into()), ("items", text())]),
            ),
            (key(class, "data"), Json::Object(data)),
        ];
        let mut schema = JsonMap::new();
        schema.insert(
            "properties".into(),
            Json::Object(properties.into_iter().collect()),
        );
        let required: Vec<String> = ["namespace", "name", "version", "data"]
            .into_iter()
            .map(|part| key(class, part))
            .collect();
        schema.insert("required".into(), required.into());
        schema
    }

    fn field(&mut self, class: &Class, at: &FieldAt, version: Version) -> Json {
        let Some(field) = at.now else {
            return Json::Object(self.value(at.ty, at.nullable, None));
        };
        let rules = if class.is_list && field.name == "objects" && !class.child_versions.is_empty()
        {
            class.child_versions
        } else {
            field.children
        };
        // Beyond the last rule children stay as they are: at their newest.
        let beyond = rules.last().is_none_or(|(last, _)| *last < version);
        let child = rules
            .iter()
            .rev()
            .find(|(parent, _)| *parent <= version)
            .filter(|_| !beyond);
        let mut schema = self.value(at.ty, at.nullable, child.map(|(_, child)| *child));
        match self.draft {
            Draft::Draft4 | Draft::Oslo => {
                schema.insert("readonly".into(), field.read_only.into());
            }
            Draft::Draft2020 if field.read_only => {
                schema.insert("readOnly".into(), true.into());
            }
            Draft::Draft2020 => {}
        }
        let past = field.past_at(version);
        let converted = past.is_some_and(|past| past.down.is_some() || past.up.is_some());
        if let (Draft::Draft2020, Some(Json::Array(values))) = (self.draft, schema.get_mut("enum"))
        {
            let newer = |value: &Json| {
                let mut newer = field.values.iter().filter(|newer| version < newer.since);
                newer.any(|newer| newer.values.iter().any(|name| *value == **name))
            };
            values.retain(|value| !newer(value));
        }
        if let Some(default) = field
            .default
            .filter(|_| !converted)
            .and_then(|default| Json::coerce(default()).ok())
        {
            schema.insert("default".into(), default);
        }
        Json::Object(schema)
    }

    fn value(&mut self, ty: &TypeDef, nullable: bool, child: Option<Version>) -> JsonMap {
        let mut schema = JsonMap::new();
        let mut typed = |name: &str| {
            let names = if nullable {
                vec![name, "null"]
            } else {
                vec![name]
            };
            schema.insert("type".into(), names.into());
        };
        match &ty.shape {
            Shape::Scalar => {}
            Shape::Plain(plain) => return self.plain(plain, nullable),
            Shape::OpenEnum { values } => {
                typed("string");
                if self.draft == Draft::Draft2020 {
                    schema.insert("examples".into(), (*values).into());
                }
            }
            Shape::Enum { values } | Shape::StateMachine { values, .. } => {
                typed("string");
                let values = values
                    .iter()
                    .map(|value| Json::from(*value))
                    .chain(nullable.then_some(Json::Null));
                schema.insert("enum".into(), values.collect());
            }
            Shape::List(element) => {
                typed("array");
                schema.insert("items".into(), self.element(*element, child));
            }
            Shape::Set(element) => {
                typed("array");
                schema.insert("uniqueItems".into(), true.into());
                schema.insert("items".into(), self.element(*element, child));
            }
            Shape::Dict(element) => {
                typed("object");
                schema.insert("additionalProperties".into(), self.element(*element, child));
            }
            Shape::Tuple(elements) => {
                typed("array");
                let items: Vec<Json> = elements
                    .iter()
                    .map(|element| self.element(*element, child))
                    .collect();
                schema.insert("minItems".into(), items.len().into());
                schema.insert("maxItems".into(), items.len().into());
                let key = if self.draft == Draft::Draft4 {
                    "items"
                } else {
                    "prefixItems"
                };
                schema.insert(key.into(), items.into());
            }
            Shape::Object(target) => return self.object(target, nullable, child),
        }
        schema
    }

    fn element(&mut self, element: Element, child: Option<Version>) -> Json {
        let mut schema = self.value(element.ty, element.nullable, child);
        if self.draft == Draft::Draft4 {
            schema.insert("readonly".into(), false.into());
        }
        Json::Object(schema)
    }

    fn plain(&self, plain: &Plain, nullable: bool) -> JsonMap {
        let mut names = vec![plain.json];
        names.extend(nullable.then_some("null"));
        let mut schema = JsonMap::new();
        match plain.formats {
            [] | [_] => {
                schema.insert("type".into(), names.into());
                if let [format] = plain.formats {
                    schema.insert("format".into(), (*format).into());
                }
            }
            several => {
                let one = |format: &&str| {
                    map([
                        ("type", vec![plain.json].into()),
                        ("format", (*format).into()),
                    ])
                };
                let null = nullable.then(|| map([("type", vec!["null"].into())]));
                schema.insert(
                    "oneOf".into(),
                    several.iter().map(one).chain(null).collect(),
                );
            }
        }
        if let Some(pattern) = plain.pattern.filter(|_| plain.enforced || self.strict) {
            schema.insert("pattern".into(), pattern.into());
        }
        if let Some(minimum) = plain.minimum {
            schema.insert("minimum".into(), minimum.into());
        }
        schema
    }

    fn object(&mut self, target: &ObjectTarget, nullable: bool, child: Option<Version>) -> JsonMap {
        let mut alternatives: Vec<JsonMap> = Vec::new();
        for class in (target.classes)() {
            let version = child.unwrap_or_else(|| class.version());
            alternatives.push(match self.draft {
                Draft::Draft4 | Draft::Oslo => self.object_in_place(class, version),
                Draft::Draft2020 => {
                    let place = self.definition(class, version);
                    JsonMap::from_iter([("$ref".to_owned(), place.into())])
                }
            });
        }
        let null = || vec!["null"].into();
        if let ([only], false) = (&mut *alternatives, nullable) {
            return std::mem::take(only);
        }
        if let ([only], Draft::Draft4) = (&mut *alternatives, self.draft) {
            only.insert("type".into(), vec!["object", "null"].into());
            return std::mem::take(only);
        }
        if nullable {
            alternatives.push(JsonMap::from_iter([("type".to_owned(), null())]));
        }
        let alternatives: Vec<Json> = alternatives.into_iter().map(Json::Object).collect();
        JsonMap::from_iter([("anyOf".to_owned(), alternatives.into())])
    }
}

fn key(class: &Class, part: &str) -> String {
    format!("{}.{part}", class.prefix)
}

fn map<const N: usize>(entries: [(&str, Json); N]) -> Json {
    Json::Object(
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}
