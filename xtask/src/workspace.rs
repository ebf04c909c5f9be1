//! What cargo knows about this workspace.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::process;

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A crate of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    /// Names of its binaries.
    pub(crate) binaries: Vec<String>,
    /// Names of its examples.
    pub(crate) examples: Vec<String>,
}

impl Package {
    /// Whether it is one of the crates under `crates/`, as opposed to tools and examples.
    pub(crate) fn is_crate(&self, root: &Path) -> bool {
        self.manifest.starts_with(root.join("crates"))
    }
}

/// A dependency as a manifest declares it.
#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Whether only tests, examples and benchmarks use it.
    pub(crate) dev: bool,
}

/// Asks cargo for the workspace's crates.
///
/// # Errors
/// When cargo fails, which it does when a manifest is broken.
pub(crate) fn packages() -> Result<Vec<Package>, String> {
    let mut command = process::cargo();
    command
        .args(["metadata", "--format-version=1", "--no-deps"])
        .current_dir(root());
    let text = process::output(&mut command)?;
    let metadata: Value = serde_json::from_slice(&text)
        .map_err(|error| format!("cannot read cargo's metadata: {error}"))?;
    let packages = metadata["packages"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    Ok(packages.iter().map(package).collect())
}

fn package(value: &Value) -> Package {
    let list = |name: &str| {
        value[name]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    let dependencies = list("dependencies").iter().map(|dependency| Dependency {
        name: text(&dependency["name"]),
        dev: dependency["kind"] == "dev",
    });
    let targets = |kind: &str| {
        let of_kind = list("targets").iter().filter(|target| {
            let mut kinds = target["kind"].as_array().into_iter().flatten();
            kinds.any(|known| known == kind)
        });
        of_kind.map(|target| text(&target["name"])).collect()
    };
    Package {
        name: text(&value["name"]),
        manifest: text(&value["manifest_path"]).into(),
        dependencies: dependencies.collect(),
        binaries: targets("bin"),
        examples: targets("example"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
