//! `#[derive(EnumField)]`

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Path, Variant};

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
    let Variants {
        idents,
        values,
        other,
    } = values(input, &mut errors);
    if matches!(&input.data, Data::Enum(data) if data.variants.is_empty()) {
        errors.at(
            &input.ident,
            "an enumeration without values can never be set; add `#[value(\"..\")] Name`",
        );
    }
    if let (Some(_), Some(table)) = (&other, &attrs.transitions) {
        errors.at(
            table,
            "a state machine knows all its states; take out `transitions` or the variant for other values",
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
        None if other.is_some() => quote!(OpenEnum {
            values: Self::VALUES
        }),
        None => quote!(Enum {
            values: Self::VALUES
        }),
    };
    let as_str = match other {
        None => quote! {
            /// The value as text, which is its form on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    #(Self::#idents => #values,)*
                }
            }
        },
        Some(other) => quote! {
            /// The value as text, which is its form on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#idents => #values,)*
                    Self::#other(text) => text,
                }
            }
        },
    };
    let (view, viewed) = match other {
        None => (quote!(Self), quote!(*self)),
        Some(_) => (quote!(&'a Self), quote!(self)),
    };
    let view_type = match other {
        None => quote!(Self),
        Some(_) => quote!(&Self),
    };
    let unknown = match other {
        None => quote!(Err(::versionedobjects::not_a_member(&value))),
        Some(other) => quote!(Ok(Self::#other(text.clone()))),
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

            #as_str
        }

        #[automatically_derived]
        impl ::std::fmt::Display for #enumeration {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[automatically_derived]
        impl ::versionedobjects::FieldType for #enumeration {
            type View<'a> = #view;
            const TYPE: &'static ::versionedobjects::TypeDef = &::versionedobjects::TypeDef {
                name: #name,
                shape: ::versionedobjects::Shape::#shape,
            };

            fn coerce(value: ::versionedobjects::Value) -> ::std::result::Result<Self, ::versionedobjects::ValueError> {
                let value = #normalize;
                match &value {
                    ::versionedobjects::Value::Str(text) => match text.as_str() {
                        #(#values => Ok(Self::#idents),)*
                        _ => #unknown,
                    },
                    _ => Err(::versionedobjects::not_a_member(&value)),
                }
            }

            fn view(&self) -> #view_type {
                #viewed
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

/// The variants, their texts, and the variant for any other text.
struct Variants<'i> {
    idents: Vec<&'i Ident>,
    values: Vec<String>,
    other: Option<&'i Ident>,
}

/// The variants and their texts. One that has no usable text stands for itself,
/// so that what is emitted is complete.
fn values<'i>(input: &'i DeriveInput, errors: &mut Errors) -> Variants<'i> {
    let (mut idents, mut values) = (Vec::new(), Vec::new());
    let mut other = None;
    let Data::Enum(data) = &input.data else {
        errors.at(
            &input.ident,
            "`EnumField` is derived for an enumeration of values; for an object derive `VersionedObject`",
        );
        return Variants {
            idents,
            values,
            other,
        };
    };
    for variant in &data.variants {
        let ident = &variant.ident;
        if is_other(variant) {
            if !matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1) {
                errors.at(
                    variant,
                    format!("values that are not known are kept as text; write `{ident}(String)`"),
                );
            } else if other.replace(ident).is_some() {
                errors.at(ident, "one variant is enough for values that are not known");
            }
            continue;
        }
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
        .any(|variant| !matches!(variant.fields, Fields::Unit) && Some(&variant.ident) != other)
    {
        // Nothing below fits a variant with content.
        idents.clear();
    }
    Variants {
        idents,
        values,
        other,
    }
}

/// Whether it says `#[value(other)]`.
fn is_other(variant: &Variant) -> bool {
    variant.attrs.iter().any(|attr| {
        attr.path().is_ident("value")
            && attr.parse_args::<Ident>().is_ok_and(|word| word == "other")
    })
}
