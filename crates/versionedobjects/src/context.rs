//! The context of a call: who asks, and by which route.

use std::any::Any;
use std::borrow::Cow;
use std::fmt::Debug;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::{Class, Error, Expect, Indirection, Manifest, MethodDef, Reader, Route, Store};

/// Who asks, by which route, and until when. Given to every remotable method;
/// cheap to clone.
#[derive(Clone)]
pub struct Context {
    request: Arc<dyn Any + Send + Sync>,
    route: Route,
    deadline: Option<Instant>,
    pin: Option<Arc<Manifest>>,
    keep_unknown: bool,
    expect: Option<Arc<Expect>>,
    counters: Arc<Counters>,
}

/// What happened under a context and its clones.
#[derive(Debug, Default)]
struct Counters {
    loads: Mutex<Vec<LoadSite>>,
    backports: AtomicU64,
}

/// Loads of lazy attributes that were made by one line of code; see
/// [`Context::load_sites`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadSite {
    /// The class.
    pub class: &'static str,
    /// The attributes.
    pub fields: Vec<&'static str>,
    /// The line that asked for them.
    pub at: &'static Location<'static>,
    /// How often.
    pub times: u64,
}

impl LoadSite {
    /// Whether the line loaded the same for one object after another: it
    /// stands in a loop over a list, which could have had it in one call.
    #[must_use]
    pub const fn is_repeated(&self) -> bool {
        self.times > 1
    }
}

impl std::fmt::Display for LoadSite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (class, fields, at) = (self.class, self.fields.join(", "), self.at);
        write!(f, "{class}.{fields}, {} times at {at}", self.times)
    }
}

