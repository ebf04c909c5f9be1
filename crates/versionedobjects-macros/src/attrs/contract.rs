//! The recorded contract of a class, compared with what its declaration says.
//!
//! An edit of the struct that changes what peers were promised does not compile
//! until a rule says what becomes of it. The text is the one that
//! `versionedobjects::contract` writes; of it, the versions, the fields and the
//! fields that are gone are read.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;
use syn::spanned::Spanned as _;

use super::field::{FieldModel, ObjectField};
use super::object::ObjectAttrs;
use super::version::Version;
use crate::emit::past::type_at;
use crate::errors::Errors;
use crate::name::{self, pointing_at};

type Number = (u16, u16);

/// What a contract says of the data of a class.
#[derive(Default)]
struct Recorded {
    versions: Vec<Number>,
    fields: Vec<Field>,
    removed: Vec<Field>,
}

/// A field of a contract.
struct Field {
    name: String,
    ty: String,
    since: Option<Number>,
    until: Option<Number>,
    /// The names it had, each until a version.
    past: Vec<(Number, String)>,
}

/// Compares a class with its contract. Emits what only the compiler can compare,
/// and the text itself, so that cargo notices when it changes.
pub(crate) fn compare(
    class: &Ident,
    attrs: &ObjectAttrs,
    model: &FieldModel,
    errors: &mut Errors,
) -> TokenStream {
    let Some(folder) = &attrs.contract else {
        return TokenStream::new();
    };
    // To be told who breaks by an edit, or to record it for a reason, one has to
    // get past the compiler.
    if cfg!(feature = "unchecked-contracts") {
        return TokenStream::new();
    }
    let path = format!("{}/{class}.txt", folder.value());
    // Nothing is known of files where no compiler runs.
    let Some(source) = proc_macro::is_available()
        .then(|| folder.span().unwrap().local_file())
        .flatten()
    else {
        return TokenStream::new();
    };
    let file = source.parent().unwrap_or(&source).join(&path);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        // A class that was never recorded has promised nothing yet.
        Err(error)
            if error.kind() == std::io::ErrorKind::NotFound
                && file.parent().is_some_and(std::path::Path::is_dir) =>
        {
            return TokenStream::new();
        }
        Err(error) => {
            errors.at(
                folder,
                format!("read the contract of `{class}` at {path}: {error}"),
            );
            return TokenStream::new();
        }
    };
    let recorded = Recorded::read(&text);
    let Some(version) = recorded.versions.last().copied() else {
        errors.at(
            folder,
            format!("{path} records no version of `{class}`; have it written anew"),
        );
        return TokenStream::new();
    };
    let comparison = Comparison {
        class,
        attrs,
        model,
        recorded: &recorded,
        version,
    };
    let checks = comparison.run(errors);
    let included = LitStr::new(&path, folder.span());
    quote! {
        const _: &str = include_str!(#included);
        #checks
    }
}

struct Comparison<'c> {
    class: &'c Ident,
    attrs: &'c ObjectAttrs,
    model: &'c FieldModel,
    recorded: &'c Recorded,
    /// The version recorded last.
    version: Number,
}

