//! A deployment in one process: database, conductor, bus, compute.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use nova_compute::virt::{FakeDriver, FakeOptions, HostResources, VirtDriver, VirtError};
use nova_compute::{Compute, ComputeClient, ComputeOptions, Pin, RebootType, State};
use nova_conductor::Conductor;
use nova_db::NovaDb;
use nova_objects::compute::{task_states, vm_states};
use nova_objects::{
    Context, Flavor, Instance, InstanceAction, InstanceActionEventList, InstanceActionList,
    InstanceFault, InstanceInfoCache, NovaStore, ReadDeleted, RequestContext,
};
use nova_rpc::ConductorClient;
use nova_service::request_codec;
use oslo_messaging::{Transport, TransportOptions};
use oslo_messaging_rabbit::{RabbitFactory, RabbitOptions};
use tempfile::TempDir;
use test_support::database::TestDatabase;
use test_support::database::nova_db::Dialect;
use tokio::sync::watch;
use versionedobjects::fields::Dict;
use versionedobjects::{
    CallError, Class, Indirection, Manifest, MethodDef, Outgoing, Route, VersionedObject,
};

pub(crate) const HOST: &str = "compute-1";

/// How long anything may take before the test says that it does not happen.
const DEADLINE: Duration = Duration::from_secs(30);

/// Runs a test on a database of its own.
pub(crate) fn on_sqlite(body: impl AsyncFnOnce(World)) {
    test_support::database::run(Dialect::Sqlite, async {
        let db = TestDatabase::create(Dialect::Sqlite).await.nova;
        let bus = format!("fake://{}", uuid::Uuid::new_v4());
        Box::pin(body(World::new(db, &bus).await)).await;
    });
}

pub(crate) fn fresh_uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

pub(crate) async fn open(url: &str) -> Transport {
    let options = TransportOptions {
        response_timeout: Duration::from_secs(5),
        ..TransportOptions::default()
    };
    Transport::open(&url.parse().expect("a URL"), options, &[])
        .await
        .expect("a bus")
}

/// RabbitMQ, as one who casts to computes has it.
pub(crate) async fn open_rabbit(url: &str) -> Transport {
    let factory = RabbitFactory::new(RabbitOptions::default());
    let options = TransportOptions {
        exchange: "nova".into(),
        connection_name: "nova-api".into(),
        ..TransportOptions::default()
    };
    Transport::open(&url.parse().expect("a URL"), options, &[&factory])
        .await
        .expect("the broker answers")
}

/// Everything but the compute.
pub(crate) struct World {
    pub(crate) db: NovaDb,
    pub(crate) transport: Transport,
    pub(crate) state_path: TempDir,
}

impl World {
    pub(crate) async fn new(db: NovaDb, bus: &str) -> Self {
        let transport = open(bus).await;
        Self {
            db,
            transport,
            state_path: tempfile::tempdir().expect("a folder"),
        }
    }

    /// Whoever has the database, on behalf of one request of a user's.
    pub(crate) fn request(&self) -> Context {
        let mut request = RequestContext::admin();
        request.user_id = Some("alice".to_owned());
        request.project_id = Some("demo".to_owned());
        let store: Arc<dyn NovaStore> = Arc::new(self.db.clone());
        Context::direct(store, request)
    }

    /// The same, seeing what is deleted.
    pub(crate) fn all(&self) -> Context {
        self.request()
            .with_request(RequestContext::admin().with_read_deleted(ReadDeleted::Yes))
    }

    pub(crate) async fn conductor(&self) -> Conductor {
        Conductor::start(&self.transport, "conductor-1", self.db.clone())
            .await
            .expect("a conductor")
    }

