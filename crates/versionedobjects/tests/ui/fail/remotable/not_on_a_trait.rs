//! The methods are those of a trait.

#![allow(unused)]

#[path = "../../service.rs"]
mod service;

use service::{Project, Result};
use versionedobjects::prelude::*;

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version"))]
pub struct Book {
    meta: Meta,
    title: Attr<String>,
}

pub trait BookStore: Send + Sync {}

#[remotable(Book)]
impl Book {
    pub async fn save(&mut self, ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn main() {}
