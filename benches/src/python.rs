//! The original, where there is one: `NOVA_PYTHON` names a Python that can
//! import nova.

use std::process::Command;

use serde::Deserialize;

use crate::Result;
use crate::objects::INSTANCE;
use crate::ratio::{Rounds, processor_nanos};
use crate::report::Report;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/objects.py");

/// How often both are asked.
const ROUNDS: usize = 5;

/// The highest ratio wanted of writing an object and reading it again.
const GOAL: f64 = 1.0 / 50.0;

#[derive(Debug, Deserialize)]
struct Original {
    nova: String,
    python: String,
    /// Nanoseconds a run, by what was done.
    to_bytes: f64,
    from_bytes: f64,
    clone: f64,
    list_to_bytes: f64,
    list_from_bytes: f64,
}

/// Measures ours next to the original.
///
/// # Errors
/// When the Python fails.
pub fn run(report: &mut Report) -> Result<()> {
    use nova_objects::{Instance, InstanceList};
    use versionedobjects::{Object as _, ObjectExt as _};

    let Some(python) = std::env::var_os("NOVA_PYTHON") else {
        report.note("the original was not measured: NOVA_PYTHON names no Python with nova");
        return Ok(());
    };
    let instance = Instance::from_json(INSTANCE)?;
    let list: InstanceList = (0..1000).map(|_| instance.clone()).collect();
    let list_text = list.to_json()?;
    let mut rounds: [Rounds; 5] = Default::default();
    let mut and_back: [Rounds; 2] = Default::default();
    let mut versions = String::new();
    for _ in 0..ROUNDS {
        let ours = [
            once(200, || instance.to_json()),
            once(200, || Instance::from_json(INSTANCE)),
            once(200, || instance.clone()),
            once(2, || list.to_json()),
            once(2, || InstanceList::from_json(&list_text)),
        ];
        let output = Command::new(&python)
            .arg(SCRIPT)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/instance.json"))
            .output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}: {said}", python.display()).into());
        }
        let original: Original = serde_json::from_slice(&output.stdout)?;
        let theirs = [
            original.to_bytes,
            original.from_bytes,
            original.clone,
            original.list_to_bytes,
            original.list_from_bytes,
        ];
        for ((rounds, ours), theirs) in rounds.iter_mut().zip(ours).zip(theirs) {
            rounds.push(ours, theirs);
        }
        for (rounds, [to, from]) in and_back.iter_mut().zip([[0, 1], [3, 4]]) {
            rounds.push(ours[to] + ours[from], theirs[to] + theirs[from]);
        }
        versions = format!("nova {} on Python {}", original.nova, original.python);
    }
    let names = [
        "Instance to bytes",
        "Instance from bytes",
        "Instance cloned",
        "1,000 instances to bytes",
        "1,000 instances from bytes",
    ];
    for (rounds, what) in rounds.iter().zip(names) {
        report.add(rounds.result("python", what, &versions));
    }
    let names = [
        "Instance to bytes and back",
        "1,000 instances to bytes and back",
    ];
    for (rounds, what) in and_back.iter().zip(names) {
        report.add(rounds.result("python", what, &versions).goal(GOAL));
    }
    Ok(())
}

/// The best of some runs, as the script takes the best.
fn once<T>(runs: u32, mut run: impl FnMut() -> T) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..10 {
        let start = processor_nanos();
        for _ in 0..runs {
            std::hint::black_box(run());
        }
        best = best.min((processor_nanos() - start) / f64::from(runs));
    }
    best
}
