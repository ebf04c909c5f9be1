//! `novactl hypervisor`

use nova_objects::ComputeNodeList;
use serde_json::json;

use super::text;
use crate::cli::Hypervisor;
use crate::output::{Answer, Cell, Table, Text};
use crate::{Result, Session};

/// Runs one of the commands.
///
/// # Errors
/// What the records refuse.
pub async fn run(command: &Hypervisor, session: &Session) -> Result<Answer> {
    match command {
        Hypervisor::List => list(session).await,
    }
}

async fn list(session: &Session) -> Result<Answer> {
    let ctx = session.context().await?;
    let nodes = ComputeNodeList::get_all(&ctx).await?;
    let headings = [
        "HOSTNAME",
        "HOST",
        "TYPE",
        "SERVERS",
        "VCPUS",
        "MEMORY MIB",
        "DISK GIB",
    ];
    let mut table = Table::new(
        headings,
        "no compute nodes; start nova-compute, and it registers what it has",
    );
    let mut facts = Vec::new();
    for node in &nodes {
        let used = |used: i64, all: i64| Cell::number(format!("{used} of {all}"));
        table.row([
            node.hypervisor_hostname()?.into(),
            node.host()?.into(),
            node.hypervisor_type()?.into(),
            Cell::number(node.running_vms()?.unwrap_or(0)),
            used(node.vcpus_used()?, node.vcpus()?),
            used(node.memory_mb_used()?, node.memory_mb()?),
            used(node.local_gb_used()?, node.local_gb()?),
        ]);
        facts.push(json!({
            "id": node.id()?,
            "uuid": node.uuid()?.to_string(),
            "hostname": text(node.hypervisor_hostname()?),
            "host": text(node.host()?),
            "type": node.hypervisor_type()?,
            "hypervisor_version": node.hypervisor_version()?,
            "running_vms": node.running_vms()?,
            "vcpus": node.vcpus()?,
            "vcpus_used": node.vcpus_used()?,
            "memory_mb": node.memory_mb()?,
            "memory_mb_used": node.memory_mb_used()?,
            "disk_gb": node.local_gb()?,
            "disk_gb_used": node.local_gb_used()?,
        }));
    }
    Ok(Answer::new("hypervisors", facts, Text::Table(table)))
}
