//! What is emitted: tables, thin accessors, and one function for each
//! remotable method.

pub(crate) mod accessors;
pub(crate) mod enum_field;
pub(crate) mod lazy;
pub(crate) mod mixin;
pub(crate) mod object;
pub(crate) mod object_enum;
pub(crate) mod past;
pub(crate) mod remotable;
