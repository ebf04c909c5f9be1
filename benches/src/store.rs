//! A database with instances, by object and by hand.

use std::sync::Arc;

use nova_db::{Dialect, NovaDb, Options};
use nova_objects::fields::NetworkInfo;
use nova_objects::{Context, Instance, InstanceInfoCache, InstanceList, NovaStore, RequestContext};
use test_support::database::TestDatabase;
use versionedobjects::{Object as _, ObjectExt as _};

use crate::Result;
use crate::by_hand::{self, ByHand, Texts};
use crate::capture::{self, Captured};
use crate::objects::INSTANCE;

/// As many as nova-db has by default.
pub const CONNECTIONS: u32 = 20;

/// The attributes that the whole instance is asked for with.
pub const WHOLE: [&str; 3] = ["metadata", "system_metadata", "flavor"];

/// Both ways to one database.
pub struct Store {
    /// By object.
    pub db: NovaDb,
    /// By hand.
    pub by_hand: Arc<dyn ByHand>,
    /// An instance in it.
    pub uuid: String,
    /// How many statements the calls take: get, get whole, save.
    pub statements: [usize; 3],
    /// The statements themselves.
    pub captured: Vec<Captured>,
    /// Where the databases are: main and api.
    pub urls: [String; 2],
}

impl Store {
    /// An empty database of the tests with one instance in it. Nothing waits
    /// for the disk, on either side.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn create(dialect: Dialect) -> Result<Self> {
        let test = TestDatabase::create(dialect).await;
        let options = Options {
            max_connections: CONNECTIONS,
            sqlite_synchronous: false,
            ..Options::default()
        };
        let db = NovaDb::open(&test.main_url, &test.api_url, &options).await?;
        let ctx = direct(&db);
        let uuid = create_instances(&ctx, 1).await?.remove(0);
        let (mut instance, get) =
            capture::statements_of(async { Instance::get_by_uuid(&ctx, uuid.as_str()).await })
                .await;
        let (whole, get_whole) = capture::statements_of(async {
            Instance::get_by_uuid(&ctx, uuid.as_str())
                .expected_attrs(whole())
                .await
        })
        .await;
        whole?;
        let (saved, save) = capture::statements_of(async {
            let instance = instance.as_mut().map_err(|error| error.to_string())?;
            instance.set_progress(1);
            instance.save(&ctx).await.map_err(|error| error.to_string())
        })
        .await;
        saved?;
        let (listed, list) = capture::statements_of(async {
            InstanceList::get_by_host(&ctx, instance.as_ref().ok()?.host().ok()??.to_owned())
                .await
                .ok()
        })
        .await;
        listed.ok_or("the instances of a host cannot be listed")?;
        let statements = [get.len(), get_whole.len(), save.len()];
        let captured = [get, get_whole, save, list].concat();
        let texts = Texts::of(&captured)?;
        let by_hand = by_hand::open(dialect, &test.main_url, texts, CONNECTIONS).await?;
        Ok(Self {
            db,
            by_hand,
            uuid,
            statements,
            captured,
            urls: [test.main_url.clone(), test.api_url.clone()],
        })
    }

    /// Gives the database back.
    pub async fn close(self) {
        self.by_hand.close().await;
        self.db.close().await;
    }
}

/// A context of a process that has the database.
#[must_use]
pub fn direct(db: &NovaDb) -> Context {
    let store: Arc<dyn NovaStore> = Arc::new(db.clone());
    Context::direct(store, RequestContext::admin())
}

/// [`WHOLE`], as calls take it.
#[must_use]
pub fn whole() -> Vec<String> {
    WHOLE.map(str::to_owned).to_vec()
}

/// Creates instances like the recorded one and gives their uuids.
///
/// # Errors
/// When the store refuses.
pub async fn create_instances(ctx: &Context, number: usize) -> Result<Vec<String>> {
    let recorded = Instance::from_json(INSTANCE)?;
    let mut uuids = Vec::with_capacity(number);
    for at in 0..number {
        let mut instance = Instance::new();
        for field in COPIED {
            instance.set(field, recorded.get(field)?)?;
        }
        instance.set_display_name(format!("vm-{at:05}"));
        instance.set_metadata(recorded.metadata()?.clone());
        instance.set_system_metadata(recorded.system_metadata()?.clone());
        instance.set_flavor(recorded.flavor()?.clone());
        instance.set_old_flavor(None);
        instance.set_new_flavor(None);
        let mut cache = InstanceInfoCache::new();
        let network = match recorded.info_cache()? {
            Some(recorded) => recorded.network_info()?.cloned(),
            None => Some(NetworkInfo::empty()),
        };
        cache.set_network_info(network);
        instance.set_info_cache(cache);
        instance.create(ctx).await?;
        uuids.push(instance.uuid()?.to_string());
    }
    Ok(uuids)
}

/// What a new instance takes over as it is.
const COPIED: [&str; 26] = [
    "user_id",
    "project_id",
    "image_ref",
    "kernel_id",
    "ramdisk_id",
    "hostname",
    "launch_index",
    "power_state",
    "vm_state",
    "memory_mb",
    "vcpus",
    "root_gb",
    "ephemeral_gb",
    "host",
    "node",
    "compute_id",
    "instance_type_id",
    "reservation_id",
    "availability_zone",
    "display_description",
    "launched_on",
    "os_type",
    "architecture",
    "root_device_name",
    "config_drive",
    "progress",
];
