//! A choice of classes is an `ObjectEnum`.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub enum Book {
    #[default]
    Printed,
    Audio,
}

fn main() {}
