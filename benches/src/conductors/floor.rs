//! What bounds a call over a broker: a bare echo of messages of the same
//! sizes, by a server in a process of its own that does the same SQL by hand.
//! Nothing is confirmed, nothing is read.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::StreamExt as _;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, QueueDeclareOptions,
};
use lapin::types::{FieldTable, ShortString};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer};
use nova_db::Dialect;
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, oneshot};

use super::load::Caller;
use super::process::Process;
use crate::Result;
use crate::by_hand::{self, Texts};
use crate::capture::Captured;
use crate::store::CONNECTIONS;
use crate::work::Work;

/// How many requests it works on at once, as our conductor by default.
const AT_ONCE: u16 = 64;

/// What the server is started with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The broker.
    pub broker: String,
    /// The queue served.
    pub queue: String,
    /// The database.
    pub database: String,
    /// The statements.
    pub statements: Vec<Captured>,
    /// Bytes of a reply, by kind of work.
    pub replies: HashMap<Work, usize>,
}

/// What a request asks for; its text is padded to the size of a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Request {
    work: Work,
    /// An instance's uuid, or the host of a list.
    about: String,
    padding: String,
}

async fn channel(broker: &str) -> Result<Channel> {
    let connection = Connection::connect(broker, ConnectionProperties::default()).await?;
    // The channel keeps its connection open.
    Ok(connection.create_channel().await?)
}

async fn consume(channel: &Channel, queue: &ShortString) -> Result<Consumer> {
    let options = QueueDeclareOptions {
        auto_delete: true,
        ..QueueDeclareOptions::default()
    };
    channel
        .queue_declare(queue.clone(), options, FieldTable::default())
        .await?;
    let options = BasicConsumeOptions::default();
    let tag = "floor".into();
    Ok(channel
        .basic_consume(queue.clone(), tag, options, FieldTable::default())
        .await?)
}

async fn publish(
    channel: &Channel,
    queue: ShortString,
    body: &[u8],
    properties: BasicProperties,
) -> Result<()> {
    let options = BasicPublishOptions::default();
    channel
        .basic_publish("".into(), queue, options, body, properties)
        .await?;
    Ok(())
}

/// Serves until the connection ends; what the program `floor` does.
///
/// # Errors
/// When the broker or the database cannot be used.
pub async fn serve(plan: Plan) -> Result<()> {
    let by_hand = by_hand::open(
        Dialect::MySql,
        &plan.database,
        Texts::of(&plan.statements)?,
        CONNECTIONS,
    )
    .await?;
    let channel = channel(&plan.broker).await?;
    channel
        .basic_qos(AT_ONCE, BasicQosOptions::default())
        .await?;
    let mut requests = consume(&channel, &plan.queue.as_str().into()).await?;
    let replies: HashMap<Work, Bytes> = plan
        .replies
        .iter()
        .map(|(work, size)| (*work, Bytes::from(vec![b'x'; *size])))
        .collect();
    let (replies, turns) = (Arc::new(replies), Arc::new(Semaphore::new(AT_ONCE.into())));
    while let Some(delivery) = requests.next().await {
        let delivery = delivery?;
        let turn = turns.clone().acquire_owned().await?;
        let (channel, by_hand, replies) = (channel.clone(), by_hand.clone(), replies.clone());
        tokio::spawn(async move {
            let answered = async {
                delivery.ack(BasicAckOptions::default()).await?;
                let request: Request = serde_json::from_slice(&delivery.data)?;
                request.work.by_hand(&*by_hand, &request.about).await?;
                let reply_to = delivery
                    .properties
                    .reply_to()
                    .clone()
                    .ok_or("no reply_to")?;
                let id = delivery
                    .properties
                    .correlation_id()
                    .clone()
                    .ok_or("no id")?;
                let body = replies.get(&request.work).cloned().unwrap_or_default();
                let properties = BasicProperties::default().with_correlation_id(id);
                publish(&channel, reply_to, &body, properties).await
            };
            if let Err(error) = answered.await {
                eprintln!("floor: {error}");
            }
            drop(turn);
        });
    }
    Ok(())
}

/// Starts the server.
///
/// # Errors
/// When the program is not there.
pub fn start(plan: &Plan, folder: &Path) -> Result<Process> {
    let file = folder.join("floor.json");
    std::fs::write(&file, serde_json::to_vec(plan)?)?;
    let program = std::env::current_exe()?.with_file_name("floor");
    let mut command = Command::new(program);
    command.arg(file).stdin(Stdio::null());
    Process::start(&mut command, folder.join("floor.log"))
}

/// A client of the server.
#[derive(Clone)]
pub struct Floor {
    channel: Channel,
    queue: ShortString,
    reply_queue: ShortString,
    waiting: Arc<Mutex<HashMap<String, oneshot::Sender<()>>>>,
}

impl Floor {
    /// Connects.
    ///
    /// # Errors
    /// When the broker cannot be used.
    pub async fn connect(plan: &Plan) -> Result<Self> {
        let replies_from = channel(&plan.broker).await?;
        let reply_queue: ShortString = format!("{}-replies", plan.queue).into();
        let mut replies = consume(&replies_from, &reply_queue).await?;
        let waiting: Arc<Mutex<HashMap<String, oneshot::Sender<()>>>> = Arc::default();
        let waiters = waiting.clone();
        tokio::spawn(async move {
            while let Some(Ok(delivery)) = replies.next().await {
                let id = delivery.properties.correlation_id();
                let waiter = id.as_ref().and_then(|id| {
                    let mut waiters = waiters.lock().unwrap_or_else(PoisonError::into_inner);
                    waiters.remove(id.as_str())
                });
                if let Some(waiter) = waiter {
                    // One that has given up needs no answer.
                    let _ = waiter.send(());
                }
                if delivery.ack(BasicAckOptions::default()).await.is_err() {
                    return;
                }
            }
            drop(replies_from);
        });
        Ok(Self {
            channel: channel(&plan.broker).await?,
            queue: plan.queue.as_str().into(),
            reply_queue,
            waiting,
        })
    }

    /// One that asks for that again and again.
    ///
    /// # Errors
    /// When the request has no JSON form.
    pub fn caller(&self, work: Work, about: &str, size: usize) -> Result<Box<dyn Caller>> {
        let mut request = Request {
            work,
            about: about.to_owned(),
            padding: String::new(),
        };
        let bare = serde_json::to_string(&request)?.len();
        request.padding = "x".repeat(size.saturating_sub(bare));
        Ok(Box::new(Asker {
            floor: self.clone(),
            body: serde_json::to_vec(&request)?.into(),
        }))
    }
}

struct Asker {
    floor: Floor,
    body: Bytes,
}

impl Caller for Asker {
    fn call(&mut self) -> BoxFuture<'_, Result<()>> {
        async {
            let id = uuid::Uuid::new_v4().simple().to_string();
            let (answered, answer) = oneshot::channel();
            {
                let waiting = self.floor.waiting.lock();
                let mut waiting = waiting.unwrap_or_else(PoisonError::into_inner);
                waiting.insert(id.clone(), answered);
            }
            let properties = BasicProperties::default()
                .with_reply_to(self.floor.reply_queue.clone())
                .with_correlation_id(id.into());
            let queue = self.floor.queue.clone();
            publish(&self.floor.channel, queue, &self.body, properties).await?;
            Ok(tokio::time::timeout(super::PATIENCE, answer).await??)
        }
        .boxed()
    }
}
