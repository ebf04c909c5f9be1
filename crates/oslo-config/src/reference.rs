//! The tables as text: for `--help` and for the guide.

use std::fmt::Write;

use crate::opt::{Opt, Preset};

/// How the default of an option is shown.
pub fn default_text(opt: &Opt) -> String {
    match opt.default {
        Preset::None => "none".to_owned(),
        Preset::Text("") => "empty".to_owned(),
        Preset::Text(text) => text.to_owned(),
        Preset::Computed { shown, .. } => shown.to_owned(),
    }
}

/// A Markdown table for each group, in the order of the tables.
///
/// ```
/// let text = oslo_config::reference::markdown(oslo_config::settings::TABLES);
/// assert!(text.contains("### `[database]`"));
/// ```
pub fn markdown(tables: &[&'static [Opt]]) -> String {
    let mut text = String::new();
    for (group, options) in by_group(tables) {
        let _ = writeln!(text, "### `[{group}]`\n");
        let _ = writeln!(
            text,
            "| option | value | default | meaning |\n|---|---|---|---|"
        );
        for opt in options {
            let _ = writeln!(
                text,
                "| `{}` | {} | `{}` | {} |",
                opt.name,
                cell(&opt.kind.to_string()),
                cell(&default_text(opt)),
                cell(&meaning(opt)),
            );
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// A sample `nova.conf` with every option at its default, commented out.
///
/// ```
/// let text = oslo_config::reference::sample(oslo_config::settings::TABLES);
/// assert!(text.contains("#rpc_response_timeout = 60"));
/// ```
pub fn sample(tables: &[&'static [Opt]]) -> String {
    let mut text = String::new();
    for (group, options) in by_group(tables) {
        let _ = writeln!(text, "[{group}]");
        for opt in options {
            let _ = writeln!(text, "\n# {} ({})", meaning(opt), opt.kind);
            let default = match opt.default {
                Preset::None | Preset::Text("") => String::new(),
                _ => default_text(opt),
            };
            let _ = writeln!(text, "#{} = {default}", opt.name);
        }
        text.push('\n');
    }
    text
}

fn meaning(opt: &Opt) -> String {
    let mut meaning = opt.help_text();
    for name in opt.former {
        let _ = write!(meaning, " Formerly {name}.");
    }
    meaning
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The options by group, groups in the order of their first option.
fn by_group(tables: &[&'static [Opt]]) -> Vec<(&'static str, Vec<&'static Opt>)> {
    let mut groups: Vec<(&'static str, Vec<&'static Opt>)> = Vec::new();
    for opt in tables.iter().flat_map(|table| table.iter()) {
        match groups.iter_mut().find(|(group, _)| *group == opt.group) {
            Some((_, options)) => options.push(opt),
            None => groups.push((opt.group, vec![opt])),
        }
    }
    groups
}
