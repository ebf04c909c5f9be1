//! What an operator may rely on.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod findings;
mod fuzz;
mod no_panic;
mod precedence;
mod settings;
mod substitution;
mod values;

use oslo_config::{Config, Error, Kind, Loader, Opt, Preset};

/// A table with an option of each kind.
static TABLE: &[Opt] = &[
    opt("DEFAULT", "s", Kind::Text),
    opt("DEFAULT", "a", Kind::Text),
    opt("DEFAULT", "b", Kind::Text),
    Opt {
        default: Preset::Text("7"),
        ..opt("DEFAULT", "n", Kind::INTEGER)
    },
    Opt {
        default: Preset::Text("true"),
        former: &["truth", "verity"],
        ..opt("DEFAULT", "t", Kind::Bool)
    },
    opt("DEFAULT", "m", Kind::Multi),
    opt("DEFAULT", "password_url", Kind::Secret),
    opt("g", "x", Kind::Text),
    opt("g", "s", Kind::Text),
];

const fn opt(group: &'static str, name: &'static str, kind: Kind) -> Opt {
    Opt {
        group,
        name,
        kind,
        default: Preset::None,
        help: &["An option of the tests."],
        since: "0.1.0",
        former: &[],
    }
}

/// A loader that sees nothing but what a test gives it.
fn bare() -> Loader {
    Loader::new("test", &[TABLE])
        .without_default_files()
        .environment(Vec::<(String, String)>::new())
}

fn load(text: &str) -> Result<Config, Error> {
    bare().text("test.conf", text).load()
}
