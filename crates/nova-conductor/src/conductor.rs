//! The service: a store and a bus, joined.

use std::sync::Arc;
use std::time::Duration;

use nova_db::NovaDb;
use nova_objects::{NovaStore, RequestContext, registry};
use nova_rpc::{CONDUCTOR_TOPIC, CONDUCTOR_VERSION, Member, ObjectEndpoint, Skew, SkewCounts};
use nova_service::{Pin, Registration, request_codec};
use oslo_config::Settings;
use oslo_messaging::driver::AckPolicy;
use oslo_messaging::{Dispatcher, Endpoint, RpcServer, ServerOptions, Target, Transport};
use tokio_util::sync::{CancellationToken, DropGuard};
use versionedobjects::{Route, Store};

use crate::outcomes::DatabaseOutcomes;

/// How often outcomes that are no longer needed are looked for.
const FORGET_EVERY: Duration = Duration::from_secs(30);

/// A conductor at work since [`Conductor::start`].
#[derive(Debug)]
pub struct Conductor {
    server: RpcServer,
    member: Member,
    skew: Skew,
    /// Ends what goes on beside the serving: reports, and forgetting outcomes.
    _beside: Option<DropGuard>,
}

/// The program, as it says itself to others.
const PROGRAM: &str = "nova-conductor";

/// How a conductor works.
#[derive(Clone, Debug)]
pub struct ConductorOptions {
    /// How many requests are carried out at once; as many again are taken
    /// ahead. The rest stays on the bus, where another conductor can have it.
    pub concurrency: u32,
    /// Acknowledge requests after their replies, and apply each once.
    pub at_least_once: Option<OutcomeLimits>,
    /// Behave as a release that knows no newer versions than this names.
    pub pin: Option<Pin>,
    /// Be on record in the table of services, as the original is, with a sign of life so often; none if it is zero. `None`
    /// keeps no record.
    pub report_interval: Option<Duration>,
}

/// How long outcomes are kept, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutcomeLimits {
    /// After this time a repeat is applied again.
    pub age: Duration,
    /// The most that are kept in a database.
    pub count: u64,
}

impl Default for ConductorOptions {
    fn default() -> Self {
        Self {
            concurrency: ServerOptions::default().concurrency,
            at_least_once: None,
            pin: None,
            report_interval: None,
        }
    }
}

impl ConductorOptions {
    /// As the configuration has it.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let conductor = &settings.conductor;
        Self {
            concurrency: u32::try_from(settings.service.executor_thread_pool_size)
                .unwrap_or(u32::MAX),
            at_least_once: conductor.rpc_at_least_once.then_some(OutcomeLimits {
                age: conductor.rpc_outcomes_age,
                count: conductor.rpc_outcomes_count,
            }),
            pin: None,
            report_interval: Some(settings.service.report_interval),
        }
    }

    fn server(&self) -> ServerOptions {
        let options = ServerOptions::default();
        ServerOptions {
            concurrency: self.concurrency,
            queue: self.concurrency.min(options.queue),
            ack_policy: match self.at_least_once {
                Some(_) => AckPolicy::AfterReply,
                None => AckPolicy::BeforeDispatch,
            },
            ..options
        }
    }
}

/// Why a conductor could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bus refused.
    #[error("serve the topic `{CONDUCTOR_TOPIC}` as {host}")]
    Bus {
        /// As whom.
        host: String,
        /// Why.
        #[source]
        source: oslo_messaging::Error,
    },
    /// There is no record of this service, and none can be made.
    #[error("register {host} in the table of services")]
    Register {
        /// As whom.
        host: String,
        /// Why.
        #[source]
        source: nova_objects::Error,
    },
    /// A database has no place for the outcomes of requests.
    #[error(
        "make the table of outcomes for [conductor] rpc_at_least_once: the database's user needs the right to create tables"
    )]
    Outcomes(#[from] nova_db::Error),
}

impl Conductor {
    /// Serves `conductor` and `conductor.HOST` on the bus, out of the databases.
    ///
    /// # Errors
    /// When the bus refuses to listen.
    pub async fn start(transport: &Transport, host: &str, db: NovaDb) -> Result<Self, Error> {
        Self::start_with(transport, host, db, ConductorOptions::default()).await
    }

    /// The same, as a release that knows no newer versions than `pin` names.
    ///
    /// # Errors
    /// When the bus refuses to listen.
    pub async fn of_release(
        transport: &Transport,
        host: &str,
        db: NovaDb,
        pin: Option<Pin>,
    ) -> Result<Self, Error> {
        let options = ConductorOptions {
            pin,
            ..ConductorOptions::default()
        };
        Self::start_with(transport, host, db, options).await
    }

