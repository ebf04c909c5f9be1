//! `#[derive(EnumField)]`

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Path};

use crate::errors::{Errors, key_of, unknown_key};

/// What `#[enum_field(..)]` says.
#[derive(Default)]
struct EnumAttrs {
    name: Option<LitStr>,
    coerce: Option<Path>,
    transitions: Option<Path>,
}

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let mut attrs = EnumAttrs::default();
    for attr in input
        .attrs
        .iter()
        .filter(|attr| attr.path().is_ident("enum_field"))
    {
        let mut strangers = Errors::default();
        let result = attr.parse_nested_meta(|meta| {
            match key_of(&meta).as_str() {
                "name" => attrs.name = Some(meta.value()?.parse()?),
                "coerce" => attrs.coerce = Some(meta.value()?.parse()?),
                "transitions" => attrs.transitions = Some(meta.value()?.parse()?),
                other => unknown_key(
                    &meta,
                    other,
                    &["name", "coerce", "transitions"],
                    &mut strangers,
                ),
            }
            Ok(())
        });
        errors.append(strangers);
        errors.take(result);
    }
    let (idents, values) = values(input, &mut errors);
    if matches!(&input.data, Data::Enum(data) if data.variants.is_empty()) {
        errors.at(
            &input.ident,
            "an enumeration without values can never be set; add `#[value(\"..\")] Name`",
        );
    }
    let errors = errors.into_tokens();
    if idents.is_empty() {
        return errors;
    }

    let enumeration = &input.ident;
    let name = attrs
        .name
        .map_or_else(|| "Enum".to_owned(), |name| name.value());
    let normalize = attrs
        .coerce
        .map_or_else(|| quote!(value), |path| quote!(#path(value)?));
    let shape = match &attrs.transitions {
        Some(table) => quote!(StateMachine { values: Self::VALUES, transitions: #table }),
        None => quote!(Enum {
            values: Self::VALUES
        }),
    };
    let follows = attrs.transitions.map(|table| {
        quote! {
            fn follows(&self, previous: &Self) -> ::std::result::Result<(), ::versionedobjects::ValueError> {
                ::versionedobjects::check_transition(#table, previous.as_str(), self.as_str())
            }
        }
    });
    quote! {
        #errors

        #[automatically_derived]
        impl #enumeration {
            /// The values, in the order of the declaration.
            pub const VALUES: &'static [&'static str] = &[#(#values),*];

            /// The value as text, which is its form on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    #(Self::#idents => #values,)*
                }
            }
        }

        #[automatically_derived]
        impl ::std::fmt::Display for #enumeration {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[automatically_derived]
        impl ::versionedobjects::FieldType for #enumeration {
            type View<'a> = Self;
            const TYPE: &'static ::versionedobjects::TypeDef = &::versionedobjects::TypeDef {
                name: #name,
                shape: ::versionedobjects::Shape::#shape,
            };

            fn coerce(value: ::versionedobjects::Value) -> ::std::result::Result<Self, ::versionedobjects::ValueError> {
                let value = #normalize;
                match &value {
                    ::versionedobjects::Value::Str(text) => match text.as_str() {
                        #(#values => Ok(Self::#idents),)*
                        _ => Err(::versionedobjects::not_a_member(&value)),
                    },
                    _ => Err(::versionedobjects::not_a_member(&value)),
                }
            }

            fn view(&self) -> Self {
                *self
            }

            fn to_value(&self) -> ::versionedobjects::Value {
                ::versionedobjects::Value::from(self.as_str())
            }

            fn write(&self, writer: &mut ::versionedobjects::Writer<'_>) {
                writer.str(self.as_str());
            }

            #follows
        }
    }
}

/// The variants and their texts. One that has no usable text stands for itself,
/// so that what is emitted is complete.
fn values<'i>(input: &'i DeriveInput, errors: &mut Errors) -> (Vec<&'i Ident>, Vec<String>) {
    let (mut idents, mut values) = (Vec::new(), Vec::new());
    let Data::Enum(data) = &input.data else {
        errors.at(
            &input.ident,
            "`EnumField` is derived for an enumeration of values; for an object derive `VersionedObject`",
        );
        return (idents, values);
    };
    for variant in &data.variants {
        let ident = &variant.ident;
        if !matches!(variant.fields, Fields::Unit) {
            errors.at(
                &variant.fields,
                format!("a value is a piece of text on the wire; write `{ident}` without content"),
            );
        }
        let mut text: Option<LitStr> = None;
        for attr in variant
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("value"))
        {
            match attr.parse_args() {
                Ok(literal) => text = Some(literal),
                Err(error) => {
                    errors.push(error);
                    text = Some(LitStr::new(&ident.to_string(), ident.span()));
                }
            }
        }
        let value = match &text {
            Some(text) if values.contains(&text.value()) => {
                errors.at(
                    text,
                    format!(
                        "`{}` stands for an earlier variant already; each has a text of its own",
                        text.value()
                    ),
                );
                ident.to_string()
            }
            Some(text) => text.value(),
            None => {
                errors.at(
                    ident,
                    format!(
                        "`{ident}` has no text to stand for it on the wire; add `#[value(\"..\")]`"
                    ),
                );
                ident.to_string()
            }
        };
        idents.push(ident);
        values.push(value);
    }
    if data
        .variants
        .iter()
        .any(|variant| !matches!(variant.fields, Fields::Unit))
    {
        // Nothing below fits a variant with content.
        idents.clear();
    }
    (idents, values)
}
