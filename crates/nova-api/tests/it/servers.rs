//! What becomes of a request: a record, and a message to a compute.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use nova_api::{Error, Liveness, NewServer, RebootType, Servers};
use nova_compute::{COMPUTE_TOPIC, COMPUTE_VERSION, ComputeClient};
use nova_db::NovaDb;
use nova_objects::{Context, Instance, InstanceActionList, KeyPair};
use oslo_messaging::{
    Call, Dispatcher, Endpoint, Failure, Json, RpcServer, ServerOptions, Target, Transport,
    TransportOptions,
};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{compute, context, flavor};

/// What a compute was told: the method, and the server's uuid and task.
type Told = (String, String, Option<String>);

/// A compute that only writes down what it is told.
struct Listener(Mutex<mpsc::UnboundedSender<Told>>);

#[async_trait]
impl Endpoint for Listener {
    fn version(&self) -> &str {
        COMPUTE_VERSION
    }

    fn has_method(&self, _method: &str) -> bool {
        true
    }

    async fn call(&self, call: Call<'_>) -> Result<Json, Box<Failure>> {
        let instance = call
            .args
            .get("instance")
            .expect("every method is about one")
            .get();
        let instance =
            <Instance as versionedobjects::Object>::from_json(instance).expect("it is an instance");
        let uuid = instance.uuid().expect("it has one").to_string();
        let task = instance.task_state().expect("it is set").map(str::to_owned);
        self.0
            .lock()
            .expect("nobody panicked")
            .send((call.method.to_owned(), uuid, task))
            .expect("the test listens");
        Ok(Json::null())
    }
}

struct Front {
    ctx: Context,
    servers: Servers,
    told: mpsc::UnboundedReceiver<Told>,
    _listener: RpcServer,
}

async fn front(db: &NovaDb) -> Front {
    let ctx = context(db);
    compute(&ctx, "node-1", 4096).await;
    flavor(&ctx, "m1", 1, 1024, 10).await;
    let url = format!("fake://{}", Uuid::new_v4()).parse().expect("a URL");
    let transport = Transport::open(&url, TransportOptions::default(), &[])
        .await
        .expect("the bus opens");
    let (sender, told) = mpsc::unbounded_channel();
    let endpoint: Arc<dyn Endpoint> = Arc::new(Listener(Mutex::new(sender)));
    let target = Target::new(COMPUTE_TOPIC).server("node-1");
    let listener = RpcServer::start(
        &transport,
        target,
        Dispatcher::new([endpoint]),
        ServerOptions::default(),
    )
    .await
    .expect("it listens");
    let servers = Servers::new(
        ComputeClient::new(transport),
        Liveness::new(Duration::from_secs(60)),
    );
    Front {
        ctx,
        servers,
        told,
        _listener: listener,
    }
}

fn wanted() -> NewServer {
    NewServer {
        name: "Web Server_1".to_owned(),
        flavor: "m1".to_owned(),
        ..NewServer::default()
    }
}

impl Front {
    /// A server as a compute would leave it.
    async fn server(&mut self, vm_state: &str) -> Instance {
        let mut instance = self
            .servers
            .create(&self.ctx, wanted())
            .await
            .expect("there is room");
        self.told.recv().await.expect("the compute is told");
        instance.set_host("node-1");
        instance.set_vm_state(vm_state);
        instance.set_task_state(None);
        instance.save(&self.ctx).await.expect("it is saved");
        instance
    }

    async fn expect(&mut self, method: &str, instance: &Instance, task: &str) {
        let uuid = instance.uuid().expect("it has one").to_string();
        let told = self.told.recv().await.expect("the compute is told");
        assert_eq!(told, (method.to_owned(), uuid, Some(task.to_owned())));
    }
}

