//! `#[derive(ObjectEnum)]`

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, LitStr};

use crate::errors::{Errors, key_of, unknown_key};

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let mut base: Option<LitStr> = None;
    for attr in input
        .attrs
        .iter()
        .filter(|attr| attr.path().is_ident("object_enum"))
    {
        let mut strangers = Errors::default();
        let result = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("base") {
                base = Some(meta.value()?.parse()?);
                return Ok(());
            }
            unknown_key(&meta, &key_of(&meta), &["base"], &mut strangers);
            Ok(())
        });
        errors.append(strangers);
        errors.take(result);
    }
    let mut variants = Vec::new();
    let mut types = Vec::new();
    match &input.data {
        Data::Enum(data) => {
            for variant in &data.variants {
                match &variant.fields {
                    Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                        variants.push(&variant.ident);
                        types.extend(fields.unnamed.first().map(|field| &field.ty));
                    }
                    _ => errors.at(
                        variant,
                        format!(
                            "a variant holds one class and nothing else; write `{0}({0})`",
                            variant.ident
                        ),
                    ),
                }
            }
        }
        _ => errors.at(
            &input.ident,
            "`ObjectEnum` is derived for an enumeration of classes",
        ),
    }
    if base.is_none() {
        errors.at(&input.ident, "the field's declared class is missing, by which peers know these; add `#[object_enum(base = \"..\")]`");
    }
    let complete = matches!(&input.data, Data::Enum(data) if data.variants.len() == variants.len());
    let errors = errors.into_tokens();
    let (Some(base), true) = (base, complete && !variants.is_empty()) else {
        return errors;
    };
    let class = &input.ident;
    quote! {
        #errors

        #(
            #[automatically_derived]
            impl ::std::convert::From<#types> for #class {
                fn from(object: #types) -> Self {
                    Self::#variants(object)
                }
            }

            #[automatically_derived]
            impl ::versionedobjects::IntoField<#class> for #types {
                fn into_field(self) -> #class {
                    #class::#variants(self)
                }
            }
        )*

        #[automatically_derived]
        impl #class {
            /// The object without its type.
            #[must_use]
            pub fn as_object(&self) -> &dyn ::versionedobjects::VersionedObject {
                match self {
                    #(Self::#variants(object) => object,)*
                }
            }

            /// The object without its type, to change it.
            #[must_use]
            pub fn as_object_mut(&mut self) -> &mut dyn ::versionedobjects::VersionedObject {
                match self {
                    #(Self::#variants(object) => object,)*
                }
            }
        }

        #[automatically_derived]
        impl ::std::cmp::PartialEq for #class {
            fn eq(&self, other: &Self) -> bool {
                ::versionedobjects::eq_data(self.as_object(), other.as_object())
            }
        }

        #[automatically_derived]
        impl ::versionedobjects::FieldType for #class {
            type View<'a> = &'a Self;
            const TYPE: &'static ::versionedobjects::TypeDef = &::versionedobjects::TypeDef {
                name: "Object",
                shape: ::versionedobjects::Shape::Object(::versionedobjects::ObjectTarget {
                    name: #base,
                    subclasses: true,
                    classes: || {
                        static CLASSES: ::std::sync::LazyLock<::std::vec::Vec<&'static ::versionedobjects::Class>> =
                            ::std::sync::LazyLock::new(|| ::std::vec![#(<#types as ::versionedobjects::Object>::class_def()),*]);
                        &CLASSES
                    },
                }),
            };

            fn coerce(value: ::versionedobjects::Value) -> ::std::result::Result<Self, ::versionedobjects::ValueError> {
                #(
                    let value = match ::versionedobjects::take_object::<#types>(value) {
                        Ok(object) => return Ok(Self::#variants(object)),
                        Err(value) => value,
                    };
                )*
                Err(::versionedobjects::not_an_object(#base, &value))
            }

            fn view(&self) -> &Self {
                self
            }

            fn to_value(&self) -> ::versionedobjects::Value {
                ::versionedobjects::Value::Object(self.as_object().clone_box())
            }

            fn write(&self, writer: &mut ::versionedobjects::Writer<'_>) {
                ::versionedobjects::write_child(self.as_object(), writer);
            }

            fn read(reader: &mut ::versionedobjects::Reader<'_>) -> ::versionedobjects::Result<Self> {
                let name = ::versionedobjects::name_of_next(reader)?;
                #(
                    if name == <#types as ::versionedobjects::Object>::class_def().name {
                        return ::versionedobjects::FieldType::read(reader).map(Self::#variants);
                    }
                )*
                Err(::versionedobjects::Error::UnsupportedObject { name: name.into_owned() })
            }

            fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn ::versionedobjects::VersionedObject)) {
                visit(self.as_object());
            }

            fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut dyn ::versionedobjects::VersionedObject)) {
                visit(self.as_object_mut());
            }
        }
    }
}
