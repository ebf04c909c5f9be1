//! Recorded objects of every class go to every older version in our own form,
//! through a release of that age, and come back as they were.

use nova_objects::{classes, registry};
use serde_json::Value as Json;
use versionedobjects::{
    Form, Manifest, ObjectExt as _, Reader, Version, VersionedObject, WriteOptions,
};

use crate::recorded;

fn native(
    object: &dyn VersionedObject,
    manifest: Option<&Manifest>,
) -> versionedobjects::Result<String> {
    object.to_json_with(WriteOptions {
        form: Form::Native,
        target: manifest.and_then(|manifest| manifest.get(object.class().name)),
        manifest,
    })
}

/// Where a version lacked nothing, nothing says that there was a newer one.
fn versionless(mut json: Json) -> Json {
    match &mut json {
        Json::Object(map) => {
            map.shift_remove("nova_object.version");
            map.values_mut()
                .for_each(|value| *value = versionless(value.take()));
        }
        Json::Array(items) => items
            .iter_mut()
            .for_each(|item| *item = versionless(item.take())),
        _ => {}
    }
    json
}

fn tree(object: &dyn VersionedObject) -> versionedobjects::Result<String> {
    let text = native(object, None)?;
    Ok(versionless(serde_json::from_str(&text).unwrap()).to_string())
}

#[test]
fn nothing_is_lost_on_the_way_down_and_up() {
    let mut ways = 0;
    let mut wrong = Vec::new();
    for class in classes() {
        let file = recorded::json(&format!("objects/{}.json", class.name));
        for (number, case) in file["cases"].as_array().unwrap().iter().enumerate() {
            let object = registry().read(&case["current"].to_string()).unwrap();
            let expected = tree(&*object).unwrap();
            let versions = case["backports"].as_object();
            for target in versions.into_iter().flatten().map(|(target, _)| target) {
                let mut pin = class.manifest().clone();
                pin.insert(class.name, target.parse::<Version>().unwrap());
                // What the conversion refuses goes nowhere.
                let Ok(down) = native(&*object, Some(&pin)) else {
                    continue;
                };
                let mut reader = Reader::new(&down)
                    .unwrap()
                    .keep_unknown()
                    .pinned(Some(&pin));
                let back = registry()
                    .read_from(&mut reader)
                    .and_then(|middle| registry().read(&native(&*middle, None)?))
                    .and_then(|back| tree(&*back));
                ways += 1;
                if back.as_ref().ok() != Some(&expected) {
                    wrong.push(format!(
                        "{} case {number} by way of {target}\n  was: {expected}\n  is:  {back:?}",
                        class.name
                    ));
                }
            }
        }
    }
    let shown: Vec<_> = wrong.iter().take(5).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} of {ways} lose something, the first:\n{}",
        wrong.len(),
        shown.join("\n")
    );
    assert!(ways > 100, "only {ways} ways were tried");
}
