//! `novactl server`

mod action;
mod view;
mod watch;

use nova_api::{Liveness, RebootType, Servers};
use nova_compute::ComputeClient;
use nova_objects::compute::vm_states;
use nova_objects::{Context, Instance, InstanceList, ReadDeleted};
use serde_json::Value as Json;
use uuid::Uuid;
use versionedobjects::fields::Dict;

use self::view::{facts, flavor_name, power, show, status_cell};
use self::watch::Watch;
use super::{flavor, keypair};
use crate::cli::{NewServer, Server, ServerAction};
use crate::names::near;
use crate::output::{Answer, Cell, Table, Text};
use crate::{Error, Result, Session};

/// Runs one of the commands.
///
/// # Errors
/// What the records, the states and the bus refuse.
pub async fn run(command: &Server, session: &Session) -> Result<Answer> {
    match command {
        Server::Create(new) => create(new, session).await,
        Server::List { all_projects, host } => list(*all_projects, host.as_deref(), session).await,
        Server::Show(which) => {
            let ctx = session.context().await?;
            let instance = find(&ctx, &which.server, session).await?;
            show("server", &ctx, &instance).await
        }
        Server::Start(action) => act(action, Act::Start, session).await,
        Server::Stop(action) => act(action, Act::Stop, session).await,
        Server::Reboot { action, hard } => {
            let how = if *hard {
                RebootType::Hard
            } else {
                RebootType::Soft
            };
            act(action, Act::Reboot(how), session).await
        }
        Server::Delete(action) => delete(action, session).await,
    }
}

async fn servers(session: &Session) -> Result<Servers> {
    let compute = ComputeClient::new(session.transport().await?.clone());
    Ok(Servers::new(
        compute,
        Liveness::new(session.settings().service.service_down_time),
    ))
}

async fn create(new: &NewServer, session: &Session) -> Result<Answer> {
    let ctx = session.context().await?;
    // Found here, so that a misspelt name is answered with the near ones.
    let flavor = flavor::find(&ctx, &new.flavor).await?;
    if let Some(name) = &new.key_name {
        keypair::find(name, session).await?;
    }
    let wanted = nova_api::NewServer {
        name: new.name.clone(),
        flavor: flavor.flavorid()?.to_owned(),
        image: new.image.clone(),
        key_name: new.key_name.clone(),
        host: new.host.clone(),
        metadata: new.properties.clone(),
    };
    let instance = servers(session).await?.create(&ctx, wanted).await?;
    let instance = Watch::new(&ctx, &instance, new.wait)?
        .until("active", |vm_state, _| vm_state == vm_states::ACTIVE)
        .await?;
    show("server", &ctx, &instance).await
}

/// What is to be done with a server.
#[derive(Clone, Copy)]
enum Act {
    Start,
    Stop,
    Reboot(RebootType),
}

async fn act(action: &ServerAction, act: Act, session: &Session) -> Result<Answer> {
    let ctx = session.context().await?;
    let mut instance = find(&ctx, &action.which.server, session).await?;
    let servers = servers(session).await?;
    let (wanted, word) = match act {
        Act::Start => (vm_states::ACTIVE, "active"),
        Act::Stop => (vm_states::STOPPED, "stopped"),
        Act::Reboot(_) => (vm_states::ACTIVE, "active"),
    };
    match act {
        Act::Start => servers.start(&ctx, &mut instance).await?,
        Act::Stop => servers.stop(&ctx, &mut instance).await?,
        Act::Reboot(how) => servers.reboot(&ctx, &mut instance, how).await?,
    }
    let watch = Watch::new(&ctx, &instance, action.wait)?;
    let instance = watch
        .until(word, |vm_state, task_state| {
            vm_state == wanted && task_state.is_none()
        })
        .await?;
    show("server", &ctx, &instance).await
}

