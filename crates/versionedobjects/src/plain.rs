//! Objects as plain dictionaries, for those who only want to look: tests,
//! templates, command lines.

use crate::{Error, FieldType as _, Json, JsonMap, Result, Value, ValueError, VersionedObject};

/// The attributes of an object as plain JSON, without envelope, version and
/// changes, as Nova's `obj_to_primitive` helper gives them (nova
/// `objects/base.py`): set attributes and computed extras of an object as a
/// dictionary, a list class as a list, and so on inside.
///
/// Nova leaves datetimes, addresses and objects in plain lists as Python
/// objects; here they have the text and the form they have everywhere else.
///
/// # Errors
/// When an extra cannot be computed, or a value has no JSON form (bytes,
/// integers of more than 64 bits).
pub fn plain(object: &dyn VersionedObject) -> Result<Json> {
    let class = object.class();
    let set = |index: usize| object.slot(index).value();
    if class.is_list {
        let items = class.field_index("objects").and_then(set);
        return items.map_or_else(|| Ok(Json::Array(Vec::new())), json);
    }
    let mut map = JsonMap::new();
    for (index, field) in class.fields.iter().enumerate() {
        if let Some(value) = set(index) {
            map.insert(field.name.to_owned(), json(value)?);
        }
    }
    for extra in class.extra {
        map.insert(extra.name.to_owned(), json((extra.get)(object)?)?);
    }
    Ok(Json::Object(map))
}

fn json(value: Value) -> Result<Json> {
    match value {
        Value::Object(object) => plain(&*object),
        Value::List(items) | Value::Set(items) => items
            .into_iter()
            .map(json)
            .collect::<Result<_>>()
            .map(Json::Array),
        Value::Map(items) => items
            .into_iter()
            .map(|(key, value)| Ok((key, json(value)?)))
            .collect::<Result<_>>()
            .map(Json::Object),
        other => Json::coerce(other).map_err(|error: ValueError| Error::BareValue(error)),
    }
}
