//! The way to a conductor: what stands in a context instead of a store.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use oslo_messaging::{CallContext, Json, Kwargs, RpcClient, Target, Transport};
use versionedobjects::{
    CallError, Class, Context, Error, Exception, Form, Indirection, Manifest, MethodDef, Outgoing,
    Result, VersionedObject, Writer, python_json, write_child,
};

use crate::manifests::Own;
use crate::{
    CONDUCTOR_TOPIC, CONDUCTOR_VERSION, EXPECT_ARGUMENT, FORM_KEY, NATIVE, Peers, READS_KEY,
    RequestCodec, exception_of,
};

/// Calls remotable methods at a conductor: nova `conductor/rpcapi.py` and the
/// `ConductorAPI` indirection of `nova/objects`.
pub struct ConductorClient {
    rpc: RpcClient,
    codec: Arc<dyn RequestCodec>,
    form: Form,
    manifests: Own,
    topic: String,
    peers: Option<Peers>,
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
            topic: topic.to_owned(),
            peers: None,
        }
    }

    /// Looks up what the servers read before each call, and sends them that.
    /// Without it objects are sent as they are, which servers of older releases
    /// refuse.
    #[must_use]
    pub fn knowing(mut self, peers: Peers) -> Self {
        self.peers = Some(peers);
        self
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
        message: Message,
    ) -> Result<String, CallError> {
        let context = self
            .context(ctx, message.reads.as_deref())
            .map_err(|error| unreachable(class, label, error))?;
        let mut prepared = self.rpc.prepare();
        if let Some(remaining) = ctx.remaining() {
            prepared = prepared.timeout(remaining);
        }
        match prepared.call(&context, method, &message.args).await {
            Ok(result) => Ok(result.into_string()),
            Err(oslo_messaging::Error::Remote(remote)) => {
                Err(CallError::Exception(exception_of(*remote)))
            }
            // Nobody is to take this for a conductor that is away.
            Err(error @ oslo_messaging::Error::VersionCap { .. }) => Err(Error::NotSent {
                class: class.to_owned(),
                method: label.to_owned(),
                reason: error.to_string(),
            }
            .into()),
            Err(error) => Err(unreachable(class, label, error).into()),
        }
    }

    fn context(&self, ctx: &Context, reads: Option<&str>) -> oslo_messaging::Result<CallContext> {
        let mut message = self.codec.encode(ctx, CallContext::builder())?;
        if self.form == Form::Native {
            message = message.value(FORM_KEY, NATIVE)?;
            if let Some(reads) = reads {
                message = message.json(READS_KEY, &Json::from_written(reads.to_owned()));
            }
        }
        Ok(message.build())
    }

    /// Whether the servers turn out to be older than they were known to be: what
    /// they read, if so. Nothing was done by those who refused.
    async fn older(
        &self,
        error: &CallError,
        known: Option<&Arc<Manifest>>,
    ) -> Option<Arc<Manifest>> {
        let refused = matches!(
            error,
            CallError::Exception(exception)
                if exception.is(Exception::OSLO, "IncompatibleObjectVersion")
        );
        let peers = self.peers.as_ref().filter(|_| refused)?;
        let (peer, _) = peers.again(&self.topic, None).await;
        let reads = peer.reads()?;
        known
            .is_none_or(|known| !reads.covers(known))
            .then(|| Arc::clone(reads))
    }
}

/// What is sent, and what its sender reads of the answer if no argument says so.
struct Message {
    args: Kwargs,
    reads: Option<Arc<str>>,
}

/// A class's method, called with arguments that are written already.
fn class_message(
    class: &'static Class,
    method: &'static MethodDef,
    wanted: &str,
    (args, kwargs): &(String, String),
) -> Message {
    let args = Kwargs::new()
        .written("objname", &text(class.name))
        .written("objmethod", &text(method.name))
        .written("object_versions", wanted)
        .written("args", args)
        .written("kwargs", kwargs);
    Message { args, reads: None }
}

/// An object's method, called with arguments that are written already.
fn object_message(
    object: &dyn VersionedObject,
    method: &'static MethodDef,
    answers: Option<&Arc<Manifest>>,
    wanted: Arc<str>,
    (args, kwargs): &(String, String),
) -> Result<Message> {
    let mut writer = match answers {
        Some(answers) => Writer::for_manifest(answers),
        // A Python conductor must be able to read it, and ignores what is carried.
        None => Writer::new(Form::Compat).carrying(),
    };
    write_child(object, &mut writer);
    let args = Kwargs::new()
        .written("objinst", &writer.finish()?)
        .written("objmethod", &text(method.name))
        .written("args", args)
        .written("kwargs", kwargs);
    Ok(Message {
        args,
        reads: Some(wanted),
    })
}

