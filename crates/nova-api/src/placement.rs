//! Which compute a new server goes to: the one with the most free memory among
//! those that are up and have room.

use nova_objects::{ComputeNode, ComputeNodeList, Context, Flavor, ServiceList};

use crate::{Error, Liveness, Result};

/// Room for one more server, as a compute node reports it, with its ratios of
/// overcommitment.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Room {
    vcpus: f64,
    memory_mb: f64,
    disk_gb: f64,
}

impl Room {
    #[expect(
        clippy::cast_precision_loss,
        reason = "megabytes and cores stay far below 2^53"
    )]
    fn of(node: &ComputeNode) -> Result<Self> {
        // Zero was once written for "the configuration's", which is not known here.
        let ratio = |ratio: versionedobjects::Result<f64>| {
            ratio.ok().filter(|ratio| *ratio > 0.0).unwrap_or(1.0)
        };
        Ok(Self {
            vcpus: node.vcpus()? as f64 * ratio(node.cpu_allocation_ratio())
                - node.vcpus_used()? as f64,
            memory_mb: node.memory_mb()? as f64 * ratio(node.ram_allocation_ratio())
                - node.memory_mb_used()? as f64,
            disk_gb: node.local_gb()? as f64 * ratio(node.disk_allocation_ratio())
                - node.local_gb_used()? as f64,
        })
    }

    fn lacks(&self, wanted: &Self) -> Option<&'static str> {
        [
            (self.vcpus < wanted.vcpus, "vcpus"),
            (self.memory_mb < wanted.memory_mb, "memory"),
            (self.disk_gb < wanted.disk_gb, "disk"),
        ]
        .into_iter()
        .find_map(|(lacking, what)| lacking.then_some(what))
    }
}

/// Chooses the compute node for a server of `flavor`; on `host` only, if given.
///
/// # Errors
/// [`Error::NoValidHost`], saying why each candidate was passed over.
pub async fn choose(
    ctx: &Context,
    flavor: &Flavor,
    host: Option<&str>,
    liveness: Liveness,
) -> Result<ComputeNode> {
    let services = ServiceList::get_by_binary(ctx, "nova-compute")
        .include_disabled(true)
        .await?;
    let nodes = ComputeNodeList::get_all(ctx).await?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "megabytes and cores stay far below 2^53"
    )]
    let wanted = Room {
        vcpus: flavor.vcpus()? as f64,
        memory_mb: flavor.memory_mb()? as f64,
        disk_gb: (flavor.root_gb()? + flavor.ephemeral_gb()?) as f64,
    };
    let mut passed_over = Vec::new();
    let mut best: Option<(Room, ComputeNode)> = None;
    for node in nodes {
        let name = node.host()?.unwrap_or_default().to_owned();
        if host.is_some_and(|host| host != name) {
            continue;
        }
        let service = services
            .iter()
            .find(|service| service.host().ok().flatten() == Some(name.as_str()));
        let room = Room::of(&node)?;
        let reason = match service {
            None => Some("has no service"),
            Some(service) if service.disabled().unwrap_or(false) => Some("is disabled"),
            Some(service) if !liveness.is_up(service) => Some("is down"),
            Some(_) => room.lacks(&wanted).map(|what| match what {
                "vcpus" => "has too few vcpus",
                "memory" => "has too little memory",
                _ => "has too little disk",
            }),
        };
        match reason {
            Some(reason) => passed_over.push(format!("{name} {reason}")),
            None if best
                .as_ref()
                .is_none_or(|(most, _)| room.memory_mb > most.memory_mb) =>
            {
                best = Some((room, node))
            }
            None => {}
        }
    }
    best.map(|(_, node)| node)
        .ok_or_else(|| Error::NoValidHost {
            flavor: flavor.name().ok().flatten().unwrap_or("?").to_owned(),
            reason: match (passed_over.as_slice(), host) {
                ([], Some(host)) => format!("there is no compute {host}"),
                ([], None) => "there is no compute; start nova-compute".to_owned(),
                (reasons, _) => reasons.join("; "),
            },
        })
}
