//! A class without versions.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
pub struct Book {
    meta: Meta,
    title: Attr<String>,
}

fn main() {}
