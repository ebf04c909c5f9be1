//! Servers, as people ask for them: nova `compute/api.py`.

use std::fmt;

use nova_compute::ComputeClient;
use nova_objects::compute::{instance_actions, power_state, task_states, vm_states};
use nova_objects::fields::NetworkInfo;
use nova_objects::{
    Context, Flavor, Instance, InstanceAction, InstanceInfoCache, KeyPair, RequestContext,
    SecurityGroup, SecurityGroupList,
};
use uuid::Uuid;
use versionedobjects::Json;
use versionedobjects::fields::Dict;

use crate::{Error, Liveness, Result, placement};

/// What a new server is to be.
#[derive(Debug, Clone, Default)]
pub struct NewServer {
    /// Its name.
    pub name: String,
    /// The flavor's id or name.
    pub flavor: String,
    /// The image it boots from; the fake driver takes any.
    pub image: Option<String>,
    /// The name of a key pair of the user's.
    pub key_name: Option<String>,
    /// The compute it must go to; any otherwise.
    pub host: Option<String>,
    /// What the user wants remembered.
    pub metadata: Vec<(String, String)>,
}

/// How a server is rebooted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RebootType {
    /// By asking its operating system.
    #[default]
    Soft,
    /// By its power.
    Hard,
}

impl RebootType {
    /// The word that travels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Soft => "SOFT",
            Self::Hard => "HARD",
        }
    }
}

/// Does with servers what people ask: changes the record, then tells the
/// compute by handing it the object.
pub struct Servers {
    compute: ComputeClient,
    liveness: Liveness,
}

impl Servers {
    /// Servers on the computes that `compute` reaches.
    #[must_use]
    pub const fn new(compute: ComputeClient, liveness: Liveness) -> Self {
        Self { compute, liveness }
    }

    /// Records a server, chooses its compute, and has it built there. Returns
    /// at once; the server becomes `active` or `error` later.
    ///
    /// # Errors
    /// [`Error::NoValidHost`], and what the records refuse.
    pub async fn create(&self, ctx: &Context, new: NewServer) -> Result<Instance> {
        let flavor = find_flavor(ctx, &new.flavor).await?;
        let node = placement::choose(ctx, &flavor, new.host.as_deref(), self.liveness).await?;
        let mut instance = record(ctx, &new, flavor).await?;
        instance.create(ctx).await?;
        let uuid = instance.uuid()?.to_owned();
        InstanceAction::action_start(ctx, uuid.as_str(), instance_actions::CREATE)
            .want_result(false)
            .await?;
        let host = node.host()?.unwrap_or_default().to_owned();
        tracing::info!(server = uuid, host, "building");
        let nodename = node.hypervisor_hostname()?.map(str::to_owned);
        self.compute
            .build_and_run_instance(ctx, &host, &instance, nodename.as_deref())
            .await
            .map_err(|source| cast("build", &uuid, &host, source))?;
        Ok(instance)
    }

    /// Starts a server that is stopped.
    ///
    /// # Errors
    /// [`Error::State`], [`Error::NoHost`], [`Error::Cast`]
    pub async fn start(&self, ctx: &Context, instance: &mut Instance) -> Result<()> {
        let host = allow(instance, "start", &[vm_states::STOPPED])?;
        begin(
            ctx,
            instance,
            instance_actions::START,
            task_states::POWERING_ON,
        )
        .await?;
        let told = self.compute.start_instance(ctx, &host, instance).await;
        told.map_err(|source| cast("start", instance.uuid().unwrap_or("?"), &host, source))
    }

    /// Stops a server that runs.
    ///
    /// # Errors
    /// [`Error::State`], [`Error::NoHost`], [`Error::Cast`]
    pub async fn stop(&self, ctx: &Context, instance: &mut Instance) -> Result<()> {
        let host = allow(
            instance,
            "stop",
            &[vm_states::ACTIVE, vm_states::RESCUED, vm_states::ERROR],
        )?;
        instance.set_progress(0);
        begin(
            ctx,
            instance,
            instance_actions::STOP,
            task_states::POWERING_OFF,
        )
        .await?;
        let told = self.compute.stop_instance(ctx, &host, instance, true).await;
        told.map_err(|source| cast("stop", instance.uuid().unwrap_or("?"), &host, source))
    }

