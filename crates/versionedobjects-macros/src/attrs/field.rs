//! The fields of an object or mixin, with `#[object(..)]` on each.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned as _;
use syn::{
    Attribute, Data, DeriveInput, Expr, Field, Fields, GenericArgument, Ident, PathArguments, Type,
};

use super::check;
use super::version::{Pairs, Version};
use super::was::{Values, Was};
use crate::emit::past;
use crate::errors::{Errors, key_of, unknown_key};
use crate::name;

/// The fields of a struct, by what they are for.
#[derive(Default)]
pub(crate) struct FieldModel {
    /// The attributes of the object, in the order of the wire.
    pub(crate) fields: Vec<ObjectField>,
    /// Embedded mixins, behind the fields.
    pub(crate) embeds: Vec<(Ident, Type)>,
    /// The field of type `Meta`.
    pub(crate) meta: Option<Ident>,
}

/// An attribute of an object.
pub(crate) struct ObjectField {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    /// `T` of `Attr<T>`.
    pub(crate) ty: Type,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) read_only: bool,
    pub(crate) state_machine: bool,
    pub(crate) lazy: bool,
    pub(crate) since: Option<Version>,
    pub(crate) default: Option<Expr>,
    pub(crate) children: Option<Pairs>,
    /// What it was, oldest first.
    pub(crate) was: Vec<Was>,
    pub(crate) values: Vec<Values>,
}

const KNOWN: &[&str] = &[
    "default",
    "read_only",
    "state_machine",
    "lazy",
    "since",
    "children",
    "was",
    "values",
    "embed",
    "skip",
];

impl FieldModel {
    pub(crate) fn parse(input: &DeriveInput, errors: &mut Errors) -> Self {
        let mut model = Self::default();
        let fields = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) => &fields.named,
                _ => {
                    errors.at(
                        &input.ident,
                        "a versioned object is a struct with named fields",
                    );
                    return model;
                }
            },
            _ => {
                errors.at(
                    &input.ident,
                    "a versioned object is a struct; for a choice of classes derive `ObjectEnum`",
                );
                return model;
            }
        };
        for field in fields {
            model.add(field, errors);
        }
        if model.fields.len() > 128 {
            errors.at(
                &input.ident,
                "a class can have 128 fields at most; group some into an object of their own",
            );
        }
        model
    }

    fn add(&mut self, field: &Field, errors: &mut Errors) {
        let Some(ident) = &field.ident else { return };
        let mut parsed = ObjectField {
            ident: ident.clone(),
            name: name::wire(ident),
            ty: field.ty.clone(),
            docs: field
                .attrs
                .iter()
                .filter(|attr| attr.path().is_ident("doc"))
                .cloned()
                .collect(),
            read_only: false,
            state_machine: false,
            lazy: false,
            since: None,
            default: None,
            children: None,
            was: Vec::new(),
            values: Vec::new(),
        };
        let (mut embed, mut skip) = (false, false);
        for attr in field
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("object"))
        {
            let mut strangers = Errors::default();
            let result = attr.parse_nested_meta(|meta| {
                match key_of(&meta).as_str() {
                    "default" => parsed.default = Some(meta.value()?.parse()?),
                    "read_only" => parsed.read_only = true,
                    "state_machine" => parsed.state_machine = true,
                    "lazy" => parsed.lazy = true,
                    "since" => parsed.since = Some(meta.value()?.parse()?),
                    "children" => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        parsed.children = Some(content.parse()?);
                    }
                    "was" => {
                        let content;
                        let span = meta.path.span();
                        syn::parenthesized!(content in meta.input);
                        parsed.was.push(Was {
                            span: Some(span),
                            ..content.parse()?
                        });
                    }
                    "values" => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        parsed.values.push(content.parse()?);
                    }
                    "embed" => embed = true,
                    "skip" => skip = true,
                    other => unknown_key(&meta, other, KNOWN, &mut strangers),
                }
                Ok(())
            });
            errors.append(strangers);
            errors.take(result);
        }
        if skip {
            return;
        }
        if embed {
            self.embeds.push((ident.clone(), field.ty.clone()));
            return;
        }
        if last_segment(&field.ty).is_some_and(|segment| segment == "Meta") {
            self.meta = Some(ident.clone());
            return;
        }
        match attr_content(&field.ty) {
            Some(ty) => parsed.ty = ty,
            None => {
                errors.at(
                    &field.ty,
                    format!(
                        "the field `{}` is no attribute: make it `Attr<{}>`, or mark it `#[object(embed)]` if it is a mixin, `#[object(skip)]` if it is not part of the object",
                        parsed.name,
                        spelled(&field.ty)
                    ),
                );
                return;
            }
        }
        if !self.embeds.is_empty() {
            let mixins = self
                .embeds
                .iter()
                .map(|(mixin, _)| format!("`{mixin}`"))
                .collect::<Vec<_>>()
                .join(", ");
            errors.at(
                ident,
                format!("`{ident}` stands behind the embedded {mixins}, whose attributes come last on the wire too; move it in front"),
            );
        }
        check::field(&parsed, errors);
        self.fields.push(parsed);
    }
}

