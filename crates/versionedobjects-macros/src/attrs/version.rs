//! Versions as they are written: string literals.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token};

/// A version, with the literal to point at.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) major: u16,
    pub(crate) minor: u16,
    pub(crate) literal: LitStr,
}

impl Version {
    pub(crate) fn number(&self) -> (u16, u16) {
        (self.major, self.minor)
    }

    pub(crate) fn tokens(&self) -> TokenStream {
        let Self { major, minor, .. } = self;
        quote!(::versionedobjects::Version::new(#major, #minor))
    }
}

impl Parse for Version {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let literal: LitStr = input.parse()?;
        let text = literal.value();
        let number = |part: &str| {
            part.bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| part.parse().ok())
                .flatten()
        };
        let parts: Option<Vec<u16>> = text.split('.').map(number).collect();
        match parts.as_deref() {
            Some([major, minor]) => Ok(Self {
                major: *major,
                minor: *minor,
                literal,
            }),
            _ => Err(syn::Error::new(
                literal.span(),
                format!("`{text}` is no version: write it as \"major.minor\""),
            )),
        }
    }
}

/// `"1.0" = "1.1", ..`: versions of a parent with those of a child.
pub(crate) struct Pairs(pub(crate) Vec<(Version, Version)>);

impl Parse for Pairs {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let pairs = Punctuated::<Pair, Token![,]>::parse_terminated(input)?;
        Ok(Self(
            pairs.into_iter().map(|pair| (pair.0, pair.1)).collect(),
        ))
    }
}

impl Pairs {
    pub(crate) fn tokens(&self) -> TokenStream {
        let pairs = self.0.iter().map(|(parent, child)| {
            let (parent, child) = (parent.tokens(), child.tokens());
            quote!((#parent, #child))
        });
        quote!(&[#(#pairs),*])
    }
}

struct Pair(Version, Version);

impl Parse for Pair {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let parent = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Self(parent, input.parse()?))
    }
}
