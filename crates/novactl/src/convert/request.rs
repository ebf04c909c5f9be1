//! What a line asks for.

use std::str::FromStr as _;

use versionedobjects::{Error, JsonMap, Manifest, Reader, Result, Version};

/// A primitive, and what is to be done with it where the line says so.
#[derive(Debug)]
pub(super) struct Request<'l> {
    pub(super) primitive: &'l str,
    pub(super) to: Option<Version>,
    pub(super) manifest: Option<Manifest>,
}

/// The keys of a line that is no bare primitive.
const KEYS: [&str; 3] = ["primitive", "to", "manifest"];

impl<'l> Request<'l> {
    /// Reads a line.
    pub(super) fn read(line: &'l str) -> Result<Self> {
        if !is_request(line) {
            return Ok(Self {
                primitive: line,
                to: None,
                manifest: None,
            });
        }
        let (mut primitive, mut to, mut manifest) = (None, None, None);
        let mut reader = Reader::new(line)?;
        reader.object(str::to_owned, |reader, key| {
            match key.as_str() {
                "primitive" => primitive = Some(reader.raw()?),
                "to" | "manifest" if reader.is_null()? => reader.null()?,
                "to" => {
                    let text = reader.str()?;
                    let text = text.ok_or_else(|| malformed("its `to` is no text"))?;
                    to = Some(
                        Version::from_str(text).map_err(|error| malformed(error.to_string()))?,
                    );
                }
                "manifest" => manifest = Some(read_manifest(reader.raw()?)?),
                other => {
                    let other: String = other.chars().take(64).collect();
                    return Err(malformed(format!(
                        "`{other}` is none of the keys {}",
                        KEYS.join(", ")
                    )));
                }
            }
            Ok(())
        })?;
        reader.finish()?;
        Ok(Self {
            primitive: primitive.ok_or_else(|| malformed("it has no `primitive`"))?,
            to,
            manifest,
        })
    }
}

/// Whether a line says what is to be done: the keys of a primitive all have a
/// dot in them.
fn is_request(line: &str) -> bool {
    let first = line
        .trim_ascii_start()
        .strip_prefix('{')
        .map(str::trim_ascii_start)
        .and_then(|rest| rest.strip_prefix('"'))
        .and_then(|rest| rest.split_once('"'));
    first.is_some_and(|(key, _)| KEYS.contains(&key) || !key.contains(['.', '\\']))
}

/// Reads a manifest: a dictionary of versions by class.
pub(super) fn read_manifest(text: &str) -> Result<Manifest> {
    let map: JsonMap = serde_json::from_str(text).map_err(|error| Error::Malformed {
        what: "a manifest".into(),
        reason: error.to_string(),
    })?;
    Manifest::from_json(&map)
}

fn malformed(reason: impl Into<String>) -> Error {
    Error::Malformed {
        what: "a line".into(),
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_primitive_or_says_what_to_do_with_one() {
        for (line, primitive, to) in [
            (
                r#"{"nova_object.name": "Tag"}"#,
                r#"{"nova_object.name": "Tag"}"#,
                None,
            ),
            (r#"{"primitive": {"a.b": 1}}"#, r#"{"a.b": 1}"#, None),
            (
                r#"{"primitive": {"a.b": 1}, "to": null, "manifest": null}"#,
                r#"{"a.b": 1}"#,
                None,
            ),
            (
                r#" { "to":"1.2" , "primitive":[] } "#,
                "[]",
                Some(Version::new(1, 2)),
            ),
            ("", "", None),
            ("[", "[", None),
        ] {
            let request = Request::read(line).expect(line);
            assert_eq!((request.primitive, request.to), (primitive, to), "{line}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_refused() {
        for (line, expected) in [
            ("{\"to\": \"1.2\"}", "no `primitive`"),
            ("{\"primitive\": {}, \"to\": 1.2}", "no text"),
            ("{\"primitive\": {}, \"to\": \"x\"}", "no version"),
            (
                "{\"primitive\": {}, \"manifst\": {}}",
                "`manifst` is none of the keys",
            ),
            ("{\"primitive\": {}, \"manifest\": []}", "a manifest"),
            (
                "{\"primitive\": {}, \"manifest\": {\"Tag\": \"one\"}}",
                "no version",
            ),
            ("{\"primitive\": {}", "JSON"),
            ("{\"primitive\": {}} x", "JSON"),
        ] {
            let error = Request::read(line).expect_err(line).to_string();
            assert!(error.contains(expected), "{line}: {error}");
        }
    }
}
