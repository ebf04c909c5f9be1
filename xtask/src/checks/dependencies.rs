//! Crates depend in one direction, and all follow the workspace's rules.

use std::path::Path;

use crate::workspace::{self, Package};

/// Which of our crates a crate may use, beside tests. A crate that is not listed has to be, before it may be built.
const MAY_USE: &[(&str, &[&str])] = &[
    ("versionedobjects-macros", &[]),
    ("python-json", &[]),
    (
        "versionedobjects",
        &["versionedobjects-macros", "python-json"],
    ),
    ("versionedobjects-sim", &["versionedobjects"]),
    ("oslo-config", &[]),
    ("oslo-log", &["oslo-config"]),
    ("oslo-messaging", &["python-json"]),
    ("oslo-messaging-rabbit", &["oslo-messaging"]),
    ("nova-objects", &["versionedobjects"]),
    ("nova-rpc", &["versionedobjects", "oslo-messaging"]),
    ("nova-db", &["versionedobjects", "nova-objects"]),
    ("nova-service", WITHOUT_DATABASE),
    ("nova-compute", WITHOUT_DATABASE),
    ("nova-conductor", WITH_DATABASE),
    ("nova-api", WITH_DATABASE),
    ("novactl", WITH_DATABASE),
    ("nova-console", WITH_DATABASE),
    // For tests: may use anything, and only tests may use it.
    ("test-support", ANY),
];

/// What a service without a database is made of.
const WITHOUT_DATABASE: &[&str] = &[
    "versionedobjects",
    "oslo-config",
    "oslo-log",
    "oslo-messaging",
    "oslo-messaging-rabbit",
    "nova-objects",
    "nova-rpc",
    "nova-service",
];

/// What a service with one is made of.
const WITH_DATABASE: &[&str] = &[
    "versionedobjects",
    "oslo-config",
    "oslo-log",
    "oslo-messaging",
    "oslo-messaging-rabbit",
    "nova-objects",
    "nova-rpc",
    "nova-service",
    "nova-db",
    "nova-conductor",
    "nova-compute",
    "nova-api",
];

const ANY: &[&str] = &["*"];

/// Crates that speak to databases or build SQL.
const DATABASE_DRIVERS: &[&str] = &[
    "diesel",
    "libsqlite3-sys",
    "mysql",
    "mysql_async",
    "postgres",
    "rusqlite",
    "sea-orm",
    "sea-query",
    "sea-query-sqlx",
    "sqlx",
    "tokio-postgres",
];

pub(super) fn run() -> Vec<String> {
    match workspace::packages() {
        Ok(packages) => check(&packages, &workspace::root()),
        Err(error) => vec![error],
    }
}

fn check(packages: &[Package], root: &Path) -> Vec<String> {
    let mut failures = Vec::new();
    for package in packages {
        failures.extend(inherits(package));
        if package.is_crate(root) {
            failures.extend(direction(package, packages));
        }
    }
    failures
}

fn direction(package: &Package, all: &[Package]) -> Vec<String> {
    let name = &package.name;
    let Some((_, allowed)) = MAY_USE.iter().find(|(known, _)| known == name) else {
        return vec![format!(
            "{name} is not in the table of xtask/src/checks/dependencies.rs; say there what it may use"
        )];
    };
    let mut failures = Vec::new();
    for dependency in package
        .dependencies
        .iter()
        .filter(|dependency| !dependency.dev)
    {
        let used = dependency.name.as_str();
        let ours = all.iter().any(|package| package.name == used);
        if ours && !allowed.contains(&used) && *allowed != ANY {
            failures.push(format!(
                "{name} must not depend on {used} (ARCHITECTURE: dependencies point one way)"
            ));
        }
        if ours && used == "test-support" {
            failures.push(format!(
                "{name} uses test-support outside its tests; move it to [dev-dependencies]"
            ));
        }
        if DATABASE_DRIVERS.contains(&used) && !["nova-db", "test-support"].contains(&name.as_str())
        {
            failures.push(format!("{name} depends on {used}; only nova-db may"));
        }
    }
    failures
}

/// Every manifest takes lints, edition and versions from the workspace.
fn inherits(package: &Package) -> Vec<String> {
    let text = match std::fs::read_to_string(&package.manifest) {
        Ok(text) => text,
        Err(error) => {
            return vec![format!(
                "cannot read {}: {error}",
                package.manifest.display()
            )];
        }
    };
    manifest_rules(&package.name, &text)
}

fn manifest_rules(name: &str, text: &str) -> Vec<String> {
    let mut failures = Vec::new();
    let mut section = "";
    let mut lints = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        } else if section == "[lints]" && line.replace(' ', "") == "workspace=true" {
            lints = true;
        } else if section.ends_with("dependencies]")
            && let Some((dependency, value)) = line.split_once('=')
            && !line.starts_with('#')
            && !line.contains("workspace = true")
            && !value.contains("path =")
        {
            let dependency = dependency.trim();
            failures.push(format!(
                "{name} gives {dependency} a version; put it into [workspace.dependencies]"
            ));
        }
    }
    if !lints {
        failures.push(format!(
            "{name} does not inherit the workspace's lints; add [lints] workspace = true"
        ));
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, uses: &[&str]) -> Package {
        let dependencies = uses.iter().map(|used| {
            let (dev, name) = used
                .strip_prefix("dev:")
                .map_or((false, *used), |name| (true, name));
            Dependency {
                name: name.to_owned(),
                dev,
            }
        });
        Package {
            name: name.to_owned(),
            manifest: format!("crates/{name}/Cargo.toml").into(),
            dependencies: dependencies.collect(),
            binaries: Vec::new(),
            examples: Vec::new(),
        }
    }

    #[test]
    fn the_direction_of_dependencies_is_enforced() {
        let all = [
            package("nova-db", &[]),
            package("test-support", &[]),
            package("nova-objects", &[]),
        ];
        let check = |name, uses: &[&str], failures| {
            let found = direction(&package(name, uses), &all);
            assert_eq!(found.len(), failures, "{name} {uses:?}: {found:?}");
        };
        check("nova-compute", &["nova-objects", "tokio"], 0);
        check("nova-compute", &["nova-db"], 1);
        check("nova-compute", &["dev:nova-db"], 0);
        check("nova-objects", &["sqlx"], 1);
        check("nova-db", &["sqlx", "nova-objects"], 0);
        check("nova-db", &["test-support"], 2);
        check("nova-db", &["dev:test-support"], 0);
        check("newcomer", &[], 1);
    }

    #[test]
    fn manifests_inherit_from_the_workspace() {
        let good = "[dependencies]\nclap.workspace = true\n# x = 1\nserde = { workspace = true, features = [] }\n[lints]\nworkspace = true\n";
        assert_eq!(manifest_rules("a", good), Vec::<String>::new());
        assert_eq!(
            manifest_rules("a", "[dev-dependencies]\nclap = \"4\"\n").len(),
            2
        );
    }
}
