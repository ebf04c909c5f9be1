//! Manifests, made once and kept: a caller sends the same ones with every
//! call, thirty names and more for an Instance.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr as _;
use std::sync::{Arc, PoisonError, RwLock};

use oslo_messaging::Failure;
use serde_json::value::RawValue;
use versionedobjects::{Class, Context, Form, JsonMap, Manifest, MethodDef, Version};

use crate::failure_of;
use crate::object_endpoint::{parse, unfit};

/// How many are kept, and how long one may be: what peers send must not pile
/// up. A release has one for each class that is asked for.
const MOST: usize = 512;
const LONGEST: usize = 8 * 1024;

/// What callers sent, by its text.
#[derive(Default)]
pub(crate) struct Received(RwLock<HashMap<Box<str>, Arc<Manifest>>>);

impl Received {
    /// Reads `object_versions`, or the context key of the same meaning.
    pub(crate) fn read(&self, raw: &RawValue) -> Result<Arc<Manifest>, Box<Failure>> {
        let text = raw.get();
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(manifest) = known.get(text) {
            return Ok(Arc::clone(manifest));
        }
        drop(known);
        let manifest = Arc::new(read(raw)?);
        if text.len() <= LONGEST {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(text.into(), Arc::clone(&manifest));
        }
        Ok(manifest)
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Received")
    }
}

fn read(raw: &RawValue) -> Result<Manifest, Box<Failure>> {
    let map: JsonMap = parse("object_versions", raw)?;
    map.iter()
        .map(|(name, version)| {
            let version = version
                .as_str()
                .ok_or_else(|| unfit("object_versions", "a version is no text"))?;
            let version =
                Version::from_str(version).map_err(|error| failure_of(error.to_exception()))?;
            Ok((name.as_str(), version))
        })
        .collect()
}

/// What a caller reads of the answers to its calls, with the text that travels.
#[derive(Default)]
pub(crate) struct Own(RwLock<HashMap<(usize, usize, usize, bool), Wanted>>);

/// A manifest for one method, as its caller wants the answer.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) text: Arc<str>,
    /// Kept so that its place is nobody else's.
    _answers: Option<Arc<Manifest>>,
}

impl Own {
    /// The manifest to send with a call: what this side reads of the class and
    /// of what the method returns, none of it newer than whoever answers knows.
    pub(crate) fn wanted(
        &self,
        ctx: &Context,
        class: &'static Class,
        method: &'static MethodDef,
        answers: Option<&Arc<Manifest>>,
        form: Form,
    ) -> Arc<str> {
        if ctx.pin().is_some() {
            return made(ctx, class, method, answers, form).into();
        }
        let place = (
            std::ptr::from_ref(class) as usize,
            std::ptr::from_ref(method) as usize,
            answers.map_or(0, |answers| Arc::as_ptr(answers) as usize),
            form == Form::Native,
        );
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(wanted) = known.get(&place) {
            return Arc::clone(&wanted.text);
        }
        drop(known);
        let text: Arc<str> = made(ctx, class, method, answers, form).into();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(
            place,
            Wanted {
                text: Arc::clone(&text),
                _answers: answers.cloned(),
            },
        );
        text
    }
}

fn made(
    ctx: &Context,
    class: &'static Class,
    method: &'static MethodDef,
    answers: Option<&Arc<Manifest>>,
    form: Form,
) -> String {
    let read = |class| match form {
        Form::Native => ctx.readable_of(class),
        Form::Compat => ctx.manifest_of(class),
    };
    let mut manifest = read(class).into_owned();
    let returned = method.returns.ty.any_object();
    for class in returned.map_or(&[][..], |target| (target.classes)()) {
        for (name, version) in read(class).iter() {
            if manifest.get(name).is_none() {
                manifest.insert(name, version);
            }
        }
    }
    match answers {
        Some(answers) => manifest.pinned(answers),
        None => manifest,
    }
    .python_json()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).expect("JSON")
    }

    #[test]
    fn the_same_text_is_read_once() {
        let received = Received::default();
        let text = raw(r#"{"A": "1.2"}"#);
        let first = received.read(&text).expect("a manifest");
        assert_eq!(first.get("A"), Some(Version::new(1, 2)));
        let second = received.read(&raw(r#"{"A": "1.2"}"#)).expect("a manifest");
        assert!(Arc::ptr_eq(&first, &second));
        let other = received.read(&raw(r#"{"A": "1.3"}"#)).expect("a manifest");
        assert_eq!(other.get("A"), Some(Version::new(1, 3)));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let received = Received::default();
        for minor in 0..2000 {
            let text = raw(&format!(r#"{{"A": "1.{minor}"}}"#));
            let manifest = received.read(&text).expect("a manifest");
            assert_eq!(manifest.get("A"), Some(Version::new(1, minor)));
        }
        let long = raw(&format!(r#"{{"{}": "1.0"}}"#, "x".repeat(LONGEST)));
        received.read(&long).expect("a manifest");
        let known = received.0.read().expect("no panic");
        assert!(known.len() <= MOST);
        assert!(known.keys().all(|text| text.len() <= LONGEST));
    }

    #[test]
    fn what_is_no_manifest_is_refused_each_time() {
        let received = Received::default();
        for text in [r#"{"A": 1}"#, "[]", r#"{"A": "x"}"#] {
            for _ in 0..2 {
                assert!(received.read(&raw(text)).is_err(), "{text}");
            }
        }
    }
}
