//! An inner message as the JSON string that its envelope holds: nearly all printable ASCII, with a backslash before every
//! quote. That is written and read a word at a time, and measured as it is read; whatever else a string may hold is left
//! to those who know all of JSON.

use python_json::word;

use crate::error::Result;
use crate::json::Extent;
use crate::options::Limits;

/// Appends `inner` as a string; says no, and appends nothing, if that takes more than backslashes.
pub(super) fn write(out: &mut Vec<u8>, inner: &str) -> bool {
    let mut rest = inner.as_bytes();
    if !all_within(rest, b'~') {
        return false;
    }
    out.push(b'"');
    loop {
        rest = copy_clean(out, rest);
        let Some((special, tail)) = rest.split_first() else {
            out.push(b'"');
            return true;
        };
        out.extend_from_slice(&[b'\\', *special]);
        rest = tail;
    }
}

/// Reads back what [`write`] wrote and checks its limits; `None` if it holds anything else.
pub(super) fn read(string: &[u8], limits: &Limits) -> Option<Result<String>> {
    let sealed = string.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if !all_within(sealed, 0x7f) {
        return None;
    }
    let mut inner = Vec::with_capacity(sealed.len());
    let mut extent = Extent::default();
    let mut rest = sealed;
    while let Some((byte, tail)) = rest.split_first() {
        rest = match byte {
            b'\\' => {
                inner.push(b'"');
                inner_string(&mut inner, tail.strip_prefix(b"\"")?)?
            }
            b'"' => return None,
            byte => {
                if let Err(error) = extent.see(*byte, "a message", limits) {
                    return Some(Err(error));
                }
                inner.push(*byte);
                tail
            }
        };
    }
    if let Err(error) = extent.check("a message", limits) {
        return Some(Err(error));
    }
    String::from_utf8(inner).ok().map(Ok)
}

/// Reads a string of the inner message, from after its first quote; returns what comes after its last.
#[inline]
fn inner_string<'a>(inner: &mut Vec<u8>, mut rest: &'a [u8]) -> Option<&'a [u8]> {
    loop {
        rest = copy_clean(inner, rest);
        match rest {
            [b'\\', b'"', tail @ ..] => {
                inner.push(b'"');
                return Some(tail);
            }
            // A backslash of the inner message, and what it stands before.
            [b'\\', b'\\', b'\\', byte @ (b'"' | b'\\'), tail @ ..]
            | [b'\\', b'\\', byte @ b'a'..=b'z', tail @ ..] => {
                inner.extend_from_slice(&[b'\\', *byte]);
                rest = tail;
            }
            // A message may end within a string: whoever reads it will say so.
            [] => return Some(rest),
            _ => return None,
        }
    }
}

/// Whether all bytes are from a space to this one. Looks at all of them: that takes fewer steps than to stop.
fn all_within(text: &[u8], last: u8) -> bool {
    let beyond = |byte: &u8| u8::from(byte.wrapping_sub(b' ') > last - b' ');
    text.iter().fold(0, |any, byte| any | beyond(byte)) == 0
}

