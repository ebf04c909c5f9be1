//! Writes primitives as JSON text, straight from the attributes.

use crate::{Error, FieldDef, Manifest, Result, Version};

/// Who the text is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// A Python peer: what oslo would send, its oddities included, in the
    /// text form of Python's `json.dumps`.
    #[default]
    Compat,
    /// A peer of our own: every `changes` holds only what is there, an object
    /// the reader does not name in its manifest is left out, what an older
    /// version lacks and unknown fields that were kept are passed on beside the
    /// data, and the text is as short as JSON allows.
    Native,
}

impl Form {
    /// A key of a class's table, which is as Python writes it, in this form.
    pub(crate) fn key(self, key: &'static str) -> &'static str {
        match self {
            Self::Compat => key,
            Self::Native => key.strip_suffix(' ').unwrap_or(key),
        }
    }
}

/// Which version the objects met while writing are written at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ChildRule {
    /// As they are.
    Untouched,
    /// At this version.
    At(Version),
    /// At the version the manifest names for each; native form only.
    ByManifest,
}

/// Writes JSON text.
#[derive(Debug)]
pub struct Writer<'m> {
    out: String,
    form: Form,
    pub(crate) manifest: Option<&'m Manifest>,
    pub(crate) children: ChildRule,
    carries: bool,
    /// Whether an object written since this was last cleared has changes.
    pub(crate) changed: bool,
    error: Option<Error>,
}

impl<'m> Writer<'m> {
    /// A writer of nothing yet.
    #[must_use]
    pub fn new(form: Form) -> Self {
        Self::with_manifest(form, None)
    }

    /// A writer for a reader that sent a manifest.
    #[must_use]
    pub fn with_manifest(form: Form, manifest: Option<&'m Manifest>) -> Self {
        Self {
            out: String::with_capacity(1024),
            form,
            // oslo takes an empty manifest for none.
            manifest: manifest.filter(|manifest| !manifest.is_empty()),
            children: ChildRule::Untouched,
            carries: form == Form::Native,
            changed: false,
            error: None,
        }
    }

    /// A writer in the native form that writes every object it meets, wherever
    /// it is, at what the reader can read.
    #[must_use]
    pub fn for_manifest(manifest: &'m Manifest) -> Self {
        let mut writer = Self::with_manifest(Form::Native, Some(manifest));
        if writer.manifest.is_some() {
            writer.children = ChildRule::ByManifest;
        }
        writer
    }

    /// Whether the reader knows nothing of the objects in a field, so that a
    /// writer [for its manifest](Self::for_manifest) leaves it out.
    #[must_use]
    pub fn leaves_out(&self, field: &FieldDef) -> bool {
        match (self.manifest, field.ty.any_object()) {
            (Some(manifest), Some(target)) if self.form == Form::Native => {
                manifest.get(target.name).is_none()
            }
            _ => false,
        }
    }

    /// Passes on data of unknown fields that was kept, which the native form
    /// does anyway. Python readers ignore it.
    #[must_use]
    pub const fn carrying(mut self) -> Self {
        self.carries = true;
        self
    }

    pub(crate) const fn carries(&self) -> bool {
        self.carries
    }

    /// Who the text is for.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// The text written.
    ///
    /// # Errors
    /// The first error that writing met.
    pub fn finish(self) -> Result<String> {
        match self.error {
            None => Ok(self.out),
            Some(error) => Err(error),
        }
    }

    /// Whether something could not be written, so that nothing will be.
    pub(crate) const fn has_failed(&self) -> bool {
        self.error.is_some()
    }

    /// Notes an error; the first one counts.
    pub(crate) fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    /// Another writer with the same purpose, for a part that is converted
    /// before it becomes text.
    pub(crate) fn part(&self) -> Self {
        Self {
            out: String::with_capacity(1024),
            form: self.form,
            manifest: self.manifest,
            children: self.children,
            carries: self.carries,
            changed: false,
            error: None,
        }
    }

    /// The place reached so far.
    pub(crate) const fn mark(&self) -> usize {
        self.out.len()
    }

    /// Takes back what was written since a place.
    pub(crate) fn rewind(&mut self, mark: usize) {
        self.out.truncate(mark);
    }

    /// What was written from one place to another.
    pub(crate) fn between(&self, mark: usize, end: usize) -> &str {
        self.out.get(mark..end).unwrap_or_default()
    }

