//! What is not shown: tokens, passwords, catalogs, fields that their class calls
//! secret, and bytes that nobody here has understood.

use nova_objects::registry;
use serde_json::{Map, Value as Json};
use versionedobjects::Class;

use super::dump;

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

/// Text: JSON in it is looked into, URLs lose their passwords, and what is named
/// as a secret in any other text its value. Dumps of bytes are hidden.
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
    if let Some(bytes) = dump::hidden(text) {
        return format!("{MASK} ({bytes} bytes)");
    }
    oslo_config::mask_urls(&without_named(text)).into_owned()
}

/// Text that is no JSON (cut off, or as Python shows it) without the values of
/// what is called a secret in it.
fn without_named(text: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_name) {
        let (before, from) = rest.split_at(start);
        let (name, behind) = from.split_at(from.find(|c| !is_name(c)).unwrap_or(from.len()));
        shown.push_str(before);
        shown.push_str(name);
        rest = behind;
        if !is_secret(name) {
            continue;
        }
        let Some(value) = value_behind(rest) else {
            continue;
        };
        let (assigned, from) = rest.split_at(value);
        let (value, behind) = from.split_at(length_of_value(from));
        let nothing = matches!(
            value,
            "" | "None" | "null" | "True" | "False" | "true" | "false"
        );
        shown.push_str(assigned);
        shown.push_str(if nothing { value } else { MASK });
        rest = behind;
    }
    shown.push_str(rest);
    shown
}

/// Where the value begins, if what follows a name gives it one: `": "`, `=`,
/// `': u'`.
fn value_behind(text: &str) -> Option<usize> {
    let quote = |c: char| matches!(c, '"' | '\'' | '\\');
    let sign = text.trim_start_matches(quote).trim_start();
    let value = sign.strip_prefix([':', '='])?.trim_start();
    let value = value
        .strip_prefix('u')
        .filter(|rest| rest.starts_with(quote))
        .unwrap_or(value);
    Some(text.len() - value.trim_start_matches(quote).len())
}

/// How far a value goes: to its quote if it has one, else to the end of a word;
/// lists and dictionaries to the end of all.
fn length_of_value(text: &str) -> usize {
    if text.starts_with(['[', '{', '(']) {
        return text.len();
    }
    text.find(|c: char| c.is_whitespace() || "\"'\\,;&)}]".contains(c))
        .unwrap_or(text.len())
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
    fn what_is_no_json_is_looked_into_as_well() {
        for (text, expected) in [
            (
                "{\"password\": \"pw\", \"a\": ",
                "{\"password\": \"***\", \"a\": ",
            ),
            (
                "{\"a\": 1, \"auth_token\": \"pw",
                "{\"a\": 1, \"auth_token\": \"***",
            ),
            (
                "{'admin_pass': u'pw', 'id': 1}",
                "{'admin_pass': u'***', 'id': 1}",
            ),
            (
                "{\\\"password\\\": \\\"pw\\\", ",
                "{\\\"password\\\": \\\"***\\\", ",
            ),
            (
                "{\"service_catalog\": [{\"pw\": 1}, ",
                "{\"service_catalog\": ***",
            ),
            (
                "login?user=a&password=pw&x=1",
                "login?user=a&password=***&x=1",
            ),
            ("{'password': None}", "{'password': None}"),
            ("no token was given", "no token was given"),
        ] {
            check("said", json!(text), json!(expected));
        }
    }

    #[test]
    fn dumps_are_not_shown() {
        check(
            "raw_hex",
            json!("0300010000000768756e74657232ce"),
            json!("*** (15 bytes)"),
        );
        check(
            "uuid",
            json!("2f0a0b5c7a334f5e9d7c1a2b3c4d5e6f"),
            json!("2f0a0b5c7a334f5e9d7c1a2b3c4d5e6f"),
        );
    }

    #[test]
    fn data_of_objects_is_masked_too() {
        let object = |token| json!({"nova_object.name": "X", "nova_object.data": {"access_token": token, "id": 1}});
        assert_eq!(masked(&object("t")), object("***"));
    }
}
