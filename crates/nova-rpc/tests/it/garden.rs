//! Plants in beds, kept in memory: a project of its own for the tests.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use nova_rpc::{ConductorClient, NoRequest, ObjectEndpoint};
use oslo_messaging::{Dispatcher, RpcServer, ServerOptions, Target, Transport, TransportOptions};
use versionedobjects::prelude::*;
use versionedobjects::{Error, Exception, Form, ProjectError, Registry, Route, Store};

/// The project.
#[derive(Debug)]
pub struct Garden;

impl versionedobjects::Project for Garden {
    const PREFIX: &'static str = "garden_object";
    const NAMESPACE: &'static str = "garden";
    type Store = dyn GardenStore;
    type Error = GardenError;
}

pub type Result<T> = std::result::Result<T, GardenError>;

#[derive(Debug, thiserror::Error)]
pub enum GardenError {
    #[error(transparent)]
    Object(#[from] Error),
    #[error("nothing called {name} grows here")]
    NoPlant { name: String },
    #[error("{}: {}", .0.class, .0.message)]
    Remote(Exception),
}

impl ProjectError for GardenError {
    fn to_exception(&self) -> Exception {
        match self {
            Self::Object(error) => error.to_exception(),
            Self::NoPlant { name } => {
                let mut exception = Exception::new("garden", "NoPlant", self.to_string());
                exception
                    .kwargs
                    .insert("name".to_owned(), name.as_str().into());
                exception
            }
            Self::Remote(exception) => exception.clone(),
        }
    }

    fn from_exception(exception: Exception) -> Self {
        match exception.kwargs.get("name").and_then(Json::as_str) {
            Some(name) if exception.is("garden", "NoPlant") => Self::NoPlant {
                name: name.to_owned(),
            },
            _ => Self::Remote(exception),
        }
    }
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(history("1.0" = "Initial version", "1.1" = "Added chalk"))]
pub struct Soil {
    meta: Meta,
    ph: Attr<f64>,
    #[object(since = "1.1")]
    chalk: Attr<bool>,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(methods, history("1.0" = "Initial version", "1.1" = "Added height", "1.2" = "Soil is 1.1"))]
pub struct Plant {
    meta: Meta,
    name: Attr<String>,
    #[object(since = "1.1")]
    height: Attr<Option<i64>>,
    soil: Attr<Soil>,
    notes: Attr<Dict<String>>,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(list_of(Plant), methods, history("1.0" = "Initial version", "1.1" = "Plant is 1.2"))]
pub struct PlantList {
    meta: Meta,
    objects: Attr<Vec<Plant>>,
}

#[remotable(Plant)]
pub trait PlantStore {
    async fn get(&self, ctx: &Context, name: String) -> Result<Plant>;
    async fn find(&self, ctx: &Context, name: String) -> Result<Option<Plant>>;
    async fn pair(&self, ctx: &Context, name: String) -> Result<(Plant, i64)>;
    async fn sleep(&self, ctx: &Context, millis: i64) -> Result<()>;
    async fn save(&self, ctx: &Context, plant: &mut Plant) -> Result<()>;
    async fn grow(&self, ctx: &Context, plant: &mut Plant) -> Result<()>;
    async fn water(
        &self,
        ctx: &Context,
        plant: &mut Plant,
        #[arg(default = 1)] litres: i64,
    ) -> Result<i64>;
}

#[remotable(PlantList)]
pub trait PlantListStore {
    async fn get_all(&self, ctx: &Context) -> Result<PlantList>;
}

pub trait GardenStore: PlantStore + PlantListStore {}
impl<T: PlantStore + PlantListStore> GardenStore for T {}

/// The store: what a database would be.
#[derive(Debug, Default)]
pub struct Bed {
    plants: Mutex<BTreeMap<String, Plant>>,
    /// How many sleeps ran to their end.
    pub slept: AtomicU32,
}

impl Bed {
    fn plants(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Plant>> {
        self.plants
            .lock()
            .expect("no test panics while it holds the bed")
    }
}

#[async_trait]
impl PlantStore for Bed {
    async fn get(&self, _: &Context, name: String) -> Result<Plant> {
        self.plants()
            .get(&name)
            .cloned()
            .ok_or(GardenError::NoPlant { name })
    }

    async fn find(&self, _: &Context, name: String) -> Result<Option<Plant>> {
        Ok(self.plants().get(&name).cloned())
    }

    async fn pair(&self, ctx: &Context, name: String) -> Result<(Plant, i64)> {
        Ok((self.get(ctx, name).await?, 7))
    }

    async fn sleep(&self, _: &Context, millis: i64) -> Result<()> {
        tokio::time::sleep(Duration::from_millis(millis.unsigned_abs())).await;
        self.slept.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    async fn save(&self, _: &Context, plant: &mut Plant) -> Result<()> {
        plant.reset_changes_recursively();
        self.plants()
            .insert(plant.name()?.to_owned(), plant.clone());
        Ok(())
    }

    async fn grow(&self, _: &Context, plant: &mut Plant) -> Result<()> {
        plant.set_height(100);
        Ok(())
    }

    async fn water(&self, _: &Context, plant: &mut Plant, litres: i64) -> Result<i64> {
        let height = plant.height()?.unwrap_or(0) + litres;
        plant.set_height(height);
        Ok(height)
    }
}

#[async_trait]
impl PlantListStore for Bed {
    async fn get_all(&self, _: &Context) -> Result<PlantList> {
        Ok(self.plants().values().cloned().collect())
    }
}

pub fn plant(name: &str) -> Plant {
    let mut soil = Soil::new();
    soil.set_ph(6.5);
    soil.set_chalk(true);
    let mut plant = Plant::new();
    plant.set_name(name);
    plant.set_height(3);
    plant.set_soil(soil);
    plant.set_notes(Dict::from_iter([("light".to_owned(), "half".to_owned())]));
    plant
}

pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
        Registry::new([
            Soil::class_def(),
            Plant::class_def(),
            PlantList::class_def(),
        ])
    });
    &REGISTRY
}

/// A server over the bus in memory, and what it takes to call it.
pub struct Plot {
    pub bed: Arc<Bed>,
    pub transport: Transport,
    pub server: RpcServer,
}

pub async fn transport() -> Transport {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let url = format!("fake://garden-{}", NEXT.fetch_add(1, Ordering::Relaxed))
        .parse()
        .expect("a URL");
    Transport::open(&url, TransportOptions::default(), &[])
        .await
        .expect("the bus in memory")
}

pub async fn serve(transport: &Transport, topic: &str, route: Route) -> RpcServer {
    let endpoint = Arc::new(ObjectEndpoint::new(registry(), route, NoRequest));
    let target = Target::new(topic).server("plot");
    RpcServer::start(
        transport,
        target,
        Dispatcher::new([endpoint as _]),
        ServerOptions::default(),
    )
    .await
    .expect("a server")
}

pub async fn plot() -> Plot {
    let bed = Arc::new(Bed::default());
    let store: Arc<dyn GardenStore> = bed.clone();
    let transport = transport().await;
    let server = serve(&transport, "garden", Route::Direct(Store::new(store))).await;
    Plot {
        bed,
        transport,
        server,
    }
}

impl Plot {
    pub fn remote(&self, form: Form) -> Context {
        let client =
            ConductorClient::with_topic(self.transport.clone(), "garden", NoRequest).form(form);
        Context::remote(Arc::new(client), ())
    }

    pub fn direct(&self) -> Context {
        let store: Arc<dyn GardenStore> = self.bed.clone();
        Context::direct(store, ())
    }
}
