//! Types as a contract sees them: the whole tree, by value.

use crate::{Element, Shape, TypeDef};

/// The type of a field, an element, an argument or a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    /// oslo's name of it.
    pub name: String,
    /// What sets it apart from other types of that name: `naive`, `strict`.
    pub variant: Option<String>,
    /// Whether null is a value of it.
    pub nullable: bool,
    /// What is inside.
    pub content: Content,
}

/// What a type consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A value of any form.
    Anything,
    /// A single value of a known form.
    Plain(Form),
    /// A value out of a list.
    Enum {
        /// The values, in the order of the declaration.
        values: Vec<String>,
        /// Whether newer values are kept as they are instead of refused.
        open: bool,
    },
    /// A value out of a list, changing by rule.
    States {
        /// The values; with each the states that may follow, where it has a rule.
        states: Vec<(String, Option<Vec<String>>)>,
    },
    /// A list.
    List(Box<Type>),
    /// A set.
    Set(Box<Type>),
    /// A dictionary with text keys.
    Dict(Box<Type>),
    /// A fixed number of values.
    Tuple(Vec<Type>),
    /// An object.
    Object {
        /// The class by which the field was declared.
        base: String,
        /// All classes that are accepted, where subclasses are.
        classes: Vec<String>,
    },
}

/// The form of a single value on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// JSON Schema's name of the type: `string`, `integer`, `number`, `boolean`.
    pub json: String,
    /// JSON Schema's formats, one of which it has.
    pub formats: Vec<String>,
    /// The smallest number.
    pub minimum: Option<i64>,
    /// A regular expression for text.
    pub pattern: Option<String>,
    /// Whether text that does not match is taken all the same.
    pub loose: bool,
}

impl Form {
    /// Any value of that JSON type.
    #[must_use]
    pub fn any(json: &str) -> Self {
        Self {
            json: json.to_owned(),
            ..Self::default()
        }
    }
}

impl Type {
    /// The type a table describes.
    #[must_use]
    pub fn of(ty: &TypeDef, nullable: bool) -> Self {
        let (mut content, mut variant) = (Content::Anything, None);
        match &ty.shape {
            Shape::Scalar => {}
            Shape::Plain(plain) => {
                variant = plain.variant.map(str::to_owned);
                content = Content::Plain(Form {
                    json: plain.json.to_owned(),
                    formats: owned(plain.formats),
                    minimum: plain.minimum,
                    pattern: plain.pattern.map(str::to_owned),
                    loose: !plain.enforced,
                });
            }
            Shape::Enum { values } => {
                content = Content::Enum {
                    values: owned(values),
                    open: false,
                }
            }
            Shape::OpenEnum { values } => {
                content = Content::Enum {
                    values: owned(values),
                    open: true,
                }
            }
            Shape::StateMachine {
                values,
                transitions,
            } => {
                let next = |state: &str| {
                    let rule = transitions.iter().find(|(from, _)| *from == state);
                    rule.map(|(_, next)| owned(next))
                };
                let states = values
                    .iter()
                    .map(|state| ((*state).to_owned(), next(state)));
                content = Content::States {
                    states: states.collect(),
                };
            }
            Shape::List(element) => content = Content::List(Box::new(element.into())),
            Shape::Set(element) => content = Content::Set(Box::new(element.into())),
            Shape::Dict(element) => content = Content::Dict(Box::new(element.into())),
            Shape::Tuple(elements) => {
                content = Content::Tuple(elements.iter().map(Self::from).collect());
            }
            Shape::Object(target) => {
                let classes = (target.classes)().iter().map(|class| class.name.to_owned());
                content = Content::Object {
                    base: target.name.to_owned(),
                    classes: if target.subclasses {
                        classes.collect()
                    } else {
                        Vec::new()
                    },
                };
            }
        }
        Self {
            name: ty.name.to_owned(),
            variant,
            nullable,
            content,
        }
    }

    /// The types directly inside.
    #[must_use]
    pub fn inside(&self) -> &[Self] {
        match &self.content {
            Content::List(element) | Content::Set(element) | Content::Dict(element) => {
                std::slice::from_ref(element)
            }
            Content::Tuple(elements) => elements,
            _ => &[],
        }
    }

    /// Whether all there is to it shows where it is used: containers and
    /// objects by their usual names, and types whose name says it all.
    pub(super) fn is_inline(&self) -> bool {
        match &self.content {
            Content::List(_) => self.name == "List",
            Content::Set(_) => self.name == "Set",
            Content::Dict(_) => self.name == "Dict",
            Content::Tuple(_) => self.name == "Tuple",
            Content::Object { .. } => self.name == "Object",
            _ => usual(&self.name).as_ref() == Some(&self.content),
        }
    }
}

impl From<&Element> for Type {
    fn from(element: &Element) -> Self {
        Self::of(element.ty, element.nullable)
    }
}

/// What types of that name usually are, where a contract does not say: oslo's
/// that have no rule, and those of this crate that take anything.
pub(super) fn usual(name: &str) -> Option<Content> {
    Some(match name {
        "String" | "SensitiveString" | "RawJson" | "IPAddress" | "IPNetwork" | "IPV6Network"
        | "VersionPredicate" => Content::Plain(Form::any("string")),
        "Integer" => Content::Plain(Form::any("integer")),
        "Float" => Content::Plain(Form::any("number")),
        "Boolean" | "FlexibleBoolean" => Content::Plain(Form::any("boolean")),
        "Json" | "JsonMap" | "None" => Content::Anything,
        _ => return None,
    })
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
