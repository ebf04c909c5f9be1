//! Serves every remotable method of a registry's classes: nova
//! `conductor/manager.py`, the `object_*` methods.
//!
//! Unlike the original, only methods in a class's table can be called, an
//! object newer than this side knows is refused instead of being sent round,
//! and nothing is ever called back.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use oslo_messaging::{Call, Endpoint, Failure, Json};
use serde_json::value::RawValue;
use versionedobjects::{
    Arguments, Class, Context, Error, Expect, Form, Manifest, MethodDef, MethodKind,
    ObjectExt as _, Reader, Registry, Returned, Route, Version, VersionedObject, WriteOptions,
    Writer,
};

use crate::manifests::Received;
use crate::once::{Outcomes, Request};
use crate::updates::updates;
use crate::{
    CONDUCTOR_VERSION, EXPECT_ARGUMENT, FORM_KEY, NATIVE, READS_KEY, RequestCodec, Skew, failure_of,
};

/// The object methods of a conductor, version 3.0.
///
/// Give it a [`Route::Direct`] and it is a conductor; give it a
/// [`Route::Remote`] and it is a relay.
pub struct ObjectEndpoint {
    registry: &'static Registry,
    route: Route,
    codec: Box<dyn RequestCodec>,
    manifests: Received,
    pin: Option<Arc<Manifest>>,
    skew: Skew,
    outcomes: Option<Arc<dyn Outcomes>>,
}

impl ObjectEndpoint {
    /// Serves the classes of `registry` by way of `route`.
    #[must_use]
    pub fn new(registry: &'static Registry, route: Route, codec: impl RequestCodec) -> Self {
        Self {
            registry,
            route,
            codec: Box::new(codec),
            manifests: Received::default(),
            pin: None,
            skew: Skew::default(),
            outcomes: None,
        }
    }

    /// The same, applying each request once, however often it comes: it is
    /// carried out by the route of a unit of work, and its outcome kept with
    /// what it changed.
    #[must_use]
    pub fn applying_once(mut self, outcomes: Arc<dyn Outcomes>) -> Self {
        self.outcomes = Some(outcomes);
        self
    }

    /// Serves as a release would that knows no newer versions than `pin` names.
    #[must_use]
    pub fn pinned(mut self, pin: Option<Arc<Manifest>>) -> Self {
        self.pin = pin;
        self
    }

    /// Counts what callers of other releases cost.
    #[must_use]
    pub fn counting(mut self, skew: Skew) -> Self {
        self.skew = skew;
        self
    }

    /// What this side reads and writes.
    #[must_use]
    pub fn reads(&self) -> Manifest {
        let own = self.registry.manifest();
        match &self.pin {
            Some(pin) => own.pinned(pin),
            None => own,
        }
    }

    fn context(&self, call: &Call<'_>, route: &Route) -> Result<(Context, Form), Box<Failure>> {
        let ctx = self.codec.decode(call.context, route.clone())?;
        let ctx = call
            .deadline
            .map_or_else(|| ctx.clone(), |deadline| ctx.with_deadline(deadline));
        let ctx = match &self.pin {
            Some(pin) => ctx.with_pin(Arc::clone(pin)),
            None => ctx,
        };
        // A relay passes on what it does not know itself.
        let ctx = match &self.route {
            Route::Remote(_) => ctx.keeping_unknown(),
            Route::Direct(_) => ctx,
        };
        let native = call
            .context
            .get(FORM_KEY)
            .is_some_and(|raw| raw.get().trim_matches('"') == NATIVE);
        Ok((ctx, if native { Form::Native } else { Form::Compat }))
    }

