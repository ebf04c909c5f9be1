//! A mixin is part of an object, not one itself.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(Mixin, Debug, Clone, Default)]
pub struct Timestamped {
    meta: Meta,
    created_at: Attr<Option<DateTime>>,
}

fn main() {}
