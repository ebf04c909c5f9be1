//! `#[derive(EnumField)]`

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Path};

use crate::errors::{Errors, unknown};

/// What `#[enum_field(..)]` says.
#[derive(Default)]
struct EnumAttrs {
    name: Option<LitStr>,
    coerce: Option<Path>,
    transitions: Option<Path>,
}

pub(crate) fn derive(input: DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let mut attrs = EnumAttrs::default();
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("enum_field")) {
        errors.take(attr.parse_nested_meta(|meta| {
            let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            match key.as_str() {
                "name" => attrs.name = Some(meta.value()?.parse()?),
                "coerce" => attrs.coerce = Some(meta.value()?.parse()?),
                "transitions" => attrs.transitions = Some(meta.value()?.parse()?),
                other => return Err(meta.error(unknown("attribute", other, &["name", "coerce", "transitions"]))),
            }
            Ok(())
        }));
    }
    let (idents, values) = values(&input, &mut errors);
    if idents.is_empty() {
        errors.at(&input.ident, "an enumeration field needs at least one value");
    }
    errors.finish()?;

    let enumeration = &input.ident;
    let name = attrs.name.map_or_else(|| "Enum".to_owned(), |name| name.value());
    let normalize = attrs.coerce.map_or_else(|| quote!(value), |path| quote!(#path(value)?));
    let shape = match &attrs.transitions {
        Some(table) => quote!(StateMachine { values: Self::VALUES, transitions: #table }),
        None => quote!(Enum { values: Self::VALUES }),
    };
    let follows = attrs.transitions.map(|table| {
        quote! {
            fn follows(&self, previous: &Self) -> ::std::result::Result<(), ::versionedobjects::ValueError> {
                ::versionedobjects::check_transition(#table, previous.as_str(), self.as_str())
            }
        }
    });
    Ok(quote! {
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
    })
}

fn values<'i>(input: &'i DeriveInput, errors: &mut Errors) -> (Vec<&'i Ident>, Vec<String>) {
    let (mut idents, mut values) = (Vec::new(), Vec::new());
    let Data::Enum(data) = &input.data else {
        errors.at(&input.ident, "`EnumField` is derived for an enumeration");
        return (idents, values);
    };
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.at(variant, "a value of an enumeration field carries nothing");
        }
        let mut text = None;
        for attr in variant.attrs.iter().filter(|attr| attr.path().is_ident("value")) {
            text = errors.take(attr.parse_args::<LitStr>()).or(text);
        }
        match text {
            Some(text) => {
                let value = text.value();
                if values.contains(&value) {
                    errors.at(&text, format!("the value `{value}` is there already"));
                }
                idents.push(&variant.ident);
                values.push(value);
            }
            None => errors.at(&variant.ident, format!("say what `{}` is on the wire: `#[value(\"..\")]`", variant.ident)),
        }
    }
    (idents, values)
}