    /// A conductor that writes down what it is asked. It is a relay to another
    /// one, on a bus between the two.
    pub(crate) async fn witness(&self) -> (Vec<Conductor>, Arc<Witness>) {
        let bus = open(&format!("fake://{}", fresh_uuid())).await;
        let behind = Conductor::start(&bus, "conductor-2", self.db.clone())
            .await
            .expect("a conductor");
        let witness = Arc::new(Witness {
            client: ConductorClient::new(bus, request_codec()),
            saves: Mutex::default(),
        });
        let route = Route::Remote(witness.clone());
        let front = Conductor::with_route(&self.transport, "conductor-1", route)
            .await
            .expect("a relay");
        (vec![front, behind], witness)
    }

    pub(crate) fn options(&self) -> ComputeOptions {
        ComputeOptions {
            report_interval: Duration::from_millis(50),
            ..ComputeOptions::new(HOST, self.state_path.path())
        }
    }

    pub(crate) async fn compute(&self) -> Compute {
        self.compute_with(
            Arc::new(FakeDriver::new(HOST, FakeOptions::default())),
            None,
        )
        .await
    }

    pub(crate) async fn compute_with(
        &self,
        driver: Arc<dyn VirtDriver>,
        pin: Option<Pin>,
    ) -> Compute {
        let options = ComputeOptions {
            pin,
            ..self.options()
        };
        let (state, _) = watch::channel(State::WaitingForConductor);
        Compute::start(&self.transport, options, driver, state)
            .await
            .expect("a compute")
    }

    pub(crate) fn client(&self) -> ComputeClient {
        ComputeClient::new(self.transport.clone())
    }

    /// The record of a server as the api makes it, without a host.
    pub(crate) async fn record(&self, ctx: &Context, specs: &[(&str, &str)]) -> Instance {
        let mut instance = Instance::new();
        instance.set_uuid(fresh_uuid());
        instance.set_user_id("alice".to_owned());
        instance.set_project_id("demo".to_owned());
        instance.set_display_name("server");
        instance.set_vm_state(vm_states::BUILDING);
        instance.set_task_state(task_states::SCHEDULING);
        instance.set_power_state(0);
        instance.set_memory_mb(512);
        instance.set_vcpus(1);
        instance.set_root_gb(10);
        instance.set_ephemeral_gb(0);
        instance.set_system_metadata(Dict::default());
        instance.set_flavor(flavor(specs));
        instance.set_old_flavor(None::<Flavor>);
        instance.set_new_flavor(None::<Flavor>);
        instance.set_info_cache(InstanceInfoCache::for_instance(
            instance.uuid().expect("set").to_owned(),
        ));
        instance.create(ctx).await.expect("a record");
        instance
    }

    /// Asks for a server; it is built when this returns, or soon after.
    pub(crate) async fn ask_for_server(&self, specs: &[(&str, &str)]) -> (Context, String) {
        let ctx = self.request();
        let instance = self.record(&ctx, specs).await;
        let uuid = instance.uuid().expect("set").to_owned();
        self.begin(&ctx, &uuid, "create").await;
        let cast = self
            .client()
            .build_and_run_instance(&ctx, HOST, &instance, None)
            .await;
        cast.expect("the bus takes it");
        (ctx, uuid)
    }

    pub(crate) async fn server(&self, specs: &[(&str, &str)]) -> Instance {
        let (_, uuid) = self.ask_for_server(specs).await;
        self.until(&uuid, |instance| {
            state(instance) == (vm_states::ACTIVE, None)
        })
        .await
    }

    pub(crate) async fn begin(&self, ctx: &Context, uuid: &str, action: &str) {
        InstanceAction::action_start(ctx, uuid, action)
            .want_result(false)
            .await
            .expect("an action");
    }

    /// What the api does before it tells a compute: claims the instance for a
    /// task and records the action.
    pub(crate) async fn claim(&self, instance: &mut Instance, action: &str, task: &str) -> Context {
        let ctx = self.request();
        instance.set_task_state(task);
        instance.save(&ctx).await.expect("the task is set");
        self.begin(&ctx, instance.uuid().expect("set"), action)
            .await;
        ctx
    }

