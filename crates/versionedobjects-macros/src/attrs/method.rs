//! The methods of a `#[remotable]` trait, parsed and checked.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, FnArg, GenericArgument, Ident, ItemTrait, Pat, PathArguments, ReturnType, TraitItem, TraitItemFn, Type};

use super::field::dynamic_default;
use crate::errors::{Errors, unknown};
use crate::name;

/// How an argument is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArgumentKind {
    Plain,
    Positional,
    Keyword,
}

/// An argument behind the context.
pub(crate) struct Argument {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) kind: ArgumentKind,
    pub(crate) default: Option<Expr>,
}

/// A remotable method.
pub(crate) struct Method {
    pub(crate) ident: Ident,
    pub(crate) wire_name: String,
    pub(crate) context: String,
    pub(crate) docs: Vec<Attribute>,
    /// The receiver's name, if it is an instance method.
    pub(crate) receiver: Option<Ident>,
    pub(crate) arguments: Vec<Argument>,
    /// The whole return type, a `Result`.
    pub(crate) output: Type,
    /// What is inside the `Result`.
    pub(crate) returns: Type,
}

const SHAPE: &str = "a remotable method takes `&self, ctx: &Context` first, is `async`, and returns `Result<_>`";

impl Method {
    /// Parses all methods of a trait and takes this macro's attributes out of it.
    pub(crate) fn parse_all(class: &Ident, item: &mut ItemTrait, errors: &mut Errors) -> Vec<Self> {
        let mut methods = Vec::new();
        for item in &mut item.items {
            match item {
                TraitItem::Fn(function) => {
                    let parsed = Self::parse(class, function, errors);
                    methods.extend(parsed);
                }
                other => errors.at(other, "a trait of remotable methods holds methods only"),
            }
        }
        methods
    }

    fn parse(class: &Ident, function: &mut TraitItemFn, errors: &mut Errors) -> Option<Self> {
        let mut wire_name = name::wire(&function.sig.ident);
        let mut context = "context".to_owned();
        for attr in function.attrs.iter().filter(|attr| attr.path().is_ident("method")) {
            errors.take(attr.parse_nested_meta(|meta| {
                let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                match key.as_str() {
                    "name" => wire_name = meta.value()?.parse::<syn::LitStr>()?.value(),
                    "context" => context = meta.value()?.parse::<syn::LitStr>()?.value(),
                    other => return Err(meta.error(unknown("attribute", other, &["name", "context"]))),
                }
                Ok(())
            }));
        }
        function.attrs.retain(|attr| !attr.path().is_ident("method"));
        let docs = function.attrs.iter().filter(|attr| attr.path().is_ident("doc")).cloned().collect();

        if let Some(body) = &function.default {
            errors.at(body, "a remotable method has no body here: the store implements it");
        }
        let returns = result_content(&function.sig.output);
        let signature_fits = function.sig.asyncness.is_some()
            && matches!(function.sig.inputs.first(), Some(FnArg::Receiver(receiver)) if receiver.reference.is_some() && receiver.mutability.is_none())
            && function.sig.inputs.iter().nth(1).is_some_and(is_context)
            && function.sig.generics.params.is_empty();
        let (Some((output, returns)), true) = (returns, signature_fits) else {
            errors.at(&function.sig, SHAPE);
            strip_argument_attributes(function);
            return None;
        };
        let mut receiver = None;
        let mut arguments: Vec<Argument> = Vec::new();
        for (place, input) in function.sig.inputs.iter_mut().enumerate().skip(2) {
            let FnArg::Typed(typed) = input else { continue };
            let attrs: Vec<Attribute> = std::mem::take(&mut typed.attrs);
            let Pat::Ident(pattern) = &*typed.pat else {
                errors.at(&typed.pat, "an argument of a remotable method has a plain name, by which peers may pass it");
                continue;
            };
            if place == 2
                && let Type::Reference(reference) = &*typed.ty
            {
                let of_class = matches!(&*reference.elem, Type::Path(path) if path.path.is_ident(class));
                if of_class && reference.mutability.is_some() {
                    receiver = Some(pattern.ident.clone());
                } else {
                    errors.at(&typed.ty, format!("an instance method takes its object as `&mut {class}`, since the store may change it"));
                }
                continue;
            }
            if let Type::Reference(reference) = &*typed.ty {
                errors.at(reference, "an argument of a remotable method is owned, since it may travel; write the type without `&`");
                continue;
            }
            let (kind, default) = argument_attributes(&attrs, errors);
            if kind == ArgumentKind::Plain
                && default.is_none()
                && arguments.iter().any(|earlier| earlier.default.is_some())
            {
                errors.at(&pattern.ident, "an argument without default cannot follow one with a default");
            }
            arguments.push(Argument {
                name: name::wire(&pattern.ident),
                ident: pattern.ident.clone(),
                ty: (*typed.ty).clone(),
                kind,
                default,
            });
        }
        Some(Self { ident: function.sig.ident.clone(), wire_name, context, docs, receiver, arguments, output, returns })
    }

