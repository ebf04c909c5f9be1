//! Names: how one spelling is made of another.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::ext::IdentExt as _;

/// The name of a field on the wire: the identifier without `r#`.
pub(crate) fn wire(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// `SnakeCase` of a `snake_case` name, as an identifier with a prefix.
pub(crate) fn pascal(prefix: &str, name: &str, like: &Ident) -> Ident {
    let words = name.split('_').filter(|word| !word.is_empty());
    let camel: String = words
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(chars).collect()
            })
        })
        .collect();
    Ident::new(&format!("{prefix}{camel}"), like.span())
}

/// A span for emitted tokens that points at the user's, so that an error about
/// them is shown there, while names mean what they mean in emitted code.
pub(crate) fn pointing_at(span: Span) -> Span {
    Span::call_site().located_at(span)
}

/// A name with something in front: `set_` and `type` give `set_type`.
pub(crate) fn prefixed(prefix: &str, ident: &Ident) -> Ident {
    format_ident!("{prefix}{}", ident.unraw(), span = ident.span())
}