    /// The same, with options.
    ///
    /// # Errors
    /// When the bus refuses to listen, or a database to keep outcomes or the
    /// service's record.
    pub async fn start_with(
        transport: &Transport,
        host: &str,
        db: NovaDb,
        options: ConductorOptions,
    ) -> Result<Self, Error> {
        let store: Arc<dyn NovaStore> = Arc::new(db.clone());
        let route = Route::Direct(Store::new(store));
        let mut endpoint = ObjectEndpoint::new(registry(), route, request_codec());
        let stop = CancellationToken::new();
        if let Some(limits) = options.at_least_once {
            db.create_outcomes().await?;
            endpoint = endpoint.applying_once(Arc::new(DatabaseOutcomes::new(db.clone())));
            let (db, stop) = (db.clone(), stop.clone());
            tokio::spawn(async move { stop.run_until_cancelled(forget(&db, limits)).await });
        }
        let beside = stop.clone().drop_guard();
        // Whoever is answered by it finds it on record.
        let registration = match options.report_interval {
            Some(every) => {
                let own = db.context(RequestContext::admin());
                let registration = Registration::of(&own, host, PROGRAM, CONDUCTOR_TOPIC)
                    .await
                    .map_err(|source| Error::Register {
                        host: host.to_owned(),
                        source,
                    })?;
                Some((registration, own, every))
            }
            None => None,
        };
        let server = options.server();
        let mut conductor = Self::pinned(transport, host, endpoint, server, options.pin).await?;
        if let Some((registration, own, every)) = registration {
            tokio::spawn(async move {
                let report = registration.report(own, every, |_| {});
                stop.run_until_cancelled(report).await
            });
        }
        conductor._beside = Some(beside);
        Ok(conductor)
    }

    /// Serves by whatever route: with a remote one it is a relay, in tests the
    /// store may be anything.
    ///
    /// # Errors
    /// When the bus refuses to listen.
    pub async fn with_route(
        transport: &Transport,
        host: &str,
        route: Route,
    ) -> Result<Self, Error> {
        let endpoint = ObjectEndpoint::new(registry(), route, request_codec());
        Self::serve(transport, host, endpoint, ServerOptions::default()).await
    }

    /// Serves by an endpoint that was made before.
    ///
    /// # Errors
    /// When the bus refuses to listen.
    pub async fn serve(
        transport: &Transport,
        host: &str,
        endpoint: ObjectEndpoint,
        options: ServerOptions,
    ) -> Result<Self, Error> {
        Self::pinned(transport, host, endpoint, options, None).await
    }

    async fn pinned(
        transport: &Transport,
        host: &str,
        endpoint: ObjectEndpoint,
        options: ServerOptions,
        pin: Option<Pin>,
    ) -> Result<Self, Error> {
        let failed = |source| Error::Bus {
            host: host.to_owned(),
            source,
        };
        let skew = Skew::default();
        let profile = nova_service::profile(CONDUCTOR_TOPIC, host, PROGRAM, pin.as_ref())
            .serving([CONDUCTOR_VERSION]);
        let mut member = Member::new(profile, skew.clone())
            .map_err(failed)?
            .joining();
        let objects = endpoint
            .pinned(pin.map(|pin| Arc::clone(pin.manifest())))
            .counting(skew.clone());
        let endpoints: [Arc<dyn Endpoint>; 2] = [Arc::new(objects), member.endpoint()];
        let target = Target::new(CONDUCTOR_TOPIC).server(host);
        let server = RpcServer::start(transport, target, Dispatcher::new(endpoints), options)
            .await
            .map_err(failed)?;
        member.join(transport);
        Ok(Self {
            server,
            member,
            skew,
            _beside: None,
        })
    }

    /// What callers of other releases have cost it so far.
    #[must_use]
    pub fn skew(&self) -> SkewCounts {
        self.skew.counts()
    }

    /// Takes no more requests, finishes those in flight within `grace` (all of
    /// them if that is zero), and returns how many it had to give up.
    pub async fn stop(self, grace: Duration) -> usize {
        let unfinished = self.server.stop_within(grace).await;
        self.member.leave().await;
        unfinished
    }
}

/// Forgets outcomes beyond the limits, again and again.
async fn forget(db: &NovaDb, limits: OutcomeLimits) {
    loop {
        tokio::time::sleep(FORGET_EVERY).await;
        match db.forget_outcomes(limits.age, limits.count).await {
            Ok(0) => {}
            Ok(outcomes) => tracing::debug!(outcomes, "forgot outcomes of requests"),
            Err(error) => tracing::warn!(%error, "cannot forget outcomes of requests"),
        }
    }
}
