//! What a field is: its type, its definition in a class's table, and the
//! trait that every type of a field implements.

use std::fmt::Debug;

use crate::{
    Class, NewerValues, Past, Path, Reader, Result, Value, ValueError, Version, VersionedObject,
    Writer,
};

/// A type that a field, an argument or a result can have.
///
/// The crate implements it for the plain types and for everything in
/// [`crate::fields`]; the derives implement it for objects and enumerations;
/// a crate of yours implements it for types of its own. It corresponds to
/// oslo's `FieldType`, except that the type of the value *is* the type of the
/// field: no conversion stands between them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a versioned object",
    note = "field types implement `FieldType`; for text use `String`, for an enumeration derive `EnumField`, for an object derive `VersionedObject`"
)]
pub trait FieldType: Debug + Clone + PartialEq + Send + Sync + Sized + 'static {
    /// What reading the attribute gives: `&str` for text, the value itself
    /// where it is small, otherwise a reference.
    type View<'a>
    where
        Self: 'a;

    /// The description that fingerprints, contracts and schemas are made of.
    const TYPE: &'static TypeDef;

    /// Whether null is a value of this type.
    const NULLABLE: bool = false;

    /// Makes a value of this type of one that a caller assigned, by oslo's rules.
    ///
    /// # Errors
    /// When the value does not fit; the kind is the exception oslo raises.
    fn coerce(value: Value) -> Result<Self, ValueError>;

    /// Makes a value of this type of one that came over the wire, where sets
    /// are lists and datetimes are text.
    ///
    /// # Errors
    /// When the value does not fit.
    fn from_primitive(value: Value) -> Result<Self, ValueError> {
        Self::coerce(value)
    }

    /// The attribute as its readers see it.
    fn view(&self) -> Self::View<'_>;

    /// The dynamic form.
    fn to_value(&self) -> Value;

    /// Writes the primitive.
    fn write(&self, writer: &mut Writer<'_>);

    /// Reads the primitive.
    ///
    /// # Errors
    /// When the text is malformed or the value does not fit.
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self::from_primitive(reader.value()?)?)
    }

    /// Whether this value may follow `previous`; only state machines refuse.
    ///
    /// # Errors
    /// When the transition is not allowed.
    fn follows(&self, _previous: &Self) -> Result<(), ValueError> {
        Ok(())
    }

    /// Calls `visit` with every object directly inside this value.
    fn visit<'a>(&'a self, _visit: &mut dyn FnMut(&'a dyn VersionedObject)) {}

    /// Calls `visit` with every object directly inside this value and the place
    /// it has there, `at` being the place of this value. Containers say which
    /// element it is.
    fn visit_at(&self, at: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, &dyn VersionedObject)) {
        self.visit(&mut |object| visit(at, object));
    }

    /// Calls `found` with each place where this value differs from `before`,
    /// which is known to differ. Containers look into what both have.
    fn differences(&self, before: &Self, at: &Path<'_>, found: &mut dyn FnMut(&Path<'_>)) {
        let (mut new, mut old) = (None, None);
        if Self::TYPE.is_object() {
            self.visit(&mut |object| new = Some(object));
            before.visit(&mut |object| old = Some(object));
        }
        match (new, old) {
            (Some(new), Some(old)) => crate::path::differences(new, old, at, found),
            _ => found(at),
        }
    }

    /// Calls `visit` with every object directly inside this value, to change it.
    fn visit_mut(&mut self, _visit: &mut dyn FnMut(&mut dyn VersionedObject)) {}
}

/// What can be assigned to a field of type `T`: the value itself, and the
/// spellings people expect, such as `&str` for text and a bare value for a
/// nullable one.
pub trait IntoField<T> {
    /// The value of the field.
    fn into_field(self) -> T;
}

impl<T> IntoField<T> for T {
    fn into_field(self) -> T {
        self
    }
}

impl<T: FieldType> IntoField<Option<T>> for T {
    fn into_field(self) -> Option<T> {
        Some(self)
    }
}

/// A description of a field type.
#[derive(Debug)]
pub struct TypeDef {
    /// oslo's name of the type: `String`, `DateTime`, `List`, ..
    pub name: &'static str,
    /// What is inside it.
    pub shape: Shape,
}

