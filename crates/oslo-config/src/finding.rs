//! What an operator should know about their configuration that is no error.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use crate::error::did_you_mean;
use crate::location::Location;
use crate::opt::{Opt, normalize_group};
use crate::suggest::nearest;

/// Something noticed while reading.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// Neither this project nor Nova knows the option: probably misspelt. Logged as a warning.
    Unknown {
        /// Its group.
        group: String,
        /// Its name.
        name: String,
        /// Where it was given.
        at: Location,
        /// The nearest known option, such as `[database] connection`.
        suggestion: Option<String>,
    },
    /// Nova has the option and these programs do not use it. Logged at debug, because a `nova.conf` is full of them.
    Unused {
        /// Its group.
        group: String,
        /// Its name.
        name: String,
        /// Where it was given.
        at: Location,
    },
    /// A former name of an option was used. Logged as a warning.
    Deprecated {
        /// The group used.
        group: String,
        /// The name used.
        name: String,
        /// Where it was given.
        at: Location,
        /// The name to use, such as `[DEFAULT] executor_thread_pool_size`.
        replacement: String,
    },
}

impl Finding {
    /// Whether an operator should act on it.
    pub fn is_warning(&self) -> bool {
        !matches!(self, Self::Unused { .. })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown {
                group,
                name,
                at,
                suggestion,
            } => {
                write!(f, "unknown option [{group}] {name} at {at}")?;
                f.write_str(&did_you_mean(suggestion.as_deref()))
            }
            Self::Unused { group, name, at } => {
                write!(f, "option [{group}] {name} at {at} is not used here")
            }
            Self::Deprecated {
                group,
                name,
                at,
                replacement,
            } => {
                write!(
                    f,
                    "option [{group}] {name} at {at} is deprecated, use {replacement}"
                )
            }
        }
    }
}

/// All option names of Nova 34 by group.
static NOVA: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    include_str!("../data/nova-34-options.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(": "))
        .map(|(group, names)| (group, names.split(' ').collect()))
        .collect()
});

/// Whether Nova 34 has an option of this name, whoever reads it.
pub(crate) fn nova_knows(group: &str, name: &str) -> bool {
    nova_names(group).contains(&name)
}

fn nova_names(group: &str) -> &'static [&'static str] {
    let exact = NOVA.get(group);
    let found = exact.or_else(|| {
        let pattern = NOVA.keys().find(|key| {
            key.strip_suffix('*')
                .is_some_and(|prefix| group.starts_with(prefix))
        });
        pattern.and_then(|key| NOVA.get(key))
    });
    found.map_or(&[], Vec::as_slice)
}

/// What was probably meant: a name of the same group, else the same name in another group, else a near group.
pub(crate) fn suggest(options: &[&'static Opt], group: &str, name: &str) -> Option<String> {
    let normal = normalize_group(group);
    let ours = |wanted: &str| -> Vec<&'static str> {
        options
            .iter()
            .filter(|opt| normalize_group(opt.group) == wanted)
            .map(|opt| opt.name)
            .collect()
    };
    let known = |wanted: &str| {
        ours(wanted)
            .into_iter()
            .chain(nova_names(wanted).iter().copied())
    };
    // An option we use is the likelier one, so it is looked for first.
    let in_group =
        nearest(name, ours(&normal)).or_else(|| nearest(name, nova_names(&normal).iter().copied()));
    if let Some(found) = in_group {
        return Some(format!("[{normal}] {found}"));
    }
    let groups = || {
        options
            .iter()
            .map(|opt| opt.group)
            .chain(NOVA.keys().copied().filter(|key| !key.ends_with('*')))
    };
    // [default] is a group of its own to oslo.config, and never what was meant.
    let near_group = if normal == "default" {
        Some("DEFAULT")
    } else {
        nearest(&normal, groups())
    };
    if let Some(near) = near_group.filter(|near| *near != normal)
        && let Some(found) = nearest(name, known(near))
    {
        return Some(format!("[{near}] {found}"));
    }
    let elsewhere = options
        .iter()
        .find(|opt| opt.name == name)
        .map(|opt| opt.group);
    elsewhere.map(|group| format!("[{group}] {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn novas_names_are_known() {
        assert!(NOVA.len() > 60);
        for (group, name) in [
            ("DEFAULT", "compute_driver"),
            ("libvirt", "virt_type"),
            ("keystone_authtoken", "memcached_servers"),
            ("mdev_nvidia-35", "mdev_class"),
            ("neutron_physnet_foo", "numa_nodes"),
            ("oslo_concurrency", "lock_path"),
        ] {
            assert!(nova_knows(group, name), "[{group}] {name}");
        }
        assert!(!nova_knows("libvirt", "virt_typ"));
    }
}
