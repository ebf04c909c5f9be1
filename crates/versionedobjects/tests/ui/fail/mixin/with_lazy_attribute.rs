//! A mixin cannot load anything.

#![allow(unused)]

#[path = "../../data.rs"]
mod data;

use data::{Project, Result};
use versionedobjects::prelude::*;

#[derive(Mixin, Debug, Clone, Default)]
pub struct Timestamped {
    #[object(lazy)]
    created_at: Attr<Option<DateTime>>,
}

fn main() {}
