//! Attributes that several classes share.

use crate::{FieldDef, Meta, Shape, Slot, TypeDef, VersionedObject};

/// A group of attributes that objects embed; derived.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is embedded but is no mixin",
    note = "derive `Mixin` for it"
)]
pub trait Mixin {
    /// The table of its fields.
    const FIELDS: &'static [FieldDef];
    /// The attribute at that place.
    ///
    /// # Panics
    /// When there is none, which no input can cause.
    fn slot(&self, index: usize) -> &dyn Slot;
    /// The same, to change it.
    ///
    /// # Panics
    /// As [`Mixin::slot`].
    fn slot_mut(&mut self, index: usize) -> &mut dyn Slot;
}

/// An object that embeds a mixin; derived.
pub trait Embeds<M>: VersionedObject {
    /// Where the mixin's fields begin in the class's table.
    const OFFSET: usize;
    /// The mixin.
    fn mixin(&self) -> &M;
    /// The mixin and the object's `Meta`, to change both.
    fn mixin_mut(&mut self) -> (&mut M, &mut Meta);
}

/// Puts the tables of a class and its mixins behind each other; called at
/// compile time by the derive.
///
/// # Panics
/// When `N` is not the number of fields altogether.
#[doc(hidden)]
#[must_use]
pub const fn concat_fields<const N: usize>(parts: &[&[FieldDef]]) -> [FieldDef; N] {
    const NOTHING: FieldDef = FieldDef {
        name: "",
        key: "",
        ty: &TypeDef {
            name: "",
            shape: Shape::Scalar,
        },
        nullable: false,
        read_only: false,
        lazy: false,
        since: None,
        default: None,
        children: &[],
        past: &[],
        values: &[],
    };
    let mut fields = [NOTHING; N];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() {
            fields[at] = parts[part][index];
            at += 1;
            index += 1;
        }
        part += 1;
    }
    assert!(at == N, "the parts have as many fields as the whole");
    fields
}

/// Called when generated code meets a place its own table does not have.
///
/// # Panics
/// Always: the table and the code come from the same derive.
#[doc(hidden)]
pub fn no_such_slot() -> ! {
    unreachable!("the derive emits an arm for every place of the table it emits")
}
