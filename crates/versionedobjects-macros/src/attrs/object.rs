//! `#[object(..)]` on a type.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Attribute, Ident, LitBool, LitStr, Path, Token, Type};

use super::check;
use super::version::{Pairs, Version};
use super::was::Removed;
use crate::errors::{Errors, key_of, unknown_key};

/// What `#[object(..)]` on a type says.
#[derive(Default)]
pub(crate) struct ObjectAttrs {
    pub(crate) project: Option<Path>,
    /// Where `methods` stands.
    pub(crate) methods: Option<Span>,
    pub(crate) comparable: bool,
    pub(crate) history: Vec<(Version, LitStr)>,
    pub(crate) backport: Option<Path>,
    pub(crate) backport_with: Option<Path>,
    pub(crate) backport_children: Option<LitBool>,
    pub(crate) list_of: Option<Type>,
    pub(crate) child_versions: Option<Pairs>,
    pub(crate) extra: Vec<(Ident, Path)>,
    pub(crate) after_read: Option<Path>,
    pub(crate) after_reset: Option<Path>,
    pub(crate) init: Option<Path>,
    pub(crate) upgrade: Option<Path>,
    pub(crate) removed: Vec<Removed>,
    /// The folder of its recorded contract, from the file it is in.
    pub(crate) contract: Option<LitStr>,
}

const KNOWN: &[&str] = &[
    "project",
    "methods",
    "comparable",
    "history",
    "backport",
    "backport_with",
    "backport_children",
    "list_of",
    "child_versions",
    "extra",
    "after_read",
    "after_reset",
    "init",
    "upgrade",
    "removed",
    "contract",
];

impl ObjectAttrs {
    pub(crate) fn parse(attrs: &[Attribute], name: &Ident, errors: &mut Errors) -> Self {
        let mut found = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("object")) {
            let mut strangers = Errors::default();
            let result = attr.parse_nested_meta(|meta| {
                match key_of(&meta).as_str() {
                    "project" => found.project = Some(meta.value()?.parse()?),
                    "methods" => found.methods = Some(meta.path.span()),
                    "comparable" => found.comparable = true,
                    "history" => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        let notes = Punctuated::<Note, Token![,]>::parse_terminated(&content)?;
                        found.history = notes.into_iter().map(|note| (note.0, note.1)).collect();
                    }
                    "backport" => found.backport = Some(meta.value()?.parse()?),
                    "backport_with" => found.backport_with = Some(meta.value()?.parse()?),
                    "backport_children" => found.backport_children = Some(meta.value()?.parse()?),
                    "list_of" => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        found.list_of = Some(content.parse()?);
                    }
                    "child_versions" => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        found.child_versions = Some(content.parse()?);
                    }
                    "extra" => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        let extras = Punctuated::<Extra, Token![,]>::parse_terminated(&content)?;
                        found.extra = extras.into_iter().map(|extra| (extra.0, extra.1)).collect();
                    }
                    "after_read" => found.after_read = Some(meta.value()?.parse()?),
                    "after_reset" => found.after_reset = Some(meta.value()?.parse()?),
                    "init" => found.init = Some(meta.value()?.parse()?),
                    "upgrade" => found.upgrade = Some(meta.value()?.parse()?),
                    "contract" => found.contract = Some(meta.value()?.parse()?),
                    "removed" => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        let removed = content.parse()?;
                        check::removed(&removed, errors);
                        found.removed.push(removed);
                    }
                    other => unknown_key(&meta, other, KNOWN, &mut strangers),
                }
                Ok(())
            });
            errors.append(strangers);
            errors.take(result);
        }
        found.check(name, errors);
        found
    }

    fn check(&self, name: &Ident, errors: &mut Errors) {
        if self.history.is_empty() {
            errors.at(
                name,
                format!("`{name}` records no versions; add `#[object(history(\"1.0\" = \"Initial version\"))]`"),
            );
        }
        for pair in self.history.windows(2) {
            if let [(earlier, _), (later, _)] = pair
                && later.number() <= earlier.number()
            {
                errors.at(
                    &later.literal,
                    format!(
                        "version {} follows {}, but versions are recorded oldest first, each once; the last is the current one",
                        later.literal.value(),
                        earlier.literal.value()
                    ),
                );
            }
        }
        if let (Some(_), Some(second)) = (&self.backport, &self.backport_with) {
            errors.at(
                second,
                "`backport` and `backport_with` exclude each other; keep one",
            );
        }
    }

    /// Whether that version is among the recorded ones.
    pub(crate) fn records(&self, version: &Version) -> bool {
        self.history
            .iter()
            .any(|(recorded, _)| recorded.number() == version.number())
    }

    /// The recorded versions, for messages.
    pub(crate) fn recorded(&self) -> String {
        self.history
            .iter()
            .map(|(version, _)| version.literal.value())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// `"1.0" = "what changed"`
struct Note(Version, LitStr);

impl Parse for Note {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let version = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Self(version, input.parse()?))
    }
}

/// `name = path::of::function`
struct Extra(Ident, Path);

impl Parse for Extra {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Self(name, input.parse()?))
    }
}