    /// Reboots a server.
    ///
    /// # Errors
    /// [`Error::State`], [`Error::NoHost`], [`Error::Cast`]
    pub async fn reboot(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        reboot: RebootType,
    ) -> Result<()> {
        let (states, task): (&[&str], _) = match reboot {
            RebootType::Soft => (&[vm_states::ACTIVE], task_states::REBOOTING),
            RebootType::Hard => (
                &[
                    vm_states::ACTIVE,
                    vm_states::STOPPED,
                    vm_states::PAUSED,
                    vm_states::SUSPENDED,
                    vm_states::RESCUED,
                    vm_states::ERROR,
                ],
                task_states::REBOOTING_HARD,
            ),
        };
        let host = allow(instance, "reboot", states)?;
        begin(ctx, instance, instance_actions::REBOOT, task).await?;
        let told = self
            .compute
            .reboot_instance(ctx, &host, instance, reboot.as_str())
            .await;
        told.map_err(|source| cast("reboot", instance.uuid().unwrap_or("?"), &host, source))
    }

    /// Deletes a server, on its compute if it has one.
    ///
    /// # Errors
    /// [`Error::Cast`], and what the records refuse.
    pub async fn delete(&self, ctx: &Context, instance: &mut Instance) -> Result<()> {
        let uuid = instance.uuid()?.to_owned();
        let host = instance.host()?.map(str::to_owned);
        instance.set_progress(0);
        instance.set_task_state(task_states::DELETING);
        instance.save(ctx).await?;
        InstanceAction::action_start(ctx, uuid.as_str(), instance_actions::DELETE)
            .want_result(false)
            .await?;
        match host {
            Some(host) => {
                let told = self.compute.terminate_instance(ctx, &host, instance).await;
                told.map_err(|source| cast("delete", &uuid, &host, source))
            }
            // Never built anywhere: the record is all there is.
            None => Ok(instance.destroy(ctx).await?),
        }
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Servers")
            .field("liveness", &self.liveness)
            .finish_non_exhaustive()
    }
}

fn cast(
    action: &'static str,
    server: &str,
    host: &str,
    source: impl std::error::Error + Send + Sync + 'static,
) -> Error {
    Error::Cast {
        action,
        server: server.to_owned(),
        host: host.to_owned(),
        source: Box::new(source),
    }
}

/// The flavor of that id, else of that name.
async fn find_flavor(ctx: &Context, wanted: &str) -> Result<Flavor> {
    match Flavor::get_by_flavor_id(ctx, wanted).await {
        Err(error) if error.is_class("FlavorNotFound") => {
            Ok(Flavor::get_by_name(ctx, wanted).await?)
        }
        found => Ok(found?),
    }
}

