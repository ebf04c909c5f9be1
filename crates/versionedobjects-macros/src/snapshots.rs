//! What the macros emit for the programs in `versionedobjects/tests/expand`,
//! compared with what was reviewed. `UPDATE_EXPECT=1` rewrites the latter.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{Attribute, DeriveInput, File, Item, Meta};

use crate::emit;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

#[test]
fn expansions_are_as_reviewed() -> Result {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../versionedobjects/tests/expand");
    let mut programs: Vec<PathBuf> = fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    programs.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".rs") && !name.ends_with(".expanded.rs")
    });
    programs.sort();
    assert!(!programs.is_empty(), "no programs in {}", folder.display());
    let mut different = Vec::new();
    for program in programs {
        let expanded = prettyplease::unparse(&expand(&fs::read_to_string(&program)?)?);
        let snapshot = program.with_extension("expanded.rs");
        if env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&snapshot, expanded)?;
        } else if fs::read_to_string(&snapshot).unwrap_or_default() != expanded {
            different.push(snapshot.display().to_string());
        }
    }
    assert!(
        different.is_empty(),
        "what the macros emit has changed; run this test with UPDATE_EXPECT=1 and review the difference in\n{}",
        different.join("\n"),
    );
    Ok(())
}

/// The items that the macros put beside those of a program.
fn expand(program: &str) -> Result<File> {
    let mut emitted = TokenStream::new();
    for item in syn::parse_file(program)?.items {
        let attrs = match &item {
            Item::Struct(item) => &item.attrs,
            Item::Enum(item) => &item.attrs,
            Item::Trait(item) => &item.attrs,
            _ => continue,
        };
        if let Some(position) = attrs
            .iter()
            .position(|attr| attr.path().is_ident("remotable"))
        {
            emitted.extend(remotable(item, position)?);
            continue;
        }
        for derive in derives(attrs)? {
            let input: DeriveInput = syn::parse2(item.to_token_stream())?;
            emitted.extend(match derive.as_str() {
                "VersionedObject" => emit::object::derive(&input),
                "Mixin" => emit::mixin::derive(&input),
                "ObjectEnum" => emit::object_enum::derive(&input),
                "EnumField" => emit::enum_field::derive(&input),
                _ => continue,
            });
        }
    }
    Ok(syn::parse2(emitted)?)
}

fn remotable(item: Item, position: usize) -> Result<TokenStream> {
    let Item::Trait(mut item) = item else {
        return Err("`#[remotable]` stands on a trait".into());
    };
    let attr: Attribute = item.attrs.remove(position);
    let class = match attr.meta {
        Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    };
    Ok(emit::remotable::expand(class, item.into_token_stream()))
}

/// The names in `#[derive(..)]`.
fn derives(attrs: &[Attribute]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
        attr.parse_nested_meta(|meta| {
            names.extend(meta.path.get_ident().map(ToString::to_string));
            Ok(())
        })?;
    }
    Ok(names)
}
