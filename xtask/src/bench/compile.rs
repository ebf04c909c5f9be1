//! How long nova-objects takes to compile: from nothing, and to check after an edit.

use std::fs::File;
use std::path::Path;
use std::time::{Instant, SystemTime};

use serde_json::{Value, json};

use crate::process;
use crate::workspace;

/// The file that is edited: the largest class.
const EDITED: &str = "crates/nova-objects/src/instance/mod.rs";

/// Seconds of each step; kept in `benches/compile-time/`.
///
/// # Errors
/// When something does not compile.
pub(super) fn measure() -> Result<Value, String> {
    let root = workspace::root();
    let target = root.join("target/compile-time");
    if target.exists() {
        std::fs::remove_dir_all(&target)
            .map_err(|error| format!("empty {}: {error}", target.display()))?;
    }
    let all = cargo(
        &root,
        &target,
        &["build", "--timings", "-p", "nova-objects"],
    )?;
    touch(&root)?;
    let own = cargo(&root, &target, &["build", "-p", "nova-objects"])?;
    cargo(&root, &target, &["check", "-p", "nova-objects"])?;
    touch(&root)?;
    let check = cargo(&root, &target, &["check", "-p", "nova-objects"])?;
    let times = json!({
        "nova-objects and all it needs, from nothing": all,
        "nova-objects alone, built after an edit": own,
        "nova-objects alone, checked after an edit": check,
    });
    let folder = root.join("benches/compile-time");
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join("nova-objects.json"), format!("{times:#}\n")))
        .map_err(|error| format!("write {}: {error}", folder.display()))?;
    Ok(times)
}

fn cargo(root: &Path, target: &Path, args: &[&str]) -> Result<f64, String> {
    let start = Instant::now();
    let status = process::cargo()
        .args(args)
        .env("CARGO_TARGET_DIR", target)
        .current_dir(root)
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !status.success() {
        return Err(format!("cargo {} failed", args.join(" ")));
    }
    Ok((start.elapsed().as_secs_f64() * 100.0).round() / 100.0)
}

/// Makes cargo believe that the file was edited.
fn touch(root: &Path) -> Result<(), String> {
    File::options()
        .append(true)
        .open(root.join(EDITED))
        .and_then(|file| file.set_modified(SystemTime::now()))
        .map_err(|error| format!("touch {EDITED}: {error}"))
}
