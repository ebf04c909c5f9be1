//! What a sender knows of those it sends to.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use oslo_messaging::{CallContext, Error, Kwargs, Result, RpcClient, Target, Transport};
use serde::Deserialize;
use tokio::time::Instant;
use versionedobjects::Manifest;

use super::{ASK, Answer, FLEET_KEY, Peer, Skew};

/// How many addresses are remembered.
const MOST: usize = 20_000;

/// How long what is known of others is believed.
///
/// Servers of a topic notice within 3.2 s that one of them died without a word;
/// `behind` has to leave that much of the 5 s in which senders must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tempo {
    /// What is older is asked for anew, beside the sending.
    pub refresh: Duration,
    /// What is older is asked for before anything is sent, if it holds us back:
    /// a newer process may have taken the place.
    pub behind: Duration,
    /// The same, if it does not.
    pub level: Duration,
    /// How long an answer is waited for.
    pub patience: Duration,
}

impl Default for Tempo {
    fn default() -> Self {
        Self {
            refresh: Duration::from_secs(1),
            behind: Duration::from_millis(1500),
            level: Duration::from_secs(60),
            patience: Duration::from_secs(1),
        }
    }
}

/// What a process knows of those it sends to: asked once, then looked up. Cheap
/// to clone; all clones are one.
#[derive(Clone)]
pub struct Peers(Arc<Inner>);

struct Inner {
    transport: Transport,
    own: Manifest,
    tempo: Tempo,
    skew: Skew,
    known: RwLock<HashMap<Address, Arc<Slot>>>,
}

/// A topic, and one of its servers or none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Address {
    topic: String,
    server: Option<String>,
}

/// What is known of one address.
#[derive(Default)]
struct Slot {
    known: RwLock<Option<Known>>,
    /// Held while asking, so that many senders ask once.
    asking: tokio::sync::Mutex<()>,
    refreshing: AtomicBool,
}

#[derive(Clone)]
struct Known {
    peer: Arc<Peer>,
    since: Instant,
    /// Whether it keeps us from sending what we would send.
    behind: bool,
}

impl Peers {
    /// Peers on that bus of a process that writes the versions of `own`.
    #[must_use]
    pub fn new(transport: Transport, own: Manifest) -> Self {
        Self::with_tempo(transport, own, Tempo::default())
    }

    /// The same in another tempo.
    #[must_use]
    pub fn with_tempo(transport: Transport, own: Manifest, tempo: Tempo) -> Self {
        Self(Arc::new(Inner {
            transport,
            own,
            tempo,
            skew: Skew::default(),
            known: RwLock::default(),
        }))
    }

    /// What other releases cost this process.
    #[must_use]
    pub fn skew(&self) -> &Skew {
        &self.0.skew
    }

    /// Whoever a message to that topic, or to that server of it, will reach.
    ///
    /// A lookup, once it is known. Whoever does not answer in time is what it
    /// was last known to be.
    pub async fn of(&self, topic: &str, server: Option<&str>) -> Arc<Peer> {
        let address = Address {
            topic: topic.to_owned(),
            server: server.map(str::to_owned),
        };
        let slot = self.slot(&address);
        if let Some(known) = slot.fresh(&self.0.tempo) {
            if known.since.elapsed() >= self.0.tempo.refresh
                && !slot.refreshing.swap(true, Ordering::AcqRel)
            {
                let (inner, slot) = (Arc::clone(&self.0), Arc::clone(&slot));
                tokio::spawn(async move {
                    inner.renew(&address, &slot).await;
                    slot.refreshing.store(false, Ordering::Release);
                });
            }
            return known.peer;
        }
        let asking = slot.asking.lock().await;
        if let Some(known) = slot.fresh(&self.0.tempo) {
            return known.peer;
        }
        let peer = self.0.renew(&address, &slot).await;
        drop(asking);
        peer
    }

    /// Asks, whatever is known, and says whether what it reads has changed.
    pub(crate) async fn again(&self, topic: &str, server: Option<&str>) -> (Arc<Peer>, bool) {
        let address = Address {
            topic: topic.to_owned(),
            server: server.map(str::to_owned),
        };
        let slot = self.slot(&address);
        let before = slot.known().map(|known| known.peer);
        let peer = self.0.renew(&address, &slot).await;
        let changed = before.is_none_or(|before| before.reads() != peer.reads());
        (peer, changed)
    }