impl ObjectField {
    /// The entry of the table. `class` is the class the field belongs to, which a
    /// mixin does not know.
    pub(crate) fn definition(&self, class: Option<&Ident>) -> TokenStream {
        let Self {
            name,
            ty,
            read_only,
            lazy,
            ..
        } = self;
        let key = format!("\"{name}\": ");
        let since = match &self.since {
            Some(version) => {
                let version = version.tokens();
                quote!(Some(#version))
            }
            None => quote!(None),
        };
        let default = match &self.default {
            Some(expr) => {
                let value = dynamic_default(ty, expr);
                quote!(Some(|| #value))
            }
            None => quote!(None),
        };
        let children = self
            .children
            .as_ref()
            .map_or_else(|| quote!(&[]), Pairs::tokens);
        let (past, values) = (past::past(self, class), past::values(self));
        quote! {
            ::versionedobjects::FieldDef {
                name: #name,
                key: #key,
                ty: <#ty as ::versionedobjects::FieldType>::TYPE,
                nullable: <#ty as ::versionedobjects::FieldType>::NULLABLE,
                read_only: #read_only,
                lazy: #lazy,
                since: #since,
                default: #default,
                children: #children,
                past: #past,
                values: #values,
            }
        }
    }
}

fn is_none(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident("None"))
}

/// A default as a dynamic value.
pub(crate) fn dynamic_default(ty: &Type, expr: &Expr) -> TokenStream {
    match expr {
        expr if is_none(expr) => quote!(::versionedobjects::Value::Null),
        Expr::Lit(literal) => {
            quote!(::versionedobjects::FieldType::to_value(&::versionedobjects::IntoField::<#ty>::into_field(#literal)))
        }
        expr => quote!({
            let value: #ty = #expr;
            ::versionedobjects::FieldType::to_value(&value)
        }),
    }
}

/// A default as a value of its type.
pub(crate) fn typed_default(ty: &Type, expr: &Expr) -> TokenStream {
    match expr {
        Expr::Lit(literal) => quote!(::versionedobjects::IntoField::<#ty>::into_field(#literal)),
        expr => quote!({
            let value: #ty = #expr;
            value
        }),
    }
}

/// A type as a person would write it: tokens print with blanks everywhere.
pub(crate) fn spelled(ty: &Type) -> String {
    quote!(#ty)
        .to_string()
        .replace(" < ", "<")
        .replace(" > ", ">")
        .replace(" >", ">")
        .replace(" :: ", "::")
        .replace(" ,", ",")
}

fn last_segment(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// `T` of `Attr<T>`.
fn attr_content(ty: &Type) -> Option<Type> {
    content(ty, "Attr")
}

/// `T` of `Option<T>`.
pub(crate) fn option_content(ty: &Type) -> Option<Type> {
    content(ty, "Option")
}

fn content(ty: &Type, wrapper: &str) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path
        .path
        .segments
        .last()
        .filter(|segment| segment.ident == wrapper)?;
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(GenericArgument::Type(ty)) => Some(ty.clone()),
            _ => None,
        },
        _ => None,
    }
}