    /// What was written since a place.
    pub(crate) fn since(&self, mark: usize) -> &str {
        self.out.get(mark..).unwrap_or_default()
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.raw("null");
    }

    /// Writes a truth value.
    pub fn bool(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    /// Writes an integer.
    pub fn int(&mut self, value: i128) {
        let mut buffer = itoa::Buffer::new();
        // Nearly all are short, and division is dear beyond 64 bits.
        let digits = match i64::try_from(value) {
            Ok(value) => buffer.format(value),
            Err(_) => buffer.format(value),
        };
        self.out.push_str(digits);
    }

    /// Writes a float as Python's `json` does.
    pub fn float(&mut self, value: f64) {
        self.raw(&python_json::float_json(value));
    }

    /// Writes a text, quoted and escaped: to ASCII in the compat form.
    pub fn str(&mut self, text: &str) {
        match self.form {
            Form::Compat => python_json::write_string(&mut self.out, text),
            Form::Native => python_json::write_unicode_string(&mut self.out, text),
        }
    }

    /// Writes text that is JSON already.
    pub fn raw(&mut self, json: &str) {
        self.out.push_str(json);
    }

    /// Writes a comma, with the space that Python puts behind it.
    pub fn comma(&mut self) {
        self.raw(match self.form {
            Form::Compat => ", ",
            Form::Native => ",",
        });
    }

    /// Writes a key with its colon.
    pub fn key(&mut self, key: &str) {
        self.str(key);
        self.colon();
    }

    /// Writes a colon, with the space that Python puts behind it.
    pub fn colon(&mut self) {
        self.raw(match self.form {
            Form::Compat => ": ",
            Form::Native => ":",
        });
    }

    /// Writes an array, `item` writing each element.
    pub fn array<I: IntoIterator>(&mut self, items: I, mut item: impl FnMut(&mut Self, I::Item)) {
        self.out.push('[');
        for (index, element) in items.into_iter().enumerate() {
            if index > 0 {
                self.comma();
            }
            item(self, element);
        }
        self.out.push(']');
    }

    /// Writes an object in JSON's sense, `value` writing each value.
    pub fn object<'a, V>(
        &mut self,
        items: impl IntoIterator<Item = (&'a str, V)>,
        mut value: impl FnMut(&mut Self, V),
    ) {
        self.out.push('{');
        for (index, (key, element)) in items.into_iter().enumerate() {
            if index > 0 {
                self.comma();
            }
            self.key(key);
            value(self, element);
        }
        self.out.push('}');
    }

    /// Writes any JSON value.
    pub fn json(&mut self, value: &serde_json::Value) {
        use serde_json::Value as Json;
        match value {
            Json::Null => self.null(),
            Json::Bool(value) => self.bool(*value),
            Json::Number(number) => match (number.as_i128(), number.as_f64()) {
                (Some(value), _) => self.int(value),
                (None, Some(value)) => self.float(value),
                (None, None) => self.raw(&number.to_string()),
            },
            Json::String(text) => self.str(text),
            Json::Array(items) => self.array(items, |writer, item| writer.json(item)),
            Json::Object(items) => {
                self.object(
                    items.iter().map(|(key, value)| (key.as_str(), value)),
                    |writer, item| writer.json(item),
                );
            }
        }
    }
}

/// JSON text as Python's `json.dumps` would write the value.
#[must_use]
pub fn python_json(value: &serde_json::Value) -> String {
    let mut writer = Writer::new(Form::Compat);
    writer.json(value);
    writer.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_for_python_is_ascii() {
        for (form, expected) in [(Form::Compat, "\"\\u00e9\\n\""), (Form::Native, "\"é\\n\"")] {
            let mut writer = Writer::new(form);
            writer.str("é\n");
            assert_eq!(writer.finish().expect("written"), expected);
        }
    }

    #[test]
    fn integers_of_any_size() {
        for value in [
            0,
            7,
            -7,
            i128::from(i64::MAX),
            i128::from(i64::MIN),
            1 << 70,
        ] {
            let mut writer = Writer::new(Form::Compat);
            writer.int(value);
            assert_eq!(writer.finish().expect("written"), value.to_string());
        }
    }

    #[test]
    fn separators_are_python_s() {
        let json = serde_json::json!({"a": [1, 2.0, null], "b": {"c": true}});
        assert_eq!(
            python_json(&json),
            r#"{"a": [1, 2.0, null], "b": {"c": true}}"#
        );
    }
}