    /// Asks one server now, and waits for it as long as the tempo says.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn ask(&self, topic: &str, server: Option<&str>) -> Result<Peer> {
        let address = Address {
            topic: topic.to_owned(),
            server: server.map(str::to_owned),
        };
        self.0.ask(&address).await
    }

    fn slot(&self, address: &Address) -> Arc<Slot> {
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = known.get(address) {
            return Arc::clone(slot);
        }
        drop(known);
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        Arc::clone(known.entry(address.clone()).or_default())
    }
}

impl Slot {
    fn known(&self) -> Option<Known> {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What is known, if it can still be believed.
    fn fresh(&self, tempo: &Tempo) -> Option<Known> {
        self.known().filter(|known| {
            let limit = if known.behind {
                tempo.behind
            } else {
                tempo.level
            };
            known.since.elapsed() < limit
        })
    }
}

impl Inner {
    /// Asks, and keeps what is answered.
    async fn renew(&self, address: &Address, slot: &Slot) -> Arc<Peer> {
        let answer = self.ask(address).await;
        let answered = answer.is_ok();
        let before = slot.known();
        let peer = match (answer, &before) {
            (Ok(peer), Some(before)) => Arc::new(peer.after(&before.peer)),
            (Ok(peer), None) => Arc::new(peer),
            (Err(error), before) => {
                tracing::debug!(%error, %address, "nobody says what it reads");
                before
                    .as_ref()
                    .map_or_else(Arc::default, |before| Arc::clone(&before.peer))
            }
        };
        // Nobody waits again for one that does not answer: it is asked beside the sending.
        let behind = answered && peer.reads().is_some_and(|reads| !reads.covers(&self.own));
        if before
            .as_ref()
            .is_some_and(|before| before.peer.reads() != peer.reads())
            || before.is_none() && behind
        {
            tracing::info!(%address, older = self.older(&peer), "what is sent there is written as it is read there");
        }
        *slot.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Known {
            peer: Arc::clone(&peer),
            since: Instant::now(),
            behind,
        });
        peer
    }

    /// The classes of which it reads older versions only, for the log.
    fn older(&self, peer: &Peer) -> String {
        let Some(reads) = peer.reads() else {
            return String::new();
        };
        let older = self.own.iter().filter_map(|(class, own)| {
            let read = reads.get(class);
            (read != Some(own) && read.is_none_or(|read| read < own)).then(|| match read {
                Some(read) => format!("{class} {read}"),
                None => format!("no {class}"),
            })
        });
        older.take(12).collect::<Vec<_>>().join(", ")
    }

    async fn ask(&self, address: &Address) -> Result<Peer> {
        let target = Target::new(address.topic.as_str())
            .namespace("baseapi")
            .version("1.0");
        let client = RpcClient::new(self.transport.clone(), target).timeout(self.tempo.patience);
        let mut prepared = client.prepare();
        if let Some(server) = &address.server {
            prepared = prepared.server(server);
        }
        let context = CallContext::builder().value(FLEET_KEY, ASK)?.build();
        let args = Kwargs::new().value("arg", "object_fleet")?;
        match prepared.call(&context, "ping", &args).await {
            Ok(pong) => Ok(told(pong.get())),
            // It is there, and knows nothing of this.
            Err(Error::Remote(_)) => Ok(Peer::default()),
            Err(error) => Err(error),
        }
    }
}

/// What stands beside the answer to a ping.
fn told(pong: &str) -> Peer {
    #[derive(Deserialize)]
    struct Pong {
        fleet: Option<Answer>,
    }
    match serde_json::from_str::<Pong>(pong) {
        Ok(Pong {
            fleet: Some(answer),
        }) => Peer::of(answer),
        Ok(Pong { fleet: None }) => Peer::default(),
        Err(error) => {
            tracing::warn!(%error, "a peer says something strange about what it reads");
            Peer::default()
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.topic)?;
        self.server
            .as_ref()
            .map_or(Ok(()), |server| write!(f, ".{server}"))
    }
}

impl fmt::Debug for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peers")
            .field("tempo", &self.0.tempo)
            .finish_non_exhaustive()
    }
}