    async fn class_action(&self, call: &Call<'_>, route: &Route) -> Result<Json, Box<Failure>> {
        let [objname, objmethod, versions, args, kwargs] = call.args.bind(
            "ConductorManager.object_class_action_versions",
            ["objname", "objmethod", "object_versions", "args", "kwargs"],
        )?;
        let objname = string("objname", objname)?;
        let manifest = self.manifest(versions)?;
        let wanted = wanted(&manifest, &objname)?;
        let class = self
            .registry
            .lookup(&objname, wanted)
            .and_then(|class| self.checked(class, wanted))
            .map_err(|error| self.refused(error))?;
        let method = class
            .method(&string("objmethod", objmethod)?, MethodKind::Class)
            .map_err(|error| self.refused(error))?;
        let (args, kwargs) = (list(args)?, dictionary(kwargs)?);
        let kwargs = pairs(&kwargs);
        let (ctx, form) = self.context(call, route)?;
        let arguments = self.arguments(&ctx, class, method, &args, &kwargs)?;
        let result = (method.call)(&ctx, None, arguments).await;
        tell_loads(&ctx, method.name);
        let result = result.map_err(failure_of)?;
        write_result(&*result, wanted, &manifest, form)
            .map(Json::from_written)
            .map_err(|error| self.refused(error))
    }

    async fn object_action(&self, call: &Call<'_>, route: &Route) -> Result<Json, Box<Failure>> {
        const METHOD: &str = "ConductorManager.object_action";
        const ARGUMENTS: [&str; 4] = ["objinst", "objmethod", "args", "kwargs"];
        let ([objinst, objmethod, args, kwargs], expect) = match call.args.get(EXPECT_ARGUMENT) {
            None => (call.args.bind(METHOD, ARGUMENTS)?, None),
            Some(_) => {
                let [a, b, c, d] = ARGUMENTS;
                let [a, b, c, d, expect] = call.args.bind(METHOD, [a, b, c, d, EXPECT_ARGUMENT])?;
                ([a, b, c, d], Some(expect))
            }
        };
        let mut object = self.read(objinst, "obj_clone")?;
        let class = object.class();
        let method = class
            .method(&string("objmethod", objmethod)?, MethodKind::Instance)
            .map_err(|error| self.refused(error))?;
        let (args, kwargs) = (list(args)?, dictionary(kwargs)?);
        let kwargs = pairs(&kwargs);
        let (mut ctx, form) = self.context(call, route)?;
        if let Some(expect) = expect {
            let expect = Expect::from_json(&parse(EXPECT_ARGUMENT, expect)?)
                .map_err(|error| self.refused(error))?;
            ctx = ctx.expecting(expect);
        }
        let arguments = self.arguments(&ctx, class, method, &args, &kwargs)?;
        let reads = match call.context.get(READS_KEY) {
            Some(raw) if form == Form::Native => Some(self.manifest(raw)?),
            _ => None,
        };
        let before = object.clone_box();
        let result = (method.call)(&ctx, Some(&mut *object), arguments).await;
        tell_loads(&ctx, method.name);
        let result = result.map_err(failure_of)?;
        let mut writer = match (&reads, &self.pin) {
            (Some(reads), _) => Writer::for_manifest(reads),
            (None, Some(pin)) if form == Form::Native => Writer::for_manifest(pin),
            (None, _) => Writer::new(form),
        };
        writer.raw("[");
        updates(&*before, &*object, &mut writer);
        writer.comma();
        result.write(&mut writer);
        writer.raw("]");
        writer
            .finish()
            .map(Json::from_written)
            .map_err(|error| self.refused(error))
    }

    fn backport(&self, call: &Call<'_>) -> Result<Json, Box<Failure>> {
        let [objinst, versions] = call.args.bind(
            "ConductorManager.object_backport_versions",
            ["objinst", "object_versions"],
        )?;
        let object = self.read(objinst, "obj_name")?;
        let manifest = self.manifest(versions)?;
        let target = wanted(&manifest, object.class().name)?;
        self.skew.served();
        tracing::info!(
            class = object.class().name,
            from = %object.version(),
            to = %target,
            "writing an object in an older form for somebody who could not read it"
        );
        let options = WriteOptions {
            form: Form::Compat,
            target: Some(target),
            manifest: Some(&manifest),
        };
        object
            .to_json_with(options)
            .map(Json::from_written)
            .map_err(|error| self.refused(error))
    }

