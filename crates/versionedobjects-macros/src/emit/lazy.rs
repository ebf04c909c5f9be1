//! The lazy attributes of a class: an enumeration and a function for each.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Visibility};

use crate::attrs::field::ObjectField;
use crate::name::{pascal, pointing_at, prefixed};

pub(crate) fn emit(class: &Ident, vis: &Visibility, fields: &[ObjectField]) -> TokenStream {
    let lazy: Vec<&ObjectField> = fields.iter().filter(|field| field.lazy).collect();
    if lazy.is_empty() {
        return TokenStream::new();
    }
    let enumeration = format_ident!("{class}Lazy");
    let names: Vec<&str> = lazy.iter().map(|field| field.name.as_str()).collect();
    let variants: Vec<Ident> = lazy
        .iter()
        .map(|field| pascal("", &field.name, &field.ident))
        .collect();
    let variant_docs = names.iter().map(|name| format!("`{name}`"));
    let loads = lazy.iter().zip(&variants).map(|(field, variant)| {
        let load = prefixed("load_", &field.ident);
        let doc = format!("Loads `{}` if it is unset.", field.name);
        quote! {
            #[doc = #doc]
            #[track_caller]
            pub fn #load<'a>(
                &'a mut self,
                ctx: &'a ::versionedobjects::Context,
            ) -> ::versionedobjects::BoxFuture<'a, ::std::result::Result<(), <<Self as ::versionedobjects::Object>::Project as ::versionedobjects::Project>::Error>> {
                self.load_missing(ctx, &[#enumeration::#variant])
            }
        }
    });
    // The one place that needs the loader: without one the error is about the
    // first lazy field.
    let load_missing = lazy.first().map(|field| {
        let span = pointing_at(field.ident.span());
        quote_spanned!(span=> ::versionedobjects::load_missing(self, ctx, fields))
    });
    let enumeration_doc = format!("The attributes of [`{class}`] that are loaded when asked for.");
    quote! {
        #[doc = #enumeration_doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #vis enum #enumeration {
            #(#[doc = #variant_docs] #variants,)*
        }

        #[automatically_derived]
        impl ::versionedobjects::LazyField for #enumeration {
            const ALL: &'static [Self] = &[#(Self::#variants),*];

            fn name(self) -> &'static str {
                match self {
                    #(Self::#variants => #names,)*
                }
            }
        }

        #[automatically_derived]
        impl #class {
            #(#loads)*

            /// Loads those of the attributes that are unset, in as few calls as possible.
            #[track_caller]
            pub fn load_missing<'a>(
                &'a mut self,
                ctx: &'a ::versionedobjects::Context,
                fields: &'a [#enumeration],
            ) -> ::versionedobjects::BoxFuture<'a, ::std::result::Result<(), <<Self as ::versionedobjects::Object>::Project as ::versionedobjects::Project>::Error>> {
                #load_missing
            }
        }
    }
}
