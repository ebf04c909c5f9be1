//! `#[remotable]`

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Ident, ItemTrait};

use crate::attrs::field::typed_default;
use crate::attrs::method::{Argument, ArgumentKind, Method};
use crate::errors::Errors;
use crate::name::{pascal, pointing_at};

pub(crate) fn expand(class: TokenStream, input: TokenStream) -> TokenStream {
    let mut item: ItemTrait = match syn::parse2(input.clone()) {
        Ok(item) => item,
        Err(error) => {
            let message =
                "`#[remotable(Class)]` stands on a trait, which the store of that class implements";
            let error = syn::Error::new(error.span(), message).into_compile_error();
            return quote!(#input #error);
        }
    };
    let mut errors = Errors::default();
    let class: Option<Ident> = match syn::parse2(class.clone()) {
        Ok(class) => Some(class),
        Err(_) if class.is_empty() => {
            errors.at(
                &item.ident,
                format!(
                    "`{}` does not say whose methods these are; write `#[remotable(Class)]`",
                    item.ident
                ),
            );
            None
        }
        Err(_) => {
            errors.at(
                class,
                "the methods belong to one class of this module; write `#[remotable(Class)]`",
            );
            None
        }
    };
    let methods = Method::parse_all(class.as_ref(), &mut item, &mut errors);
    if !item.generics.params.is_empty() {
        errors.at(
            &item.generics,
            "a store is chosen when the program runs, so its trait has no parameters; remove them",
        );
        return errors.into_tokens();
    }
    item.supertraits
        .push(syn::parse_quote!(::std::marker::Send));
    item.supertraits
        .push(syn::parse_quote!(::std::marker::Sync));
    let errors = errors.into_tokens();
    let Some(class) = class else {
        return quote! {
            #errors
            #[::versionedobjects::async_trait]
            #item
        };
    };
    let (store, vis) = (&item.ident, &item.vis);
    let functions = methods
        .iter()
        .enumerate()
        .map(|(index, method)| functions(&class, store, index, method));
    let builders = methods
        .iter()
        .filter(|method| method.has_defaults())
        .map(|method| builder(&class, vis, method));
    let definitions = methods.iter().map(|method| definition(&class, method));
    let published = published(&class);
    let known_errors = methods
        .iter()
        .flat_map(|method| known_errors(&class, method));
    let missing = format!("`{{Self}}` does not implement `{store}`, the store of `{class}`");
    let advice = format!(
        "a store implements the trait; everybody else calls the functions of `{class}`, which find the store through the context"
    );
    quote! {
        #errors

        #[::versionedobjects::async_trait]
        #[diagnostic::on_unimplemented(message = #missing, note = #advice)]
        #item

        #[automatically_derived]
        impl #class {
            #(#functions)*
        }

        #(#builders)*

        #published

        #(#known_errors)*

        #[automatically_derived]
        impl ::versionedobjects::Methods for #class {
            const METHODS: &'static [::versionedobjects::MethodDef] = &[#(#definitions),*];
        }
    }
}

