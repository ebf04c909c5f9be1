//! The rules of a class: what its fields were in earlier versions.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, Ident, Type};

use crate::attrs::field::{ObjectField, option_content, typed_default};
use crate::attrs::version::Version;
use crate::attrs::was::{Removed, Was};
use crate::name::{self, pointing_at};

/// The rows of a field's past. `class` is the class it belongs to, if that is
/// known here.
pub(crate) fn past(field: &ObjectField, class: Option<&Ident>) -> TokenStream {
    // What is not said has been refused; nothing follows from it.
    if field.was.iter().any(|was| !is_whole(field, was)) {
        return quote!(&[]);
    }
    let rows = (0..field.was.len()).map(|place| row(field, place, class));
    quote!(&[#(#rows),*])
}

fn is_whole(field: &ObjectField, was: &Was) -> bool {
    let down = was.down.is_some() || was.down_with.is_some();
    let option = option_content(&field.ty).is_some();
    was.until.is_some()
        && (was.ty.is_none() || was.up.is_some() && down)
        && (was.nullable.is_none() || was.null.is_some() && !option)
        && (was.required.is_none() || was.null.is_some() && option)
}

fn row(field: &ObjectField, place: usize, class: Option<&Ident>) -> TokenStream {
    let steps = field.was.get(place..).unwrap_or_default();
    let until = steps
        .first()
        .and_then(|was| was.until.as_ref())
        .map(Version::tokens);
    let name = steps
        .iter()
        .find_map(|was| was.name.as_ref())
        .map_or_else(|| field.name.clone(), syn::LitStr::value);
    let key = format!("\"{name}\": ");
    let ty = type_at(field, place);
    let lossy = steps
        .iter()
        .any(|was| was.lossy.is_some() || was.required.is_some());
    let asks_object = steps.iter().any(|was| was.down_with.is_some());
    let down = down(field, place, class);
    let up = up(field, place);
    quote! {
        ::versionedobjects::Past {
            until: #until,
            name: #name,
            key: #key,
            ty: <#ty as ::versionedobjects::FieldType>::TYPE,
            nullable: <#ty as ::versionedobjects::FieldType>::NULLABLE,
            lossy: #lossy,
            asks_object: #asks_object,
            down: #down,
            up: #up,
        }
    }
}

/// The type a field had at a step of its past; behind the last, the one it has.
pub(crate) fn type_at(field: &ObjectField, place: usize) -> Type {
    let Some(was) = field.was.get(place) else {
        return field.ty.clone();
    };
    let next = || type_at(field, place + 1);
    if let Some(ty) = &was.ty {
        return ty.clone();
    }
    let next = next();
    if was.nullable.is_some() {
        return syn::parse_quote!(::std::option::Option<#next>);
    }
    match option_content(&next).filter(|_| was.required.is_some()) {
        Some(content) => content,
        None => next,
    }
}

/// From the attribute to the value of an old version, step by step.
fn down(field: &ObjectField, place: usize, class: Option<&Ident>) -> TokenStream {
    let steps = field.was.get(place..).unwrap_or_default();
    let converts = |was: &Was| {
        was.down.is_some()
            || was.down_with.is_some()
            || was.nullable.is_some()
            || was.required.is_some()
    };
    if !steps.iter().any(converts) {
        return quote!(None);
    }
    // A function of the object stands for all steps behind it.
    let asked = steps.iter().position(|was| was.down_with.is_some());
    let (start, first) = match (asked, class) {
        (Some(asked), Some(class)) => {
            let function = steps.get(asked).and_then(|was| was.down_with.as_ref());
            let ty = type_at(field, place + asked);
            let call = quote_spanned! {pointing_at(function.span())=>
                ::versionedobjects::rule::converted::<#ty>((#function)(object, version))
            };
            let start = quote! {
                let Some(object) = ::versionedobjects::rule::object::<#class>(object) else {
                    return Ok(false);
                };
                let Some(value) = #call? else {
                    return Ok(false);
                };
                let value = &value;
            };
            (start, asked)
        }
        _ => {
            let ty = &field.ty;
            let start = quote! {
                let Some(value) = ::versionedobjects::rule::value::<#ty>(slot) else {
                    return Ok(false);
                };
            };
            (start, steps.len())
        }
    };
    let mut body = start;
    for step in (0..first).rev() {
        let Some(was) = steps.get(step) else { continue };
        let (old, new) = (
            type_at(field, place + step),
            type_at(field, place + step + 1),
        );
        if let Some(function) = &was.down {
            let call = quote_spanned! {pointing_at(function.span())=>
                ::versionedobjects::rule::converted::<#old>((#function)(<#new as ::versionedobjects::FieldType>::view(value)))
            };
            body.extend(quote! {
                let Some(value) = #call? else {
                    return Ok(false);
                };
                let value = &value;
            });
        } else if was.nullable.is_some() {
            body.extend(quote!(let value: &#old = &Some(::std::clone::Clone::clone(value));));
        } else if was.required.is_some()
            && let Some(null) = &was.null
        {
            let null = typed_default(&old, null);
            body.extend(quote! {
                let value: #old = ::std::clone::Clone::clone(value).unwrap_or_else(|| #null);
                let value = &value;
            });
        }
    }
    quote! {
        Some(|object, slot, version, writer| {
            let _ = (object, slot, version);
            #body
            Ok(::versionedobjects::rule::write(value, writer))
        })
    }
}

/// From the value of an old version to the attribute, step by step.
fn up(field: &ObjectField, place: usize) -> TokenStream {
    let steps = field.was.get(place..).unwrap_or_default();
    let converts = |was: &Was| was.up.is_some() || was.nullable.is_some() || was.required.is_some();
    if !steps.iter().any(converts) {
        return quote!(None);
    }
    let (old, ty) = (type_at(field, place), &field.ty);
    let mut body = TokenStream::new();
    for (step, was) in steps.iter().enumerate() {
        let new = type_at(field, place + step + 1);
        if let Some(function) = &was.up {
            let call = quote_spanned! {pointing_at(function.span())=>
                ::versionedobjects::rule::converted::<#new>((#function)(value))
            };
            body.extend(quote! {
                let Some(value) = #call? else {
                    return Ok(());
                };
            });
        } else if was.nullable.is_some()
            && let Some(null) = &was.null
        {
            let null = typed_default(&new, null);
            body.extend(quote!(let value: #new = value.unwrap_or_else(|| #null);));
        } else if was.required.is_some() {
            body.extend(quote!(let value: #new = Some(value);));
        }
    }
    quote! {
        Some(|reader, slot, field| {
            let Some(value) = ::versionedobjects::rule::read::<#old>(reader, slot, field)? else {
                return Ok(());
            };
            #body
            ::versionedobjects::rule::put::<#ty>(slot, value);
            Ok(())
        })
    }
}

/// The rows of a field's newer values.
pub(crate) fn values(field: &ObjectField) -> TokenStream {
    let rows = field.values.iter().filter_map(|newer| {
        let since = newer.since.as_ref()?.tokens();
        let values = &newer.values;
        let before = match &newer.before {
            Some(before) => quote!(Some(#before)),
            None => quote!(None),
        };
        Some(quote! {
            ::versionedobjects::NewerValues { values: &[#(#values),*], since: #since, before: #before }
        })
    });
    quote!(&[#(#rows),*])
}

/// Checks that can be made only where types are known.
pub(crate) fn assertions(fields: &[ObjectField]) -> TokenStream {
    let mut checks = TokenStream::new();
    for field in fields {
        let ty = &field.ty;
        for value in field.values.iter().flat_map(|newer| &newer.values) {
            let text = format!(
                "`{}` has no value `{}`; its enumeration must name it",
                field.name,
                value.value()
            );
            checks.extend(quote_spanned! {pointing_at(value.span())=>
                const _: () = assert!(
                    ::versionedobjects::rule::has_value(<#ty as ::versionedobjects::FieldType>::TYPE, #value),
                    #text
                );
            });
        }
    }
    checks
}

/// The row of a field that is gone.
pub(crate) fn removed(removed: &Removed, class: &Ident) -> Option<TokenStream> {
    let until = removed.until.as_ref()?.tokens();
    let name = name::wire(&removed.name);
    let key = format!("\"{name}\": ");
    let ty = &removed.ty;
    let since = match &removed.since {
        Some(since) => {
            let since = since.tokens();
            quote!(Some(#since))
        }
        None => quote!(None),
    };
    let lossy = removed.lossy.is_some();
    let became = removed.became.iter().map(name::wire);
    let down = match (&removed.default, &removed.down) {
        (Some(default), _) => {
            let value = typed_default(ty, default);
            quote! {
                Some(|_, _, writer| {
                    let value: #ty = #value;
                    Ok(::versionedobjects::rule::write(&value, writer))
                })
            }
        }
        (None, Some(function)) => {
            let call = called(
                function,
                &quote!(converted::<#ty>),
                &quote!(object, version),
            );
            quote! {
                Some(|object, version, writer| {
                    let Some(object) = ::versionedobjects::rule::object::<#class>(object) else {
                        return Ok(false);
                    };
                    Ok(match #call? {
                        Some(value) => ::versionedobjects::rule::write(&value, writer),
                        None => false,
                    })
                })
            }
        }
        (None, None) => quote!(None),
    };
    let up = match &removed.up {
        Some(function) => {
            let call = called(function, &quote!(Taken::taken), &quote!(object, value));
            quote! {
                Some(|object, reader| {
                    let value = <#ty as ::versionedobjects::FieldType>::read(reader)?;
                    match ::versionedobjects::rule::object_mut::<#class>(object) {
                        Some(object) => #call,
                        None => Ok(()),
                    }
                })
            }
        }
        None => quote!(None),
    };
    Some(quote! {
        ::versionedobjects::Removed {
            name: #name,
            key: #key,
            ty: <#ty as ::versionedobjects::FieldType>::TYPE,
            nullable: <#ty as ::versionedobjects::FieldType>::NULLABLE,
            since: #since,
            until: #until,
            lossy: #lossy,
            became: &[#(#became),*],
            down: #down,
            up: #up,
        }
    })
}

/// A call of the user's function inside one of the library's.
fn called(function: &Expr, around: &TokenStream, arguments: &TokenStream) -> TokenStream {
    quote_spanned! {pointing_at(function.span())=>
        ::versionedobjects::rule::#around((#function)(#arguments))
    }
}
