//! Instances.
//!
//! | file | what |
//! |---|---|
//! | `read` | one instance by number or uuid |
//! | `relations` | the optional attributes, of one or many instances at once |
//! | `extra` | the attributes that are JSON texts in `instance_extra` |
//! | `create`, `save`, `destroy` | what their names say |
//! | `metadata` | differences of metadata, written |
//! | `list`, `filter` | instances in number |

mod attrs;
mod create;
mod destroy;
pub(super) mod extra;
mod filter;
mod list;
mod metadata;
mod read;
mod relations;
mod save;

use nova_objects::{
    BuiltinError, Context, Instance, InstanceStore, MigrationContext, NovaException, Result,
};
use versionedobjects::{JsonMap, Object, ObjectExt as _, VersionedObject as _, async_trait};

use self::attrs::Attrs;
pub(super) use self::filter::{moment, truthy};
use crate::connection::NovaDb;
use crate::execute::Execute;
use crate::request::request;
use crate::table::Table;
use nova_objects::instance::INSTANCE_OPTIONAL_ATTRS;

/// The columns of an instance's own row. `cleaned` is a number there, and has to be
/// written as one.
pub(super) static INSTANCES: Table = Table::new("instances", Instance::class_def, &[]);

/// `InstanceNotFound`.
pub(super) fn not_found(instance_id: impl Into<serde_json::Value>) -> nova_objects::Error {
    NovaException::InstanceNotFound {
        instance_id: instance_id.into(),
    }
    .into()
}

/// The attributes a caller asked for; `info_cache` if nothing was said.
fn expected(names: Option<Vec<String>>) -> Attrs {
    names.map_or_else(|| Attrs::of(["info_cache"]), Attrs::of)
}

#[async_trait]
impl InstanceStore for NovaDb {
    async fn get_by_id(
        &self,
        ctx: &Context,
        inst_id: i64,
        expected_attrs: Option<Vec<String>>,
    ) -> Result<Instance> {
        let (request, db) = (request(ctx), self.main.session());
        let instance = read::by_id(&db, request, inst_id).await?;
        with_relations(&db, instance, expected(expected_attrs)).await
    }

    async fn get_by_uuid(
        &self,
        ctx: &Context,
        uuid: String,
        expected_attrs: Option<Vec<String>>,
        use_slave: bool,
    ) -> Result<Instance> {
        let (request, db) = (request(ctx), self.reader(use_slave).session());
        let instance = read::by_uuid(&db, request, &uuid).await?;
        with_relations(&db, instance, expected(expected_attrs)).await
    }

    async fn create(&self, ctx: &Context, instance: &mut Instance) -> Result<()> {
        create::create(&self.main, request(ctx), instance).await
    }

    async fn save(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        expected_vm_state: serde_json::Value,
        expected_task_state: serde_json::Value,
        _admin_state_reset: bool,
    ) -> Result<()> {
        let expected = save::Expected::new(&expected_vm_state, &expected_task_state);
        save::save(
            &self.main,
            request(ctx),
            instance,
            &expected,
            ctx.expected(),
        )
        .await
    }

    async fn destroy(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        hard_delete: bool,
    ) -> Result<()> {
        destroy::destroy(&self.main, request(ctx), instance, hard_delete).await
    }

    async fn refresh(&self, ctx: &Context, instance: &mut Instance, use_slave: bool) -> Result<()> {
        let db = self.reader(use_slave).session();
        let set = INSTANCE_OPTIONAL_ATTRS
            .into_iter()
            .filter(|attr| instance.is_set(attr));
        let current = read::by_uuid(&db, request(ctx), instance.uuid()?).await?;
        let current = with_relations(&db, current, Attrs::of(set)).await?;
        for index in 0..Instance::class_def().fields.len() {
            if instance.slot(index).is_set() && current.slot(index).is_set() {
                instance.slot_mut(index).copy_from(current.slot(index));
            }
        }
        instance.reset_changes();
        Ok(())
    }

    async fn delete_metadata_key(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        key: String,
    ) -> Result<()> {
        metadata::delete_key(&self.main, request(ctx), instance.uuid()?, &key).await?;
        let was_changed = instance.is_changed("metadata");
        let removed = instance
            .edit_metadata(|metadata| metadata.shift_remove(&key))
            .ok()
            .flatten();
        if removed.is_none() {
            return Err(BuiltinError::Key(key).into());
        }
        if !was_changed {
            instance.reset_changes_of(&["metadata"]);
        }
        Ok(())
    }

    async fn drop_migration_context(&self, ctx: &Context, instance: &mut Instance) -> Result<()> {
        let request = request(ctx);
        if !instance.is_set("migration_context") {
            let uuid = instance.uuid()?.to_owned();
            let text = extra::text(&self.main, request, &uuid, "migration_context").await?;
            extra::set(instance, "migration_context", text.flatten().as_deref())?;
            instance.reset_changes_of(&["migration_context"]);
        }
        if instance.migration_context()?.is_some() {
            let updates = vec![("migration_context", None)];
            extra::update(&self.main, request, instance.uuid()?, updates).await?;
            instance.set_migration_context(None::<MigrationContext>);
        }
        Ok(())
    }
}

async fn with_relations(db: &impl Execute, instance: Instance, attrs: Attrs) -> Result<Instance> {
    let mut one = [instance];
    relations::load(db, &mut one, attrs, relations::Reading::One).await?;
    let [instance] = one;
    Ok(instance)
}

/// An `ObjectActionError` with a message of its own instead of action and reason.
fn refuse(message: String) -> nova_objects::Error {
    let mut kwargs = JsonMap::new();
    kwargs.insert("code".to_owned(), 500.into());
    nova_objects::Error::Remote(Box::new(versionedobjects::Exception {
        class: "ObjectActionError".into(),
        module: nova_objects::exception::MODULE.into(),
        args: vec![message.as_str().into()],
        message,
        kwargs,
    }))
}

/// Instances are put on a node by its number (2.8 of the class on).
fn check_node(instance: &Instance, doing: &str) -> Result<()> {
    if !instance.is_changed("node") || instance.is_changed("compute_id") {
        return Ok(());
    }
    if instance.version() < versionedobjects::Version::new(2, 8) {
        tracing::warn!(
            uuid = instance.uuid().unwrap_or_default(),
            "instance put on a node by an object that does not know its number"
        );
        return Ok(());
    }
    let node = instance.get("node")?.python_repr();
    Err(refuse(match doing {
        "create" => {
            format!("Instance is being created with node ({node}) but not compute_id")
        }
        _ => format!("Instance.node is being updated ({node}) but compute_id is not"),
    }))
}
