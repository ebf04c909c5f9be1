//! Routes for tests, in front of another: one that writes down what is asked,
//! and one that loses what it is told to lose.

use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::{
    CallError, Class, Context, Error, Indirection, Manifest, MethodDef, Outgoing, VersionedObject,
};

/// A call on its way to whoever answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A method of a class.
    Class(&'static str, &'static str),
    /// A method of an object, which is sent along.
    Object(&'static str, &'static str),
    /// An older form of an object that was too new.
    Backport,
}

impl Asked {
    fn unreachable(self, reason: &str) -> CallError {
        let (class, method) = match self {
            Self::Class(class, method) | Self::Object(class, method) => (class, method),
            Self::Backport => ("an object", "backport"),
        };
        CallError::Error(Error::Unreachable {
            class: class.to_owned(),
            method: method.to_owned(),
            reason: reason.to_owned(),
            source: None,
        })
    }
}

/// Writes down what is asked, and passes it on.
///
/// How many calls something takes, and which, is part of what it promises:
///
/// ```ignore
/// let route = Arc::new(Recording::new(client));
/// let ctx = Context::remote(route.clone(), ());
/// visit.save(&ctx).await?;
/// assert_eq!(route.asked(), [Asked::Object("Visit", "save")]);
/// ```
#[derive(Debug)]
pub struct Recording<I> {
    inner: I,
    asked: Mutex<Vec<Asked>>,
}

impl<I: Indirection> Recording<I> {
    /// In front of `inner`.
    pub const fn new(inner: I) -> Self {
        Self {
            inner,
            asked: Mutex::new(Vec::new()),
        }
    }

    /// What was asked since this was called last, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        // A test that failed elsewhere is no reason to hide what was asked.
        mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, asked: Asked) {
        let mut all = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(asked);
    }
}

/// How a call is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nobody hears of it.
    Call,
    /// It is done, and nobody hears that it was.
    Answer,
}

/// Loses what it is told to lose, and passes the rest on.
///
/// ```ignore
/// let route = Faulty::new(client, |asked| {
///     (asked == Asked::Object("Visit", "save")).then_some(Fault::Answer)
/// });
/// ```
pub struct Faulty<I> {
    inner: I,
    fault: Box<dyn Fn(Asked) -> Option<Fault> + Send + Sync>,
}

impl<I: Indirection> Faulty<I> {
    /// In front of `inner`; `fault` says for each call how it is lost, if it is.
    pub fn new(inner: I, fault: impl Fn(Asked) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self {
            inner,
            fault: Box::new(fault),
        }
    }

    /// What becomes of a call: `done` is what passing it on gives.
    async fn pass(
        &self,
        asked: Asked,
        done: impl Future<Output = Result<String, CallError>> + Send,
    ) -> Result<String, CallError> {
        match (self.fault)(asked) {
            None => done.await,
            Some(Fault::Call) => Err(asked.unreachable("the call was lost, as the test wants it")),
            Some(Fault::Answer) => {
                // Whatever came of it, the caller does not get to know.
                let _ = done.await;
                Err(asked.unreachable("the answer was lost, as the test wants it"))
            }
        }
    }
}

impl<I: fmt::Debug> fmt::Debug for Faulty<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<I: Indirection> Indirection for Recording<I> {
    async fn reads(&self, ctx: &Context) -> Option<Arc<Manifest>> {
        self.inner.reads(ctx).await
    }

    async fn class_action(
        &self,
        ctx: &Context,
        class: &'static Class,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError> {
        self.note(Asked::Class(class.name, method.name));
        self.inner.class_action(ctx, class, method, arguments).await
    }

    async fn object_action(
        &self,
        ctx: &Context,
        object: &dyn VersionedObject,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError> {
        self.note(Asked::Object(object.class().name, method.name));
        self.inner
            .object_action(ctx, object, method, arguments)
            .await
    }

    async fn backport(
        &self,
        ctx: &Context,
        primitive: &str,
        manifest: &Manifest,
    ) -> Result<String, CallError> {
        self.note(Asked::Backport);
        self.inner.backport(ctx, primitive, manifest).await
    }
}

#[async_trait]
impl<I: Indirection> Indirection for Faulty<I> {
    async fn reads(&self, ctx: &Context) -> Option<Arc<Manifest>> {
        self.inner.reads(ctx).await
    }

    async fn class_action(
        &self,
        ctx: &Context,
        class: &'static Class,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError> {
        let done = self.inner.class_action(ctx, class, method, arguments);
        self.pass(Asked::Class(class.name, method.name), done).await
    }

    async fn object_action(
        &self,
        ctx: &Context,
        object: &dyn VersionedObject,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError> {
        let asked = Asked::Object(object.class().name, method.name);
        let done = self.inner.object_action(ctx, object, method, arguments);
        self.pass(asked, done).await
    }

    async fn backport(
        &self,
        ctx: &Context,
        primitive: &str,
        manifest: &Manifest,
    ) -> Result<String, CallError> {
        let done = self.inner.backport(ctx, primitive, manifest);
        self.pass(Asked::Backport, done).await
    }
}
