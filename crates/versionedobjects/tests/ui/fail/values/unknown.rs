//! New values are among those of the type.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Second", "1.2" = "Third"))]
pub struct Book {
    meta: Meta,
    #[object(values("velvet", since = "1.1", before = "hard"))]
    binding: Attr<Binding>,
}

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "Binding")]
pub enum Binding {
    #[value("hard")]
    Hard,
    #[value("soft")]
    Soft,
}

fn main() {}
