//! The accessors of a field: get, set, edit.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::attrs::field::ObjectField;
use crate::name::{pointing_at, prefixed};

/// Where the parts of an object are found.
pub(crate) struct Access {
    /// The attribute, to read it.
    pub(crate) attr: TokenStream,
    /// Binds `attr` and `meta`, to change them.
    pub(crate) attr_and_meta: TokenStream,
    /// The place in the class's table.
    pub(crate) index: TokenStream,
    /// The class name.
    pub(crate) object: TokenStream,
    /// `pub`, or nothing in a trait.
    pub(crate) vis: TokenStream,
}

pub(crate) fn emit(field: &ObjectField, access: &Access) -> TokenStream {
    let ObjectField {
        ident,
        name,
        ty,
        docs,
        ..
    } = field;
    let Access {
        attr,
        attr_and_meta,
        index,
        object,
        vis,
    } = access;
    let span = pointing_at(ty.span());
    let set = prefixed("set_", ident);
    let edit = prefixed("edit_", ident);
    let docs = if docs.is_empty() {
        let doc = format!("The attribute `{name}`.");
        quote!(#[doc = #doc])
    } else {
        quote!(#(#docs)*)
    };
    let set_doc = format!("Sets `{name}` and marks it changed.");
    let setter = if field.read_only || field.state_machine {
        let function = if field.read_only {
            quote!(set_once)
        } else {
            quote!(transition)
        };
        let access = quote_spanned! {span=>
            ::versionedobjects::access::#function(attr, meta, #index, value, object, #name)
        };
        quote! {
            #[doc = #set_doc]
            #vis fn #set(&mut self, value: impl ::versionedobjects::IntoField<#ty>) -> ::versionedobjects::Result<()> {
                let object = #object;
                #attr_and_meta
                #access
            }
        }
    } else {
        let access =
            quote_spanned!(span=> ::versionedobjects::access::set(attr, meta, #index, value));
        quote! {
            #[doc = #set_doc]
            #vis fn #set(&mut self, value: impl ::versionedobjects::IntoField<#ty>) {
                #attr_and_meta
                #access;
            }
        }
    };
    let view = quote_spanned!(span=> ::versionedobjects::Result<<#ty as ::versionedobjects::FieldType>::View<'_>>);
    let get = quote_spanned!(span=> ::versionedobjects::access::get(#attr, #object, #name));
    let edit_access = quote_spanned!(span=> ::versionedobjects::access::edit(attr, meta, #index, object, #name, edit));
    let edit_doc = format!("Edits `{name}` in place; marks it changed if that changed it.");
    quote! {
        #docs
        #vis fn #ident(&self) -> #view {
            #get
        }

        #setter

        #[doc = #edit_doc]
        #vis fn #edit<R>(&mut self, edit: impl FnOnce(&mut #ty) -> R) -> ::versionedobjects::Result<R> {
            let object = #object;
            #attr_and_meta
            #edit_access
        }
    }
}
