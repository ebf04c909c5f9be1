//! A server among those of its topic: says who it is, and who all of them are.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use oslo_messaging::{
    BaseApi, Call, CallContext, Endpoint, Failure, Json, Kwargs, Result, RpcClient, Target,
    Transport,
};
use serde::Deserialize;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use super::roll::Roll;
use super::{ASK, Announcement, Answer, FLEET_KEY, Profile, Skew};

/// How often a server tells the others that it is there, and for how long they
/// believe it.
const INTERVAL: Duration = Duration::from_secs(1);
const LEASE: Duration = Duration::from_millis(3200);

/// How long a newcomer listens to the others before it answers for them.
const SETTLE: Duration = Duration::from_millis(150);

/// A server of a topic, for those who want to know what it reads.
///
/// Its [`endpoint`](Self::endpoint) takes the place of [`BaseApi`]. Where
/// several servers share the topic's queue, [`join`](Self::join) makes it know
/// the others.
pub struct Member {
    shared: Arc<Shared>,
    announcing: Option<(JoinHandle<()>, RpcClient)>,
}

struct Shared {
    roll: Roll,
    skew: Skew,
    base: BaseApi,
    /// Somebody wants to be told who is there.
    wanted: Notify,
    settled: watch::Sender<bool>,
}

impl Member {
    /// A server that answers for itself.
    ///
    /// # Errors
    /// None in practice: every topic is JSON.
    pub fn new(profile: Profile, skew: Skew) -> Result<Self> {
        let base = BaseApi::new(&profile.topic)?;
        Ok(Self {
            shared: Arc::new(Shared {
                roll: Roll::new(profile, LEASE),
                skew,
                base,
                wanted: Notify::new(),
                settled: watch::Sender::new(true),
            }),
            announcing: None,
        })
    }

    /// The same, about to [`join`](Self::join): until it has heard the others
    /// it keeps whoever asks waiting for a moment.
    #[must_use]
    pub fn joining(self) -> Self {
        self.shared.settled.send_replace(false);
        self
    }

    /// What answers for it: `baseapi` 1.1, as [`BaseApi`] does.
    #[must_use]
    pub fn endpoint(&self) -> Arc<dyn Endpoint> {
        Arc::clone(&self.shared) as Arc<dyn Endpoint>
    }

    /// Begins to tell the others on the topic that it is there, now that it
    /// serves.
    pub fn join(&mut self, transport: &Transport) {
        let target = Target::new(self.shared.roll.own.topic.as_str())
            .namespace("baseapi")
            .version("1.0");
        let client = RpcClient::new(transport.clone(), target).timeout(INTERVAL);
        let task = tokio::spawn(announce(Arc::clone(&self.shared), client.clone()));
        self.announcing = Some((task, client));
    }

    /// Tells the others that it has gone, now that it serves no more.
    pub async fn leave(mut self) {
        if let Some((task, client)) = self.announcing.take() {
            task.abort();
            tell(&self.shared, &client, false, true).await;
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if let Some((task, _)) = &self.announcing {
            task.abort();
        }
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("profile", &self.shared.roll.own)
            .finish_non_exhaustive()
    }
}

/// Says hello, and then from time to time that it is still there.
async fn announce(shared: Arc<Shared>, client: RpcClient) {
    tell(&shared, &client, true, false).await;
    let settled = Instant::now() + SETTLE;
    // Whoever says hello meanwhile is answered.
    while timeout_at(settled, shared.wanted.notified()).await.is_ok() {
        tell(&shared, &client, false, false).await;
    }
    shared.settled.send_replace(true);
    loop {
        let _ = timeout(INTERVAL, shared.wanted.notified()).await;
        tell(&shared, &client, false, false).await;
    }
}

/// A ping to all servers of the topic, whose context says more.
async fn tell(shared: &Shared, client: &RpcClient, hello: bool, gone: bool) {
    let announcement = Announcement {
        member: shared.roll.own.clone(),
        hello,
        gone,
    };
    let told = async {
        let context = CallContext::builder()
            .value(FLEET_KEY, &announcement)?
            .build();
        let args = Kwargs::new().value("arg", "object_fleet")?;
        let prepared = client.prepare();
        prepared.fanout_cast(&context, "ping", &args).await
    };
    match timeout(INTERVAL, told).await {
        Ok(Ok(())) => {}
        // It is told again soon; that the bus is away is logged by the bus.
        Ok(Err(error)) => tracing::debug!(%error, "could not tell the others who is here"),
        Err(_) => tracing::debug!("could not tell the others who is here in time"),
    }
}

/// The value of the context key: a question, or what one of the others says.
#[derive(Deserialize)]
#[serde(untagged)]
enum Heard {
    Question(String),
    Announcement(Box<Announcement>),
}

#[async_trait]
impl Endpoint for Shared {
    fn namespace(&self) -> Option<&str> {
        self.base.namespace()
    }

    fn version(&self) -> &str {
        self.base.version()
    }

    fn has_method(&self, method: &str) -> bool {
        self.base.has_method(method)
    }

    async fn call(&self, call: Call<'_>) -> std::result::Result<Json, Box<Failure>> {
        let heard = call
            .context
            .get(FLEET_KEY)
            .filter(|_| call.method == "ping")
            .and_then(|raw| serde_json::from_str(raw.get()).ok());
        match heard {
            Some(Heard::Question(question)) if question == ASK => {
                let pong = self.base.call(call).await?;
                Ok(self.answer(&pong).await.unwrap_or(pong))
            }
            Some(Heard::Announcement(announcement)) => {
                let hello = announcement.hello;
                let own = announcement.member.process == self.roll.own.process;
                self.roll.hear(*announcement);
                if hello && !own {
                    self.wanted.notify_one();
                }
                self.base.call(call).await
            }
            _ => self.base.call(call).await,
        }
    }
}

impl Shared {
    /// The answer to a ping, with what was asked for beside it.
    async fn answer(&self, pong: &Json) -> Option<Json> {
        let mut settled = self.settled.subscribe();
        let _ = timeout(3 * SETTLE, settled.wait_for(|settled| *settled)).await;
        let (common, hosts) = self.roll.common();
        let own = &self.roll.own;
        let answer = Answer {
            member: own.clone(),
            common: (common != *own.abilities()).then_some(common),
            hosts,
            skew: self.skew.counts(),
        };
        let answer = serde_json::to_string(&answer).ok()?;
        let beside = pong.get().strip_suffix('}')?;
        Some(Json::from_written(format!(
            "{beside}, \"fleet\": {answer}}}"
        )))
    }
}
