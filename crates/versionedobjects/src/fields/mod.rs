//! The types of oslo.versionedobjects' fields, with its rules of coercion.
//!
//! Plain Rust types where one says it all (`i64`, `f64`, `bool`, `String`,
//! `Vec`, `Option`, sets and dictionaries), and a type of its own where oslo
//! has a rule: [`Uuid`], [`DateTime`], [`FlexibleBoolean`], ..

mod boolean;
mod datetime;
mod dict;
mod enumeration;
mod float;
mod integer;
mod json;
mod list;
mod object;
mod option;
mod set;
mod text;
mod tuple;

pub use boolean::FlexibleBoolean;
pub use datetime::DateTime;
pub use dict::Dict;
pub use float::NonNegativeFloat;
pub use integer::NonNegativeInteger;
#[doc(hidden)]
pub use enumeration::{check_transition, not_a_member};
pub use json::{Json, JsonMap};
#[doc(hidden)]
pub use object::{coerce_object, named_object, not_an_object, read_part, receiver, take_object};
pub use text::{SensitiveString, TextField, Uuid};
