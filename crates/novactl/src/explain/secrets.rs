//! What is not shown: tokens, passwords, catalogs, and fields that their class
//! calls secret.

use nova_objects::registry;
use serde_json::{Map, Value as Json};
use versionedobjects::Class;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// The type of fields whose values are secret.
const SECRET_TYPE: &str = "SensitiveString";

/// Parts of names that give a secret away (oslo.utils `strutils.py`,
/// `mask_password`, and the arguments of Nova's compute RPC).
const SECRET_WORDS: [&str; 9] = [
    "password",
    "passwd",
    "secret",
    "token",
    "credential",
    "private_key",
    "sslkey",
    "service_catalog",
    "injected_files",
];

/// Whole names of secrets.
const SECRET_NAMES: [&str; 6] = [
    "admin_pass",
    "adminpass",
    "new_pass",
    "sys_pswd",
    "pass",
    "key_contents",
];

/// The same without secrets. Null and what is empty stay: that there is no
/// token is worth knowing.
pub(super) fn masked(json: &Json) -> Json {
    match json {
        Json::Object(map) => Json::Object(masked_map(map)),
        Json::Array(items) => Json::Array(items.iter().map(masked).collect()),
        Json::String(text) => Json::String(masked_text(text)),
        other => other.clone(),
    }
}

/// How many secrets there are.
pub(super) fn count(json: &Json) -> usize {
    masks(&masked(json)).saturating_sub(masks(json))
}

/// How often something is masked already, in texts too.
fn masks(json: &Json) -> usize {
    match json {
        Json::Object(map) => map.values().map(masks).sum(),
        Json::Array(items) => items.iter().map(masks).sum(),
        Json::String(text) => text.matches(MASK).count(),
        _ => 0,
    }
}

fn masked_map(map: &Map<String, Json>) -> Map<String, Json> {
    let class = class_of(map);
    let of_class = |name: &str| {
        let field = class.and_then(|class| class.fields.get(class.field_index(name)?));
        field.is_some_and(|field| field.ty.name == SECRET_TYPE)
    };
    map.iter()
        .map(|(name, value)| {
            let value = match value {
                // The data of an object: its class knows best.
                Json::Object(data) if name.ends_with("_object.data") => {
                    let data = data.iter().map(|(field, value)| {
                        (
                            field.clone(),
                            if of_class(field) || is_secret(field) {
                                mask(value)
                            } else {
                                masked(value)
                            },
                        )
                    });
                    Json::Object(data.collect())
                }
                value if is_secret(name) => mask(value),
                value => masked(value),
            };
            (name.clone(), value)
        })
        .collect()
}

fn class_of(map: &Map<String, Json>) -> Option<&'static Class> {
    let name = map
        .iter()
        .find(|(key, _)| key.ends_with("_object.name"))
        .and_then(|(_, name)| name.as_str())?;
    registry().newest(name).ok()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("_context_").unwrap_or(&name);
    SECRET_NAMES.contains(&name) || SECRET_WORDS.iter().any(|word| name.contains(word))
}

fn mask(value: &Json) -> Json {
    match value {
        Json::Null | Json::Bool(_) => value.clone(),
        Json::String(text) if text.is_empty() => value.clone(),
        Json::Array(items) if items.is_empty() => value.clone(),
        Json::Object(items) if items.is_empty() => value.clone(),
        _ => Json::from(MASK),
    }
}

/// Text: JSON in it is looked into, URLs lose their passwords.
fn masked_text(text: &str) -> String {
    let trimmed = text.trim_start();
    if trimmed.starts_with(['{', '['])
        && let Ok(inner) = serde_json::from_str::<Json>(text)
    {
        let masked = masked(&inner);
        return if masked == inner {
            text.to_owned()
        } else {
            masked.to_string()
        };
    }
    oslo_config::mask_urls(text).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(name: &str, value: Json, expected: Json) {
        assert_eq!(
            masked(&json!({ name: value })),
            json!({ name: expected }),
            "{name}"
        );
    }

    #[test]
    fn secrets_go_and_their_absence_stays() {
        check("_context_auth_token", json!("gAAAA"), json!("***"));
        check("_context_auth_token", json!(null), json!(null));
        check(
            "_context_service_catalog",
            json!([{"type": "image"}]),
            json!("***"),
        );
        check("_context_service_catalog", json!([]), json!([]));
        check("admin_password", json!("pw"), json!("***"));
        check("new_pass", json!("pw"), json!("***"));
        check("injected_files", json!([["/etc/x", "aGk="]]), json!("***"));
        check("display_name", json!("web"), json!("web"));
    }

    #[test]
    fn texts_are_looked_into() {
        check(
            "connection_info",
            json!("{\"data\": {\"auth_password\": \"pw\"}}"),
            json!("{\"data\":{\"auth_password\":\"***\"}}"),
        );
        check(
            "connection_info",
            json!("{\"data\": {\"lun\":  1}}"),
            json!("{\"data\": {\"lun\":  1}}"),
        );
        check(
            "transport",
            json!("rabbit://nova:pw@host/"),
            json!("rabbit://nova:***@host/"),
        );
        check(
            "oslo.message",
            json!("{\"_context_auth_token\": \"t\"}"),
            json!("{\"_context_auth_token\":\"***\"}"),
        );
    }

    #[test]
    fn data_of_objects_is_masked_too() {
        let object = |token| json!({"nova_object.name": "X", "nova_object.data": {"access_token": token, "id": 1}});
        assert_eq!(masked(&object("t")), object("***"));
    }
}