async fn delete(action: &ServerAction, session: &Session) -> Result<Answer> {
    let ctx = session.context().await?;
    let mut instance = find(&ctx, &action.which.server, session).await?;
    let facts = facts(&instance)?;
    let name = instance.display_name()?.unwrap_or_default().to_owned();
    servers(session).await?.delete(&ctx, &mut instance).await?;
    if !action.wait.wait {
        return Ok(Answer::new(
            "deleting",
            facts,
            Text::line(format!("deleting server {name}")),
        ));
    }
    // The record stays, marked as deleted.
    let request = session.request().with_read_deleted(ReadDeleted::Yes);
    let gone = session.context_with(request).await?;
    Watch::new(&gone, &instance, action.wait)?
        .until("deleted", |vm_state, _| vm_state == vm_states::DELETED)
        .await?;
    Ok(Answer::new(
        "deleted",
        facts,
        Text::line(format!("deleted server {name}")),
    ))
}

/// What is loaded with a server.
fn expected() -> Vec<String> {
    ["flavor", "metadata", "fault"].map(str::to_owned).into()
}

async fn get(ctx: &Context, uuid: &str) -> Result<Instance> {
    Ok(Instance::get_by_uuid(ctx, uuid)
        .expected_attrs(expected())
        .await?)
}

/// The server of that uuid, else the only one of that name.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Ambiguous`]
async fn find(ctx: &Context, wanted: &str, session: &Session) -> Result<Instance> {
    if Uuid::parse_str(wanted).is_ok() {
        return match get(ctx, wanted).await {
            Err(Error::Object(error)) if error.is_class("InstanceNotFound") => {
                Err(Error::NotFound {
                    kind: "server",
                    name: wanted.to_owned(),
                    near: vec![],
                })
            }
            found => found,
        };
    }
    let all = fetch(ctx, session.request().project_id.as_deref(), None).await?;
    let named: Vec<&Instance> = all
        .iter()
        .filter(|server| server.display_name().ok().flatten() == Some(wanted))
        .collect();
    match named.as_slice() {
        [only] => Ok((*only).clone()),
        [] => {
            let names = all
                .iter()
                .filter_map(|server| server.display_name().ok().flatten());
            Err(Error::NotFound {
                kind: "server",
                name: wanted.to_owned(),
                near: near(wanted, names),
            })
        }
        several => {
            let uuids = several
                .iter()
                .filter_map(|server| server.uuid().ok())
                .map(|uuid| uuid.to_string())
                .collect();
            Err(Error::Ambiguous {
                name: wanted.to_owned(),
                uuids,
            })
        }
    }
}

/// The servers that are not deleted, newest first.
async fn fetch(ctx: &Context, project: Option<&str>, host: Option<&str>) -> Result<InstanceList> {
    let mut filters = Dict::default();
    filters.insert("deleted".to_owned(), Json::Bool(false));
    for (key, value) in [("project_id", project), ("host", host)] {
        if let Some(value) = value {
            filters.insert(key.to_owned(), Json::from(value));
        }
    }
    Ok(InstanceList::get_by_filters(ctx, filters)
        .expected_attrs(expected())
        .await?)
}

async fn list(all_projects: bool, host: Option<&str>, session: &Session) -> Result<Answer> {
    let ctx = session.context().await?;
    let project = session
        .request()
        .project_id
        .as_deref()
        .filter(|_| !all_projects);
    let instances = fetch(&ctx, project, host).await?;
    let headings = ["UUID", "NAME", "STATUS", "TASK", "POWER", "HOST", "FLAVOR"];
    let mut table = Table::new(
        headings,
        "no servers; `novactl server create --help` shows how to make one",
    );
    let mut listed = Vec::new();
    for instance in &instances {
        table.row([
            Cell::from(instance.uuid()?.to_string()),
            instance.display_name()?.into(),
            status_cell(instance)?,
            instance.task_state()?.into(),
            power(instance)?.into(),
            instance.host()?.into(),
            flavor_name(instance).as_deref().into(),
        ]);
        listed.push(facts(instance)?);
    }
    Ok(Answer::new("servers", listed, Text::Table(table)))
}