/// Appends what comes before the first quote or backslash; returns the rest.
#[inline]
fn copy_clean<'a>(out: &mut Vec<u8>, mut text: &'a [u8]) -> &'a [u8] {
    while let Some((bytes, rest)) = text.split_first_chunk() {
        out.extend_from_slice(bytes);
        let word = u64::from_le_bytes(*bytes);
        let found = word::equal(word, b'"') | word::equal(word, b'\\');
        if let Some(clean) = word::first(found) {
            out.truncate(out.len() - (word::BYTES - clean));
            return text.get(clean..).unwrap_or_default();
        }
        text = rest;
    }
    let found = text.iter().position(|byte| matches!(byte, b'"' | b'\\'));
    let (clean, rest) = text.split_at(found.unwrap_or(text.len()));
    out.extend_from_slice(clean);
    rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{read, write};
    use crate::json;
    use crate::options::Limits;

    fn tight() -> Limits {
        Limits {
            depth: 3,
            values: 8,
            ..Limits::default()
        }
    }

    fn quoted(sealed: &[u8]) -> Vec<u8> {
        [b"\"", sealed, b"\""].concat()
    }

    /// What the long way makes of a string's inside: unescaped, and whether it is within the limits.
    fn slowly(sealed: &[u8], limits: &Limits) -> Option<Result<String, String>> {
        let inner: String = serde_json::from_slice(&quoted(sealed)).ok()?;
        let checked = json::check_limits("a message", inner.as_bytes(), limits);
        Some(checked.map(|()| inner).map_err(|error| error.to_string()))
    }

    /// Whether it was read, and the same as the long way.
    fn reads_alike(sealed: &[u8], limits: &Limits) -> bool {
        let Some(read) = read(&quoted(sealed), limits) else {
            return false;
        };
        let read = read.map_err(|error| error.to_string());
        match (&read, slowly(sealed, limits)) {
            // Refused before its end was seen to be none.
            (Err(_), None) => {}
            (_, slow) => assert_eq!(Some(read), slow, "{}", sealed.escape_ascii()),
        }
        true
    }

    #[test]
    fn usual_messages_are_written_and_read_at_once() {
        for inner in [
            "",
            "{}",
            r#"{"method": "object_action", "args": {"a": [1, "two", null]}}"#,
            r#"{"a\"b\\c\n\u00e9": "d\\\"e\/"}"#,
            r#"["[[[[{{{{,,,,,,,,", 1]"#,
        ] {
            let mut sealed = Vec::new();
            assert!(write(&mut sealed, inner), "{inner}");
            let mut slow = Vec::new();
            json::write_string(&mut slow, inner);
            assert_eq!(sealed, slow, "{inner}");
            let sealed = &sealed[1..sealed.len() - 1];
            // A slash needs no backslash, so nobody writes one and it is read the long way.
            assert_eq!(
                reads_alike(sealed, &Limits::default()),
                !inner.contains("\\/")
            );
            assert_eq!(reads_alike(sealed, &tight()), !inner.contains("\\/"));
        }
    }

    #[test]
    fn limits_are_those_of_the_long_way() {
        for sealed in [r"[[[[]]]]", r"[1,2,3,4,5,6,7,8]", r#"[[[\"[\"]]]"#] {
            assert!(reads_alike(sealed.as_bytes(), &tight()));
        }
    }

    #[test]
    fn what_is_unusual_is_left_alone() {
        let mut out = b"before".to_vec();
        for inner in ["\u{e9}", "\u{7f}", "a long enough text\n", "\0"] {
            assert!(!write(&mut out, inner), "{inner:?}");
            assert_eq!(out, b"before");
        }
        for sealed in [
            "\\n",
            "\\u0041",
            "a\"b",
            "\u{e9}",
            "\\",
            "\\\\",
            "\\\"\n\\\"",
            "\\\"\\\\\\n\\\"",
        ] {
            assert!(
                read(&quoted(sealed.as_bytes()), &Limits::default()).is_none(),
                "{sealed:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_the_long_way_writes_it(inner in "(\"|\\\\|[ -~]|.){0,40}") {
            let mut sealed = Vec::new();
            let mut slow = Vec::new();
            json::write_string(&mut slow, &inner);
            if write(&mut sealed, &inner) {
                prop_assert_eq!(&sealed, &slow);
            } else {
                prop_assert!(inner.bytes().any(|byte| !(b' '..0x7f).contains(&byte)));
            }
        }

        #[test]
        fn any_bytes_are_read_as_the_long_way_reads_them(
            sealed in r#"(\\"|\\\\|\\\\\\"|\\\\\\\\|\\n|[\[\]{},:]|[ -~]|"|.|\n){0,40}"#,
        ) {
            reads_alike(sealed.as_bytes(), &tight());
        }
    }
}
