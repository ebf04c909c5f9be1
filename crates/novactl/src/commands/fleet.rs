//! `novactl fleet`

use std::collections::BTreeSet;
use std::sync::Arc;

use nova_api::Liveness;
use nova_objects::ServiceList;
use nova_rpc::{CONDUCTOR_TOPIC, Peer, Peers, Profile, SkewCounts};
use serde_json::{Value as Json, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use versionedobjects::{Manifest, Version};

use crate::cli::Fleet;
use crate::output::{Answer, Cell, Style, Table, Text};
use crate::{Result, Session};

/// How many services are asked at the same time.
const AT_ONCE: usize = 128;

/// Runs the command.
///
/// # Errors
/// What the records refuse, or that no conductor answers.
pub async fn run(command: &Fleet, session: &Session) -> Result<Answer> {
    let services = ask(session).await?;
    Ok(match &command.cannot_read {
        Some((class, version)) => cannot_read(class, *version, &services),
        None => matrix(&services, command.all),
    })
}

/// A service, and what it says of itself.
#[derive(Debug)]
struct Asked {
    topic: String,
    host: String,
    says: Says,
}

#[derive(Debug)]
enum Says {
    /// What it reads.
    Reads(Box<Peer>),
    /// It answers, and says nothing of that.
    Nothing,
    /// It does not answer.
    NoAnswer,
    /// Its record says that it is down.
    Down,
}

impl Asked {
    fn reads(&self) -> Option<&Manifest> {
        match &self.says {
            Says::Reads(peer) => peer.profile().map(Profile::reads),
            _ => None,
        }
    }

    fn word(&self) -> &'static str {
        match &self.says {
            Says::Reads(_) => "says what it reads",
            Says::Nothing => "says nothing",
            Says::NoAnswer => "does not answer",
            Says::Down => "is down",
        }
    }

    fn json(&self) -> Json {
        let peer = match &self.says {
            Says::Reads(peer) => Some(peer),
            _ => None,
        };
        let profile = peer.and_then(|peer| peer.profile());
        let reads = profile.map(|profile| profile.reads().to_json());
        json!({
            "topic": self.topic,
            "host": self.host,
            "state": match &self.says {
                Says::Reads(_) => "reads",
                Says::Nothing => "silent",
                Says::NoAnswer => "unanswered",
                Says::Down => "down",
            },
            "program": profile.map(|profile| profile.program.as_str()),
            "process": profile.map(|profile| profile.process.as_str()),
            "rpc": profile.map(Profile::rpc),
            "reads": reads,
            "skew": peer.map(|peer| peer.skew()),
        })
    }
}

/// Asks the conductors, who tell of each other, and every service on record
/// that is up.
async fn ask(session: &Session) -> Result<Vec<Asked>> {
    let ctx = session.context().await?;
    let peers = nova_service::peers(session.transport().await?, None);
    let liveness = Liveness::new(session.settings().service.service_down_time);
    let mut asking = JoinSet::new();
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut found = Vec::new();
    let conductors = peers.of(CONDUCTOR_TOPIC, None).await;
    let mut known = BTreeSet::new();
    for host in conductors.hosts() {
        known.insert((CONDUCTOR_TOPIC.to_owned(), host.clone()));
    }
    if conductors.profile().is_none() {
        found.push(Asked {
            topic: CONDUCTOR_TOPIC.to_owned(),
            host: "any".to_owned(),
            says: Says::Nothing,
        });
    }
    for service in &ServiceList::get_all(&ctx).await? {
        let host = service.host()?.unwrap_or_default().to_owned();
        let topic = service.topic()?.unwrap_or_default().to_owned();
        if liveness.is_up(service) {
            known.insert((topic, host));
        } else if !known.contains(&(topic.clone(), host.clone())) {
            let says = Says::Down;
            found.push(Asked { topic, host, says });
        }
    }
    for (topic, host) in known {
        let (peers, places) = (peers.clone(), Arc::clone(&places));
        asking.spawn(async move {
            let _place = places.acquire().await;
            let says = one(&peers, &topic, &host).await;
            Asked { topic, host, says }
        });
    }
    while let Some(asked) = asking.join_next().await {
        // A task of ours that panicked is a bug; the others still have something to say.
        found.extend(asked);
    }
    found.sort_by(|a, b| (b.topic.as_str(), &a.host).cmp(&(a.topic.as_str(), &b.host)));
    Ok(found)
}

async fn one(peers: &Peers, topic: &str, host: &str) -> Says {
    match peers.ask(topic, Some(host)).await {
        Ok(peer) if peer.profile().is_some() => Says::Reads(Box::new(peer)),
        Ok(_) => Says::Nothing,
        Err(_) => Says::NoAnswer,
    }
}

