//! Routes for tests, in front of another: one that writes down what is asked,
//! and one that loses what it is told to lose.

use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// How a call is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nobody hears of it.
    Call,
    /// It is done, and nobody hears that it was.
    Answer,
}

/// Hears of each call, and says how it is lost, if it is.
pub trait Watch: Send + Sync + 'static {
    /// A call is about to be passed on.
    fn meet(&self, asked: Asked) -> Option<Fault>;
}

/// A route in front of `inner` that has somebody watch; see [`Recording`] and [`Faulty`].
#[derive(Debug)]
pub struct Watched<I, W> {
    inner: I,
    watch: W,
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
pub type Recording<I> = Watched<I, Record>;

/// What was asked.
#[derive(Debug, Default)]
pub struct Record(Mutex<Vec<Asked>>);

impl Record {
    fn lock(&self) -> MutexGuard<'_, Vec<Asked>> {
        // A test that failed elsewhere is no reason to hide what was asked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Record {
    fn meet(&self, asked: Asked) -> Option<Fault> {
        self.lock().push(asked);
        None
    }
}

impl<I: Indirection> Recording<I> {
    /// In front of `inner`.
    pub const fn new(inner: I) -> Self {
        Self {
            inner,
            watch: Record(Mutex::new(Vec::new())),
        }
    }

    /// What was asked since this was called last, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        mem::take(&mut *self.watch.lock())
    }
}

/// Loses what it is told to lose, and passes the rest on.
///
/// ```ignore
/// let route = Faulty::new(client, |asked| {
///     (asked == Asked::Object("Visit", "save")).then_some(Fault::Answer)
/// });
/// ```
pub type Faulty<I> = Watched<I, Faults>;

/// Which calls are lost.
pub struct Faults(Box<dyn Fn(Asked) -> Option<Fault> + Send + Sync>);

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faults")
    }
}

impl Watch for Faults {
    fn meet(&self, asked: Asked) -> Option<Fault> {
        (self.0)(asked)
    }
}

impl<I: Indirection> Faulty<I> {
    /// In front of `inner`; `fault` says for each call how it is lost, if it is.
    pub fn new(inner: I, fault: impl Fn(Asked) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self {
            inner,
            watch: Faults(Box::new(fault)),
        }
    }
}

impl<I, W: Watch> Watched<I, W> {
    /// What becomes of a call: `done` is what passing it on gives.
    async fn pass(
        &self,
        asked: Asked,
        done: impl Future<Output = Result<String, CallError>> + Send,
    ) -> Result<String, CallError> {
        match self.watch.meet(asked) {
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

#[async_trait]
impl<I: Indirection, W: Watch> Indirection for Watched<I, W> {
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