fn unreachable(class: &str, method: &str, error: oslo_messaging::Error) -> Error {
    Error::Unreachable {
        class: class.to_owned(),
        method: method.to_owned(),
        reason: error.to_string(),
        source: Some(Box::new(error)),
    }
}

/// Whether a conductor refused the call because of [`EXPECT_ARGUMENT`]: Python's words for
/// an argument that is not known.
fn does_not_take_expectations(exception: &Exception) -> bool {
    exception.is(Exception::BUILTINS, "TypeError")
        && exception.message.ends_with(&format!(
            "got an unexpected keyword argument '{EXPECT_ARGUMENT}'"
        ))
}

fn text(value: &str) -> String {
    python_json(&value.into())
}

#[async_trait]
impl Indirection for ConductorClient {
    async fn reads(&self, _: &Context) -> Option<Arc<Manifest>> {
        let peers = self.peers.as_ref()?;
        peers.of(&self.topic, None).await.reads().cloned()
    }

    async fn class_action(
        &self,
        ctx: &Context,
        class: &'static Class,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError> {
        let answers = arguments.reads().cloned();
        let written = arguments.finish()?;
        let send = |answers: Option<&Arc<Manifest>>| {
            let wanted = self
                .manifests
                .wanted(ctx, class, method, answers, self.form);
            let message = class_message(class, method, &wanted, &written);
            let action = "object_class_action_versions";
            self.call(ctx, class.name, method.name, action, message)
        };
        match send(answers.as_ref()).await {
            Err(error) => match self.older(&error, answers.as_ref()).await {
                Some(older) => send(Some(&older)).await,
                None => Err(error),
            },
            done => done,
        }
    }

    async fn object_action(
        &self,
        ctx: &Context,
        object: &dyn VersionedObject,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError> {
        let class = object.class();
        let answers = arguments.reads().cloned();
        let written = arguments.finish()?;
        let expect = match ctx.expected() {
            expect if expect.is_nothing() => None,
            expect => Some(python_json(&expect.to_json()?)),
        };
        let message = |answers: Option<&Arc<Manifest>>| {
            let wanted = self
                .manifests
                .wanted(ctx, class, method, answers, self.form);
            let mut message = object_message(object, method, answers, wanted, &written)?;
            if let Some(expect) = &expect {
                message.args = message.args.written(EXPECT_ARGUMENT, expect);
            }
            Ok::<_, Error>(message)
        };
        let send = |message| self.call(ctx, class.name, method.name, "object_action", message);
        match send(message(answers.as_ref())?).await {
            Err(CallError::Exception(exception))
                if expect.is_some() && does_not_take_expectations(&exception) =>
            {
                Err(Error::Action {
                    action: method.name.into(),
                    reason: format!(
                        "the conductor that answered cannot compare what is stored, so nothing \
                         was done to this {}; call conductors that can, or with a context that \
                         expects nothing",
                        class.name
                    ),
                }
                .into())
            }
            Err(error) => match self.older(&error, answers.as_ref()).await {
                Some(older) => send(message(Some(&older))?).await,
                None => Err(error),
            },
            done => done,
        }
    }

    async fn backport(
        &self,
        ctx: &Context,
        primitive: &str,
        manifest: &Manifest,
    ) -> Result<String, CallError> {
        tracing::info!(
            bytes = primitive.len(),
            "an object is too new for this release: asking for an older form of it"
        );
        if let Some(peers) = &self.peers {
            peers.skew().asked();
        }
        let args = Kwargs::new()
            .written("objinst", primitive)
            .written("object_versions", &manifest.python_json());
        let action = "object_backport_versions";
        let message = Message { args, reads: None };
        self.call(ctx, "Conductor", action, action, message).await
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

#[cfg(test)]
mod tests {
    use versionedobjects::Exception;

    use super::{EXPECT_ARGUMENT, does_not_take_expectations};

    #[test]
    fn only_pythons_own_type_error_says_that_expectations_are_unknown() {
        let words = format!(
            "ConductorManager.object_action() got an unexpected keyword argument '{EXPECT_ARGUMENT}'"
        );
        for (module, class, message, is) in [
            (Exception::BUILTINS, "TypeError", &*words, true),
            ("elsewhere.exception", "TypeError", &*words, false),
            (Exception::BUILTINS, "ValueError", &*words, false),
            (Exception::BUILTINS, "TypeError", "another", false),
        ] {
            let exception = Exception::new(module, class, message);
            assert_eq!(does_not_take_expectations(&exception), is, "{exception:?}");
        }
    }
}
