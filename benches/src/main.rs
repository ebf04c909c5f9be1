//! Measurements, as ratios to what bounds them.

mod plain;
mod ratio;

use nova_objects::{Flavor, Instance};
use versionedobjects::{Form, Object as _, ObjectExt as _, WriteOptions};

fn main() {
    let text = include_str!("instance.json");
    let instance = Instance::from_json(text).expect("the recorded instance");
    let plain: plain::Envelope<plain::Instance> =
        serde_json::from_str(text).expect("the recorded instance");
    println!(
        "bytes {} {} {}",
        text.len(),
        instance.to_json().expect("").len(),
        serde_json::to_string(&plain).expect("").len()
    );
    let w = ratio::compare(|| instance.to_json(), || serde_json::to_vec(&plain));
    println!(
        "write compat {:.0} ns / {:.0} ns = {:.2}",
        w.ours,
        w.floor,
        w.value()
    );
    let w = ratio::compare(
        || {
            instance.to_json_with(WriteOptions {
                form: Form::Native,
                ..WriteOptions::default()
            })
        },
        || serde_json::to_vec(&plain),
    );
    println!(
        "write native {:.0} ns / {:.0} ns = {:.2}",
        w.ours,
        w.floor,
        w.value()
    );
    let r = ratio::compare(
        || Instance::from_json(text),
        || serde_json::from_str::<plain::Envelope<plain::Instance>>(text),
    );
    println!(
        "read {:.0} ns / {:.0} ns = {:.2}",
        r.ours,
        r.floor,
        r.value()
    );
    let _ = Flavor::class_def();
}
