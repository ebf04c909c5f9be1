//! Whether a service sees what is true.

use versionedobjects::{Json, JsonMap, ObjectExt as _, Value, VersionedObject};

/// What of `expected` the object does not show: with the names of the fields.
///
/// An attribute that the object carries for others without having it is not
/// missing: it comes back where it is known.
pub(crate) fn missing(object: &dyn VersionedObject, expected: &JsonMap) -> Vec<String> {
    let mut found = Vec::new();
    walk(object, expected, "", &mut found);
    found
}

fn walk(object: &dyn VersionedObject, expected: &JsonMap, path: &str, found: &mut Vec<String>) {
    let carried = |name: &str| object.meta().unknown().any(|(known, _)| known == name);
    for (name, value) in expected {
        let here = format!("{path}{name}");
        let Some(index) = object.field_index(name) else {
            found.push(format!("{here} is no field"));
            continue;
        };
        let slot = object.slot(index);
        if !slot.is_set() {
            if !carried(name) {
                found.push(format!("{here} is not there, and should be {value}"));
            }
            continue;
        }
        match (slot.value(), value) {
            (Some(Value::Object(inside)), Json::Object(value)) => {
                walk(&*inside, value, &format!("{here}."), found);
            }
            (Some(Value::List(items)), Json::Array(values))
                if items.len() == values.len() && items.iter().all(is_object) =>
            {
                for (place, (item, value)) in items.iter().zip(values).enumerate() {
                    if let (Value::Object(inside), Json::Object(value)) = (item, value) {
                        walk(&**inside, value, &format!("{here}[{place}]."), found);
                    }
                }
            }
            _ => {
                let Ok(shown) = crate::plain(object) else {
                    found.push(format!("{here} cannot be shown"));
                    continue;
                };
                let shown = shown.get(name);
                if !holds(shown, value) {
                    found.push(format!(
                        "{here} is {}, and should be {value}",
                        shown.unwrap_or(&Json::Null)
                    ));
                }
            }
        }
    }
}

const fn is_object(value: &Value) -> bool {
    matches!(value, Value::Object(_))
}

/// Whether all of `expected` is in what is shown, which may have more.
fn holds(shown: Option<&Json>, expected: &Json) -> bool {
    match (shown, expected) {
        (Some(Json::Object(shown)), Json::Object(expected)) => expected
            .iter()
            .all(|(name, value)| holds(shown.get(name), value)),
        (Some(Json::Array(shown)), Json::Array(expected)) => {
            shown.len() == expected.len()
                && shown
                    .iter()
                    .zip(expected)
                    .all(|(shown, expected)| holds(Some(shown), expected))
        }
        (shown, expected) => shown == Some(expected),
    }
}
