//! From a request to the endpoint that serves it. oslo.messaging `rpc/dispatcher.py`.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;

use crate::args::Args;
use crate::context::ContextView;
use crate::envelope::RequestBody;
use crate::failure::Failure;
use crate::json::Json;
use crate::target::version_is_compatible;

/// Methods of one namespace and version. Implemented by services; called by the [`Dispatcher`].
#[async_trait]
pub trait Endpoint: Send + Sync + 'static {
    /// The namespace of its methods; `None` for a server's main ones.
    fn namespace(&self) -> Option<&str> {
        None
    }

    /// The highest version of its methods: callers of the same major and up to this minor are served.
    fn version(&self) -> &str;

    /// Whether it has the method. Names that begin with `_` are refused before this is asked.
    fn has_method(&self, method: &str) -> bool;

    /// Carries a method out. The future is dropped when nobody waits for the answer any more.
    ///
    /// # Errors
    ///
    /// What the caller gets as a [`RemoteError`](crate::RemoteError).
    async fn call(&self, call: Call<'_>) -> Result<Json, Box<Failure>>;
}

/// What tells a request from every other, and its repeats from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestId<'a> {
    /// A call's own id (`_msg_id`); a caller that asks again for the answer uses the same.
    pub msg_id: Option<&'a str>,
    /// The message's own id (`_unique_id`), the same whenever the bus hands it out.
    pub unique_id: Option<&'a str>,
    /// Whether the bus has handed it out before.
    pub redelivered: bool,
}

impl<'a> RequestId<'a> {
    /// The id all repeats of the request have, if it has any.
    #[must_use]
    pub fn key(&self) -> Option<&'a str> {
        self.msg_id.or(self.unique_id)
    }
}

/// A method call, as an endpoint gets it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The method's name.
    pub method: &'a str,
    /// The arguments by name, each the JSON text it arrived as.
    pub args: &'a Args<'a>,
    /// Who asks.
    pub context: &'a ContextView<'a>,
    /// The version the caller wants.
    pub version: &'a str,
    /// When the caller stops waiting, if the bus knows.
    pub deadline: Option<Instant>,
    /// Which request it is.
    pub id: RequestId<'a>,
}

/// A server's endpoints, asked in order. Cheap to clone.
#[derive(Clone, Default)]
pub struct Dispatcher(Arc<[Arc<dyn Endpoint>]>);

impl Dispatcher {
    /// Endpoints in the order they are asked.
    pub fn new(endpoints: impl IntoIterator<Item = Arc<dyn Endpoint>>) -> Self {
        Self(endpoints.into_iter().collect())
    }

    /// Finds the endpoint and lets it carry the request out. `redelivered` is whether the bus has handed it out before.
    ///
    /// # Errors
    ///
    /// The endpoint's own; `UnsupportedVersion` if none has the namespace in a fitting version; `NoSuchMethod` if those
    /// that have it lack the method, or its name begins with `_`.
    pub async fn dispatch(
        &self,
        request: &RequestBody<'_>,
        deadline: Option<Instant>,
        redelivered: bool,
    ) -> Result<Json, Box<Failure>> {
        let method = request.method.as_ref();
        let id = RequestId {
            msg_id: request.reply_to.as_ref().map(|to| to.msg_id.as_str()),
            unique_id: request.unique_id.as_deref(),
            redelivered,
        };
        let mut compatible = false;
        for endpoint in self.0.iter() {
            if endpoint.namespace() != request.namespace.as_deref()
                || !version_is_compatible(endpoint.version(), &request.version)
            {
                continue;
            }
            if !method.starts_with('_') && endpoint.has_method(method) {
                return endpoint
                    .call(Call {
                        method,
                        args: &request.args,
                        context: &request.context,
                        version: &request.version,
                        deadline,
                        id,
                    })
                    .await;
            }
            compatible = true;
        }
        Err(Box::new(if compatible {
            Failure::no_such_method(method)
        } else {
            Failure::unsupported_version(&request.version, method)
        }))
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(
                self.0
                    .iter()
                    .map(|endpoint| (endpoint.namespace(), endpoint.version())),
            )
            .finish()
    }
}

/// What every Nova service answers under the namespace `baseapi`, version 1.1: `ping(arg)` and `get_backdoor_port()`.
/// nova `baserpc.py`.
#[derive(Clone, Debug)]
pub struct BaseApi {
    service: Json,
}

impl BaseApi {
    /// Answers as `service`, which is the topic: `conductor`.
    ///
    /// # Errors
    ///
    /// None in practice: every string is JSON.
    pub fn new(service: &str) -> crate::Result<Self> {
        Ok(Self {
            service: Json::from_value(service)?,
        })
    }
}

#[async_trait]
impl Endpoint for BaseApi {
    fn namespace(&self) -> Option<&str> {
        Some("baseapi")
    }

    fn version(&self) -> &str {
        "1.1"
    }

    fn has_method(&self, method: &str) -> bool {
        matches!(method, "ping" | "get_backdoor_port")
    }

    async fn call(&self, call: Call<'_>) -> Result<Json, Box<Failure>> {
        if call.method == "ping" {
            let [arg] = call.args.bind("BaseRPCAPI.ping", ["arg"])?;
            return Ok(Json::from_written(format!(
                "{{\"service\": {}, \"arg\": {}}}",
                self.service.get(),
                arg.get()
            )));
        }
        let [] = call.args.bind("BaseRPCAPI.get_backdoor_port", [])?;
        Ok(Json::null())
    }
}
