//! The store of a process that has the databases.

use std::any::Any;
use std::sync::Arc;

use nova_objects::{Context, NovaStore};

use crate::connection::NovaDb;

impl NovaDb {
    /// A context whose calls go straight to these databases. `request` says who asks,
    /// as a [`RequestContext`](nova_objects::RequestContext).
    ///
    /// ```no_run
    /// use nova_db::{NovaDb, Options};
    /// use nova_objects::{RequestContext, Service};
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let db = NovaDb::open("sqlite:///nova.db", "sqlite:///nova_api.db", &Options::default()).await?;
    /// db.sync(|_| ()).await?;
    /// let ctx = db.context(RequestContext::admin());
    /// let service = Service::get_by_compute_host(&ctx, "compute-1").await?;
    /// println!("{}", service.uuid()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn context(&self, request: impl Any + Send + Sync) -> Context {
        let store: Arc<dyn NovaStore> = Arc::new(self.clone());
        Context::direct(store, request)
    }
}
