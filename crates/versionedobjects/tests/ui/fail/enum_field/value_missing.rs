//! Each variant has a text.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "Binding")]
pub enum Binding {
    #[value("hard")]
    Hard,
    Soft,
}

fn main() {}