/// The structure of a field type.
#[derive(Debug)]
#[non_exhaustive]
pub enum Shape {
    /// A single value of any form.
    Scalar,
    /// A single value whose form on the wire is known.
    Plain(Plain),
    /// A value out of a list.
    Enum {
        /// The values, in the order of the declaration.
        values: &'static [&'static str],
    },
    /// A value out of a list, or a newer one that is kept as it is.
    OpenEnum {
        /// The values known, in the order of the declaration.
        values: &'static [&'static str],
    },
    /// A value out of a list, changing by rule.
    StateMachine {
        /// The values, in the order of the declaration.
        values: &'static [&'static str],
        /// For each state that has a rule, the states that may follow.
        transitions: &'static [(&'static str, &'static [&'static str])],
    },
    /// A list.
    List(Element),
    /// A dictionary with text keys.
    Dict(Element),
    /// A set.
    Set(Element),
    /// A fixed number of values of their own types each; not in oslo.
    Tuple(&'static [Element]),
    /// An object.
    Object(ObjectTarget),
}

/// The form of a single value on the wire: what a schema says of it.
#[derive(Debug, Clone, Copy)]
pub struct Plain {
    /// JSON Schema's name of the type: `string`, `integer`, `number`, `boolean`.
    pub json: &'static str,
    /// A regular expression for text.
    pub pattern: Option<&'static str>,
    /// Whether the type refuses what does not match the pattern. oslo's schema
    /// of a UUID has a pattern that its field does not enforce.
    pub enforced: bool,
    /// JSON Schema's formats of text, one of which it has.
    pub formats: &'static [&'static str],
    /// The smallest number.
    pub minimum: Option<i64>,
    /// What sets the type apart from others that oslo calls by the same name,
    /// which neither a fingerprint nor a schema shows.
    pub variant: Option<&'static str>,
    /// Whether the text has a form of its own that nothing here knows; see
    /// [`Class::unversioned`](crate::Class::unversioned).
    pub opaque: bool,
}

impl Plain {
    /// Any text.
    pub const TEXT: Self = Self::of("string");
    /// Any whole number.
    pub const INTEGER: Self = Self::of("integer");
    /// Any number.
    pub const NUMBER: Self = Self::of("number");
    /// A truth value.
    pub const BOOLEAN: Self = Self::of("boolean");

    const fn of(json: &'static str) -> Self {
        Self {
            json,
            pattern: None,
            enforced: true,
            formats: &[],
            minimum: None,
            variant: None,
            opaque: false,
        }
    }

    /// Text that is something else to those who read it.
    #[must_use]
    pub const fn opaque(self) -> Self {
        Self {
            opaque: true,
            ..self
        }
    }

    /// Text that matches a regular expression.
    #[must_use]
    pub const fn pattern(pattern: &'static str) -> Self {
        Self {
            pattern: Some(pattern),
            ..Self::TEXT
        }
    }

    /// Text that ought to match a regular expression, which nobody checks.
    #[must_use]
    pub const fn loose_pattern(pattern: &'static str) -> Self {
        Self {
            enforced: false,
            ..Self::pattern(pattern)
        }
    }

    /// Text in one of JSON Schema's formats.
    #[must_use]
    pub const fn formats(formats: &'static [&'static str]) -> Self {
        Self {
            formats,
            ..Self::TEXT
        }
    }

    /// The same, not negative.
    #[must_use]
    pub const fn non_negative(self) -> Self {
        Self {
            minimum: Some(0),
            ..self
        }
    }

    /// The same as a type of its own; see [`Plain::variant`].
    #[must_use]
    pub const fn variant(self, variant: &'static str) -> Self {
        Self {
            variant: Some(variant),
            ..self
        }
    }
}

/// The type of what a container holds.
#[derive(Debug, Clone, Copy)]
pub struct Element {
    /// Whether null may be among the elements.
    pub nullable: bool,
    /// The type of the elements.
    pub ty: &'static TypeDef,
}

impl Element {
    /// The element of a container of `T`.
    #[must_use]
    pub const fn of<T: FieldType>() -> Self {
        Self {
            nullable: T::NULLABLE,
            ty: T::TYPE,
        }
    }
}

/// The class of objects a field holds.
#[derive(Clone, Copy)]
pub struct ObjectTarget {
    /// The class by which the field was declared.
    pub name: &'static str,
    /// Whether subclasses are accepted.
    pub subclasses: bool,
    /// All classes accepted, the declared one first. A function, because
    /// classes refer to each other.
    pub classes: fn() -> &'static [&'static Class],
}

impl Debug for ObjectTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectTarget")
            .field("name", &self.name)
            .field("subclasses", &self.subclasses)
            .finish()
    }
}

impl TypeDef {
    /// The objects this type holds directly or in a list, which is as far as
    /// oslo looks.
    #[must_use]
    pub const fn oslo_object(&self) -> Option<ObjectTarget> {
        match &self.shape {
            Shape::Object(target) => Some(*target),
            Shape::List(element) => match &element.ty.shape {
                Shape::Object(target) => Some(*target),
                _ => None,
            },
            _ => None,
        }
    }

