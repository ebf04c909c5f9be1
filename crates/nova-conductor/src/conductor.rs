//! The service: a store and a bus, joined.

use std::sync::Arc;
use std::time::Duration;

use nova_db::NovaDb;
use nova_objects::{NovaStore, registry};
use nova_rpc::{CONDUCTOR_TOPIC, ObjectEndpoint};
use nova_service::request_codec;
use oslo_messaging::{BaseApi, Dispatcher, Endpoint, RpcServer, ServerOptions, Target, Transport};
use versionedobjects::{Route, Store};

/// A conductor at work since [`Conductor::start`].
#[derive(Debug)]
pub struct Conductor {
    server: RpcServer,
}

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
        let store: Arc<dyn NovaStore> = Arc::new(db);
        Self::with_route(transport, host, Route::Direct(Store::new(store))).await
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
        let failed = |source| Error {
            host: host.to_owned(),
            source,
        };
        let endpoints: [Arc<dyn Endpoint>; 2] = [
            Arc::new(ObjectEndpoint::new(registry(), route, request_codec())),
            Arc::new(BaseApi::new(CONDUCTOR_TOPIC).map_err(failed)?),
        ];
        let target = Target::new(CONDUCTOR_TOPIC).server(host);
        let server = RpcServer::start(
            transport,
            target,
            Dispatcher::new(endpoints),
            ServerOptions::default(),
        )
        .await
        .map_err(failed)?;
        Ok(Self { server })
    }

    /// Takes no more requests, finishes those in flight within `grace`, and
    /// returns how many it had to give up.
    pub async fn stop(self, grace: Duration) -> usize {
        self.server.stop_within(grace).await
    }
}
