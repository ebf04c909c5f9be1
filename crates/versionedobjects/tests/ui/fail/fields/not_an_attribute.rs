//! A plain field has no third state.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Book {
    meta: Meta,
    title: String,
    copies: Option<Vec<i64>>,
}

fn main() {}
