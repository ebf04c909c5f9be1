//! Names that are nearly right.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(nmae = "Binding", transition = TABLE)]
pub enum Binding {
    #[value("hard")]
    Hard,
    #[value(soft)]
    Soft(i64),
}

fn main() {}