    /// Reads the object a call is about, and keeps in it what is not known here
    /// for its way back. One that is too new is refused at once: whoever is
    /// newest must do the conversion, and that is not us.
    fn read(
        &self,
        objinst: &RawValue,
        method: &str,
    ) -> Result<Box<dyn VersionedObject>, Box<Failure>> {
        if let Some(failure) = no_object(objinst, method) {
            return Err(failure);
        }
        let read = || {
            let mut reader = Reader::new(objinst.get())?
                .pinned(self.pin.as_deref())
                .keep_unknown();
            let object = self.registry.read_from(&mut reader)?;
            reader.finish()?;
            Ok(object)
        };
        read().map_err(|error| self.refused(error))
    }

    /// Binds arguments, which are read as this side reads.
    fn arguments<'a>(
        &self,
        ctx: &Context,
        class: &'static Class,
        method: &'static MethodDef,
        args: &[&'a str],
        kwargs: &[(&'a str, &'a str)],
    ) -> Result<Arguments<'a>, Box<Failure>> {
        let bound = Arguments::bind(class.name, method, args, kwargs)
            .map_err(|error| self.refused(error))?;
        Ok(match (&self.pin, &self.route) {
            (None, Route::Direct(_)) => bound,
            _ => bound.under(ctx),
        })
    }

    /// What a caller reads; no more than this side knows.
    fn manifest(&self, raw: &RawValue) -> Result<Arc<Manifest>, Box<Failure>> {
        let manifest = self.manifests.read(raw)?;
        Ok(match &self.pin {
            Some(pin) => Arc::new(manifest.pinned(pin)),
            None => manifest,
        })
    }

    /// The class, if this side is not held to older versions of it.
    fn checked(
        &self,
        class: &'static Class,
        wanted: Version,
    ) -> versionedobjects::Result<&'static Class> {
        match self.pin.as_ref().and_then(|pin| pin.get(class.name)) {
            Some(pinned) if !wanted.is_readable_by(pinned) => Err(Error::IncompatibleVersion {
                name: class.name.to_owned(),
                requested: wanted,
                supported: pinned,
            }),
            _ => Ok(class),
        }
    }

    /// The answer to what is refused. What is too new is counted.
    fn refused(&self, error: Error) -> Box<Failure> {
        if let Error::IncompatibleVersion {
            name,
            requested,
            supported,
        } = &error
        {
            self.skew.too_new();
            tracing::warn!(
                class = name,
                %requested,
                %supported,
                "refused what is too new for this release"
            );
        }
        failure_of(self.codec.exception(error))
    }
}

#[async_trait]
impl Endpoint for ObjectEndpoint {
    fn version(&self) -> &str {
        CONDUCTOR_VERSION
    }

    fn has_method(&self, method: &str) -> bool {
        matches!(
            method,
            "object_class_action_versions"
                | "object_action"
                | "object_backport_versions"
                | "provider_fw_rule_get_all"
        )
    }

    async fn call(&self, call: Call<'_>) -> Result<Json, Box<Failure>> {
        let changes = matches!(
            call.method,
            "object_class_action_versions" | "object_action"
        );
        if let Some(outcomes) = self.outcomes.as_deref().filter(|_| changes)
            && let Some(request) = Request::of(&call)
        {
            return self.once(outcomes, &request, &call).await;
        }
        self.carry_out(&call, &self.route).await
    }
}

impl ObjectEndpoint {
    /// Carries a request out by this route.
    pub(crate) async fn carry_out(
        &self,
        call: &Call<'_>,
        route: &Route,
    ) -> Result<Json, Box<Failure>> {
        match call.method {
            "object_class_action_versions" => self.class_action(call, route).await,
            "object_action" => self.object_action(call, route).await,
            "object_backport_versions" => self.backport(call),
            // Kept by the original for callers that are long gone.
            "provider_fw_rule_get_all" => Ok(Json::from_written("[]".to_owned())),
            other => Err(Failure::no_such_method(other).into()),
        }
    }
}

impl fmt::Debug for ObjectEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = self.registry.iter().count();
        f.debug_struct("ObjectEndpoint")
            .field("classes", &classes)
            .field("route", &self.route)
            .finish_non_exhaustive()
    }
}

