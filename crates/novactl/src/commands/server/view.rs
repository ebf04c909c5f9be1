//! What is shown of a server.

use nova_objects::compute::{power_state, task_states, vm_states};
use nova_objects::{Context, Instance, InstanceActionList, PersistentFields as _};
use serde_json::{Value as Json, json};

use super::action::Action;
use crate::Result;
use crate::commands::{flavor, moment, text};
use crate::output::{Answer, Cell, Style, Text};

/// A server with what was done to it.
///
/// # Errors
/// What the records refuse.
pub(super) async fn show(name: &str, ctx: &Context, instance: &Instance) -> Result<Answer> {
    let actions =
        InstanceActionList::get_by_instance_uuid(ctx, instance.uuid()?.to_string()).await?;
    let mut told = Vec::new();
    let mut done = Vec::new();
    for action in &actions {
        let action = Action::of(ctx, action).await?;
        told.extend(action.told());
        done.push(action.json());
    }
    let fault = instance
        .fault()
        .ok()
        .flatten()
        .and_then(|fault| fault.message().ok().flatten());
    let metadata: Vec<String> = instance
        .metadata()
        .ok()
        .into_iter()
        .flatten()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    let pairs = [
        ("uuid", Cell::from(instance.uuid()?.to_string())),
        ("name", instance.display_name()?.into()),
        ("status", status_cell(instance)?),
        ("vm state", instance.vm_state()?.into()),
        ("task state", instance.task_state()?.into()),
        ("power state", power(instance)?.into()),
        ("host", instance.host()?.into()),
        ("node", instance.node()?.into()),
        ("flavor", flavor_name(instance).as_deref().into()),
        ("image", instance.image_ref()?.into()),
        ("key name", instance.key_name()?.into()),
        ("properties", Some(metadata.join(", ").as_str()).into()),
        ("user", instance.user_id()?.into()),
        ("project", instance.project_id()?.into()),
        ("created", moment(instance.created_at()?).as_deref().into()),
        (
            "launched",
            moment(instance.launched_at()?).as_deref().into(),
        ),
        (
            "fault",
            fault.map_or_else(
                || Cell::from(None),
                |fault| Cell::styled(Cell::from(fault).text, Style::Bad),
            ),
        ),
    ];
    let mut record: Vec<(String, Cell)> = pairs.map(|(name, cell)| (name.to_owned(), cell)).into();
    record.extend(told.into_iter().map(|cell| ("action".to_owned(), cell)));
    Ok(Answer::new(name, facts(instance)?, Text::Record(record)).with("actions", done))
}

/// A server for programs.
pub(super) fn facts(instance: &Instance) -> Result<Json> {
    let metadata = instance.metadata().ok().into_iter().flatten();
    let metadata: serde_json::Map<String, Json> = metadata
        .map(|(key, value)| (key.clone(), Json::from(value.as_str())))
        .collect();
    let fault = instance.fault().ok().flatten();
    Ok(json!({
        "uuid": instance.uuid()?.to_string(),
        "name": text(instance.display_name()?),
        "status": status(instance)?,
        "vm_state": text(instance.vm_state()?),
        "task_state": text(instance.task_state()?),
        "power_state": power(instance)?,
        "host": text(instance.host()?),
        "node": text(instance.node()?),
        "flavor": instance.flavor().ok().map(flavor::json).transpose()?,
        "image": text(instance.image_ref()?),
        "key_name": text(instance.key_name()?),
        "properties": metadata,
        "user_id": text(instance.user_id()?),
        "project_id": text(instance.project_id()?),
        "created_at": moment(instance.created_at()?),
        "launched_at": moment(instance.launched_at()?),
        "fault": fault.and_then(|fault| fault.message().ok().flatten()),
    }))
}

pub(super) fn flavor_name(instance: &Instance) -> Option<String> {
    instance
        .flavor()
        .ok()?
        .name()
        .ok()
        .flatten()
        .map(str::to_owned)
}

pub(super) fn power(instance: &Instance) -> Result<Option<&'static str>> {
    Ok(instance.power_state()?.and_then(power_state::name))
}

pub(super) fn status_cell(instance: &Instance) -> Result<Cell> {
    let status = status(instance)?;
    let style = match status {
        "ACTIVE" => Style::Good,
        "ERROR" | "UNKNOWN" => Style::Bad,
        "SHUTOFF" | "DELETED" => Style::Plain,
        _ => Style::Warn,
    };
    Ok(Cell::styled(status, style))
}

/// The word users know for the two states (nova `api/openstack/common.py`,
/// `status_from_state`).
pub(super) fn status(instance: &Instance) -> Result<&'static str> {
    let task = instance.task_state()?;
    let is = |states: &[&str]| task.is_some_and(|task| states.contains(&task));
    let rebuilding = is(&[
        task_states::REBUILDING,
        task_states::REBUILD_BLOCK_DEVICE_MAPPING,
        task_states::REBUILD_SPAWNING,
    ]);
    let resizing = is(&[
        task_states::RESIZE_PREP,
        task_states::RESIZE_MIGRATING,
        task_states::RESIZE_MIGRATED,
        task_states::RESIZE_FINISH,
    ]);
    let rebooting = is(&[
        task_states::REBOOTING,
        task_states::REBOOT_PENDING,
        task_states::REBOOT_STARTED,
    ]);
    let rebooting_hard = is(&[
        task_states::REBOOTING_HARD,
        task_states::REBOOT_PENDING_HARD,
        task_states::REBOOT_STARTED_HARD,
    ]);
    Ok(match instance.vm_state()?.unwrap_or_default() {
        vm_states::ACTIVE if rebooting => "REBOOT",
        vm_states::ACTIVE if rebooting_hard => "HARD_REBOOT",
        vm_states::ACTIVE if is(&[task_states::UPDATING_PASSWORD]) => "PASSWORD",
        vm_states::ACTIVE | vm_states::PAUSED if is(&[task_states::MIGRATING]) => "MIGRATING",
        vm_states::ACTIVE | vm_states::STOPPED | vm_states::ERROR if rebuilding => "REBUILD",
        vm_states::ACTIVE | vm_states::STOPPED if resizing => "RESIZE",
        vm_states::ACTIVE => "ACTIVE",
        vm_states::BUILDING => "BUILD",
        vm_states::STOPPED => "SHUTOFF",
        vm_states::RESIZED if is(&[task_states::RESIZE_REVERTING]) => "REVERT_RESIZE",
        vm_states::RESIZED => "VERIFY_RESIZE",
        vm_states::PAUSED => "PAUSED",
        vm_states::SUSPENDED => "SUSPENDED",
        vm_states::RESCUED => "RESCUE",
        vm_states::ERROR => "ERROR",
        vm_states::DELETED => "DELETED",
        vm_states::SOFT_DELETED => "SOFT_DELETED",
        vm_states::SHELVED => "SHELVED",
        vm_states::SHELVED_OFFLOADED => "SHELVED_OFFLOADED",
        _ => "UNKNOWN",
    })
}
