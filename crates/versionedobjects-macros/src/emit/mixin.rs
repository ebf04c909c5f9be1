//! `#[derive(Mixin)]`

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::DeriveInput;

use super::accessors::{self, Access};
use crate::attrs::field::FieldModel;
use crate::errors::Errors;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let model = FieldModel::parse(input, &mut errors);
    if let Some((ident, _)) = model.embeds.first() {
        errors.at(
            ident,
            "a mixin cannot embed another; let the object embed both",
        );
    }
    if let Some(meta) = &model.meta {
        errors.at(
            meta,
            "a mixin has no `Meta`, since the object that embeds it has one; remove this field",
        );
    }
    for field in model.fields.iter().filter(|field| field.lazy) {
        errors.at(
            &field.ident,
            "a mixin cannot load an attribute, since it does not know the object; declare lazy attributes in the class",
        );
    }
    for field in &model.fields {
        if let Some(was) = field.was.iter().find(|was| was.down_with.is_some()) {
            errors.at(
                &was.down_with,
                format!("a mixin does not know the object that `{}` is in; use `down`, a function of the value", field.name),
            );
        }
    }
    let errors = errors.into_tokens();
    let (mixin, vis) = (&input.ident, &input.vis);
    let fields = format_ident!("{mixin}Fields");
    let definitions = model.fields.iter().map(|field| field.definition(None));
    let idents: Vec<_> = model.fields.iter().map(|field| &field.ident).collect();
    let indices: Vec<usize> = (0..idents.len()).collect();
    let accessors = model.fields.iter().enumerate().map(|(index, field)| {
        let ident = &field.ident;
        accessors::emit(
            field,
            &Access {
                attr: quote!(&::versionedobjects::Embeds::<#mixin>::mixin(self).#ident),
                attr_and_meta: quote! {
                    let (mixin, meta) = ::versionedobjects::Embeds::<#mixin>::mixin_mut(self);
                    let attr = &mut mixin.#ident;
                },
                index: quote!(<Self as ::versionedobjects::Embeds<#mixin>>::OFFSET + #index),
                object: quote!(::versionedobjects::VersionedObject::class(self).name),
                vis: TokenStream::new(),
            },
        )
    });
    let doc = format!("The attributes that objects with [`{mixin}`] have.");
    quote! {
        #errors

        #[automatically_derived]
        impl ::versionedobjects::Mixin for #mixin {
            const FIELDS: &'static [::versionedobjects::FieldDef] = &[#(#definitions),*];

            fn slot(&self, index: usize) -> &dyn ::versionedobjects::Slot {
                match index {
                    #(#indices => &self.#idents,)*
                    _ => ::versionedobjects::no_such_slot(),
                }
            }

            fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
                match index {
                    #(#indices => &mut self.#idents,)*
                    _ => ::versionedobjects::no_such_slot(),
                }
            }
        }

        #[doc = #doc]
        #vis trait #fields: ::versionedobjects::Embeds<#mixin> {
            #(#accessors)*
        }

        impl<T: ::versionedobjects::Embeds<#mixin>> #fields for T {}
    }
}
