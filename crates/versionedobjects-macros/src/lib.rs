//! The derives and `#[remotable]` of `versionedobjects`: parse, check, emit
//! tables. Everything that walks a table is an ordinary function there; see
//! that crate for the documentation and the examples.

mod attrs;
mod emit;
mod errors;
mod name;
#[cfg(test)]
mod snapshots;

use proc_macro::TokenStream;

/// Makes a struct of [`Attr`] fields a versioned object.
///
/// [`Attr`]: https://docs.rs/versionedobjects
#[proc_macro_derive(VersionedObject, attributes(object))]
pub fn derive_versioned_object(input: TokenStream) -> TokenStream {
    expand(input, emit::object::derive)
}

/// Makes a struct of attributes something that objects can embed.
#[proc_macro_derive(Mixin, attributes(object))]
pub fn derive_mixin(input: TokenStream) -> TokenStream {
    expand(input, emit::mixin::derive)
}

/// Makes an enumeration of classes the type of a field that takes any of them.
#[proc_macro_derive(ObjectEnum, attributes(object_enum))]
pub fn derive_object_enum(input: TokenStream) -> TokenStream {
    expand(input, emit::object_enum::derive)
}

/// Makes an enumeration the type of a field that takes one of its values.
#[proc_macro_derive(EnumField, attributes(enum_field, value))]
pub fn derive_enum_field(input: TokenStream) -> TokenStream {
    expand(input, emit::enum_field::derive)
}

/// Makes the methods of a store trait callable on the class, wherever the
/// store is.
#[proc_macro_attribute]
pub fn remotable(class: TokenStream, input: TokenStream) -> TokenStream {
    emit::remotable::expand(class.into(), input.into()).into()
}

fn expand(
    input: TokenStream,
    derive: fn(&syn::DeriveInput) -> proc_macro2::TokenStream,
) -> TokenStream {
    match syn::parse(input) {
        Ok(input) => derive(&input).into(),
        Err(error) => error.into_compile_error().into(),
    }
}