    /// Whether the call is built up because some arguments have defaults.
    pub(crate) fn has_defaults(&self) -> bool {
        self.arguments.iter().any(|argument| argument.default.is_some())
    }
}

impl Argument {
    /// The entry of the table.
    pub(crate) fn definition(&self) -> TokenStream {
        let Self { name, ty, .. } = self;
        let kind = match self.kind {
            ArgumentKind::Plain => quote!(Plain),
            ArgumentKind::Positional => quote!(Positional),
            ArgumentKind::Keyword => quote!(Keyword),
        };
        let default = match &self.default {
            Some(expr) => {
                let value = dynamic_default(ty, expr);
                quote!(Some(|| #value))
            }
            None => quote!(None),
        };
        quote! {
            ::versionedobjects::ArgumentDef {
                name: #name,
                kind: ::versionedobjects::ArgumentKind::#kind,
                ty: <#ty as ::versionedobjects::FieldType>::TYPE,
                nullable: <#ty as ::versionedobjects::FieldType>::NULLABLE,
                default: #default,
            }
        }
    }
}

fn argument_attributes(attrs: &[Attribute], errors: &mut Errors) -> (ArgumentKind, Option<Expr>) {
    let (mut kind, mut default) = (ArgumentKind::Plain, None);
    for attr in attrs {
        if !attr.path().is_ident("arg") {
            errors.at(attr, "only `#[arg(..)]` is understood on an argument of a remotable method");
            continue;
        }
        errors.take(attr.parse_nested_meta(|meta| {
            let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            match key.as_str() {
                "default" if meta.input.peek(syn::Token![=]) => default = Some(meta.value()?.parse()?),
                "default" => default = Some(syn::parse_quote!(None)),
                "varargs" => kind = ArgumentKind::Positional,
                "kwargs" => kind = ArgumentKind::Keyword,
                other => return Err(meta.error(unknown("attribute", other, &["default", "varargs", "kwargs"]))),
            }
            Ok(())
        }));
    }
    (kind, default)
}

fn strip_argument_attributes(function: &mut TraitItemFn) {
    for input in &mut function.sig.inputs {
        if let FnArg::Typed(typed) = input {
            typed.attrs.retain(|attr| !attr.path().is_ident("arg"));
        }
    }
}

fn is_context(input: &FnArg) -> bool {
    let FnArg::Typed(typed) = input else { return false };
    let Type::Reference(reference) = &*typed.ty else { return false };
    matches!(&*reference.elem, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == "Context"))
}

/// The return type and what is inside its `Result`.
fn result_content(output: &ReturnType) -> Option<(Type, Type)> {
    let ReturnType::Type(_, ty) = output else { return None };
    let Type::Path(path) = &**ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(content) => Some(((**ty).clone(), content.clone())),
        _ => None,
    }
}
