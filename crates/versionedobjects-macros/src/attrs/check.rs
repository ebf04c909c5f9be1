//! Whether what a class says of its past can be true.

use std::collections::BTreeMap;

use proc_macro2::Span;

use super::field::{FieldModel, ObjectField, option_content, spelled};
use super::object::ObjectAttrs;
use super::version::Version;
use super::was::{Removed, Was};
use crate::errors::Errors;
use crate::name;

/// Checks the fields of a class against its history, and each other.
pub(crate) fn history(attrs: &ObjectAttrs, model: &FieldModel, errors: &mut Errors) {
    if attrs.history.is_empty() {
        return;
    }
    for field in &model.fields {
        if let Some(since) = &field.since
            && !attrs.records(since)
        {
            unrecorded(attrs, "`since` names", since, errors);
        }
        for was in &field.was {
            if let Some(until) = &was.until {
                ends(attrs, &field.name, field.since.as_ref(), until, errors);
            }
        }
        for since in field
            .values
            .iter()
            .filter_map(|values| values.since.as_ref())
        {
            if !attrs.records(since) {
                let what = format!("`values` of `{}` names", field.name);
                unrecorded(attrs, &what, since, errors);
            }
        }
    }
    for removed in &attrs.removed {
        let name = name::wire(&removed.name);
        if let Some(since) = &removed.since
            && !attrs.records(since)
        {
            unrecorded(attrs, "`since` names", since, errors);
        }
        if let Some(until) = &removed.until {
            ends(attrs, &name, removed.since.as_ref(), until, errors);
        }
        for became in &removed.became {
            if !model.fields.iter().any(|field| field.ident == *became) {
                errors.at(
                    became,
                    format!("`{name}` cannot have become `{became}`, which is no field here"),
                );
            }
        }
    }
    names(attrs, model, errors);
}

fn unrecorded(attrs: &ObjectAttrs, what: &str, version: &Version, errors: &mut Errors) {
    errors.push(syn::Error::new(
        version.literal.span(),
        format!(
            "{what} version {}, which `history` does not record\nrecorded versions: {}; add the new one at the end",
            version.literal.value(),
            attrs.recorded()
        ),
    ));
}

/// Checks the version until which a field was something.
fn ends(
    attrs: &ObjectAttrs,
    name: &str,
    since: Option<&Version>,
    until: &Version,
    errors: &mut Errors,
) {
    let text = until.literal.value();
    if !attrs.records(until) {
        unrecorded(attrs, &format!("`until` of `{name}` names"), until, errors);
    } else if attrs
        .history
        .first()
        .is_some_and(|(first, _)| first.number() >= until.number())
    {
        errors.at(
            &until.literal,
            format!("`{name}` cannot have been anything until {text}, which is the first version; name the one that changed it"),
        );
    } else if let Some(since) = since
        && since.number() >= until.number()
    {
        errors.at(
            &until.literal,
            format!(
                "`{name}` cannot have been anything until {text}, since it came with {}",
                since.literal.value()
            ),
        );
    }
}

/// Checks that no two fields have one name in one version.
fn names(attrs: &ObjectAttrs, model: &FieldModel, errors: &mut Errors) {
    for (version, _) in &attrs.history {
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        let mut add = |name: String, owner: String, span: Span, errors: &mut Errors| {
            if let Some(other) = known.insert(name.clone(), owner.clone())
                && other != owner
            {
                errors.push(syn::Error::new(
                    span,
                    format!(
                        "in version {} both `{other}` and `{owner}` are called `{name}`; one of them must have come later, or have another name",
                        version.literal.value()
                    ),
                ));
                return false;
            }
            true
        };
        for field in &model.fields {
            if field
                .since
                .as_ref()
                .is_some_and(|since| since.number() > version.number())
            {
                continue;
            }
            let span = field.name_span_at(version.number());
            if !add(
                field.name_at(version.number()),
                field.name.clone(),
                span,
                errors,
            ) {
                return;
            }
        }
        for removed in &attrs.removed {
            let before = |bound: &Option<Version>| {
                bound
                    .as_ref()
                    .is_some_and(|bound| version.number() < bound.number())
            };
            if before(&removed.until) && !before(&removed.since) {
                let name = name::wire(&removed.name);
                let owner = format!("{name} (removed)");
                if !add(name, owner, removed.name.span(), errors) {
                    return;
                }
            }
        }
    }
}

/// Checks what a field says of its own past.
pub(crate) fn field(field: &ObjectField, errors: &mut Errors) {
    let name = &field.name;
    for pair in field.was.windows(2) {
        if let [
            Was {
                until: Some(earlier),
                ..
            },
            Was {
                until: Some(later), ..
            },
        ] = pair
            && later.number() <= earlier.number()
        {
            errors.at(
                &later.literal,
                format!(
                    "`{name}` was something until {} behind something until {}, but its past is told oldest first",
                    later.literal.value(),
                    earlier.literal.value()
                ),
            );
        }
    }
    for was in &field.was {
        self::was(field, was, errors);
    }
    for values in &field.values {
        let Some(first) = values.values.first() else {
            errors.at(
                &field.ident,
                format!("`values` of `{name}` names none; write `values(\"..\", since = \"..\")`"),
            );
            continue;
        };
        if values.since.is_none() {
            errors.at(
                first,
                format!("nothing says since when `{name}` has the value; add `since = \"..\"`"),
            );
        }
        if let Some(before) = values.before.as_ref().filter(|before| {
            values
                .values
                .iter()
                .any(|value| value.value() == before.value())
        }) {
            errors.at(
                before,
                format!("older readers of `{name}` do not know `{}` either; name a value they know, or none to refuse", before.value()),
            );
        }
    }
}

