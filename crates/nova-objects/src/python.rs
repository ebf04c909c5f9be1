//! Text as Python would write it: Nova's messages embed values with `%(x)s`,
//! and those messages travel.

use serde_json::Value as Json;

/// `str(value)`: a bare string as it is, anything else as [`repr`].
pub(crate) fn str(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => repr(other),
    }
}

/// `repr(value)` of what `json.loads` makes of the value.
pub(crate) fn repr(value: &Json) -> String {
    match value {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => repr_str(text),
        Json::Array(items) => {
            let items: Vec<_> = items.iter().map(repr).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            let items: Vec<_> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", repr_str(key), repr(value)))
                .collect();
            format!("{{{}}}", items.join(", "))
        }
    }
}

/// `repr(text)`: single quotes unless the text has one and no double quote.
pub(crate) fn repr_str(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                out.push_str(&format!("\\x{:02x}", c as u32))
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// `format % kwargs` for the conversions Nova's messages use: `%(name)s`,
/// `%(name)d`, `%(name)i` and `%%`. A name that is missing leaves the text as
/// it stands, as Nova falls back to the bare format.
pub(crate) fn interpolate<'a>(format: &str, kwarg: impl Fn(&str) -> Option<&'a Json>) -> String {
    let mut out = String::with_capacity(format.len() + 32);
    let mut rest = format;
    while let Some(start) = rest.find('%') {
        out.push_str(&rest[..start]);
        rest = &rest[start + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let parsed = rest
            .strip_prefix('(')
            .and_then(|named| named.split_once(')'))
            .and_then(|(name, after)| {
                let value = kwarg(name)?;
                Some((value, after.strip_prefix(['s', 'd', 'i'])?))
            });
        match parsed {
            Some((value, after)) => {
                out.push_str(&str(value));
                rest = after;
            }
            None => out.push('%'),
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_python_writes_them() {
        let value = json!({"task_state": ["powering-off", null], "n": 1, "f": 1.5, "ok": true});
        assert_eq!(
            repr(&value),
            "{'task_state': ['powering-off', None], 'n': 1, 'f': 1.5, 'ok': True}"
        );
        assert_eq!(str(&json!("plain")), "plain");
        assert_eq!(str(&json!(null)), "None");
    }

    #[test]
    fn strings_choose_the_quote_python_chooses() {
        assert_eq!(repr_str("a"), "'a'");
        assert_eq!(repr_str("it's"), "\"it's\"");
        assert_eq!(repr_str("it's \"so\""), "'it\\'s \"so\"'");
        assert_eq!(repr_str("a\n\u{1}\\"), "'a\\n\\x01\\\\'");
    }

    #[test]
    fn formats_take_named_values() {
        let seven = json!(7);
        let lookup = |name: &str| (name == "n").then_some(&seven);
        assert_eq!(
            interpolate("v%(n)i of %(n)s, 100%%", lookup),
            "v7 of 7, 100%"
        );
        assert_eq!(interpolate("%(missing)s", lookup), "%(missing)s");
    }
}
