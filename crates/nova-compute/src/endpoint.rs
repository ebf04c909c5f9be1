//! The methods a compute serves, as messages call them.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use nova_objects::{Context, Instance};
use nova_rpc::{RequestCodec, arguments, failure_of, tell_loads};
use nova_service::request_codec;
use oslo_messaging::{Call, Endpoint, Failure, Json};
use versionedobjects::{CallError, Object as _, ProjectError as _, Route, read_or_backport};

use crate::manager::{Manager, Operation, RebootType};
use crate::{Patience, Pin};

/// Serves a [`Manager`]: the part of nova `compute/manager.py` that messages
/// reach. Arguments it has no use for are ignored.
pub struct ComputeEndpoint {
    manager: Arc<Manager>,
    route: Route,
    codec: Box<dyn RequestCodec>,
    version: &'static str,
    pin: Option<Pin>,
    patience: Patience,
}

impl ComputeEndpoint {
    /// Serves the manager at that version, asking for what it needs by way of
    /// `route`.
    #[must_use]
    pub fn new(
        manager: Arc<Manager>,
        route: Route,
        version: &'static str,
        pin: Option<Pin>,
        patience: Patience,
    ) -> Self {
        Self {
            manager,
            route,
            codec: Box::new(request_codec()),
            version,
            pin,
            patience,
        }
    }

    fn context(&self, call: &Call<'_>) -> Result<Context, Box<Failure>> {
        // What a newer side put into an instance comes back to it with the next save.
        let ctx = self.codec.decode(call.context, self.route.clone())?;
        let ctx = ctx.keeping_unknown();
        Ok(match &self.pin {
            Some(pin) => pin.apply(&ctx),
            None => ctx,
        })
    }

    /// The instance among the arguments, in an older form if that is what this
    /// release reads.
    async fn instance(&self, ctx: &Context, call: &Call<'_>) -> Result<Instance, Box<Failure>> {
        let Some(raw) = call.args.get("instance") else {
            return arguments::object(ctx, call.args, call.method, "instance").await;
        };
        let mut retry = self.patience.begin("ask for an instance in an older form");
        let before = ctx.backports();
        let instance: Instance = loop {
            let error = match read_or_backport(ctx, raw.get()).await {
                Ok(instance) => break instance,
                Err(CallError::Error(error)) => nova_objects::Error::from(error),
                Err(CallError::Exception(exception)) => {
                    nova_objects::Error::from_exception(exception)
                }
            };
            if !retry.again(&error).await {
                return Err(failure_of(error.to_exception()));
            }
        };
        if let Some(pin) = &self.pin {
            let asked = ctx.backports() > before;
            pin.log_received(ctx, call.args, "instance", Instance::class_def(), asked);
        }
        Ok(instance)
    }

    fn operation(call: &Call<'_>) -> Result<Operation, Box<Failure>> {
        let (args, method) = (call.args, call.method);
        Ok(match method {
            "build_and_run_instance" => Operation::Build {
                node: arguments::optional(args, "node")?,
            },
            "start_instance" => Operation::Start,
            "stop_instance" => Operation::Stop {
                clean_shutdown: arguments::optional(args, "clean_shutdown")?.unwrap_or(true),
            },
            "reboot_instance" => {
                let word: String = arguments::required(args, method, "reboot_type")?;
                Operation::Reboot(RebootType::from_word(&word))
            }
            "terminate_instance" => Operation::Terminate,
            other => return Err(Failure::no_such_method(other).into()),
        })
    }

    async fn serve(&self, call: &Call<'_>) -> Result<(), Box<Failure>> {
        let ctx = self.context(call)?;
        let operation = Self::operation(call)?;
        let mut instance = self.instance(&ctx, call).await?;
        let done = self.manager.run(&ctx, &mut instance, operation).await;
        tell_loads(&ctx, call.method);
        done.map_err(|error| failure_of(error.to_exception()))
    }
}

#[async_trait]
impl Endpoint for ComputeEndpoint {
    fn version(&self) -> &str {
        self.version
    }

    fn has_method(&self, method: &str) -> bool {
        matches!(
            method,
            "build_and_run_instance"
                | "start_instance"
                | "stop_instance"
                | "reboot_instance"
                | "terminate_instance"
        )
    }

    async fn call(&self, call: Call<'_>) -> Result<Json, Box<Failure>> {
        match self.serve(&call).await {
            Ok(()) => Ok(Json::null()),
            Err(failure) => {
                // Whoever cast has no other way to learn of it.
                tracing::error!(method = call.method, %failure, "an operation failed");
                Err(failure)
            }
        }
    }
}

impl fmt::Debug for ComputeEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComputeEndpoint")
            .field("version", &self.version)
            .field("pin", &self.pin)
            .finish_non_exhaustive()
    }
}