fn was(field: &ObjectField, was: &Was, errors: &mut Errors) {
    let name = &field.name;
    let span = was.span.unwrap_or_else(|| field.ident.span());
    let mut say = |span: Span, text: String| errors.push(syn::Error::new(span, text));
    let Some(until) = &was.until else {
        say(
            span,
            format!(
                "nothing says until when `{name}` was so; add `until = \"..\"`, the first version in which it no longer was"
            ),
        );
        return;
    };
    let until = until.literal.value();
    let null = was.nullable.or(was.required);
    let converts = was.down.is_some() || was.down_with.is_some() || was.up.is_some();
    if was.name.is_none() && was.ty.is_none() && !converts && null.is_none() {
        say(
            span,
            format!(
                "nothing says what `{name}` was before {until}; add `name = \"..\"` if it was called otherwise, `type = ..` with `up` and `down` if its values were others"
            ),
        );
        return;
    }
    if let Some(old) = was.name.as_ref().filter(|old| old.value() == *name) {
        say(
            old.span(),
            format!("`{name}` is called so still; name the one it had before {until}"),
        );
    }
    if let Some(null) = null {
        if was.nullable.is_some() && was.required.is_some() {
            say(
                null,
                format!("`{name}` was either `nullable` or `required` before {until}; keep one"),
            );
        } else if was.ty.is_some() || converts {
            say(
                null,
                format!(
                    "`nullable` and `required` convert `{name}` by themselves; remove them, or `type`, `up` and `down`"
                ),
            );
        } else if was.null.is_none() {
            let meaning = if was.nullable.is_some() {
                format!("what a null from before {until} means for `{name}`")
            } else {
                format!("what readers from before {until} are sent for a null in `{name}`")
            };
            say(null, format!("nothing says {meaning}; add `null = value`"));
        } else if was.required.is_some() && option_content(&field.ty).is_none() {
            say(
                null,
                format!(
                    "`{name}` can still not be null; write its type as `Option<..>`, or remove `required`"
                ),
            );
        } else if was.nullable.is_some() && option_content(&field.ty).is_some() {
            say(
                null,
                format!(
                    "`{name}` can still be null; take `Option` off its type, or remove `nullable`"
                ),
            );
        }
        return;
    }
    let is_down = was.down.is_some() || was.down_with.is_some();
    if was.down.is_some() && was.down_with.is_some() {
        say(
            span,
            format!("`down` and `down_with` of `{name}` exclude each other; keep one"),
        );
    }
    if let Some(ty) = &was.ty {
        let ty = spelled(ty);
        if !is_down {
            say(
                span,
                format!(
                    "nothing says what readers from before {until} are sent for `{name}`; add `down = function`, which makes a `{ty}` of a `{}`",
                    spelled(&field.ty)
                ),
            );
        }
        if was.up.is_none() {
            say(
                span,
                format!(
                    "nothing says what becomes of a `{name}` from before {until}; add `up = function`, which makes a `{}` of a `{ty}`",
                    spelled(&field.ty)
                ),
            );
        }
    } else if was.up.is_some() && !is_down {
        say(
            span,
            format!(
                "nothing says what readers from before {until} are sent for `{name}`; add `down = function`"
            ),
        );
    } else if was.down.is_some() && was.up.is_none() && was.lossy.is_none() {
        say(
            span,
            format!(
                "nothing undoes what readers from before {until} are sent for `{name}`; add `up = function`, or `lossy` if that cannot be undone"
            ),
        );
    }
    if let Some(lossy) = was.lossy.filter(|_| !is_down) {
        say(
            lossy,
            format!("a name alone loses nothing of `{name}`; remove `lossy`"),
        );
    }
}

/// Checks what is said of a field that is gone.
pub(crate) fn removed(removed: &Removed, errors: &mut Errors) {
    let name = name::wire(&removed.name);
    let mut say = |text: String| errors.at(&removed.name, text);
    if removed.until.is_none() {
        say(format!(
            "nothing says until when there was a `{name}`; add `until = \"..\"`, the first version without it"
        ));
    }
    let sent = [
        removed.default.is_some(),
        removed.down.is_some(),
        removed.unset.is_some(),
    ];
    match sent.into_iter().filter(|said| *said).count() {
        0 => say(format!(
            "nothing says what readers that know `{name}` are sent; add `default = value`, `down = function` of the object, or `unset` for nothing"
        )),
        1 => {}
        _ => say(format!(
            "`default`, `down` and `unset` of `{name}` exclude each other; keep one"
        )),
    }
    if removed.up.is_none() && removed.lossy.is_none() {
        say(format!(
            "nothing says what becomes of a `{name}` in old data; add `up = function`, or `lossy` if it is forgotten"
        ));
    }
}

impl ObjectField {
    /// The name it had in a version.
    pub(crate) fn name_at(&self, version: (u16, u16)) -> String {
        self.past_name(version)
            .map_or_else(|| self.name.clone(), |(name, _)| name)
    }

    fn name_span_at(&self, version: (u16, u16)) -> Span {
        self.past_name(version)
            .map_or_else(|| self.ident.span(), |(_, span)| span)
    }

    fn past_name(&self, version: (u16, u16)) -> Option<(String, Span)> {
        let holds = |was: &&Was| {
            was.until
                .as_ref()
                .is_some_and(|until| version < until.number())
        };
        let named = self
            .was
            .iter()
            .filter(holds)
            .find_map(|was| was.name.as_ref());
        named.map(|name| (name.value(), name.span()))
    }
}