/// The record of a server that is about to be built (`compute/api.py`,
/// `_populate_instance_for_create` and what leads to it).
async fn record(ctx: &Context, new: &NewServer, flavor: Flavor) -> Result<Instance> {
    let request = ctx.request::<RequestContext>();
    let user = request.and_then(|request| request.user_id.clone());
    let project = request.and_then(|request| request.project_id.clone());
    let uuid = Uuid::new_v4().to_string();
    let mut instance = Instance::new();
    instance.set_uuid(uuid.as_str());
    instance.set_user_id(user.clone());
    instance.set_project_id(project);
    instance.set_display_name(new.name.as_str());
    instance.set_display_description(new.name.as_str());
    instance.set_hostname(hostname(&new.name, &uuid));
    instance.set_reservation_id(format!("r-{}", &Uuid::new_v4().simple().to_string()[..8]));
    instance.set_launch_index(0);
    instance.set_image_ref(new.image.clone().unwrap_or_default());
    instance.set_kernel_id("");
    instance.set_ramdisk_id("");
    instance.set_config_drive("");
    instance.set_root_device_name("/dev/vda");
    instance.set_power_state(power_state::NOSTATE);
    instance.set_vm_state(vm_states::BUILDING);
    instance.set_task_state(task_states::SCHEDULING);
    instance.set_instance_type_id(flavor.id()?);
    instance.set_memory_mb(flavor.memory_mb()?);
    instance.set_vcpus(flavor.vcpus()?);
    instance.set_root_gb(flavor.root_gb()?);
    instance.set_ephemeral_gb(flavor.ephemeral_gb()?);
    instance.set_progress(0);
    instance.set_locked(false);
    instance.set_auto_disk_config(false);
    instance.set_shutdown_terminate(false);
    instance.set_hidden(false);
    instance.set_metadata(new.metadata.iter().cloned().collect::<Dict<String>>());
    instance.set_system_metadata(Dict::default());
    instance.set_info_cache(empty_cache(&uuid));
    instance.set_security_groups(SecurityGroupList::from_iter(Vec::<SecurityGroup>::new()));
    if let (Some(name), Some(user)) = (&new.key_name, &user) {
        let key = KeyPair::get_by_name(ctx, user.as_str(), name.as_str()).await?;
        instance.set_key_name(name.as_str());
        instance.set_key_data(key.public_key()?.map(str::to_owned));
    }
    instance.set_flavor(flavor);
    instance.set_old_flavor(None);
    instance.set_new_flavor(None);
    Ok(instance)
}

fn empty_cache(uuid: &str) -> InstanceInfoCache {
    let mut cache = InstanceInfoCache::new();
    cache.set_instance_uuid(uuid);
    cache.set_network_info(NetworkInfo::empty());
    cache
}

/// A name that a host can have: lower case, letters, digits and dashes
/// (`utils.py`, `sanitize_hostname`).
fn hostname(name: &str, uuid: &str) -> String {
    let plain: String = name
        .to_lowercase()
        .chars()
        .map(|c| {
            if c == ' ' || c == '_' || c == '.' {
                '-'
            } else {
                c
            }
        })
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(63)
        .collect();
    let plain = plain.trim_matches('-');
    if plain.is_empty() {
        format!("server-{uuid}")
    } else {
        plain.to_owned()
    }
}

/// The host of a server that may do `action` now.
fn allow(instance: &Instance, action: &'static str, states: &[&str]) -> Result<String> {
    let server = instance.uuid()?.to_owned();
    let vm_state = instance.vm_state()?.unwrap_or_default();
    if !states.contains(&vm_state) {
        return Err(Error::State {
            action,
            server,
            attribute: "vm_state",
            state: vm_state.to_owned(),
        });
    }
    if let Some(task_state) = instance.task_state()? {
        return Err(Error::State {
            action,
            server,
            attribute: "task_state",
            state: task_state.to_owned(),
        });
    }
    instance
        .host()?
        .map(str::to_owned)
        .ok_or(Error::NoHost { action, server })
}

/// Claims the server for a task, if no other has, and records the action.
async fn begin(ctx: &Context, instance: &mut Instance, action: &str, task: &str) -> Result<()> {
    instance.set_task_state(task);
    instance
        .save(ctx)
        .expected_task_state(Json::Array(vec![Json::Null]))
        .await?;
    InstanceAction::action_start(ctx, instance.uuid()?.to_owned(), action)
        .want_result(false)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::hostname;

    #[test]
    fn names_of_hosts_are_made_of_names_of_servers() {
        for (name, expected) in [
            ("web", "web"),
            ("Web Server_1", "web-server-1"),
            ("a.b.c", "a-b-c"),
            ("-edge-", "edge"),
            ("gr\u{f6}\u{df}e", "gre"),
            ("\u{65e5}\u{672c}", "server-u"),
            ("", "server-u"),
        ] {
            assert_eq!(hostname(name, "u"), expected, "{name}");
        }
        assert_eq!(hostname(&"x".repeat(100), "u").len(), 63);
    }
}