    /// The objects this type holds, in whatever containers.
    #[must_use]
    pub const fn any_object(&self) -> Option<ObjectTarget> {
        match &self.shape {
            Shape::Object(target) => Some(*target),
            Shape::List(element) | Shape::Dict(element) | Shape::Set(element) => {
                element.ty.any_object()
            }
            _ => None,
        }
    }

    /// Whether values of this type, or something inside, have a form that no
    /// version says anything of.
    pub(crate) const fn is_opaque(&self) -> bool {
        match &self.shape {
            Shape::Scalar => true,
            Shape::Plain(plain) => plain.opaque,
            Shape::List(element) | Shape::Dict(element) | Shape::Set(element) => {
                element.ty.is_opaque()
            }
            Shape::Tuple(elements) => {
                let mut index = 0;
                while index < elements.len() {
                    if elements[index].ty.is_opaque() {
                        return true;
                    }
                    index += 1;
                }
                false
            }
            _ => false,
        }
    }

    /// The values of an enumeration, or of a list of one, which oslo's
    /// `ListOfEnumField` shows too.
    const fn values(&self) -> Option<&'static [&'static str]> {
        match &self.shape {
            Shape::Enum { values }
            | Shape::OpenEnum { values }
            | Shape::StateMachine { values, .. } => Some(values),
            Shape::List(element) => match &element.ty.shape {
                Shape::Enum { values } | Shape::OpenEnum { values } => Some(values),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether values of this type are objects themselves.
    #[must_use]
    pub const fn is_object(&self) -> bool {
        matches!(self.shape, Shape::Object(_))
    }
}

/// A field in the table of a class.
#[derive(Debug, Clone, Copy)]
pub struct FieldDef {
    /// The name, in Rust and on the wire.
    pub name: &'static str,
    /// The name as a key of the wire text: quoted, with its separator.
    pub key: &'static str,
    /// The type.
    pub ty: &'static TypeDef,
    /// Whether null is allowed.
    pub nullable: bool,
    /// Whether a second, different value is refused.
    pub read_only: bool,
    /// Whether the attribute can be loaded later.
    pub lazy: bool,
    /// The version that added it, where older readers must not see it.
    pub since: Option<Version>,
    /// The default, applied only when asked for.
    pub default: Option<fn() -> Value>,
    /// For fields that hold objects: which version of the child goes with
    /// which version of the parent, oldest first (oslo's `obj_relationships`).
    /// Only consulted when the reader sent no manifest.
    pub children: &'static [(Version, Version)],
    /// What it was in earlier versions, oldest first.
    pub past: &'static [Past],
    /// Values it has only since a version.
    pub values: &'static [NewerValues],
}

impl FieldDef {
    /// The text that stands for the field in a fingerprint: Python's `repr()`
    /// of oslo's `Field`.
    #[must_use]
    pub fn python_repr(&self) -> String {
        let default = self.default.map_or_else(
            || "<class 'oslo_versionedobjects.fields.UnspecifiedDefault'>".to_owned(),
            |default| match default() {
                // As Python 2 printed them, so that old fingerprints stay valid.
                Value::Set(items) => {
                    let mut items: Vec<String> = items.iter().map(Value::python_str).collect();
                    items.sort();
                    format!("set([{}])", items.join(","))
                }
                other => other.python_str(),
            },
        );
        let nullable = if self.nullable { "True" } else { "False" };
        let name = self.ty.name;
        match self.ty.values() {
            Some(values) => {
                let values = Value::List(values.iter().map(|value| Value::from(*value)).collect())
                    .python_repr();
                // oslo's own `Enum` is given a list; the named ones of Nova
                // declare a tuple, which shows in the text.
                let values = match values
                    .strip_prefix('[')
                    .and_then(|rest| rest.strip_suffix(']'))
                {
                    Some(items) if !matches!(name, "Enum" | "List") => {
                        let comma = if items.contains("', '") { "" } else { "," };
                        format!("({items}{comma})")
                    }
                    _ => values,
                };
                format!("{name}(default={default},nullable={nullable},valid_values={values})")
            }
            None => format!("{name}(default={default},nullable={nullable})"),
        }
    }

    /// Puts the field's default in the place of a null that is not allowed.
    pub(crate) fn replace_null(&self, value: Value) -> Result<Value, ValueError> {
        match (value, self.nullable, self.default) {
            (Value::Null, false, Some(default)) => Ok(default()),
            (Value::Null, false, None) => Err(ValueError::new(format!(
                "Field `{}' cannot be None",
                self.name
            ))),
            (value, _, _) => Ok(value),
        }
    }
}