/// Refuses a class that does not say that it has methods: its table would not
/// have them, and every call from outside be refused at run time.
fn published(class: &Ident) -> TokenStream {
    let message =
        format!("`{class}` does not publish its methods; add `methods` to its `#[object(..)]`");
    quote_spanned!(class.span()=> const _: () = ::std::assert!(#class::HAS_METHODS, #message);)
}

/// Refuses names of exceptions that the project does not have: a misspelt one
/// would be a promise of nothing.
fn known_errors(class: &Ident, method: &Method) -> Vec<TokenStream> {
    let raises = method.raises.iter().flatten();
    let check = |error: &Ident| {
        let name = error.to_string();
        let message = format!(
            "`{name}` is no exception of the project, which are those in `ProjectError::CLASSES` of its error"
        );
        quote_spanned! {error.span()=>
            const _: () = ::std::assert!(
                ::versionedobjects::is_listed(
                    <<<#class as ::versionedobjects::Object>::Project as ::versionedobjects::Project>::Error as ::versionedobjects::ProjectError>::CLASSES,
                    #name,
                ),
                #message
            );
        }
    };
    raises.map(check).collect()
}

fn route_name(method: &Method) -> Ident {
    format_ident!("__route_{}", method.ident.unraw())
}

fn call_name(method: &Method) -> Ident {
    format_ident!("__call_{}", method.ident.unraw())
}

fn builder_name(class: &Ident, method: &Method) -> Ident {
    pascal(
        &class.to_string(),
        &method.ident.unraw().to_string(),
        &method.ident,
    )
}

/// The entry of the table.
fn definition(class: &Ident, method: &Method) -> TokenStream {
    let Method {
        wire_name,
        context,
        conditional,
        returns,
        ..
    } = method;
    let kind = if method.receiver.is_some() {
        quote!(Instance)
    } else {
        quote!(Class)
    };
    let arguments = method.arguments.iter().map(Argument::definition);
    let call = call_name(method);
    let errors = match &method.raises {
        None => quote!(None),
        Some(raises) => {
            let names = raises.iter().map(Ident::to_string);
            quote!(Some(&[#(#names),*]))
        }
    };
    quote! {
        ::versionedobjects::MethodDef {
            name: #wire_name,
            kind: ::versionedobjects::MethodKind::#kind,
            conditional: #conditional,
            context: #context,
            arguments: &[#(#arguments),*],
            returns: ::versionedobjects::Element::of::<#returns>(),
            errors: #errors,
            call: #class::#call,
        }
    }
}

/// The functions of a method: the one people call, the one that chooses the
/// route, and the one the table calls.
fn functions(class: &Ident, store: &Ident, index: usize, method: &Method) -> TokenStream {
    let Method {
        ident,
        docs,
        output,
        returns,
        receiver,
        arguments,
        ..
    } = method;
    let name = &method.wire_name;
    let class_name = class.to_string();
    let route = route_name(method);
    let call = call_name(method);
    let idents: Vec<_> = arguments.iter().map(|argument| &argument.ident).collect();
    let types: Vec<_> = arguments.iter().map(|argument| &argument.ty).collect();

    let this = receiver.as_ref().map(|_| quote!(&mut self,));
    let this_argument = receiver.as_ref().map(|_| quote!(self,));
    let prefix = if receiver.is_some() {
        quote!(self.)
    } else {
        quote!(Self::)
    };
    let encode = arguments.iter().map(encode);
    let remote = if receiver.is_some() {
        quote!(::versionedobjects::call_object::<#returns>(ctx, remote, self, method, outgoing))
    } else {
        quote!(::versionedobjects::call_class::<#returns>(ctx, remote, <Self as ::versionedobjects::Object>::class_def(), method, outgoing))
    };

    let asked = quote!(#store::#ident(store, ctx, #this_argument #(#idents),*).await);
    let held = match &method.raises {
        None => asked,
        Some(_) => quote! {{
            let method = &<Self as ::versionedobjects::Methods>::METHODS[#index];
            ::versionedobjects::declared(#class_name, method, #asked)
        }},
    };

    let public = if method.has_defaults() {
        let builder = builder_name(class, method);
        let required = arguments
            .iter()
            .filter(|argument| argument.default.is_none());
        let parameters = required.map(
            |Argument { ident, ty, .. }| quote!(#ident: impl ::versionedobjects::IntoField<#ty>),
        );
        let fields = arguments.iter().map(|argument| {
            let Argument {
                ident, ty, default, ..
            } = argument;
            match default {
                Some(expr) => {
                    let value = typed_default(ty, expr);
                    quote!(#ident: #value)
                }
                None => quote!(#ident: ::versionedobjects::IntoField::<#ty>::into_field(#ident)),
            }
        });
        let (this, object) = match receiver {
            Some(_) => (quote!(&'a mut self,), quote!(object: self,)),
            None => (TokenStream::new(), TokenStream::new()),
        };
        quote! {
            #(#docs)*
            ///
            /// Arguments with defaults are set on what this returns; `.await` runs it.
            pub fn #ident<'a>(#this ctx: &'a ::versionedobjects::Context #(, #parameters)*) -> #builder<'a> {
                #builder { ctx, #object #(#fields),* }
            }
        }
    } else {
        quote! {
            #(#docs)*
            pub async fn #ident(#this ctx: &::versionedobjects::Context #(, #idents: impl ::versionedobjects::IntoField<#types>)*) -> #output {
                #prefix #route(ctx #(, ::versionedobjects::IntoField::<#types>::into_field(#idents))*).await
            }
        }
    };

    let take = arguments.iter().scan(0_usize, |place, argument| {
        let Argument { ident, ty, name, .. } = argument;
        Some(match argument.kind {
            ArgumentKind::Plain => {
                let index = *place;
                *place += 1;
                let default = match &argument.default {
                    Some(expr) => {
                        let value = typed_default(ty, expr);
                        quote!(Some(#value))
                    }
                    None => quote!(None),
                };
                let span = pointing_at(ty.span());
                quote_spanned! {span=>
                    let #ident: #ty = arguments.take(#index, #name, || #default).map_err(|error| error.to_exception())?;
                }
            }
            ArgumentKind::Positional => {
                quote!(let #ident: #ty = arguments.take_positional(#name).map_err(|error| error.to_exception())?;)
            }
            ArgumentKind::Keyword => {
                quote!(let #ident: #ty = arguments.take_keyword(#name).map_err(|error| error.to_exception())?;)
            }
        })
    });
    let receive = match receiver {
        Some(_) => quote! {
            let object: &mut Self = ::versionedobjects::receiver(receiver, #class_name, #name)?;
            let result = object.#route(ctx #(, #idents)*).await;
        },
        None => quote! {
            let _ = receiver;
            let result = Self::#route(ctx #(, #idents)*).await;
        },
    };
    quote! {
        #public

        #[doc(hidden)]
        #[allow(clippy::too_many_arguments)]
        async fn #route(#this ctx: &::versionedobjects::Context #(, #idents: #types)*) -> #output {
            let method = &<Self as ::versionedobjects::Methods>::METHODS[#index];
            ctx.admit(#class_name, method)?;
            match ctx.route() {
                ::versionedobjects::Route::Direct(store) => {
                    type Store = <<#class as ::versionedobjects::Object>::Project as ::versionedobjects::Project>::Store;
                    match store.get::<Store>() {
                        Some(store) => #held,
                        None => Err(::versionedobjects::Error::WrongStore { class: #class_name, method: #name }.into()),
                    }
                }
                ::versionedobjects::Route::Remote(remote) => {
                    #[allow(unused_mut)]
                    let mut outgoing = ::versionedobjects::Outgoing::to(ctx, remote).await;
                    #(#encode)*
                    #remote.await.map_err(::versionedobjects::CallError::into_project)
                }
            }
        }

        #[doc(hidden)]
        #[allow(unused_variables)]
        fn #call<'a>(
            ctx: &'a ::versionedobjects::Context,
            receiver: Option<&'a mut dyn ::versionedobjects::VersionedObject>,
            arguments: ::versionedobjects::Arguments<'a>,
        ) -> ::versionedobjects::BoxFuture<'a, ::std::result::Result<Box<dyn ::versionedobjects::Returned>, ::versionedobjects::Exception>> {
            Box::pin(async move {
                #(#take)*
                #receive
                match result {
                    Ok(value) => Ok(Box::new(value) as Box<dyn ::versionedobjects::Returned>),
                    Err(error) => Err(::versionedobjects::ProjectError::to_exception(&error)),
                }
            })
        }
    }
}

/// How an argument is put into an outgoing call: by position if required, by
/// name and only if it differs from its default otherwise, so that a peer that
/// does not know it yet is not bothered with it.
fn encode(argument: &Argument) -> TokenStream {
    let Argument {
        ident, name, ty, ..
    } = argument;
    let span = pointing_at(ty.span());
    match (argument.kind, &argument.default) {
        (ArgumentKind::Plain, None) => quote_spanned!(span=> outgoing.positional(&#ident);),
        (ArgumentKind::Plain, Some(expr)) => {
            let default = typed_default(ty, expr);
            quote! {
                if #ident != #default {
                    outgoing.keyword(#name, &#ident);
                }
            }
        }
        (ArgumentKind::Positional, _) => quote!(outgoing.all_positional(&#ident);),
        (ArgumentKind::Keyword, _) => quote!(outgoing.all_keyword(&#ident);),
    }
}

/// The call of a method that has arguments with defaults, before it runs.
fn builder(class: &Ident, vis: &syn::Visibility, method: &Method) -> TokenStream {
    let Method {
        ident,
        output,
        receiver,
        arguments,
        ..
    } = method;
    let builder = builder_name(class, method);
    let route = route_name(method);
    let idents: Vec<_> = arguments.iter().map(|argument| &argument.ident).collect();
    let types: Vec<_> = arguments.iter().map(|argument| &argument.ty).collect();
    let setters = arguments.iter().filter(|argument| argument.default.is_some()).map(|Argument { ident, ty, name, .. }| {
        let doc = format!("Sets the argument `{name}`.");
        quote! {
            #[doc = #doc]
            pub fn #ident(mut self, #ident: impl ::versionedobjects::IntoField<#ty>) -> Self {
                self.#ident = ::versionedobjects::IntoField::<#ty>::into_field(#ident);
                self
            }
        }
    });
    let (object, run) = match receiver {
        Some(_) => (
            quote!(object: &'a mut #class,),
            quote!(self.object.#route(self.ctx #(, self.#idents)*)),
        ),
        None => (
            TokenStream::new(),
            quote!(#class::#route(self.ctx #(, self.#idents)*)),
        ),
    };
    let doc = format!("A call of [`{class}::{ident}`] that has not run yet.");
    quote! {
        #[doc = #doc]
        #[derive(Debug)]
        #[must_use = "a call runs when it is awaited"]
        #vis struct #builder<'a> {
            ctx: &'a ::versionedobjects::Context,
            #object
            #(#idents: #types,)*
        }

        #[automatically_derived]
        impl #builder<'_> {
            #(#setters)*
        }

        #[automatically_derived]
        impl<'a> ::std::future::IntoFuture for #builder<'a> {
            type Output = #output;
            type IntoFuture = ::versionedobjects::BoxFuture<'a, #output>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(async move { #run.await })
            }
        }
    }
}
