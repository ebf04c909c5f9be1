//! Attributes that are loaded later, explicitly.

use std::panic::Location;

use async_trait::async_trait;
use futures::future::BoxFuture;

use crate::{Context, Object, Project};

/// The lazy attributes of a class; an enumeration made by the derive, so that
/// a `match` over it fails to compile when one is added.
pub trait LazyField: Copy + Eq + std::fmt::Debug + Send + Sync + 'static {
    /// All of them.
    const ALL: &'static [Self];
    /// The name of the field.
    fn name(self) -> &'static str;
}

/// How a class loads its lazy attributes. You write it; the derived
/// `load_*` functions call it, and only for attributes that are unset.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has lazy attributes but no loader",
    note = "implement `LazyLoad` for `{Self}`: one `match` over `{Self}Lazy`, which the derive made"
)]
#[async_trait]
pub trait LazyLoad: Object {
    /// The lazy attributes.
    type Field: LazyField;

    /// Loads these attributes, in as few calls as possible.
    async fn load_fields(
        &mut self,
        ctx: &Context,
        fields: &[Self::Field],
    ) -> Result<(), <Self::Project as Project>::Error>;
}

/// Loads those of `fields` that are unset; counts one load if there is any.
///
/// # Errors
/// What the class's own loading fails with.
#[doc(hidden)]
#[track_caller]
pub fn load_missing<'a, T: LazyLoad>(
    object: &'a mut T,
    ctx: &'a Context,
    fields: &'a [T::Field],
) -> BoxFuture<'a, Result<(), <T::Project as Project>::Error>> {
    // Not an `async fn`, which would not know who called it.
    Box::pin(load(object, ctx, fields, Location::caller()))
}

async fn load<T: LazyLoad>(
    object: &mut T,
    ctx: &Context,
    fields: &[T::Field],
    at: &'static Location<'static>,
) -> Result<(), <T::Project as Project>::Error> {
    use crate::ObjectExt as _;
    let missing: Vec<T::Field> = fields
        .iter()
        .copied()
        .filter(|field| !object.is_set(field.name()))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|field| field.name()).collect();
    ctx.count_load(T::class_def().name, names, at);
    object.load_fields(ctx, &missing).await
}
