//! Who asks, by which route, over which bus. Opened as far as a command needs it.

use std::sync::Arc;
use std::time::Duration;

use nova_db::NovaDb;
use nova_objects::{NovaStore, RequestContext};
use nova_rpc::{CONDUCTOR_TOPIC, ConductorClient};
use nova_service::{Bus, request_codec};
use oslo_config::Settings;
use oslo_messaging::{CallContext, Kwargs, RpcClient, Target, Transport};
use tokio::sync::OnceCell;
use versionedobjects::Context;

use crate::cli::{Common, Route};
use crate::{Error, Result};

/// The name in logs and towards the bus.
pub(crate) const PROGRAM: &str = "novactl";

/// How long a conductor may take for its first sign of life: long enough for
/// a busy one, short enough for whoever sits before the terminal.
const PATIENCE: Duration = Duration::from_secs(5);

/// A command's access to the deployment.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    route: Route,
    request: RequestContext,
    db: OnceCell<NovaDb>,
    bus: OnceCell<Bus>,
    greeted: OnceCell<()>,
}

impl Session {
    /// A session with nothing open yet.
    #[must_use]
    pub fn new(settings: Settings, common: &Common) -> Self {
        let mut request = RequestContext::admin();
        request.user_id = Some(common.os_user_id.clone());
        request.project_id = Some(common.os_project_id.clone());
        request.roles = vec!["admin".to_owned()];
        Self {
            settings,
            route: common.route,
            request,
            db: OnceCell::new(),
            bus: OnceCell::new(),
            greeted: OnceCell::new(),
        }
    }

    /// What is configured.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Who asks.
    #[must_use]
    pub const fn request(&self) -> &RequestContext {
        &self.request
    }

    /// The user who asks.
    #[must_use]
    pub fn user(&self) -> &str {
        self.request.user_id.as_deref().unwrap_or_default()
    }

    /// The context of calls by the chosen route.
    ///
    /// # Errors
    /// [`Error::Database`] by the direct route, [`Error::NoConductor`] by the other.
    pub async fn context(&self) -> Result<Context> {
        match self.route {
            Route::Direct => {
                let store: Arc<dyn NovaStore> = Arc::new(self.database().await?.clone());
                Ok(Context::direct(store, self.request.clone()))
            }
            Route::Conductor => {
                let transport = self.transport().await?.clone();
                let peers = nova_service::peers(&transport, None);
                let client = ConductorClient::new(transport, request_codec()).knowing(peers);
                Ok(Context::remote(Arc::new(client), self.request.clone()))
            }
        }
    }

    /// The same for a request of its own, so that what it does is recorded as
    /// one action.
    ///
    /// # Errors
    /// As [`Session::context`].
    pub async fn context_with(&self, request: RequestContext) -> Result<Context> {
        Ok(self.context().await?.with_request(request))
    }

    async fn database(&self) -> Result<&NovaDb> {
        Ok(self
            .db
            .get_or_try_init(|| nova_conductor::open_database(&self.settings))
            .await?)
    }

    /// The bus, on which a conductor has been found to be at work.
    ///
    /// # Errors
    /// [`Error::NoConductor`], and [`Error::Start`] when the URL cannot be used.
    pub async fn transport(&self) -> Result<&Transport> {
        let transport = self.bus().await?;
        self.greeted
            .get_or_try_init(|| self.greet(transport))
            .await?;
        Ok(transport)
    }

    /// The bus, whoever is on it.
    ///
    /// # Errors
    /// [`Error::Start`] when the URL cannot be used.
    pub async fn bus(&self) -> Result<&Transport> {
        let join = || Bus::join(PROGRAM, &self.settings);
        Ok(self.bus.get_or_try_init(join).await?.transport())
    }

    /// Asks for a sign of life, so that a conductor that is not there is said
    /// so at once and not after `rpc_response_timeout`.
    async fn greet(&self, transport: &Transport) -> Result<()> {
        let failed = |source| Error::NoConductor {
            url: oslo_config::mask_urls(self.settings.service.transport_url.expose()).into_owned(),
            source,
        };
        let target = Target::new(CONDUCTOR_TOPIC)
            .namespace("baseapi")
            .version("1.0");
        let patience = PATIENCE.min(self.settings.service.rpc_response_timeout);
        let client = RpcClient::new(transport.clone(), target).timeout(patience);
        let args = Kwargs::new().value("arg", PROGRAM).map_err(failed)?;
        client
            .prepare()
            .call(&CallContext::empty(), "ping", &args)
            .await
            .map_err(failed)?;
        Ok(())
    }

    /// Closes what was opened.
    pub async fn close(self) {
        if let Some(bus) = self.bus.into_inner() {
            bus.close().await;
        }
        if let Some(db) = self.db.into_inner() {
            db.close().await;
        }
    }
}
