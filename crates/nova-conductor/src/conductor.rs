//! The service: a store and a bus, joined.

use std::sync::Arc;
use std::time::Duration;

use nova_db::NovaDb;
use nova_objects::{NovaStore, registry};
use nova_rpc::{CONDUCTOR_TOPIC, CONDUCTOR_VERSION, Member, ObjectEndpoint, Skew, SkewCounts};
use nova_service::{Pin, request_codec};
use oslo_messaging::{Dispatcher, Endpoint, RpcServer, ServerOptions, Target, Transport};
use versionedobjects::{Route, Store};

/// A conductor at work since [`Conductor::start`].
#[derive(Debug)]
pub struct Conductor {
    server: RpcServer,
    member: Member,
    skew: Skew,
}

/// The program, as it says itself to others.
const PROGRAM: &str = "nova-conductor";

/// Why a conductor could not start.
#[derive(Debug, thiserror::Error)]
#[error("serve the topic `{CONDUCTOR_TOPIC}` as {host}")]
pub struct Error {
    host: String,
    #[source]
    source: oslo_messaging::Error,
}

impl Conductor {
    /// Serves `conductor` and `conductor.HOST` on the bus, out of the databases.
    ///
    /// # Errors
    /// When the bus refuses to listen.
    pub async fn start(transport: &Transport, host: &str, db: NovaDb) -> Result<Self, Error> {
        Self::of_release(transport, host, db, None).await
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
        let store: Arc<dyn NovaStore> = Arc::new(db);
        Self::serve(transport, host, Route::Direct(Store::new(store)), pin).await
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
        Self::serve(transport, host, route, None).await
    }

    async fn serve(
        transport: &Transport,
        host: &str,
        route: Route,
        pin: Option<Pin>,
    ) -> Result<Self, Error> {
        let failed = |source| Error {
            host: host.to_owned(),
            source,
        };
        let skew = Skew::default();
        let profile = nova_service::profile(CONDUCTOR_TOPIC, host, PROGRAM, pin.as_ref())
            .serving([CONDUCTOR_VERSION]);
        let mut member = Member::new(profile, skew.clone())
            .map_err(failed)?
            .joining();
        let objects = ObjectEndpoint::new(registry(), route, request_codec())
            .pinned(pin.map(|pin| Arc::clone(pin.manifest())))
            .counting(skew.clone());
        let endpoints: [Arc<dyn Endpoint>; 2] = [Arc::new(objects), member.endpoint()];
        let target = Target::new(CONDUCTOR_TOPIC).server(host);
        let server = RpcServer::start(
            transport,
            target,
            Dispatcher::new(endpoints),
            ServerOptions::default(),
        )
        .await
        .map_err(failed)?;
        member.join(transport);
        Ok(Self {
            server,
            member,
            skew,
        })
    }

    /// What callers of other releases have cost it so far.
    #[must_use]
    pub fn skew(&self) -> SkewCounts {
        self.skew.counts()
    }

    /// Takes no more requests, finishes those in flight within `grace`, and
    /// returns how many it had to give up.
    pub async fn stop(self, grace: Duration) -> usize {
        let unfinished = self.server.stop_within(grace).await;
        self.member.leave().await;
        unfinished
    }
}