/// Writes a result. An object that is newer than the caller asked for, or of
/// another major, is written at what it asked for, with all it holds; an
/// object of an equal version is not looked into (nova
/// `object_class_action_versions`). In the native form every object anywhere
/// in the result is written at what the caller can read.
fn write_result(
    result: &dyn Returned,
    wanted: Version,
    manifest: &Manifest,
    form: Form,
) -> Result<String, Error> {
    match (form, result.as_object()) {
        (Form::Native, Some(object)) => {
            let target = manifest
                .get(object.class().name)
                .map(|asked| asked.min(object.version()));
            object.to_json_with(WriteOptions {
                form,
                target,
                manifest: Some(manifest),
            })
        }
        (Form::Native, None) => {
            let mut writer = Writer::for_manifest(manifest);
            result.write(&mut writer);
            writer.finish()
        }
        (Form::Compat, Some(object))
            if wanted < object.version() || wanted.major != object.version().major =>
        {
            object.to_json_with(WriteOptions {
                form,
                target: Some(wanted),
                manifest: Some(manifest),
            })
        }
        (Form::Compat, _) => {
            let mut writer = Writer::new(form);
            result.write(&mut writer);
            writer.finish()
        }
    }
}

/// Says after a request which attributes it had to load, by the lines that asked for them; a
/// warning where one line asked for one object after another.
pub fn tell_loads(ctx: &Context, method: &str) {
    for site in ctx.load_sites() {
        let (class, times, at) = (site.class, site.times, site.at);
        let fields = site.fields.join(", ");
        if site.is_repeated() {
            tracing::warn!(method, class, fields, times, %at, "attributes were loaded object by object; load them for the whole list at once");
        } else {
            tracing::debug!(method, class, fields, %at, "attributes were loaded");
        }
    }
}

/// The refusal of what is no object at all: a Python conductor would look for this method of it.
fn no_object(objinst: &RawValue, method: &str) -> Option<Box<Failure>> {
    let kind = match objinst.get().bytes().next()? {
        b'{' => return None,
        b'n' => "NoneType",
        b't' | b'f' => "bool",
        b'"' => "str",
        b'[' => "list",
        _ => "number",
    };
    let message = format!("objinst is no object: '{kind}' object has no attribute '{method}'");
    Some(Failure::builtin("AttributeError", message).into())
}

/// The version the caller wants of a class: Python's `object_versions[name]`.
fn wanted(manifest: &Manifest, class: &str) -> Result<Version, Box<Failure>> {
    manifest.get(class).ok_or_else(|| {
        let class: String = class.chars().take(128).collect();
        Failure::builtin("KeyError", format!("'{class}'")).into()
    })
}

fn string(name: &str, raw: &RawValue) -> Result<String, Box<Failure>> {
    parse(name, raw)
}

/// `args`: a list, each element left as the text it is.
fn list(raw: &RawValue) -> Result<Vec<&str>, Box<Failure>> {
    let items: Option<Vec<&RawValue>> = parse("args", raw)?;
    Ok(items
        .unwrap_or_default()
        .into_iter()
        .map(RawValue::get)
        .collect())
}

/// `kwargs`: a dictionary, each value left as the text it is.
fn dictionary(raw: &RawValue) -> Result<BTreeMap<String, &RawValue>, Box<Failure>> {
    Ok(parse::<Option<_>>("kwargs", raw)?.unwrap_or_default())
}

fn pairs<'a>(kwargs: &'a BTreeMap<String, &'a RawValue>) -> Vec<(&'a str, &'a str)> {
    kwargs
        .iter()
        .map(|(name, value)| (name.as_str(), value.get()))
        .collect()
}

pub(crate) fn parse<'a, T: serde::Deserialize<'a>>(
    name: &str,
    raw: &'a RawValue,
) -> Result<T, Box<Failure>> {
    serde_json::from_str(raw.get()).map_err(|error| unfit(name, &error.to_string()))
}

pub(crate) fn unfit(name: &str, reason: &str) -> Box<Failure> {
    Failure::builtin(
        "TypeError",
        format!("the argument '{name}' cannot be used: {reason}"),
    )
    .into()
}

impl ObjectEndpoint {
    /// The classes served.
    pub fn classes(&self) -> impl Iterator<Item = &'static Class> {
        self.registry.iter()
    }
}
