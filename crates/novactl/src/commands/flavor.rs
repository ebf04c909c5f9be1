//! `novactl flavor`

use nova_objects::{Context, Flavor, FlavorList};
use serde_json::{Value as Json, json};
use uuid::Uuid;
use versionedobjects::fields::Dict;

use super::{not_found, text};
use crate::cli::{Flavor as Command, NewFlavor};
use crate::names::near;
use crate::output::{Answer, Cell, Table, Text};
use crate::{Error, Result, Session};

/// Runs one of the commands.
///
/// # Errors
/// What the records refuse.
pub async fn run(command: &Command, session: &Session) -> Result<Answer> {
    let ctx = session.context().await?;
    match command {
        Command::Create(new) => create(new, &ctx).await,
        Command::List => list(&ctx).await,
        Command::Delete { flavor } => {
            let mut flavor = find(&ctx, flavor).await?;
            flavor.destroy(&ctx).await?;
            let line = format!("deleted flavor {}", flavor.name()?.unwrap_or_default());
            Ok(Answer::new("deleted", json(&flavor)?, Text::line(line)))
        }
    }
}

/// The flavor of that id, else of that name.
///
/// # Errors
/// [`Error::NotFound`] with the names that are near.
pub(super) async fn find(ctx: &Context, wanted: &str) -> Result<Flavor> {
    let by_id = Flavor::get_by_flavor_id(ctx, wanted).await;
    let error = match by_id {
        Ok(flavor) => return Ok(flavor),
        Err(error) if error.is_class("FlavorNotFound") => {
            match Flavor::get_by_name(ctx, wanted).await {
                Ok(flavor) => return Ok(flavor),
                Err(error) => error,
            }
        }
        Err(error) => return Err(error.into()),
    };
    let flavors = FlavorList::get_all(ctx).await?;
    let names = flavors
        .iter()
        .flat_map(|flavor| [flavor.name().ok().flatten(), flavor.flavorid().ok()]);
    let near = near(wanted, names.flatten());
    Err(not_found(error, &["FlavorNotFoundByName"], || {
        Error::NotFound {
            kind: "flavor",
            name: wanted.to_owned(),
            near,
        }
    }))
}

async fn create(new: &NewFlavor, ctx: &Context) -> Result<Answer> {
    let mut flavor = Flavor::new();
    flavor.set_name(new.name.as_str());
    flavor.set_flavorid(new.id.clone().unwrap_or_else(|| Uuid::new_v4().to_string()));
    flavor.set_vcpus(new.vcpus);
    flavor.set_memory_mb(new.ram);
    flavor.set_root_gb(new.disk);
    flavor.set_ephemeral_gb(new.ephemeral);
    flavor.set_swap(new.swap);
    flavor.set_rxtx_factor(1.0);
    flavor.set_is_public(!new.private);
    flavor.set_disabled(false);
    flavor.set_description(new.description.clone());
    if !new.extra.is_empty() {
        flavor.set_extra_specs(new.extra.iter().cloned().collect::<Dict<String>>());
    }
    flavor.create(ctx).await?;
    Ok(Answer::new(
        "flavor",
        json(&flavor)?,
        Text::Record(record(&flavor)?),
    ))
}

async fn list(ctx: &Context) -> Result<Answer> {
    let flavors = FlavorList::get_all(ctx).await?;
    let headings = [
        "ID",
        "NAME",
        "VCPUS",
        "RAM MIB",
        "DISK GIB",
        "EPHEMERAL",
        "SWAP",
        "PUBLIC",
    ];
    let mut table = Table::new(
        headings,
        "no flavors; `novactl flavor create --help` shows how to make one",
    );
    let mut facts = Vec::new();
    for flavor in &flavors {
        table.row([
            flavor.flavorid()?.into(),
            flavor.name()?.into(),
            Cell::number(flavor.vcpus()?),
            Cell::number(flavor.memory_mb()?),
            Cell::number(flavor.root_gb()?),
            Cell::number(flavor.ephemeral_gb()?),
            Cell::number(flavor.swap()?),
            if flavor.is_public()? {
                "yes".into()
            } else {
                "no".into()
            },
        ]);
        facts.push(json(flavor)?);
    }
    Ok(Answer::new("flavors", facts, Text::Table(table)))
}

/// A flavor for programs.
pub(super) fn json(flavor: &Flavor) -> Result<Json> {
    Ok(json!({
        "id": flavor.flavorid()?,
        "name": text(flavor.name()?),
        "vcpus": flavor.vcpus()?,
        "ram_mb": flavor.memory_mb()?,
        "disk_gb": flavor.root_gb()?,
        "ephemeral_gb": flavor.ephemeral_gb()?,
        "swap_mb": flavor.swap()?,
        "public": flavor.is_public().unwrap_or(true),
        "description": text(flavor.description().ok().flatten()),
        "extra_specs": specs(flavor),
    }))
}

fn specs(flavor: &Flavor) -> Json {
    let specs = flavor.extra_specs().ok().into_iter().flatten();
    Json::Object(
        specs
            .map(|(key, value)| (key.clone(), Json::from(value.as_str())))
            .collect(),
    )
}

fn record(flavor: &Flavor) -> Result<Vec<(String, Cell)>> {
    let extra = flavor
        .extra_specs()
        .ok()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={value}"));
    let extra = extra.collect::<Vec<_>>().join(", ");
    let pairs = [
        ("id", Cell::from(flavor.flavorid()?)),
        ("name", flavor.name()?.into()),
        ("vcpus", flavor.vcpus()?.to_string().into()),
        ("ram", format!("{} MiB", flavor.memory_mb()?).into()),
        ("disk", format!("{} GiB", flavor.root_gb()?).into()),
        (
            "ephemeral",
            format!("{} GiB", flavor.ephemeral_gb()?).into(),
        ),
        ("swap", format!("{} MiB", flavor.swap()?).into()),
        (
            "public",
            if flavor.is_public()? {
                "yes".into()
            } else {
                "no".into()
            },
        ),
        ("description", flavor.description()?.into()),
        ("extra specs", Some(extra.as_str()).into()),
    ];
    Ok(pairs.map(|(name, cell)| (name.to_owned(), cell)).into())
}
