//! The way to a conductor: what stands in a context instead of a store.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use oslo_messaging::{CallContext, Json, Kwargs, RpcClient, Target, Transport};
use versionedobjects::{
    CallError, Class, Context, Error, Form, Indirection, Manifest, MethodDef, ObjectExt as _,
    Outgoing, Result, VersionedObject, WriteOptions, python_json,
};

use crate::manifests::Own;
use crate::{CONDUCTOR_TOPIC, CONDUCTOR_VERSION, FORM_KEY, NATIVE, RequestCodec, exception_of};

/// Calls remotable methods at a conductor: nova `conductor/rpcapi.py` and the
/// `ConductorAPI` indirection of `nova/objects`.
pub struct ConductorClient {
    rpc: RpcClient,
    codec: Arc<dyn RequestCodec>,
    form: Form,
    manifests: Own,
}

impl ConductorClient {
    /// A client of the conductors on the transport's bus. It asks for answers
    /// in the native form, which a Python conductor ignores.
    #[must_use]
    pub fn new(transport: Transport, codec: impl RequestCodec) -> Self {
        Self::with_topic(transport, CONDUCTOR_TOPIC, codec)
    }

    /// A client of servers on another topic, for projects of your own.
    #[must_use]
    pub fn with_topic(transport: Transport, topic: &str, codec: impl RequestCodec) -> Self {
        let target = Target::new(topic).version(CONDUCTOR_VERSION);
        let rpc = RpcClient::new(transport, target).version_cap(CONDUCTOR_VERSION);
        Self {
            rpc,
            codec: Arc::new(codec),
            form: Form::Native,
            manifests: Own::default(),
        }
    }

    /// In which form answers are wanted: [`Form::Compat`] gives exactly what a
    /// Python caller would get.
    #[must_use]
    pub const fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    async fn call(
        &self,
        ctx: &Context,
        class: &str,
        label: &str,
        method: &str,
        args: Kwargs,
    ) -> Result<String, CallError> {
        let context = self
            .context(ctx)
            .map_err(|error| unreachable(class, label, error))?;
        let mut prepared = self.rpc.prepare();
        if let Some(remaining) = ctx.remaining() {
            prepared = prepared.timeout(remaining);
        }
        match prepared.call(&context, method, &args).await {
            Ok(result) => Ok(result.into_string()),
            Err(oslo_messaging::Error::Remote(remote)) => {
                Err(CallError::Exception(exception_of(*remote)))
            }
            Err(error) => Err(unreachable(class, label, error).into()),
        }
    }

    fn context(&self, ctx: &Context) -> oslo_messaging::Result<CallContext> {
        let mut message = self.codec.encode(ctx, CallContext::builder())?;
        if self.form == Form::Native {
            message = message.value(FORM_KEY, NATIVE)?;
        }
        Ok(message.build())
    }
}

fn unreachable(class: &str, method: &str, error: oslo_messaging::Error) -> Error {
    Error::Unreachable {
        class: class.to_owned(),
        method: method.to_owned(),
        reason: error.to_string(),
        source: Some(Box::new(error)),
    }
}

/// An argument that is JSON text already.
fn raw(kwargs: Kwargs, name: &str, text: String) -> Kwargs {
    kwargs.json(name, &Json::from_written(text))
}

fn text(value: &str) -> String {
    python_json(&value.into())
}

#[async_trait]
impl Indirection for ConductorClient {
    async fn class_action(
        &self,
        ctx: &Context,
        class: &'static Class,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError> {
        let (args, kwargs) = arguments.finish()?;
        let mut call = Kwargs::new();
        call = raw(call, "objname", text(class.name));
        call = raw(call, "objmethod", text(method.name));
        call = match ctx.pin() {
            Some(_) => raw(
                call,
                "object_versions",
                ctx.manifest_of(class).python_json(),
            ),
            None => call.written("object_versions", &self.manifests.text(class)),
        };
        call = raw(call, "args", args);
        call = raw(call, "kwargs", kwargs);
        self.call(
            ctx,
            class.name,
            method.name,
            "object_class_action_versions",
            call,
        )
        .await
    }

    async fn object_action(
        &self,
        ctx: &Context,
        object: &dyn VersionedObject,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError> {
        let (args, kwargs) = arguments.finish()?;
        // A Python conductor must be able to read it, so the form is compat.
        let primitive = object.to_json_with(WriteOptions::default())?;
        let mut call = Kwargs::new();
        call = raw(call, "objinst", primitive);
        call = raw(call, "objmethod", text(method.name));
        call = raw(call, "args", args);
        call = raw(call, "kwargs", kwargs);
        self.call(ctx, object.class().name, method.name, "object_action", call)
            .await
    }

    async fn backport(
        &self,
        ctx: &Context,
        primitive: &str,
        manifest: &Manifest,
    ) -> Result<String, CallError> {
        tracing::debug!(
            bytes = primitive.len(),
            "asking a conductor for an older form of an object"
        );
        let mut call = Kwargs::new();
        call = raw(call, "objinst", primitive.to_owned());
        call = raw(call, "object_versions", manifest.python_json());
        self.call(
            ctx,
            "Conductor",
            "object_backport_versions",
            "object_backport_versions",
            call,
        )
        .await
    }
}

impl fmt::Debug for ConductorClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConductorClient")
            .field("rpc", &self.rpc)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}
