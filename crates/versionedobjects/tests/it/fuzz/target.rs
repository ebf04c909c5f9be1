//! The target: any bytes are an object that can be written again, a reply
//! that can be applied, or an error.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, Waker};

use versionedobjects::{
    CallError, Class, Context, Form, Indirection, Manifest, MethodDef, Object as _, ObjectExt as _,
    Outgoing, Registry, Version, VersionedObject, WriteOptions, async_trait, plain,
};

use crate::library::{Author, Book, BookList};
use crate::nursery;
use crate::parcels::{Parcel, Van};

/// Returns whether the input meant anything.
///
/// # Panics
/// When what was read cannot be written and read again.
pub(crate) fn fuzz_one(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    let object = object(&text);
    reply(&text) || object
}

fn object(text: &str) -> bool {
    let classes = [
        Book::class_def(),
        Author::class_def(),
        BookList::class_def(),
        Parcel::class_def(),
        Van::class_def(),
    ];
    let registry = Registry::new(nursery::registry().iter().chain(classes));
    let Ok(object) = registry.read(text) else {
        return false;
    };
    for form in [Form::Compat, Form::Native] {
        let write = |object: &dyn VersionedObject, target| {
            object.to_json_with(WriteOptions {
                form,
                target,
                manifest: None,
            })
        };
        let written = write(&*object, None).expect("what was read can be written");
        let again = registry
            .read(&written)
            .expect("what was written can be read");
        assert_eq!(
            write(&*again, None).expect("what was read can be written"),
            written
        );
        // May be impossible, for want of a rule.
        if let Ok(older) = write(&*object, Some(Version::new(1, 0))) {
            registry.read(&older).expect("an older form can be read");
        }
    }
    // Integers of more than 64 bits have no plain form.
    let _ = plain(&*object);
    true
}

/// Answers every call with the same text.
struct Answer(String);

#[async_trait]
impl Indirection for Answer {
    async fn class_action(
        &self,
        _: &Context,
        _: &'static Class,
        _: &'static MethodDef,
        _: Outgoing,
    ) -> Result<String, CallError> {
        Ok(self.0.clone())
    }

    async fn object_action(
        &self,
        _: &Context,
        _: &dyn VersionedObject,
        _: &'static MethodDef,
        _: Outgoing,
    ) -> Result<String, CallError> {
        Ok(self.0.clone())
    }

    async fn backport(
        &self,
        _: &Context,
        primitive: &str,
        _: &Manifest,
    ) -> Result<String, CallError> {
        Ok(primitive.to_owned())
    }
}

fn reply(text: &str) -> bool {
    let ctx = Context::remote(Arc::new(Answer(text.to_owned())), ());
    let mut book = Book::new();
    let saved = ready(book.save(&ctx)).is_ok();
    let got = ready(async { Book::get(&ctx, "1").await }).is_ok();
    saved || got
}

/// The result of a future that waits for nobody.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut std::task::Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here waits"),
    }
}