test_support::on_every_database! {
    /// The record is there before the compute hears of it, and is Nova's.
    async fn a_new_server_is_recorded_and_handed_to_its_compute(db: NovaDb) {
        let mut front = front(&db).await;
        let mut key = KeyPair::new();
        key.set_user_id("alice");
        key.set_name("laptop");
        key.set_type("ssh");
        key.set_public_key("ssh-ed25519 AAAA");
        key.create(&front.ctx).await.expect("it is created");
        let new = NewServer {
            key_name: Some("laptop".to_owned()),
            metadata: vec![("role".to_owned(), "front".to_owned())],
            ..wanted()
        };
        let instance = front.servers.create(&front.ctx, new).await.expect("there is room");
        front.expect("build_and_run_instance", &instance, "scheduling").await;
        let uuid = instance.uuid().expect("it has one").to_string();
        let attributes = ["flavor", "metadata"].map(str::to_owned).to_vec();
        let found = Instance::get_by_uuid(&front.ctx, uuid.as_str()).expected_attrs(attributes).await.expect("it is recorded");
        assert_eq!(found.vm_state().expect("it is set"), Some("building"));
        assert_eq!(found.hostname().expect("it is set"), Some("web-server-1"));
        assert_eq!(found.key_data().expect("it is set"), Some("ssh-ed25519 AAAA"));
        assert_eq!(found.user_id().expect("it is set"), Some("alice"));
        assert_eq!(found.flavor().expect("it is loaded").name().expect("it is set"), Some("m1"));
        assert_eq!(found.metadata().expect("it is loaded").get("role").map(String::as_str), Some("front"));
        let actions = InstanceActionList::get_by_instance_uuid(&front.ctx, uuid.as_str()).await.expect("they are there");
        let names: Vec<_> = actions.iter().map(|action| action.action().expect("it is set")).collect();
        assert_eq!(names, [Some("create")]);
    }

    /// Each action claims the server with its task before the compute is told.
    async fn actions_set_their_task(db: NovaDb) {
        let mut front = front(&db).await;
        let mut instance = front.server("active").await;
        front.servers.stop(&front.ctx, &mut instance).await.expect("it runs");
        front.expect("stop_instance", &instance, "powering-off").await;
        let mut instance = front.server("stopped").await;
        front.servers.start(&front.ctx, &mut instance).await.expect("it is stopped");
        front.expect("start_instance", &instance, "powering-on").await;
        for (how, task) in [(RebootType::Soft, "rebooting"), (RebootType::Hard, "rebooting_hard")] {
            let mut instance = front.server("active").await;
            front.servers.reboot(&front.ctx, &mut instance, how).await.expect("it runs");
            front.expect("reboot_instance", &instance, task).await;
        }
        let mut instance = front.server("active").await;
        front.servers.delete(&front.ctx, &mut instance).await.expect("anything can be deleted");
        front.expect("terminate_instance", &instance, "deleting").await;
    }

    /// A state that does not allow the action is refused, and nobody is told.
    async fn states_are_respected(db: NovaDb) {
        let mut front = front(&db).await;
        let mut instance = front.server("active").await;
        let refused = front.servers.start(&front.ctx, &mut instance).await.expect_err("it runs");
        assert!(matches!(refused, Error::State { attribute: "vm_state", .. }), "{refused}");
        let mut twin = instance.clone();
        front.servers.stop(&front.ctx, &mut instance).await.expect("it runs");
        front.expect("stop_instance", &instance, "powering-off").await;
        let refused = front.servers.reboot(&front.ctx, &mut instance, RebootType::Soft).await.expect_err("it is busy");
        assert!(matches!(refused, Error::State { attribute: "task_state", .. }), "{refused}");
        // Whoever has an older copy is stopped by the record itself.
        let refused = front.servers.stop(&front.ctx, &mut twin).await.expect_err("another was first");
        assert!(matches!(&refused, Error::Object(error) if error.is_class("UnexpectedTaskStateError")), "{refused}");
        assert!(front.told.try_recv().is_err());
    }

    /// A server that never came to a compute is deleted without one.
    async fn a_server_without_a_host_is_deleted_at_once(db: NovaDb) {
        let mut front = front(&db).await;
        let mut instance = front.servers.create(&front.ctx, wanted()).await.expect("there is room");
        front.expect("build_and_run_instance", &instance, "scheduling").await;
        front.servers.delete(&front.ctx, &mut instance).await.expect("it is deleted");
        let uuid = instance.uuid().expect("it has one").to_string();
        let gone = Instance::get_by_uuid(&front.ctx, uuid).await.expect_err("it is gone");
        assert!(gone.is_class("InstanceNotFound"), "{gone}");
    }
}
