//! Saving instances: what changed, and only if the instance is in an expected state.

use nova_objects::compute::task_states;
use nova_objects::{Instance, InstanceInfoCache, NovaException, RequestContext, Result};
use sea_query::{Cond, Condition, Expr, ExprTrait as _};
use serde_json::Value as Json;
use versionedobjects::{Expect, ObjectExt as _, VersionedObject};

use super::attrs::Attrs;
use super::relations::{self, Reading};
use super::{INSTANCES, check_node, create, extra, metadata, read};
use crate::changes::{Changes, now};
use crate::connection::{Database, UniqueNames};
use crate::execute::Execute;
use crate::main_db::relation::take_over;
use crate::main_db::{instance_info_cache, instance_pci_requests};
use crate::read_deleted::ReadDeleted;
use crate::transaction::Transaction;

/// How often an update that missed its row for no visible reason is tried again.
const RETRIES: u32 = 5;

/// The states in which an instance may be for a save to go through. An attribute that is
/// not in it may be anything.
#[derive(Debug, Default)]
pub(super) struct Expected(Vec<(&'static str, Vec<Option<String>>)>);

impl Expected {
    /// Of the arguments of the call: null, a state, or a list of states and nulls.
    pub(super) fn new(vm_state: &Json, task_state: &Json) -> Self {
        let given = [("task_state", task_state), ("vm_state", vm_state)];
        let given = given.into_iter().filter(|(_, states)| !states.is_null());
        Self(
            given
                .map(|(column, given)| (column, states(given)))
                .collect(),
        )
    }

    /// The condition of the update.
    fn condition(&self) -> Condition {
        let mut all = Cond::all();
        for (column, states) in &self.0 {
            let known: Vec<String> = states.iter().flatten().cloned().collect();
            let mut any = Cond::any().add(Expr::col(*column).is_in(known));
            if states.contains(&None) {
                any = any.add(Expr::col(*column).is_null());
            }
            all = all.add(any);
        }
        all
    }

    /// Why the instance, as it was read, could not be written.
    fn conflict(&self, uuid: &str, found: &Instance) -> Result<NovaException> {
        let (mut expected, mut actual) = (serde_json::Map::new(), serde_json::Map::new());
        for (column, states) in &self.0 {
            let state = match *column {
                "task_state" => found.task_state()?,
                _ => found.vm_state()?,
            };
            if !states.iter().any(|own| own.as_deref() == state) {
                expected.insert((*column).to_owned(), states.clone().into());
                actual.insert((*column).to_owned(), state.into());
            }
        }
        let task_state = actual.get("task_state").cloned();
        let unknown = actual.is_empty();
        let (instance_uuid, expected, actual) = (uuid.into(), expected.into(), actual.into());
        Ok(match task_state {
            _ if unknown => NovaException::UnknownInstanceUpdateConflict {
                instance_uuid,
                expected,
                actual,
            },
            Some(state) if state == task_states::DELETING => {
                NovaException::UnexpectedDeletingTaskStateError {
                    instance_uuid,
                    expected,
                    actual,
                }
            }
            Some(_) => NovaException::UnexpectedTaskStateError {
                instance_uuid,
                expected,
                actual,
            },
            None => NovaException::InstanceUpdateConflict {
                instance_uuid,
                expected,
                actual,
            },
        })
    }
}

fn states(given: &Json) -> Vec<Option<String>> {
    let state = |given: &Json| match given {
        Json::Null => None,
        Json::String(state) => Some(state.clone()),
        other => Some(other.to_string()),
    };
    match given {
        Json::Array(states) => states.iter().map(state).collect(),
        one => vec![state(one)],
    }
}

/// Writes the changed attributes, those of nested objects too (nova
/// `objects/instance.py`, `save`; `db/main/api.py`, `_instance_update`).
///
/// Unlike there everything is written or nothing: the original has kept nested objects
/// when it finds the instance in an unexpected state.
pub(super) async fn save(
    db: &Database,
    request: &RequestContext,
    instance: &mut Instance,
    expected: &Expected,
    expect: &Expect,
) -> Result<()> {
    check_node(instance, "save")?;
    let unique_names = db.options().unique_server_names;
    let work = Work::of(instance, expected, expect, unique_names)?;
    // Not before a transaction: it takes a connection with its first statement.
    let session = db.session();
    let mut attempt = 0;
    let saved = loop {
        let result = if work.is_one_update() {
            work.update(&session, request, instance)
                .await
                .map(|stored| Saved {
                    stored: Some(stored),
                    info_cache: None,
                })
        } else {
            let (work, instance) = (&work, &*instance);
            db.transaction("instance.save", |tx| async move {
                work.run(&tx, request, instance).await
            })
            .await
        };
        match result {
            Err(nova_objects::Error::Nova(conflict))
                if matches!(
                    *conflict,
                    NovaException::UnknownInstanceUpdateConflict { .. }
                ) && attempt < RETRIES =>
            {
                attempt += 1;
                tracing::debug!(
                    uuid = work.uuid,
                    attempt,
                    "instance changed while it was saved"
                );
            }
            other => break other?,
        }
    };
    work.complete(&session, instance, saved).await
}

/// What there is to write.
struct Work<'w> {
    uuid: String,
    expected: &'w Expected,
    expect: &'w Expect,
    unique_names: Option<UniqueNames>,
    columns: Changes,
    metadata: Option<metadata::Metadata>,
    system_metadata: Option<metadata::Metadata>,
    /// The network of a changed info cache.
    network_info: Option<Option<String>>,
    texts: Vec<(&'static str, Option<String>)>,
    flavors: Option<Changed>,
}

/// The flavors that are set; the text of the others stays.
struct Changed {
    cur: Option<String>,
    old: Option<Option<String>>,
    new: Option<Option<String>>,
}

/// What was written.
struct Saved {
    /// The instance as it was before, if its row was written.
    stored: Option<Instance>,
    info_cache: Option<InstanceInfoCache>,
}

impl<'w> Work<'w> {
    fn of(
        instance: &Instance,
        expected: &'w Expected,
        expect: &'w Expect,
        unique_names: Option<UniqueNames>,
    ) -> Result<Self> {
        let mut columns = INSTANCES.changes(instance);
        for number in ["cleaned", "deleted"] {
            if columns.contains(number) {
                columns.set(number, i64::from(instance.get(number)?.is_truthy()));
            }
        }
        let info_cache = match instance.info_cache() {
            Ok(Some(cache)) if cache.is_changed("network_info") => Some(cache),
            _ => None,
        };
        let network_info = info_cache.map(|cache| {
            Ok::<_, nova_objects::Error>(
                cache
                    .network_info()?
                    .map(|network| network.as_str().to_owned()),
            )
        });
        let metadata = instance.is_changed("metadata").then(|| {
            let pairs = instance.metadata()?.iter();
            Ok::<_, nova_objects::Error>(
                pairs
                    .map(|(key, value)| (key.clone(), Some(value.clone())))
                    .collect(),
            )
        });
        let system_metadata = instance
            .is_changed("system_metadata")
            .then(|| instance.system_metadata().cloned());
        Ok(Self {
            uuid: instance.uuid()?.to_owned(),
            expected,
            expect,
            unique_names,
            columns,
            metadata: metadata.transpose()?,
            system_metadata: system_metadata.transpose()?,
            network_info: network_info.transpose()?,
            texts: texts(instance)?,
            flavors: flavors(instance)?,
        })
    }

    /// Whether the instance's own row is to be written, or at least to be compared.
    fn is_update(&self) -> bool {
        !self.columns.is_empty()
            || !self.expect.is_nothing()
            || self.metadata.is_some()
            || self.system_metadata.is_some()
    }

    /// Whether that is all, so that no transaction is needed.
    fn is_one_update(&self) -> bool {
        !self.columns.is_empty()
            && self.metadata.is_none()
            && self.system_metadata.is_none()
            && self.network_info.is_none()
            && self.texts.is_empty()
            && self.flavors.is_none()
    }

    async fn run(
        &self,
        tx: &Transaction,
        request: &RequestContext,
        instance: &Instance,
    ) -> Result<Saved> {
        let mut texts = self.texts.clone();
        if let Some(flavors) = &self.flavors {
            texts.push(("flavor", Some(flavors.text(tx, request, &self.uuid).await?)));
        }
        if !texts.is_empty() {
            extra::update(tx, request, &self.uuid, texts).await?;
        }
        let mut saved = Saved {
            stored: None,
            info_cache: None,
        };
        if let Some(network_info) = &self.network_info {
            let cache = instance_info_cache::update(
                tx,
                request,
                &self.uuid,
                network_info.as_deref(),
                &Expect::nothing(),
            )
            .await?;
            saved.info_cache = Some(cache);
        }
        if self.is_update() {
            saved.stored = Some(self.update(tx, request, instance).await?);
            if let Some(metadata) = &self.metadata {
                metadata::replace(tx, metadata::Kind::User, &self.uuid, metadata.clone()).await?;
            }
            if let Some(metadata) = &self.system_metadata {
                metadata::replace(tx, metadata::Kind::System, &self.uuid, metadata.clone()).await?;
            }
        }
        Ok(saved)
    }

    /// Reads the row and writes it if it is in an expected state, by one statement that
    /// compares and writes. Gives the row as it was before.
    async fn update(
        &self,
        db: &impl Execute,
        request: &RequestContext,
        instance: &Instance,
    ) -> Result<Instance> {
        let stored = read::by_uuid(db, request, &self.uuid).await?;
        if !uuid_like(&self.uuid) {
            let uuid = self.uuid.as_str().into();
            return Err(NovaException::InvalidUUID { uuid }.into());
        }
        if self.columns.contains("hostname") {
            create::check_hostname(db, request, instance.hostname()?, self.unique_names).await?;
        }
        let view = ReadDeleted::from(request.read_deleted);
        let project = request.project_id.as_deref().filter(|_| request.is_user());
        let mut key = Cond::all()
            .add(Expr::col("uuid").eq(self.uuid.as_str()))
            .add_option(view.condition("instances"))
            .add_option(project.map(|project| Expr::col("project_id").eq(project)));
        if !self.expected.0.is_empty() {
            key = key.add(self.expected.condition());
        }
        let (query, now, mut columns) = ("instance.update", now(), self.columns.clone());
        if self.metadata.is_some() || self.system_metadata.is_some() {
            // The row counts as changed with them.
            columns.set_unless("updated_at", now);
        }
        let update = INSTANCES.update(db, query, columns, now, key, self.expect);
        match update.await? {
            0 => Err(self.expected.conflict(&self.uuid, &stored)?.into()),
            _ => Ok(stored),
        }
    }

    /// Sets on the instance what it is now.
    async fn complete(
        self,
        db: &impl Execute,
        instance: &mut Instance,
        saved: Saved,
    ) -> Result<()> {
        if let Some(cache) = &saved.info_cache {
            edit_inside(instance, "info_cache", |own| take_over(own, cache));
        }
        // Saved or not, it counts as unchanged, as in the original.
        edit_inside(instance, "info_cache", |own| own.reset_changes());
        if self.flavors.is_some() {
            instance.reset_changes_of(&["flavor", "old_flavor", "new_flavor"]);
        }
        if self.texts.iter().any(|(column, _)| *column == "keypairs") {
            edit_inside(instance, "keypairs", |own| own.reset_changes_recursively());
            instance.reset_changes_of(&["keypairs"]);
        }
        let Some(mut stored) = saved.stored else {
            return Ok(());
        };
        // What the original joins when it reads the row it writes: the metadata that
        // notifications need, and what is set.
        let mut attrs = Attrs::of(["system_metadata"]);
        for attr in [
            "metadata",
            "info_cache",
            "security_groups",
            "tags",
            "services",
            "fault",
        ] {
            if instance.is_set(attr) {
                attrs.insert(attr);
            }
        }
        if self.metadata.is_some() {
            attrs.remove("metadata");
        }
        if self.system_metadata.is_some() {
            attrs.remove("system_metadata");
        }
        if saved.info_cache.is_some() || matches!(instance.info_cache(), Ok(None)) {
            attrs.remove("info_cache");
        }
        relations::load(db, std::slice::from_mut(&mut stored), attrs, Reading::One).await?;
        INSTANCES.refresh_unchanged(instance, &stored);
        // One that is there is filled again, and stays of the version it came with.
        if let (Ok(Some(_)), Ok(Some(cache))) = (instance.info_cache(), stored.info_cache()) {
            edit_inside(instance, "info_cache", |own| take_over(own, cache));
            stored.unset("info_cache");
        }
        for attr in [
            "metadata",
            "system_metadata",
            "info_cache",
            "security_groups",
            "tags",
            "services",
            "fault",
        ] {
            if stored.is_set(attr)
                && let Some(index) = instance.field_index(attr)
            {
                instance.slot_mut(index).copy_from(stored.slot(index));
            }
        }
        instance.reset_changes();
        Ok(())
    }
}

/// Edits the object in a field without the field counting as changed.
fn edit_inside(
    instance: &mut Instance,
    field: &str,
    mut edit: impl FnMut(&mut dyn VersionedObject),
) {
    if let Some(index) = instance.field_index(field) {
        instance.slot_mut(index).visit_mut(&mut edit);
    }
}

/// The columns of `instance_extra` to write, but for the flavors.
fn texts(instance: &Instance) -> Result<Vec<(&'static str, Option<String>)>> {
    let mut texts = Vec::new();
    let changed = |field: &str| instance.is_set(field) && instance.is_changed(field);
    // Changed or not: requests are edited in place, which nobody marks.
    match instance.pci_requests() {
        Ok(Some(requests)) => {
            texts.push(("pci_requests", Some(instance_pci_requests::text(requests)?)))
        }
        Ok(None) if changed("pci_requests") => texts.push(("pci_requests", None)),
        _ => {}
    }
    if changed("numa_topology") {
        let text = instance.numa_topology()?.map(|object| object.to_json());
        texts.push(("numa_topology", text.transpose()?));
    }
    if changed("device_metadata") {
        let text = instance.device_metadata()?.map(|object| object.to_json());
        texts.push(("device_metadata", text.transpose()?));
    }
    if changed("vcpu_model") {
        let text = instance.vcpu_model()?.map(|object| object.to_json());
        texts.push(("vcpu_model", text.transpose()?));
    }
    if changed("migration_context") {
        let text = instance.migration_context()?.map(|object| object.to_json());
        texts.push(("migration_context", text.transpose()?));
    }
    if changed("keypairs") {
        texts.push(("keypairs", Some(instance.keypairs()?.to_json()?)));
    }
    if changed("trusted_certs") {
        let text = instance.trusted_certs()?.map(|object| object.to_json());
        texts.push(("trusted_certs", text.transpose()?));
    }
    if changed("resources") {
        let text = instance.resources()?.map(|object| object.to_json());
        texts.push(("resources", text.transpose()?));
    }
    Ok(texts)
}

fn flavors(instance: &Instance) -> Result<Option<Changed>> {
    let changed = |field: &str| instance.is_set(field) && instance.is_changed(field);
    if !["flavor", "old_flavor", "new_flavor"]
        .into_iter()
        .any(changed)
    {
        return Ok(None);
    }
    let other = |flavor: versionedobjects::Result<Option<&nova_objects::Flavor>>| {
        let flavor = flavor
            .ok()
            .map(|flavor| flavor.map(extra::flavor_text).transpose());
        flavor.transpose()
    };
    Ok(Some(Changed {
        cur: instance.flavor().ok().map(extra::flavor_text).transpose()?,
        old: other(instance.old_flavor())?,
        new: other(instance.new_flavor())?,
    }))
}

impl Changed {
    /// The text of the column, with those that are not set as they are stored.
    async fn text(
        &self,
        db: &impl Execute,
        request: &RequestContext,
        uuid: &str,
    ) -> Result<String> {
        let stored = if self.cur.is_some() && self.old.is_some() && self.new.is_some() {
            None
        } else {
            extra::text(db, request, uuid, "flavor").await?.flatten()
        };
        let stored = stored
            .map(|text| extra::Flavors::read(&text))
            .transpose()?
            .unwrap_or_default();
        let flavors = extra::Flavors {
            cur: self.cur.clone().or(stored.cur),
            old: self.old.clone().unwrap_or(stored.old),
            new: self.new.clone().unwrap_or(stored.new),
        };
        if flavors.cur.is_none() {
            return Err(nova_objects::Error::action(
                "obj_load_attr",
                "loading flavor requires recursion",
            ));
        }
        Ok(flavors.text())
    }
}

/// oslo.utils `uuidutils.is_uuid_like`.
pub(super) fn uuid_like(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::snapshot::assert_sql;

    fn update(vm_state: &Json, task_state: &Json) -> sea_query::UpdateStatement {
        let expected = Expected::new(vm_state, task_state);
        sea_query::Query::update()
            .table("instances")
            .value("task_state", "rebooting")
            .and_where(Expr::col("uuid").eq("u"))
            .cond_where(expected.condition())
            .take()
    }

    #[test]
    fn the_expected_states_are_compared_by_the_update() {
        let update = update(&json!("active"), &json!(["powering-off", null]));
        assert_sql("instance.update.expected", update);
    }

    #[test]
    fn no_state_is_expected_by_an_empty_list() {
        assert_sql(
            "instance.update.impossible",
            update(&Json::Null, &json!([])),
        );
    }
}
