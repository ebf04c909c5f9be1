//! What every class of the crate shares.

use crate::{Error, NovaStore};

/// Nova's project: the wire prefix `nova_object`, the namespace `nova`, the
/// store that [`Context::direct`](versionedobjects::Context::direct) takes and
/// the error that every remotable method returns.
#[derive(Debug, Clone, Copy)]
pub struct Project;

impl versionedobjects::Project for Project {
    const PREFIX: &'static str = "nova_object";
    const NAMESPACE: &'static str = "nova";
    type Store = dyn NovaStore;
    type Error = Error;
}
