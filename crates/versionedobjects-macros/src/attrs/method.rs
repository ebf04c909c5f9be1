//! The methods of a `#[remotable]` trait, parsed and checked.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, FnArg, GenericArgument, Ident, ItemTrait, LitStr, Pat, PathArguments,
    ReturnType, Signature, Token, TraitItem, TraitItemFn, Type,
};

use super::field::dynamic_default;
use crate::errors::{Errors, key_of, unknown_key};
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
    pub(crate) conditional: bool,
    pub(crate) docs: Vec<Attribute>,
    /// The exceptions it may raise, if it says so.
    pub(crate) raises: Option<Vec<Ident>>,
    /// The receiver's name, if it is an instance method.
    pub(crate) receiver: Option<Ident>,
    pub(crate) arguments: Vec<Argument>,
    /// The whole return type, a `Result`.
    pub(crate) output: Type,
    /// What is inside the `Result`.
    pub(crate) returns: Type,
}

impl Method {
    /// Parses all methods of a trait and takes this macro's attributes out of
    /// it. Those that cannot be remotable stay in the trait, where they do no
    /// further harm, and are not returned.
    pub(crate) fn parse_all(
        class: Option<&Ident>,
        item: &mut ItemTrait,
        errors: &mut Errors,
    ) -> Vec<Self> {
        let mut methods = Vec::new();
        for item in &mut item.items {
            match item {
                TraitItem::Fn(function) => match Self::parse(class, function, errors) {
                    Some(method) => methods.push(method),
                    // Keeps the trait usable as `dyn`.
                    None => function
                        .sig
                        .generics
                        .make_where_clause()
                        .predicates
                        .push(syn::parse_quote!(Self: Sized)),
                },
                other => errors.at(
                    other,
                    "a trait of remotable methods holds methods only; move this out of it",
                ),
            }
        }
        methods
    }

    fn parse(
        class: Option<&Ident>,
        function: &mut TraitItemFn,
        errors: &mut Errors,
    ) -> Option<Self> {
        let Names {
            wire: wire_name,
            context,
            conditional,
        } = Names::take(function, errors);
        let raises = take_errors(function, errors);
        let docs = function
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("doc"))
            .cloned()
            .collect();
        if let Some(body) = &function.default {
            errors.at(body, "a remotable method has no body here, since the store implements it; write `;` instead");
        }
        let attributes = take_argument_attributes(function);
        let fits = check_shape(&function.sig, errors);
        let (output, returns) = result_content(&function.sig.output).filter(|_| fits)?;

        let mut fits = true;
        let mut receiver = None;
        let mut arguments: Vec<Argument> = Vec::new();
        for (place, (input, attrs)) in function
            .sig
            .inputs
            .iter()
            .zip(&attributes)
            .enumerate()
            .skip(2)
        {
            let FnArg::Typed(typed) = input else { continue };
            let Pat::Ident(pattern) = &*typed.pat else {
                errors.at(
                    &typed.pat,
                    "an argument of a remotable method is passed by name; give it a plain one",
                );
                fits = false;
                continue;
            };
            if let Type::Reference(reference) = &*typed.ty {
                match (place, class) {
                    (2, Some(class))
                        if reference.mutability.is_some() && names(&reference.elem, class) =>
                    {
                        receiver = Some(pattern.ident.clone());
                    }
                    (2, Some(class)) if names(&reference.elem, class) => {
                        errors.at(
                            reference,
                            format!("the store may change the object of an instance method; write `&mut {class}`"),
                        );
                        fits = false;
                    }
                    (2, Some(class)) if reference.mutability.is_some() => {
                        errors.at(
                            &reference.elem,
                            format!("these are the methods of `{class}`, so the object is one; write `&mut {class}`"),
                        );
                        fits = false;
                    }
                    (2, None) => {}
                    _ => {
                        errors.at(
                            reference,
                            "an argument of a remotable method may travel, so it is owned; write the type without `&`",
                        );
                        fits = false;
                    }
                }
                continue;
            }
            let (kind, default) = argument_attributes(attrs, errors);
            if kind == ArgumentKind::Plain
                && default.is_none()
                && let Some(earlier) = arguments.iter().find(|earlier| earlier.default.is_some())
            {
                errors.at(
                    &pattern.ident,
                    format!(
                        "`{}` has no default but follows `{}`, which has one; move it in front or give it a default",
                        pattern.ident, earlier.ident
                    ),
                );
            }
            arguments.push(Argument {
                name: name::wire(&pattern.ident),
                ident: pattern.ident.clone(),
                ty: (*typed.ty).clone(),
                kind,
                default,
            });
        }
        if let (Some(place), None) = (&conditional, &receiver) {
            errors.at(
                place,
                "only what is stored of an object can be compared; `conditional` stands on a method of an object",
            );
        }
        fits.then(|| Self {
            ident: function.sig.ident.clone(),
            wire_name,
            context,
            conditional: conditional.is_some(),
            docs,
            raises,
            receiver,
            arguments,
            output,
            returns,
        })
    }

    /// Whether the call is built up because some arguments have defaults.
    pub(crate) fn has_defaults(&self) -> bool {
        self.arguments
            .iter()
            .any(|argument| argument.default.is_some())
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

/// What `#[method(..)]` says.
struct Names {
    wire: String,
    context: String,
    /// Where it says `conditional`.
    conditional: Option<Ident>,
}

impl Names {
    fn take(function: &mut TraitItemFn, errors: &mut Errors) -> Self {
        let mut names = Self {
            wire: name::wire(&function.sig.ident),
            context: "context".to_owned(),
            conditional: None,
        };
        for attr in function
            .attrs
            .extract_if(.., |attr| attr.path().is_ident("method"))
        {
            let mut strangers = Errors::default();
            let result = attr.parse_nested_meta(|meta| {
                match key_of(&meta).as_str() {
                    "name" => names.wire = meta.value()?.parse::<LitStr>()?.value(),
                    "context" => names.context = meta.value()?.parse::<LitStr>()?.value(),
                    "conditional" => names.conditional = meta.path.get_ident().cloned(),
                    other => unknown_key(
                        &meta,
                        other,
                        &["name", "context", "conditional"],
                        &mut strangers,
                    ),
                }
                Ok(())
            });
            errors.append(strangers);
            errors.take(result);
        }
        names
    }
}

/// What `#[errors(..)]` says.
fn take_errors(function: &mut TraitItemFn, errors: &mut Errors) -> Option<Vec<Ident>> {
    let mut raises: Option<Vec<Ident>> = None;
    for attr in function
        .attrs
        .extract_if(.., |attr| attr.path().is_ident("errors"))
    {
        let parsed = attr.parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated);
        let Ok(named) = parsed else {
            errors.at(
                &attr,
                "`#[errors(..)]` names the exceptions that the method may raise: `#[errors(NoBook, NoShelf)]`, or `#[errors()]` for none",
            );
            continue;
        };
        let raises = raises.get_or_insert_default();
        for class in named {
            if raises.contains(&class) {
                errors.at(&class, format!("`{class}` is named twice; once is enough"));
            } else {
                raises.push(class);
            }
        }
    }
    raises
}

