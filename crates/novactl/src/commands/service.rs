//! `novactl service`

use nova_api::Liveness;
use nova_objects::{PersistentFields as _, ServiceList};
use serde_json::json;

use super::{moment, text};
use crate::cli::Service;
use crate::output::{Answer, Cell, Style, Table, Text};
use crate::{Result, Session};

/// Runs one of the commands.
///
/// # Errors
/// What the records refuse.
pub async fn run(command: &Service, session: &Session) -> Result<Answer> {
    match command {
        Service::List { host, binary } => list(host.as_deref(), binary.as_deref(), session).await,
    }
}

async fn list(host: Option<&str>, binary: Option<&str>, session: &Session) -> Result<Answer> {
    let ctx = session.context().await?;
    let services = ServiceList::get_all(&ctx).set_zones(true).await?;
    let liveness = Liveness::new(session.settings().service.service_down_time);
    let headings = [
        "BINARY", "HOST", "ZONE", "STATUS", "STATE", "VERSION", "SEEN", "REASON",
    ];
    let mut table = Table::new(
        headings,
        "no services; start nova-compute, and it registers itself",
    );
    let mut facts = Vec::new();
    for service in &services {
        let (its_host, its_binary) = (service.host()?, service.binary()?);
        if host.is_some_and(|host| its_host != Some(host))
            || binary.is_some_and(|binary| its_binary != Some(binary))
        {
            continue;
        }
        let zone = service.availability_zone().ok().flatten();
        let (disabled, up) = (service.disabled()?, liveness.is_up(service));
        let seen = moment(service.last_seen_up()?);
        let version = service.version()?;
        let reason = service.disabled_reason()?;
        table.row([
            its_binary.into(),
            its_host.into(),
            zone.into(),
            if disabled {
                Cell::styled("disabled", Style::Warn)
            } else {
                "enabled".into()
            },
            if up {
                Cell::styled("up", Style::Good)
            } else {
                Cell::styled("down", Style::Bad)
            },
            Cell::number(version),
            seen.as_deref().into(),
            reason.into(),
        ]);
        facts.push(json!({
            "id": service.id()?,
            "uuid": service.uuid().ok().map(|uuid| uuid.to_string()),
            "binary": text(its_binary),
            "host": text(its_host),
            "zone": text(zone),
            "enabled": !disabled,
            "disabled_reason": text(reason),
            "up": up,
            "forced_down": service.forced_down()?,
            "version": version,
            "last_seen_up": seen,
            "updated_at": moment(service.updated_at()?),
        }));
    }
    Ok(Answer::new("services", facts, Text::Table(table)))
}
