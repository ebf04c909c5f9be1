//! What every family file needs.

pub(crate) use versionedobjects::prelude::*;

pub(crate) use crate::Result;
pub(crate) use crate::persistent::Persistent;
