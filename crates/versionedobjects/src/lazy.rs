//! Attributes that are loaded later, explicitly.

use async_trait::async_trait;

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
pub async fn load_missing<T: LazyLoad>(
    object: &mut T,
    ctx: &Context,
    fields: &[T::Field],
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
    ctx.count_load();
    object.load_fields(ctx, &missing).await
}