    /// The record as it is.
    pub(crate) async fn read(&self, uuid: &str) -> Instance {
        Instance::get_by_uuid(&self.all(), uuid)
            .expected_attrs(["system_metadata", "flavor"])
            .await
            .expect("the record")
    }

    /// The record, as soon as it is what is wanted.
    pub(crate) async fn until(&self, uuid: &str, wanted: impl Fn(&Instance) -> bool) -> Instance {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let instance = self.read(uuid).await;
            if wanted(&instance) {
                return instance;
            }
            assert!(
                Instant::now() < deadline,
                "the server is {:?} for too long; its events: {:?}",
                state(&instance),
                self.events(uuid).await
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The events of an instance, oldest first: action, event, and its result
    /// once it has one.
    pub(crate) async fn events(&self, uuid: &str) -> Vec<(String, String, Option<String>)> {
        let ctx = self.all();
        let actions = InstanceActionList::get_by_instance_uuid(&ctx, uuid)
            .await
            .expect("actions");
        let mut found = Vec::new();
        for action in actions {
            let id = action.id().expect("an id");
            for event in InstanceActionEventList::get_by_action(&ctx, id)
                .await
                .expect("events")
            {
                let text = |value: Option<&str>| value.map(str::to_owned);
                found.push((
                    text(action.action().expect("set")).unwrap_or_default(),
                    text(event.event().expect("set")).unwrap_or_default(),
                    text(event.result().expect("set")),
                ));
            }
        }
        found.reverse();
        found
    }

    /// The result of the one event of an action, once there is one.
    pub(crate) async fn finished(&self, uuid: &str, action: &str) -> (String, String) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let events = self.events(uuid).await;
            let found = events.iter().find_map(|(of, event, result)| {
                (of == action).then_some(())?;
                Some((event.clone(), result.clone()?))
            });
            if let Some(found) = found {
                return found;
            }
            assert!(
                Instant::now() < deadline,
                "{action} does not end; events: {events:?}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) async fn fault(&self, uuid: &str) -> Option<InstanceFault> {
        InstanceFault::get_latest_for_instance(&self.all(), uuid)
            .await
            .expect("faults can be read")
    }
}

pub(crate) fn flavor(specs: &[(&str, &str)]) -> Flavor {
    let mut flavor = Flavor::new();
    flavor.set_id(1);
    flavor.set_name("small".to_owned());
    flavor.set_flavorid("1");
    flavor.set_memory_mb(512);
    flavor.set_vcpus(1);
    flavor.set_root_gb(10);
    flavor.set_ephemeral_gb(0);
    flavor.set_swap(0);
    flavor.set_disabled(false);
    flavor.set_is_public(true);
    flavor.set_description("as small as can be".to_owned());
    let specs = specs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    flavor.set_extra_specs(specs.collect::<Dict<String>>());
    flavor
}

/// `vm_state` and `task_state`.
pub(crate) fn state(instance: &Instance) -> (&str, Option<&str>) {
    (
        instance.vm_state().expect("set").unwrap_or_default(),
        instance.task_state().expect("set"),
    )
}

/// Waits for something that is not an instance.
pub(crate) async fn eventually(what: &str, mut happened: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !happened().await {
        assert!(Instant::now() < deadline, "{what}: it does not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Writes down which states of instances were saved, and what had to be
/// written in an older form, and passes everything on.
pub(crate) struct Witness {
    client: ConductorClient,
    saves: Mutex<Vec<(String, Option<String>)>>,
}

impl Witness {
    /// The states that were saved since this was asked last, without repeats.
    pub(crate) fn saved(&self) -> Vec<(String, Option<String>)> {
        let mut saves = std::mem::take(&mut *self.saves.lock().expect("not poisoned"));
        saves.dedup();
        saves
    }
}

#[async_trait]
impl Indirection for Witness {
    async fn class_action(
        &self,
        ctx: &Context,
        class: &'static Class,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError> {
        self.client
            .class_action(ctx, class, method, arguments)
            .await
    }

    async fn object_action(
        &self,
        ctx: &Context,
        object: &dyn VersionedObject,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError> {
        if let Some(instance) = object.downcast_ref::<Instance>()
            && method.name == "save"
        {
            let (vm_state, task_state) = state(instance);
            let entry = (vm_state.to_owned(), task_state.map(str::to_owned));
            self.saves.lock().expect("not poisoned").push(entry);
        }
        self.client
            .object_action(ctx, object, method, arguments)
            .await
    }

    async fn backport(
        &self,
        ctx: &Context,
        primitive: &str,
        manifest: &Manifest,
    ) -> Result<String, CallError> {
        self.client.backport(ctx, primitive, manifest).await
    }
}

/// The fake driver, with a look at what it is asked.
#[derive(Debug)]
pub(crate) struct Spy {
    pub(crate) driver: FakeDriver,
    /// What began and ended, with the instance.
    log: Mutex<Vec<(String, &'static str, bool)>>,
    /// The first instance that was to be made.
    spawned: Mutex<Option<Instance>>,
}

impl Spy {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            driver: FakeDriver::new(HOST, FakeOptions::default()),
            log: Mutex::default(),
            spawned: Mutex::default(),
        })
    }

    /// What began (`true`) and ended (`false`), in order.
    pub(crate) fn log(&self) -> Vec<(String, &'static str, bool)> {
        self.log.lock().expect("not poisoned").clone()
    }

    pub(crate) fn began(&self, operation: &str) -> bool {
        self.log()
            .iter()
            .any(|(_, what, begins)| *what == operation && *begins)
    }

    pub(crate) fn spawned(&self) -> Option<Instance> {
        self.spawned.lock().expect("not poisoned").clone()
    }

    fn note(&self, instance: &Instance, what: &'static str, begins: bool) {
        let uuid = instance.uuid().expect("set").to_owned();
        self.log
            .lock()
            .expect("not poisoned")
            .push((uuid, what, begins));
    }
}

#[async_trait]
impl VirtDriver for Spy {
    fn node(&self) -> &str {
        self.driver.node()
    }

    async fn resources(&self) -> Result<HostResources, VirtError> {
        self.driver.resources().await
    }

    async fn guests(&self) -> Result<Vec<String>, VirtError> {
        self.driver.guests().await
    }

    async fn power_state(&self, uuid: &str) -> Result<i64, VirtError> {
        self.driver.power_state(uuid).await
    }

    async fn spawn(&self, instance: &Instance) -> Result<(), VirtError> {
        self.note(instance, "spawn", true);
        self.spawned
            .lock()
            .expect("not poisoned")
            .get_or_insert_with(|| instance.clone());
        let result = self.driver.spawn(instance).await;
        self.note(instance, "spawn", false);
        result
    }

    async fn power_on(&self, instance: &Instance) -> Result<(), VirtError> {
        self.note(instance, "power_on", true);
        let result = self.driver.power_on(instance).await;
        self.note(instance, "power_on", false);
        result
    }

    async fn power_off(&self, instance: &Instance, clean: bool) -> Result<(), VirtError> {
        self.note(instance, "power_off", true);
        let result = self.driver.power_off(instance, clean).await;
        self.note(instance, "power_off", false);
        result
    }

    async fn reboot(&self, instance: &Instance, reboot: RebootType) -> Result<(), VirtError> {
        self.note(instance, "reboot", true);
        let result = self.driver.reboot(instance, reboot).await;
        self.note(instance, "reboot", false);
        result
    }

    async fn destroy(&self, instance: &Instance) -> Result<(), VirtError> {
        self.note(instance, "destroy", true);
        let result = self.driver.destroy(instance).await;
        self.note(instance, "destroy", false);
        result
    }
}
