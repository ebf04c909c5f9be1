//! Options as rows of static tables.

use crate::kind::Kind;

/// One option: what it is called, what it may hold, what it means.
#[derive(Debug, Clone, Copy)]
pub struct Opt {
    /// The section it stands in; `DEFAULT` for none. Compared without regard to case, `DEFAULT` excepted.
    pub group: &'static str,
    /// Its name, with underscores.
    pub name: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// What it is when nobody says.
    pub default: Preset,
    /// Lines of help.
    pub help: &'static [&'static str],
    /// The release of this project that first read it.
    pub since: &'static str,
    /// Former names in the same group, still read and reported.
    pub former: &'static [&'static str],
}

impl Opt {
    /// The help as one text, its lines joined.
    pub fn help_text(&self) -> String {
        self.help
            .iter()
            .map(|line| line.trim())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The environment variable that sets it (oslo_config sources/_environment.py): `OS_DATABASE__CONNECTION`.
    pub fn env_name(&self) -> String {
        format!(
            "OS_{}__{}",
            self.group.to_uppercase(),
            self.name.to_uppercase()
        )
    }
}

/// The value of an option nobody set.
#[derive(Debug, Clone, Copy)]
pub enum Preset {
    /// No value.
    None,
    /// A value as a file would give it; `$other` is substituted.
    Text(&'static str),
    /// Found out on the machine.
    Computed {
        /// How documents show it, such as `<hostname>`.
        shown: &'static str,
        /// Finds it out.
        compute: fn() -> String,
    },
}

/// The name under which a group is looked up (oslo_config cfg.py, `_normalize_group_name`).
pub(crate) fn normalize_group(name: &str) -> String {
    if name == "DEFAULT" {
        name.to_owned()
    } else {
        name.to_lowercase()
    }
}
