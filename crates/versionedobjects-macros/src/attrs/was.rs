//! The words by which a class says what it was: `was(..)` and `values(..)` on a
//! field, `removed(..)` on a type.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, LitStr, Token, Type};

use super::version::Version;
use crate::errors::unknown;

/// What a field was until a version.
#[derive(Default)]
pub(crate) struct Was {
    pub(crate) span: Option<Span>,
    pub(crate) until: Option<Version>,
    pub(crate) name: Option<LitStr>,
    pub(crate) ty: Option<Type>,
    pub(crate) up: Option<Expr>,
    pub(crate) down: Option<Expr>,
    pub(crate) down_with: Option<Expr>,
    pub(crate) nullable: Option<Span>,
    pub(crate) required: Option<Span>,
    pub(crate) null: Option<Expr>,
    pub(crate) lossy: Option<Span>,
}

const WAS: &[&str] = &[
    "until",
    "name",
    "type",
    "up",
    "down",
    "down_with",
    "nullable",
    "required",
    "null",
    "lossy",
];

impl Parse for Was {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut was = Self::default();
        words(input, |word, input| {
            match word.to_string().as_str() {
                "until" => was.until = Some(value(input)?),
                "name" => was.name = Some(value(input)?),
                "type" => was.ty = Some(value(input)?),
                "up" => was.up = Some(value(input)?),
                "down" => was.down = Some(value(input)?),
                "down_with" => was.down_with = Some(value(input)?),
                "nullable" => was.nullable = Some(word.span()),
                "required" => was.required = Some(word.span()),
                "null" => was.null = Some(value(input)?),
                "lossy" => was.lossy = Some(word.span()),
                other => return Err(syn::Error::new(word.span(), unknown("word", other, WAS))),
            }
            Ok(())
        })?;
        Ok(was)
    }
}

/// Values that came with a version.
pub(crate) struct Values {
    pub(crate) values: Vec<LitStr>,
    pub(crate) since: Option<Version>,
    pub(crate) before: Option<LitStr>,
}

impl Parse for Values {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut found = Self {
            values: Vec::new(),
            since: None,
            before: None,
        };
        while input.peek(LitStr) {
            found.values.push(input.parse()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        words(input, |word, input| {
            match word.to_string().as_str() {
                "since" => found.since = Some(value(input)?),
                "before" => found.before = Some(value(input)?),
                other => {
                    let text = unknown("word", other, &["since", "before"]);
                    return Err(syn::Error::new(word.span(), text));
                }
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// A field that is gone.
pub(crate) struct Removed {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) since: Option<Version>,
    pub(crate) until: Option<Version>,
    pub(crate) default: Option<Expr>,
    pub(crate) down: Option<Expr>,
    pub(crate) unset: Option<Span>,
    pub(crate) up: Option<Expr>,
    pub(crate) became: Vec<Ident>,
    pub(crate) lossy: Option<Span>,
}

const REMOVED: &[&str] = &[
    "since", "until", "default", "down", "unset", "up", "became", "lossy",
];

impl Parse for Removed {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        input.parse::<Token![:]>()?;
        let mut removed = Self {
            name,
            ty: input.parse()?,
            since: None,
            until: None,
            default: None,
            down: None,
            unset: None,
            up: None,
            became: Vec::new(),
            lossy: None,
        };
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        words(input, |word, input| {
            match word.to_string().as_str() {
                "since" => removed.since = Some(value(input)?),
                "until" => removed.until = Some(value(input)?),
                "default" => removed.default = Some(value(input)?),
                "down" => removed.down = Some(value(input)?),
                "unset" => removed.unset = Some(word.span()),
                "up" => removed.up = Some(value(input)?),
                "became" => {
                    let content;
                    syn::parenthesized!(content in input);
                    let names = content.parse_terminated(Ident::parse_any, Token![,])?;
                    removed.became = names.into_iter().collect();
                }
                "lossy" => removed.lossy = Some(word.span()),
                other => {
                    return Err(syn::Error::new(
                        word.span(),
                        unknown("word", other, REMOVED),
                    ));
                }
            }
            Ok(())
        })?;
        Ok(removed)
    }
}

/// Words with commas between them, each read by `read`.
fn words(
    input: ParseStream<'_>,
    mut read: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    while !input.is_empty() {
        let word = input.call(Ident::parse_any)?;
        read(&word, input)?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

/// `= value`
fn value<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}