impl Context {
    /// A context of a process that has a store. `request` says who asks, in
    /// whatever type the project uses.
    pub fn direct<S: ?Sized + Send + Sync + 'static>(
        store: Arc<S>,
        request: impl Any + Send + Sync,
    ) -> Self {
        Self::with_route(Route::Direct(Store::new(store)), request)
    }

    /// A context of a process that asks another one.
    pub fn remote(indirection: Arc<dyn Indirection>, request: impl Any + Send + Sync) -> Self {
        Self::with_route(Route::Remote(indirection), request)
    }

    /// A context with a route that was chosen before.
    pub fn with_route(route: Route, request: impl Any + Send + Sync) -> Self {
        Self::with_shared(route, Arc::new(request))
    }

    /// The same for a request that several contexts have.
    pub fn with_shared(route: Route, request: Arc<dyn Any + Send + Sync>) -> Self {
        Self {
            request,
            route,
            deadline: None,
            pin: None,
            keep_unknown: false,
            expect: None,
            counters: Arc::default(),
        }
    }

    /// The same route for another request. Counts anew.
    #[must_use]
    pub fn with_request(&self, request: impl Any + Send + Sync) -> Self {
        Self {
            request: Arc::new(request),
            counters: Arc::default(),
            ..self.clone()
        }
    }

    /// The same, given up at `deadline`.
    #[must_use]
    pub fn with_deadline(&self, deadline: Instant) -> Self {
        Self {
            deadline: Some(deadline),
            ..self.clone()
        }
    }

    /// The same, reading and asking as a release would that knows no newer
    /// versions than `pin` names: for tests of mixed fleets, and for services
    /// that must behave as an older release.
    #[must_use]
    pub fn with_pin(&self, pin: Arc<Manifest>) -> Self {
        Self {
            pin: Some(pin),
            ..self.clone()
        }
    }

    /// The same, keeping what is not known here in the objects that are read,
    /// so that a relay which passes them on loses nothing.
    #[must_use]
    pub fn keeping_unknown(&self) -> Self {
        Self {
            keep_unknown: true,
            ..self.clone()
        }
    }

    /// The same for one call that changes an object, made only if what is
    /// stored of it is as expected; otherwise it is [`Error::Conflict`]. Works
    /// by every route. Methods that do not compare are refused, so that nobody
    /// relies on what is not done.
    ///
    /// ```no_run
    /// # mod project { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ui/service.rs")); }
    /// # use project::{Project, Result};
    /// # use versionedobjects::prelude::*;
    /// # #[derive(VersionedObject, Debug, Clone, Default)]
    /// # #[object(methods, history("1.0" = "Initial version"))]
    /// # pub struct Book { meta: Meta, copies: Attr<i64> }
    /// # #[remotable(Book)]
    /// # pub trait BookStore {
    /// #     #[method(conditional)]
    /// #     async fn save(&self, ctx: &Context, book: &mut Book) -> Result<()>;
    /// # }
    /// # async fn example(ctx: &Context, book: &mut Book) -> Result<()> {
    /// let before = book.copies()?;
    /// book.set_copies(before + 1);
    /// book.save(&ctx.expecting(Expect::field("copies", before))).await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn expecting(&self, expect: Expect) -> Self {
        let expect = self.expected().clone().and_all(expect);
        Self {
            expect: (!expect.is_nothing()).then(|| Arc::new(expect)),
            ..self.clone()
        }
    }

    /// What the call expects of the stored object.
    #[must_use]
    pub fn expected(&self) -> &Expect {
        self.expect.as_deref().unwrap_or(Expect::nothing_ref())
    }

    /// Refuses a method that does not compare what is stored with what is
    /// expected. Called by the functions that `#[remotable]` makes.
    ///
    /// # Errors
    /// [`Error::Action`]
    #[doc(hidden)]
    pub fn admit(&self, class: &'static str, method: &'static MethodDef) -> crate::Result<()> {
        match &self.expect {
            Some(expect) if !method.conditional => Err(Error::Action {
                action: method.name.into(),
                reason: format!(
                    "{class}.{} does not look at what is stored, so it cannot expect that {expect}; \
                     call it with a context that expects nothing",
                    method.name
                ),
            }),
            _ => Ok(()),
        }
    }

    /// A reader of text that came in under this context.
    ///
    /// # Errors
    /// [`crate::Error::Limit`] if the text is too long.
    pub fn reader<'t>(&'t self, text: &'t str) -> crate::Result<Reader<'t>> {
        Ok(Reader::new(text)?
            .pinned(self.pin())
            .keeping_unknown(self.keep_unknown))
    }

    pub(crate) const fn keeps_unknown(&self) -> bool {
        self.keep_unknown
    }

    /// The versions this side is held to, if it is.
    #[must_use]
    pub fn pin(&self) -> Option<&Manifest> {
        self.pin.as_deref()
    }

    /// What this side can read of a class and all it holds.
    #[must_use]
    pub fn manifest_of(&self, class: &'static Class) -> Cow<'static, Manifest> {
        match self.pin() {
            Some(pin) => Cow::Owned(class.manifest().pinned(pin)),
            None => Cow::Borrowed(class.manifest()),
        }
    }

    /// [`Context::manifest_of`] for peers of our own: [`Class::readable`].
    #[must_use]
    pub fn readable_of(&self, class: &'static Class) -> Cow<'static, Manifest> {
        match self.pin() {
            Some(pin) => Cow::Owned(class.readable().pinned(pin)),
            None => Cow::Borrowed(class.readable()),
        }
    }

    /// Who asks, if it is of that type.
    #[must_use]
    pub fn request<R: Any>(&self) -> Option<&R> {
        self.request.downcast_ref()
    }

    /// The route.
    #[must_use]
    pub const fn route(&self) -> &Route {
        &self.route
    }

    /// When the caller gives up.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// How long until the caller gives up.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline
            .map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// How many loads of lazy attributes were made under this context.
    #[must_use]
    pub fn loads(&self) -> u64 {
        self.load_sites().iter().map(|site| site.times).sum()
    }

    /// Which loads these were, by the lines that asked for them.
    #[must_use]
    pub fn load_sites(&self) -> Vec<LoadSite> {
        let sites = self.counters.loads.lock();
        sites.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// For tests: that no more loads than `most` were made under this context.
    ///
    /// # Panics
    /// When there were more, naming the lines that asked for them.
    #[track_caller]
    pub fn assert_max_loads(&self, most: u64) {
        let (loads, sites) = (self.loads(), self.load_sites());
        if loads > most {
            let lines: Vec<String> = sites.iter().map(LoadSite::to_string).collect();
            let advice = match sites.iter().any(LoadSite::is_repeated) {
                true => "load what a list needs for all of it at once",
                false => "ask for them when fetching",
            };
            panic!(
                "{loads} loads of attributes where at most {most} were expected; {advice}:\n{}",
                lines.join("\n")
            );
        }
    }

    /// How many objects had to be asked for in an older form.
    #[must_use]
    pub fn backports(&self) -> u64 {
        self.counters.backports.load(Ordering::Relaxed)
    }

    /// Counts a load; called by generated `load_*` functions.
    #[doc(hidden)]
    pub fn count_load(
        &self,
        class: &'static str,
        fields: Vec<&'static str>,
        at: &'static Location<'static>,
    ) {
        let sites = self.counters.loads.lock();
        let mut sites = sites.unwrap_or_else(PoisonError::into_inner);
        let known = sites
            .iter_mut()
            .find(|site| site.at == at && site.class == class && site.fields == fields);
        match known {
            Some(site) => site.times += 1,
            None => sites.push(LoadSite {
                class,
                fields,
                at,
                times: 1,
            }),
        }
    }

    pub(crate) fn count_backport(&self) {
        self.counters.backports.fetch_add(1, Ordering::Relaxed);
    }
}

impl Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Who asks may hold secrets, and its type is not known here.
        f.debug_struct("Context")
            .field("route", &self.route)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
