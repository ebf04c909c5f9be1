//! `#[derive(VersionedObject)]`

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{DeriveInput, GenericArgument, Ident, PathArguments, Type};

use super::{accessors, accessors::Access, lazy, past};
use crate::attrs::field::FieldModel;
use crate::attrs::object::ObjectAttrs;
use crate::attrs::version::Pairs;
use crate::attrs::{check, contract};
use crate::errors::Errors;
use crate::name::pointing_at;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let mut attrs = ObjectAttrs::parse(&input.attrs, &input.ident, &mut errors);
    let model = FieldModel::parse(input, &mut errors);
    check::history(&attrs, &model, &mut errors);
    let recorded = contract::compare(&input.ident, &attrs, &model, &mut errors);
    if model.meta.is_none() && matches!(input.data, syn::Data::Struct(_)) {
        errors.at(
            &input.ident,
            format!(
                "`{}` has nowhere to keep its changes and its version; add a field `meta: Meta`",
                input.ident
            ),
        );
    }
    if let Some(item) = &attrs.list_of
        && !model.fields.iter().any(|field| field.name == "objects")
    {
        errors.at(
            item,
            format!(
                "a list keeps its objects in a field of that name; add `objects: Attr<Vec<{}>>`",
                quote!(#item)
            ),
        );
        attrs.list_of = None;
    }
    if let Some(item) = &attrs.list_of
        && let Some(objects) = model.fields.iter().find(|field| field.name == "objects")
        && !holds(&objects.ty, item)
    {
        errors.at(
            &objects.ty,
            format!(
                "`list_of` says that the objects are of class `{0}`; write `Attr<Vec<{0}>>`",
                quote!(#item)
            ),
        );
        attrs.list_of = None;
    }
    let errors = errors.into_tokens();
    let Some(meta) = &model.meta else {
        return errors;
    };

    let class = &input.ident;
    let table = table(class, &attrs, &model);
    let object = object(class, meta, &attrs, &model);
    let accessors = model.fields.iter().enumerate().map(|(index, field)| {
        let ident = &field.ident;
        let name = class.to_string();
        accessors::emit(
            field,
            &Access {
                attr: quote!(&self.#ident),
                attr_and_meta: quote!(let (attr, meta) = (&mut self.#ident, &mut self.#meta);),
                index: quote!(#index),
                object: quote!(#name),
                vis: quote!(pub),
            },
        )
    });
    let list = attrs.list_of.as_ref().map(|item| list(class, item));
    let lazy = lazy::emit(class, &input.vis, &model.fields);
    let has_methods = attrs.methods.is_some();
    quote! {
        #errors

        #[automatically_derived]
        #[allow(clippy::new_without_default)]
        impl #class {
            #[doc(hidden)]
            pub const HAS_METHODS: bool = #has_methods;


            /// An object with nothing set but what a new one has.
            #[must_use]
            pub fn new() -> Self {
                <Self as ::versionedobjects::Object>::new_object()
            }

            #(#accessors)*
        }

        #lazy
        #list

        const _: () = {
            #table
            #object
            #recorded
        };
    }
}

/// Whether the type is `Vec` of the item, in whatever spelling of the paths.
fn holds(ty: &Type, item: &Type) -> bool {
    let last = |ty: &Type| match ty {
        Type::Path(path) => path.path.segments.last().cloned(),
        _ => None,
    };
    let Some(vec) = last(ty).filter(|segment| segment.ident == "Vec") else {
        return false;
    };
    let PathArguments::AngleBracketed(arguments) = vec.arguments else {
        return false;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(element)) => {
            last(element).map(|segment| segment.ident) == last(item).map(|segment| segment.ident)
        }
        _ => false,
    }
}

fn table(class: &Ident, attrs: &ObjectAttrs, model: &FieldModel) -> TokenStream {
    let name = class.to_string();
    let project = project(attrs);
    let definitions = model
        .fields
        .iter()
        .map(|field| field.definition(Some(class)));
    let own = model.fields.len();
    let embeds: Vec<_> = model.embeds.iter().map(|(_, ty)| ty).collect();
    let history = attrs.history.iter().map(|(version, note)| {
        let version = version.tokens();
        quote!(::versionedobjects::Release { version: #version, note: #note })
    });
    // Without a `#[remotable]` trait the error is about `methods`.
    let methods = attrs.methods.map_or_else(
        || quote!(&[]),
        |span| quote_spanned!(span=> <#class as ::versionedobjects::Methods>::METHODS),
    );
    let comparable = attrs.comparable;
    let is_list = attrs.list_of.is_some();
    let child_versions = attrs
        .child_versions
        .as_ref()
        .map_or_else(|| quote!(&[]), Pairs::tokens);
    let extra = attrs.extra.iter().map(|(extra, path)| {
        let name = crate::name::wire(extra);
        quote!(::versionedobjects::ExtraDef {
            name: #name,
            get: |object| match object.downcast_ref::<#class>() {
                Some(object) => #path(object),
                None => Ok(::versionedobjects::Value::Null),
            },
        })
    });
    let hook = |path: &Option<syn::Path>| match path {
        Some(path) => quote!(Some(|object| {
            if let Some(object) = object.downcast_mut::<#class>() {
                #path(object);
            }
        })),
        None => quote!(None),
    };
    let (after_read, after_reset) = (hook(&attrs.after_read), hook(&attrs.after_reset));
    let backport = match (&attrs.backport, &attrs.backport_with) {
        (Some(path), _) => quote!(Some(|_, data, version| #path(data, version))),
        (_, Some(path)) => {
            quote!(Some(|object, data, version| match object.downcast_ref::<#class>() {
                Some(object) => #path(object, data, version),
                None => Ok(()),
            }))
        }
        (None, None) => quote!(None),
    };
    let upgrade = attrs.upgrade.as_ref().map_or_else(
        || quote!(None),
        |path| {
            quote!(Some(|object, version| {
                if let Some(object) = object.downcast_mut::<#class>() {
                    #path(object, version);
                }
            }))
        },
    );
    let removed = attrs
        .removed
        .iter()
        .filter_map(|gone| past::removed(gone, class));
    let assertions = past::assertions(&model.fields);
    let backport_children = attrs
        .backport_children
        .as_ref()
        .is_none_or(syn::LitBool::value);
    quote! {
        const OWN: &[::versionedobjects::FieldDef] = &[#(#definitions),*];
        const COUNT: usize = #own #(+ <#embeds as ::versionedobjects::Mixin>::FIELDS.len())*;
        const FIELDS: &[::versionedobjects::FieldDef] = &::versionedobjects::concat_fields::<COUNT>(
            &[OWN #(, <#embeds as ::versionedobjects::Mixin>::FIELDS)*],
        );

        static CLASS: ::versionedobjects::Class = ::versionedobjects::Class {
            name: #name,
            prefix: <#project as ::versionedobjects::Project>::PREFIX,
            namespace: <#project as ::versionedobjects::Project>::NAMESPACE,
            history: &[#(#history),*],
            fields: FIELDS,
            removed: &[#(#removed),*],
            methods: #methods,
            is_list: #is_list,
            child_versions: #child_versions,
            extra: &[#(#extra),*],
            new: || ::std::boxed::Box::new(<#class as ::versionedobjects::Object>::new_object()),
            comparable: #comparable,
            after_read: #after_read,
            after_reset: #after_reset,
            backport: #backport,
            backport_children: #backport_children,
            upgrade: #upgrade,
            derived: ::versionedobjects::Derived::new(),
        };
        static CLASSES: [&::versionedobjects::Class; 1] = [&CLASS];
        #assertions
    }
}

fn project(attrs: &ObjectAttrs) -> TokenStream {
    attrs
        .project
        .as_ref()
        .map_or_else(|| quote!(crate::Project), |path| quote!(#path))
}

fn object(class: &Ident, meta: &Ident, attrs: &ObjectAttrs, model: &FieldModel) -> TokenStream {
    let name = class.to_string();
    let project = project(attrs);
    let (mut own, mut own_mut) = (Vec::new(), Vec::new());
    for (index, field) in model.fields.iter().enumerate() {
        let ident = &field.ident;
        let span = pointing_at(field.ty.span());
        own.push(quote_spanned!(span=> #index => return &self.#ident,));
        own_mut.push(quote_spanned!(span=> #index => return &mut self.#ident,));
    }
    // The place of an embedded mixin's fields: behind all that come before.
    let mut offset = quote!(OWN.len());
    let mut slots = Vec::new();
    let mut slots_mut = Vec::new();
    let mut embeds = Vec::new();
    for (ident, ty) in &model.embeds {
        let next = quote!(#offset + <#ty as ::versionedobjects::Mixin>::FIELDS.len());
        slots.push(quote! {
            if index < #next {
                return ::versionedobjects::Mixin::slot(&self.#ident, index - (#offset));
            }
        });
        slots_mut.push(quote! {
            if index < #next {
                return ::versionedobjects::Mixin::slot_mut(&mut self.#ident, index - (#offset));
            }
        });
        embeds.push(quote! {
            #[automatically_derived]
            impl ::versionedobjects::Embeds<#ty> for #class {
                const OFFSET: usize = #offset;

                fn mixin(&self) -> &#ty {
                    &self.#ident
                }

                fn mixin_mut(&mut self) -> (&mut #ty, &mut ::versionedobjects::Meta) {
                    (&mut self.#ident, &mut self.#meta)
                }
            }
        });
        offset = next;
    }
    let list = attrs.list_of.is_some().then(|| quote!(object.objects = ::versionedobjects::Attr::Set(::std::default::Default::default());));
    let init = attrs.init.as_ref().map(|path| quote!(#path(&mut object);));
    quote! {
        #[automatically_derived]
        impl ::versionedobjects::VersionedObject for #class {
            fn class(&self) -> &'static ::versionedobjects::Class {
                &CLASS
            }

            fn meta(&self) -> &::versionedobjects::Meta {
                &self.#meta
            }

            fn meta_mut(&mut self) -> &mut ::versionedobjects::Meta {
                &mut self.#meta
            }

            #[allow(unused_variables, clippy::match_single_binding)]
            fn slot(&self, index: usize) -> &dyn ::versionedobjects::Slot {
                match index {
                    #(#own)*
                    _ => {}
                }
                #(#slots)*
                ::versionedobjects::no_such_slot()
            }

            #[allow(unused_variables, clippy::match_single_binding)]
            fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
                match index {
                    #(#own_mut)*
                    _ => {}
                }
                #(#slots_mut)*
                ::versionedobjects::no_such_slot()
            }

            fn clone_box(&self) -> ::std::boxed::Box<dyn ::versionedobjects::VersionedObject> {
                ::std::boxed::Box::new(::std::clone::Clone::clone(self))
            }

            fn as_dyn(&self) -> &dyn ::versionedobjects::VersionedObject {
                self
            }

            fn as_dyn_mut(&mut self) -> &mut dyn ::versionedobjects::VersionedObject {
                self
            }
        }

        #(#embeds)*

        #[automatically_derived]
        impl ::versionedobjects::Object for #class {
            type Project = #project;

            fn class_def() -> &'static ::versionedobjects::Class {
                &CLASS
            }

            #[allow(unused_mut, clippy::let_and_return)]
            fn new_object() -> Self {
                let mut object = <Self as ::std::default::Default>::default();
                #list
                #init
                object
            }
        }

        /// Equality of data; changes and versions play no part.
        #[automatically_derived]
        impl ::std::cmp::PartialEq for #class {
            fn eq(&self, other: &Self) -> bool {
                ::versionedobjects::eq_data(self, other)
            }
        }

        #[automatically_derived]
        impl ::versionedobjects::FieldType for #class {
            type View<'a> = &'a Self;
            const TYPE: &'static ::versionedobjects::TypeDef = &::versionedobjects::TypeDef {
                name: "Object",
                shape: ::versionedobjects::Shape::Object(::versionedobjects::ObjectTarget {
                    name: #name,
                    subclasses: false,
                    classes: || &CLASSES,
                }),
            };

            fn coerce(value: ::versionedobjects::Value) -> ::std::result::Result<Self, ::versionedobjects::ValueError> {
                ::versionedobjects::coerce_object(value)
            }

            fn view(&self) -> &Self {
                self
            }

            fn to_value(&self) -> ::versionedobjects::Value {
                ::versionedobjects::Value::Object(::versionedobjects::VersionedObject::clone_box(self))
            }

            fn write(&self, writer: &mut ::versionedobjects::Writer<'_>) {
                ::versionedobjects::write_child(self, writer);
            }

            fn read(reader: &mut ::versionedobjects::Reader<'_>) -> ::versionedobjects::Result<Self> {
                let mut object = <Self as ::versionedobjects::Object>::new_object();
                ::versionedobjects::read_into(reader, &mut object)?;
                Ok(object)
            }

            fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn ::versionedobjects::VersionedObject)) {
                visit(self);
            }

            fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut dyn ::versionedobjects::VersionedObject)) {
                visit(self);
            }
        }
    }
}

/// What a list class can do besides.
fn list(class: &Ident, item: &syn::Type) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #class {
            /// The objects, without asking whether the list is set: an unset one is empty.
            pub fn iter(&self) -> ::std::slice::Iter<'_, #item> {
                self.items().iter()
            }

            /// The objects as a slice.
            #[must_use]
            pub fn items(&self) -> &[#item] {
                self.objects.as_option().map_or(&[], |objects| objects.as_slice())
            }

            /// How many objects there are.
            #[must_use]
            pub fn len(&self) -> usize {
                self.items().len()
            }

            /// Whether there is none.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.items().is_empty()
            }
        }

        #[automatically_derived]
        impl ::std::iter::FromIterator<#item> for #class {
            /// A list as a store returns it: nothing counts as changed.
            fn from_iter<I: ::std::iter::IntoIterator<Item = #item>>(items: I) -> Self {
                let mut list = Self::new();
                list.objects = ::versionedobjects::Attr::Set(items.into_iter().collect());
                list
            }
        }

        #[automatically_derived]
        impl ::std::iter::IntoIterator for #class {
            type Item = #item;
            type IntoIter = ::std::vec::IntoIter<#item>;

            fn into_iter(self) -> Self::IntoIter {
                match self.objects {
                    ::versionedobjects::Attr::Set(objects) => objects.into_iter(),
                    ::versionedobjects::Attr::Unset => ::std::vec::Vec::new().into_iter(),
                }
            }
        }

        #[automatically_derived]
        impl<'a> ::std::iter::IntoIterator for &'a #class {
            type Item = &'a #item;
            type IntoIter = ::std::slice::Iter<'a, #item>;

            fn into_iter(self) -> Self::IntoIter {
                self.iter()
            }
        }
    }
}
