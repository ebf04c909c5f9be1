//! The types of oslo.versionedobjects' fields, with its rules of coercion.
//!
//! Plain Rust types where one says it all (`i64`, `f64`, `bool`, `String`,
//! `Vec`, `Option`, sets and dictionaries), and a type of its own where oslo
//! has a rule: [`Uuid`], [`DateTime`], [`FlexibleBoolean`], .. Where oslo's rule
//! lets through what the type's name excludes, a `Strict..` type of the same
//! oslo name refuses it: which of the two is chosen field by field.

mod address;
mod boolean;
mod datetime;
mod dict;
mod enumeration;
mod float;
mod integer;
mod ip;
mod json;
mod list;
mod naive;
mod network;
mod object;
mod option;
mod raw_json;
mod set;
mod text;
mod tuple;
mod version_predicate;

pub use address::{MacAddress, PciAddress, StrictMacAddress, StrictPciAddress};
pub use boolean::FlexibleBoolean;
pub use datetime::DateTime;
pub use dict::Dict;
#[doc(hidden)]
pub use enumeration::{check_transition, not_a_member};
pub use float::NonNegativeFloat;
pub use integer::NonNegativeInteger;
pub use ip::{IpAddress, Ipv4Address, Ipv4AndV6Address, Ipv6Address};
pub use json::{Json, JsonMap};
pub use naive::NaiveDateTime;
pub use network::{IpNetwork, Ipv4Network, Ipv6Network};
#[doc(hidden)]
pub use object::{coerce_object, name_of_next, not_an_object, receiver, take_object};
pub use raw_json::RawJson;
pub use text::{SensitiveString, StrictUuid, TextField, Uuid};
pub use version_predicate::VersionPredicate;
