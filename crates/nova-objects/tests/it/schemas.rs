//! Whatever is written of any class, at whatever version, fits the schema of
//! that version.

use std::collections::HashMap;

use boon::{Compiler, SchemaIndex, Schemas};
use nova_objects::{classes, registry};
use serde_json::Value as Json;
use versionedobjects::{
    Class, Draft, Form, Manifest, ObjectExt as _, Version, VersionedObject, WriteOptions, check,
};

use crate::recorded;

/// Compiled schemas, by class, version and whether they are of draft 4.
#[derive(Default)]
struct Checker(HashMap<(&'static str, Version, bool), (Schemas, SchemaIndex)>);

impl Checker {
    fn check(
        &mut self,
        class: &'static Class,
        version: Version,
        json: &Json,
    ) -> Result<(), String> {
        for draft in [Draft::Draft2020, Draft::Draft4] {
            let key = (class.name, version, draft == Draft::Draft4);
            let (schemas, index) = self.0.entry(key).or_insert_with(|| {
                let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
                compiler.enable_format_assertions();
                compiler
                    .add_resource("test:schema", class.json_schema(version, draft))
                    .unwrap();
                let index = compiler.compile("test:schema", &mut schemas).unwrap();
                (schemas, index)
            });
            schemas.validate(json, *index).map_err(|error| {
                format!("{} {version} by {draft:?}: {error:#}\n{json}", class.name)
            })?;
        }
        Ok(())
    }

    /// Checks what is written at each version that the object can be written at.
    fn written(&mut self, object: &dyn VersionedObject, wrong: &mut Vec<String>) -> usize {
        let class = object.class();
        let mut written = 0;
        for release in class.history {
            let target = release.version;
            let mut manifest: Manifest = class.manifest().clone();
            manifest.insert(class.name, target);
            for form in [Form::Compat, Form::Native] {
                let options = WriteOptions {
                    form,
                    target: Some(target),
                    manifest: Some(&manifest),
                };
                // Some cannot be expressed at some versions.
                if let Ok(text) = object.to_json_with(options) {
                    written += 1;
                    let json = serde_json::from_str(&text).unwrap();
                    wrong.extend(self.check(class, target, &json).err());
                }
            }
        }
        written
    }
}

#[test]
fn everything_written_fits_the_schema_of_its_version() {
    let mut checker = Checker::default();
    let mut wrong = Vec::new();
    let mut written = 0;
    for class in classes() {
        let file = recorded::json(&format!("objects/{}.json", class.name));
        for case in file["cases"].as_array().unwrap() {
            let object = registry().read(&case["current"].to_string()).unwrap();
            written += checker.written(&*object, &mut wrong);
        }
    }
    for class in classes() {
        for seed in 0..2 {
            written += checker.written(&*check::arbitrary(class, seed), &mut wrong);
        }
    }
    let drawn = std::fs::read_to_string(recorded::path("drawn.jsonl")).unwrap();
    for line in drawn.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        if let Some(current) = case["current"].as_str() {
            written += checker.written(&*registry().read(current).unwrap(), &mut wrong);
        }
    }
    assert!(written > 3000, "{written}");
    let first = wrong.first().map_or("", String::as_str);
    assert!(
        wrong.is_empty(),
        "{} of {written} do not fit, the first:\n{first}",
        wrong.len()
    );
}