/// Who cannot read that: with names.
fn cannot_read(class: &str, version: Version, services: &[Asked]) -> Answer {
    let mut table = Table::new(["TOPIC", "HOST", "READS"], "all services can read it");
    let mut names = Vec::new();
    let mut unable = Vec::new();
    for service in services {
        let reads = match &service.says {
            Says::Reads(_) => match service.reads().and_then(|reads| reads.get(class)) {
                Some(reads) if version.is_readable_by(reads) => continue,
                Some(reads) => Cell::styled(reads.to_string(), Style::Warn),
                None => Cell::styled("no such class", Style::Bad),
            },
            _ => Cell::styled(service.word(), Style::Faint),
        };
        if service.reads().is_some() {
            names.push(format!("{}.{}", service.topic, service.host));
        }
        table.row([
            service.topic.as_str().into(),
            service.host.as_str().into(),
            reads,
        ]);
        unable.push(service.json());
    }
    let answer = Answer::new("cannot_read", unable, Text::Table(table));
    answer
        .with("class", class)
        .with("object_version", version.to_string())
        .with("names", names)
}

/// Services that read the same.
struct Group<'s> {
    topic: &'s str,
    hosts: Vec<&'s str>,
    first: &'s Asked,
}

/// Who reads what, as a table; those that read the same share a column.
fn matrix(services: &[Asked], all: bool) -> Answer {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for service in services {
        let same = |group: &&mut Group<'_>| {
            group.topic == service.topic
                && group.first.reads() == service.reads()
                && group.first.word() == service.word()
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.hosts.push(&service.host),
            None => groups.push(Group {
                topic: &service.topic,
                hosts: vec![&service.host],
                first: service,
            }),
        }
    }
    let classes: BTreeSet<&str> = services
        .iter()
        .filter_map(Asked::reads)
        .flat_map(|reads| reads.iter().map(|(class, _)| class))
        .collect();
    let readers: Vec<&Manifest> = services.iter().filter_map(Asked::reads).collect();
    let differ: Vec<&str> = classes
        .iter()
        .copied()
        .filter(|class| {
            let mut versions = readers.iter().map(|reads| reads.get(class));
            let first = versions.next();
            versions.any(|version| Some(version) != first)
        })
        .collect();
    let headings = groups.iter().map(|group| heading(group));
    let mut table = Table::titled(
        ["TO".to_owned()].into_iter().chain(headings),
        "no services; start nova-conductor and nova-compute",
    );
    let shown = |class: &&str| all || differ.contains(class);
    for class in classes.iter().copied().filter(shown) {
        let newest = readers.iter().filter_map(|reads| reads.get(class)).max();
        let cells =
            groups.iter().map(
                |group| match group.first.reads().map(|reads| reads.get(class)) {
                    None => Cell::styled("newest", Style::Faint),
                    Some(None) => Cell::styled("never", Style::Bad),
                    Some(Some(version)) if Some(version) < newest => {
                        Cell::styled(version.to_string(), Style::Warn)
                    }
                    Some(Some(version)) => Cell::from(version.to_string()),
                },
            );
        table.row([class.into()].into_iter().chain(cells).collect::<Vec<_>>());
    }
    let same = classes.len() - differ.len();
    if !all && same > 0 {
        let title = format!(
            "{same} {}",
            if differ.is_empty() {
                "classes"
            } else {
                "others"
            }
        );
        let cells = groups.iter().map(|group| match group.first.reads() {
            Some(_) => Cell::from("the same"),
            None => Cell::styled("newest", Style::Faint),
        });
        let title = Cell::styled(title, Style::Faint);
        table.row([title].into_iter().chain(cells).collect::<Vec<_>>());
    }
    let rpc = groups.iter().map(|group| match &group.first.says {
        Says::Reads(peer) => peer
            .profile()
            .map(|profile| profile.rpc().join(", "))
            .unwrap_or_default()
            .into(),
        _ => Cell::styled(group.first.word(), Style::Faint),
    });
    let title = Cell::from("messages");
    table.row([title].into_iter().chain(rpc).collect::<Vec<_>>());
    counts(&mut table, services, &groups);
    let facts: Vec<Json> = services.iter().map(Asked::json).collect();
    Answer::new("services", facts, Text::Table(table)).with("differ", differ)
}

/// What different releases have cost so far.
fn counts(table: &mut Table, services: &[Asked], groups: &[Group<'_>]) {
    type Count = fn(SkewCounts) -> u64;
    let names: [(&str, Count); 2] = [
        ("came too new", |skew| skew.too_new),
        ("backports", |skew| {
            skew.backports_asked + skew.backports_served
        }),
    ];
    for (name, count) in names {
        let cells = groups.iter().map(|group| {
            let of_group = services.iter().filter(|service| {
                service.topic == group.topic && group.hosts.contains(&service.host.as_str())
            });
            let sum: u64 = of_group
                .filter_map(|service| match &service.says {
                    Says::Reads(peer) => Some(count(peer.skew())),
                    _ => None,
                })
                .sum();
            match (group.first.reads(), sum) {
                (None, _) => Cell::from(None),
                (Some(_), 0) => Cell::styled("0", Style::Good),
                (Some(_), sum) => Cell::styled(sum.to_string(), Style::Warn),
            }
        });
        let title = Cell::from(name);
        table.row([title].into_iter().chain(cells).collect::<Vec<_>>());
    }
}

/// A few names, and how many more there are.
fn heading(group: &Group<'_>) -> String {
    let shown: Vec<&str> = group.hosts.iter().copied().take(3).collect();
    let more = group.hosts.len() - shown.len();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{} {}{more}", group.topic, shown.join(", "))
}
