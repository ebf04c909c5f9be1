//! Names: how one spelling is made of another.

use proc_macro2::Ident;
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
            chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
        })
        .collect();
    Ident::new(&format!("{prefix}{camel}"), like.span())
}

/// A name with something in front: `set_` and `type` give `set_type`.
pub(crate) fn prefixed(prefix: &str, ident: &Ident) -> Ident {
    format_ident!("{prefix}{}", ident.unraw(), span = ident.span())
}
