//! The service: from the first sign of a conductor to the last operation.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use nova_objects::{Context, InstanceList, RequestContext};
use nova_rpc::{ConductorClient, Member, Peers, SkewCounts};
use nova_service::{Registration, request_codec};
use oslo_messaging::{Dispatcher, Endpoint, RpcServer, ServerOptions, Target, Transport};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::manager::Manager;
use crate::virt::VirtDriver;
use crate::{
    COMPUTE_BINARY, COMPUTE_TOPIC, COMPUTE_VERSION, ComputeEndpoint, ComputeOptions, Error,
    ResourceTracker, Result, readiness,
};

/// The last version of the major before, which callers of older releases send
/// (nova `compute/manager.py`, `_ComputeV5Proxy`).
const OLDER_VERSION: &str = "5.13";

/// Where a compute is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// No conductor has answered yet.
    WaitingForConductor,
    /// A conductor is there; records are made and old business is finished.
    Starting,
    /// It serves.
    Ready,
    /// It serves, but a conductor could not be reached for the last report.
    Disconnected,
    /// It takes no more and finishes what it has.
    Stopping,
}

/// A compute at work since [`Compute::start`].
pub struct Compute {
    server: RpcServer,
    manager: Arc<Manager>,
    peers: Peers,
    state: watch::Sender<State>,
    tasks: Vec<JoinHandle<()>>,
}

impl Compute {
    /// Waits for a conductor, registers the service and its node, finishes what
    /// an earlier run left undone, and serves `compute.HOST`.
    ///
    /// Services may be started in any order and conductors may come and go:
    /// that there is none is waited out, however long it takes. `state` tells
    /// where it is.
    ///
    /// # Errors
    /// What waiting does not change: [`Error`].
    pub async fn start(
        transport: &Transport,
        options: ComputeOptions,
        driver: Arc<dyn VirtDriver>,
        state: watch::Sender<State>,
    ) -> Result<Self> {
        let peers = nova_service::peers(transport, options.pin.as_ref());
        let client =
            ConductorClient::new(transport.clone(), request_codec()).knowing(peers.clone());
        let ctx = Context::remote(Arc::new(client), RequestContext::admin()).keeping_unknown();
        let ctx = match &options.pin {
            Some(pin) => {
                tracing::info!("behaving as a release that reads no newer versions than {pin}");
                pin.apply(&ctx)
            }
            None => ctx,
        };
        let tracker = Arc::new(ResourceTracker::new(options.clone(), driver.clone()));
        let manager = Arc::new(Manager::new(
            &*options.host,
            driver,
            tracker.clone(),
            options.patience,
        ));
        let registration = loop {
            state.send_replace(State::WaitingForConductor);
            readiness::wait_for_conductor(transport)
                .await
                .map_err(Error::Ping)?;
            state.send_replace(State::Starting);
            match prepare(&ctx, &options, &tracker, &manager).await {
                Err(error) if error.is_unreachable() => {
                    tracing::warn!(%error, "the conductor went away while this compute started");
                }
                prepared => break prepared?,
            }
        };
        let server = serve(transport, &ctx, &options, &manager, &peers).await?;
        state.send_replace(State::Ready);
        let reporting = state.clone();
        let every = options.report_interval;
        let mut tasks = vec![tokio::spawn(registration.report(
            ctx.clone(),
            every,
            move |reached| note(&reporting, reached),
        ))];
        if let Some(every) = options.audit_interval {
            tasks.push(tokio::spawn(audit(ctx, tracker, every)));
        }
        Ok(Self {
            server,
            manager,
            peers,
            state,
            tasks,
        })
    }

    /// What other releases have cost it so far.
    #[must_use]
    pub fn skew(&self) -> SkewCounts {
        self.peers.skew().counts()
    }

    /// What carries the operations out.
    #[must_use]
    pub fn manager(&self) -> &Arc<Manager> {
        &self.manager
    }

    /// Takes no more operations, finishes those in flight within `grace` (all
    /// of them if that is zero), and returns how many it had to give up.
    pub async fn stop(mut self, grace: Duration) -> usize {
        self.state.send_replace(State::Stopping);
        let tasks = std::mem::take(&mut self.tasks);
        let unfinished = self.server.stop_within(grace).await;
        // Until here others are told that it is alive: it is.
        for task in tasks {
            task.abort();
        }
        unfinished
    }
}

impl fmt::Debug for Compute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compute")
            .field("server", &self.server)
            .field("state", &*self.state.borrow())
            .finish_non_exhaustive()
    }
}

/// Everything before the first message is taken (nova `service.py`, `start`,
/// and `compute/manager.py`, `init_host`).
async fn prepare(
    ctx: &Context,
    options: &ComputeOptions,
    tracker: &ResourceTracker,
    manager: &Manager,
) -> Result<Registration> {
    let failed = |doing| move |source| Error::Object { doing, source };
    let registration = Registration::of(ctx, &options.host, COMPUTE_BINARY, COMPUTE_TOPIC)
        .await
        .map_err(failed("register this service"))?;
    let id = registration.id().map_err(failed("register this service"))?;
    tracker.prepare(ctx, id).await?;
    let instances = InstanceList::get_by_host(ctx, options.host.as_str())
        .expected_attrs(["info_cache", "metadata", "system_metadata", "flavor"])
        .await
        .map_err(failed("list the instances of this host"))?;
    for mut instance in instances {
        manager.recover(ctx, &mut instance).await;
    }
    tracker.audit(ctx).await?;
    Ok(registration)
}

/// Whether a conductor could be reached for a report.
fn note(state: &watch::Sender<State>, reached: bool) {
    let (from, to) = if reached {
        (State::Disconnected, State::Ready)
    } else {
        (State::Ready, State::Disconnected)
    };
    state.send_if_modified(|state| {
        // It may be a third one by now.
        let fits = *state == from;
        if fits {
            *state = to;
        }
        fits
    });
}

async fn serve(
    transport: &Transport,
    ctx: &Context,
    options: &ComputeOptions,
    manager: &Arc<Manager>,
    peers: &Peers,
) -> Result<RpcServer> {
    let failed = |source| Error::Serve {
        host: options.host.clone(),
        source,
    };
    let endpoint = |version| -> Arc<dyn Endpoint> {
        Arc::new(ComputeEndpoint::new(
            manager.clone(),
            ctx.route().clone(),
            version,
            options.pin.clone(),
            options.patience,
        ))
    };
    let pin = options.pin.as_ref();
    let profile = nova_service::profile(COMPUTE_TOPIC, &options.host, COMPUTE_BINARY, pin)
        .serving([COMPUTE_VERSION, OLDER_VERSION]);
    let member = Member::new(profile, peers.skew().clone()).map_err(failed)?;
    RpcServer::start(
        transport,
        Target::new(COMPUTE_TOPIC).server(&*options.host),
        Dispatcher::new([
            endpoint(COMPUTE_VERSION),
            endpoint(OLDER_VERSION),
            member.endpoint(),
        ]),
        ServerOptions::default(),
    )
    .await
    .map_err(failed)
}

/// Looks at the host's resources from time to time.
async fn audit(ctx: Context, tracker: Arc<ResourceTracker>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        if let Err(error) = tracker.audit(&ctx).await {
            tracing::warn!(%error, "could not look at the resources of this host; it is tried again later");
        }
    }
}