/// Says everything that keeps a signature from being remotable, each at the
/// place where it is to be mended.
fn check_shape(sig: &Signature, errors: &mut Errors) -> bool {
    let mut fits = true;
    let mut wrong = |tokens: &dyn ToTokens, message: &str| {
        errors.at(tokens, message);
        fits = false;
    };
    if sig.asyncness.is_none() {
        wrong(
            &sig.fn_token,
            "a remotable method may be answered by another process, so it is `async`; write `async fn`",
        );
    }
    if !sig.generics.params.is_empty() {
        wrong(
            &sig.generics,
            "a remotable method is called by name from other processes, so it has no generic parameters; remove them",
        );
    }
    let mut inputs = sig.inputs.iter();
    match inputs.next() {
        Some(FnArg::Receiver(receiver))
            if receiver.reference.is_some() && receiver.mutability.is_none() =>
        {
            match inputs.next() {
                Some(second) if is_context(second) => {}
                Some(second) => wrong(
                    second,
                    "a remotable method takes the context behind `&self`; write `ctx: &Context` here",
                ),
                None => wrong(
                    receiver,
                    "a remotable method takes the context behind `&self`; write `&self, ctx: &Context`",
                ),
            }
        }
        Some(first) => wrong(
            first,
            "a remotable method takes the store as `&self`; write `&self, ctx: &Context` first",
        ),
        None => wrong(
            &sig.ident,
            "a remotable method takes the store and the context; write `&self, ctx: &Context` first",
        ),
    }
    if result_content(&sig.output).is_none() {
        const MESSAGE: &str = "a remotable method can fail on the way, so it returns a `Result`; write `-> Result<..>`";
        match &sig.output {
            ReturnType::Default => wrong(&sig.ident, MESSAGE),
            ReturnType::Type(_, ty) => wrong(ty, MESSAGE),
        }
    }
    fits
}

fn argument_attributes(attrs: &[Attribute], errors: &mut Errors) -> (ArgumentKind, Option<Expr>) {
    let (mut kind, mut default) = (ArgumentKind::Plain, None);
    for attr in attrs {
        if !attr.path().is_ident("arg") {
            errors.at(
                attr,
                "only `#[arg(..)]` is understood on an argument of a remotable method; remove this",
            );
            continue;
        }
        let mut strangers = Errors::default();
        let result = attr.parse_nested_meta(|meta| {
            match key_of(&meta).as_str() {
                "default" if meta.input.peek(Token![=]) => default = Some(meta.value()?.parse()?),
                "default" => default = Some(syn::parse_quote!(None)),
                "varargs" => kind = ArgumentKind::Positional,
                "kwargs" => kind = ArgumentKind::Keyword,
                other => unknown_key(
                    &meta,
                    other,
                    &["default", "varargs", "kwargs"],
                    &mut strangers,
                ),
            }
            Ok(())
        });
        errors.append(strangers);
        errors.take(result);
    }
    (kind, default)
}

/// Takes the attributes of all arguments out of a function.
fn take_argument_attributes(function: &mut TraitItemFn) -> Vec<Vec<Attribute>> {
    let take = |input: &mut FnArg| match input {
        FnArg::Typed(typed) => std::mem::take(&mut typed.attrs),
        FnArg::Receiver(_) => Vec::new(),
    };
    function.sig.inputs.iter_mut().map(take).collect()
}

/// Whether the type is the class, by its plain name.
fn names(ty: &Type, class: &Ident) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident(class))
}

fn is_context(input: &FnArg) -> bool {
    let FnArg::Typed(typed) = input else {
        return false;
    };
    let Type::Reference(reference) = &*typed.ty else {
        return false;
    };
    matches!(&*reference.elem, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == "Context"))
}

/// The return type and what is inside its `Result`.
fn result_content(output: &ReturnType) -> Option<(Type, Type)> {
    let ReturnType::Type(_, ty) = output else {
        return None;
    };
    let Type::Path(path) = &**ty else { return None };
    let segment = path
        .path
        .segments
        .last()
        .filter(|segment| segment.ident == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(content) => Some(((**ty).clone(), content.clone())),
        _ => None,
    }
}