impl Comparison<'_> {
    fn run(&self, errors: &mut Errors) -> TokenStream {
        let mut checks = TokenStream::new();
        self.versions(errors);
        let mut found = Vec::new();
        for field in &self.model.fields {
            if field
                .since
                .as_ref()
                .is_some_and(|since| since.number() > self.version)
            {
                continue;
            }
            let name = field.name_at(self.version);
            match self.recorded.fields.iter().find(|known| known.name == name) {
                Some(known) => {
                    found.push(name);
                    self.field(field, known, errors);
                    checks.extend(self.same_type(field, known));
                }
                None => self.unrecorded(field, errors),
            }
        }
        for known in &self.recorded.fields {
            if !found.contains(&known.name) {
                checks.extend(self.missing(known, errors));
            }
        }
        for known in &self.recorded.removed {
            let kept = self.attrs.removed.iter().any(|removed| {
                name::wire(&removed.name) == known.name
                    && removed.until.as_ref().map(Version::number) == known.until
            });
            if !kept {
                let until = known.until.map(shown).unwrap_or_default();
                errors.at(
                    self.class,
                    format!("there was a `{}` until {until}, as the contract records; keep its `removed({}: .., until = \"{until}\", ..)`", known.name, known.name),
                );
            }
        }
        if !self.model.embeds.is_empty() {
            let names = self.recorded.fields.iter().map(|known| &known.name);
            let own = self.model.fields.len();
            let class = self.class;
            let text = format!(
                "a mixin of `{class}` has a field that its contract of version {} does not record; what comes later is declared in the class, with `since`",
                shown(self.version)
            );
            checks.extend(quote_spanned! {pointing_at(class.span())=>
                const _: () = assert!(::versionedobjects::rule::are_among(FIELDS, #own, &[#(#names),*]), #text);
            });
        }
        checks
    }

    fn versions(&self, errors: &mut Errors) {
        let known = |version: &Number| {
            self.attrs
                .history
                .iter()
                .any(|(recorded, _)| recorded.number() == *version)
        };
        for version in self
            .recorded
            .versions
            .iter()
            .filter(|version| !known(version))
        {
            errors.at(
                self.class,
                format!("`history` no longer has version {0}, which the contract of `{1}` records; put it back", shown(*version), self.class),
            );
        }
    }

    /// A field that the contract has.
    fn field(&self, field: &ObjectField, known: &Field, errors: &mut Errors) {
        let name = &field.name;
        let since = field.since.as_ref().map(Version::number);
        if since != known.since {
            let text = match known.since {
                Some(since) => format!(
                    "`{name}` came with {0}, as the contract records; write `since = \"{0}\"`",
                    shown(since)
                ),
                None => format!(
                    "`{name}` was there from the first, as the contract records; remove its `since`"
                ),
            };
            errors.at(&field.ident, text);
        }
        for (until, past) in &known.past {
            let before = previous(&self.recorded.versions, *until);
            if field.name_at(before) != *past {
                errors.at(
                    &field.ident,
                    format!("`{name}` was called `{past}` until {0}, as the contract records; keep `was(name = \"{past}\", until = \"{0}\")`", shown(*until)),
                );
            }
        }
    }

    /// Whether a field has the type that is recorded, or had it by a rule.
    fn same_type(&self, field: &ObjectField, known: &Field) -> TokenStream {
        let later = |was: &super::was::Was| {
            was.until
                .as_ref()
                .is_some_and(|until| until.number() > self.version)
        };
        let place = field.was.iter().position(later).unwrap_or(field.was.len());
        let ty = type_at(field, place);
        let (name, recorded) = (&field.name, &known.ty);
        let text = if place == field.was.len() {
            format!(
                "`{name}` is `{recorded}` in the contract of version {}; if it is something else in a new version, say what it was: `was(until = \"..\", type = .., up = .., down = ..)`, or `nullable` or `required` with `null = ..`",
                shown(self.version)
            )
        } else {
            format!(
                "`{name}` was `{recorded}`, as the contract of version {} records; the rule must say so",
                shown(self.version)
            )
        };
        is_recorded(
            &quote!(<#ty as ::versionedobjects::FieldType>::TYPE),
            &quote!(<#ty as ::versionedobjects::FieldType>::NULLABLE),
            recorded,
            &text,
            field.ty.span(),
        )
    }

    /// A field that the contract does not have.
    fn unrecorded(&self, field: &ObjectField, errors: &mut Errors) {
        let (name, version) = (&field.name, shown(self.version));
        let text = if field.since.is_some() {
            format!(
                "`{name}` is not in the contract of version {version}, so it came later than that; add a new version to `history`, and name it as its `since`"
            )
        } else {
            format!(
                "`{name}` is not in the contract of version {version}; add a new version to `history`, and `#[object(since = \"..\")]` if it came with that, or `#[object(was(name = \"..\", until = \"..\"))]` if it was called otherwise before"
            )
        };
        errors.at(&field.ident, text);
    }

    /// A field of the contract that the struct does not have.
    fn missing(&self, known: &Field, errors: &mut Errors) -> TokenStream {
        let name = &known.name;
        let removed = self.attrs.removed.iter().find(|removed| {
            name::wire(&removed.name) == *name
                && removed
                    .until
                    .as_ref()
                    .is_some_and(|until| until.number() > self.version)
        });
        if let Some(removed) = removed {
            let ty = &removed.ty;
            let text = format!(
                "`{name}` was `{}`, as the contract of version {} records; `removed` must say so",
                known.ty,
                shown(self.version)
            );
            return is_recorded(
                &quote!(<#ty as ::versionedobjects::FieldType>::TYPE),
                &quote!(<#ty as ::versionedobjects::FieldType>::NULLABLE),
                &known.ty,
                &text,
                ty.span(),
            );
        }
        let version = shown(self.version);
        let text = format!(
            "`{name}` is in the contract of version {version}, and not in the struct; add a new version to `history` and say what became of it: `removed({name}: .., until = \"..\", ..)` on `{}`, or `was(name = \"{name}\", until = \"..\")` on the field it is now",
            self.class
        );
        if self.model.embeds.is_empty() {
            errors.at(self.class, text);
            return TokenStream::new();
        }
        // Only the compiler knows what is in a mixin.
        let class = self.class;
        let recorded = &known.ty;
        quote_spanned! {pointing_at(class.span())=>
            const _: () = assert!(::versionedobjects::rule::has_field(FIELDS, #name, #recorded), #text);
        }
    }
}

fn is_recorded(
    ty: &TokenStream,
    nullable: &TokenStream,
    recorded: &str,
    text: &str,
    span: Span,
) -> TokenStream {
    quote_spanned! {pointing_at(span)=>
        const _: () = assert!(::versionedobjects::rule::is_recorded(#ty, #nullable, #recorded), #text);
    }
}

/// The version before one, among those recorded.
fn previous(versions: &[Number], version: Number) -> Number {
    let before = versions.iter().copied().filter(|known| *known < version);
    before.max().unwrap_or_default()
}

fn shown((major, minor): Number) -> String {
    format!("{major}.{minor}")
}

impl Recorded {
    fn read(text: &str) -> Self {
        let mut recorded = Self::default();
        let mut section = "";
        for line in text.lines() {
            let Some(item) = line.strip_prefix("  ") else {
                section = line;
                continue;
            };
            match (section, item.strip_prefix("  ")) {
                ("versions", None) => recorded
                    .versions
                    .extend(item.split(' ').next().and_then(number)),
                ("fields", None) => recorded.fields.extend(Field::read(item)),
                ("removed fields", None) => recorded.removed.extend(Field::read(item)),
                ("fields", Some(more)) => {
                    let past = more
                        .strip_prefix("until ")
                        .and_then(|rest| rest.split_once(' '));
                    if let (Some(field), Some((until, rest))) = (recorded.fields.last_mut(), past)
                        && let (Some(until), Some((name, _))) =
                            (number(until), rest.split_once(": "))
                    {
                        field.past.push((until, name.to_owned()));
                    }
                }
                _ => {}
            }
        }
        recorded
    }
}

impl Field {
    /// `name: Type [since 1.2, read only] = default`
    fn read(line: &str) -> Option<Self> {
        let (name, rest) = line.split_once(": ")?;
        let mut depth = 0_usize;
        let end = rest.char_indices().find(|(_, c)| {
            match c {
                '<' => depth += 1,
                '>' => depth = depth.saturating_sub(1),
                _ => {}
            }
            *c == ' ' && depth == 0
        });
        let (ty, notes) = rest.split_at(end.map_or(rest.len(), |(end, _)| end));
        let notes = notes
            .trim_start()
            .strip_prefix('[')
            .and_then(|notes| notes.split_once(']'));
        let note = |word: &str| {
            let mut notes = notes?.0.split(", ");
            notes.find_map(|note| number(note.strip_prefix(word)?))
        };
        Some(Self {
            name: name.to_owned(),
            ty: ty.to_owned(),
            since: note("since "),
            until: note("until "),
            past: Vec::new(),
        })
    }
}

fn number(text: &str) -> Option<Number> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_read() {
        let text = "class Book\n\nversions\n  1.0  Initial version\n  1.2  More: [of it] = so\n\nfields\n  \
            isbn: String [read only]\n  shelf: Object<Shelf: Low, High>? [since 1.2, lazy] = null\n    until 1.2 rack: String\n    \
            since 1.2 hard\n\nremoved fields\n  pages: Dict<Integer?> [since 1.0, until 1.2]\n\nmethods\n  get(id: Integer) -> None\n";
        let recorded = Recorded::read(text);
        assert_eq!(recorded.versions, [(1, 0), (1, 2)]);
        let shown: Vec<_> = recorded
            .fields
            .iter()
            .chain(&recorded.removed)
            .map(|field| {
                (
                    field.name.as_str(),
                    field.ty.as_str(),
                    field.since,
                    field.until,
                    field.past.len(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("isbn", "String", None, None, 0),
                ("shelf", "Object<Shelf: Low, High>?", Some((1, 2)), None, 1),
                ("pages", "Dict<Integer?>", Some((1, 0)), Some((1, 2)), 0),
            ]
        );
    }
}
