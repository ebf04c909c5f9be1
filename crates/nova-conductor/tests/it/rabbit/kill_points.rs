//! Killed with SIGKILL at each point of a request's way, while nobody else serves: the request is applied once, and its
//! caller gets the answer.
//!
//! The conductor that dies is this test's own program, started again: its bus, its outcomes and its deliveries are wrapped
//! and stop at the point they are told, so that the programs people run need no such points.
//!
//! `NOVA_KILL_ROUNDS` is how often that is done at each point.

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use nova_conductor::{Conductor, DatabaseOutcomes};
use nova_db::NovaDb;
use nova_objects::{NovaStore, registry};
use nova_rpc::{End, ObjectEndpoint, Outcomes, Request, Work};
use nova_service::request_codec;
use oslo_messaging::driver::{
    AckPolicy, Delivery, Driver, Incoming, ListenOptions, Listener, Outgoing, Replies,
    ReplyMessage, ReplyTo, Taker,
};
use oslo_messaging::envelope::ReplyBody;
use oslo_messaging::{Failure, Json, Limits, Result, ServerOptions, Target, Transport};
use test_support::servers::{MariaDb, RabbitMq};
use versionedobjects::{Route, Store};

use super::cell::{Cell, rabbit, remote, transport, until, write, written};
use super::process::Process;

const POINT: &str = "NOVA_TEST_POINT";
const FOLDER: &str = "NOVA_TEST_FOLDER";
const URL: &str = "NOVA_TEST_URL";
const MAIN: &str = "NOVA_TEST_MAIN";
const API: &str = "NOVA_TEST_API";
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a conductor stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    /// The request is there, and nothing is done about it.
    Received,
    /// About to look whether it was applied before.
    Asking,
    /// It was not.
    Asked,
    /// Applied, in a transaction.
    Applied,
    /// The transaction is kept.
    Kept,
    /// About to reply.
    Replying,
    /// The broker has the reply.
    Replied,
    /// The broker knows that the request is done with.
    Acknowledged,
}

const POINTS: [Point; 8] = [
    Point::Received,
    Point::Asking,
    Point::Asked,
    Point::Applied,
    Point::Kept,
    Point::Replying,
    Point::Replied,
    Point::Acknowledged,
];

/// Says that the point is reached and goes no further.
async fn reached() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("a folder"));
    std::fs::write(folder.join("reached"), "").expect("a file can be written");
    std::future::pending::<()>().await;
}

#[test]
fn killed_anywhere_a_request_is_applied_once_and_its_answer_recovered() {
    let broker = RabbitMq::start();
    let cell = Cell::on_files(&broker.url());
    die_everywhere(&broker, &cell);
}

#[test]
fn killed_anywhere_on_mariadb_a_request_is_applied_once_and_its_answer_recovered() {
    let broker = RabbitMq::start();
    let server = MariaDb::start(&["main", "api"]);
    let cell = Cell::on(&broker.url(), &server);
    die_everywhere(&broker, &cell);
}

fn die_everywhere(broker: &RabbitMq, cell: &Cell) {
    let rounds: u32 = std::env::var("NOVA_KILL_ROUNDS").map_or(1, |rounds| {
        rounds.parse().expect("NOVA_KILL_ROUNDS is a number")
    });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let db = cell.prepare().await;
        for round in 0..rounds {
            for point in POINTS {
                die_at(point, &format!("{point:?}-{round}"), broker, cell, &db).await;
            }
        }
        let written = written(&db).await;
        assert_eq!(written.len(), POINTS.len() * rounds as usize);
        eprintln!("{} kills", written.len());
    });
}

async fn die_at(point: Point, name: &str, broker: &RabbitMq, cell: &Cell, db: &NovaDb) {
    for mark in ["serves", "reached"] {
        // The first time there is none.
        let _ = std::fs::remove_file(cell.folder().join(mark));
    }
    let [main, api] = cell.databases();
    let mut dying = Command::new(std::env::current_exe().expect("a test knows its program"))
        .args(["--exact", "rabbit::kill_points::a_conductor_that_stops"])
        .args(["--ignored", "--nocapture"])
        .env(POINT, format!("{point:?}"))
        .env(FOLDER, cell.folder())
        .env(URL, &cell.url)
        .env(MAIN, main)
        .env(API, api)
        .stdout(Stdio::null())
        .spawn()
        .expect("a test can be started again");
    let is_there = |name: &str| cell.folder().join(name).exists();
    until("the conductor serves", PATIENCE, async || {
        is_there("serves")
    })
    .await;

    let transport = cell.transport(PATIENCE).await;
    let remembering = Arc::new(Remembering {
        inner: transport.driver().clone(),
        last: Mutex::default(),
    });
    let (url, options) = (transport.url().clone(), transport.options().clone());
    let ctx = remote(Transport::with_driver(url, options, remembering.clone()));
    let message = name.to_owned();
    let calling = tokio::spawn(async move { write(&ctx, &message).await });
    until("the point is reached", PATIENCE, async || {
        is_there("reached")
    })
    .await;
    dying.kill().expect("a process can be killed");
    dying.wait().expect("and is gone");
    let before = written(db).await.get(name).copied().unwrap_or(0);
    let applied = matches!(
        point,
        Point::Kept | Point::Replying | Point::Replied | Point::Acknowledged
    );
    assert_eq!(before, i64::from(applied), "{name}");

    let next = Process::start(cell, "next");
    let told = calling.await.expect("the caller does not panic");
    told.unwrap_or_else(|error| panic!("{name}: {error}"));
    // The dead one's own queues may have what is said to all.
    let work = async || broker.queues().contains(&("conductor".to_owned(), 0));
    until("all is acknowledged", PATIENCE, work).await;
    assert_eq!(written(db).await.get(name), Some(&1), "{name}");

    // The answer can be had again by whoever asks with the same id.
    let mut again = remembering
        .last
        .lock()
        .expect("unpoisoned")
        .clone()
        .expect("a call was made");
    again.deadline = Some(Instant::now() + PATIENCE);
    let mut answers = Vec::new();
    for _ in 0..2 {
        let mut replies = transport
            .driver()
            .call(again.clone())
            .await
            .expect("it is sent");
        let reply = tokio::time::timeout(PATIENCE, replies.next())
            .await
            .expect("an answer");
        answers.push(decoded(reply.expect("an answer").expect("no error")));
    }
    assert!(
        answers[0].failure.is_none() && answers[0].result.is_some(),
        "{name}: {answers:?}"
    );
    let texts: Vec<_> = answers
        .iter()
        .map(|answer| answer.result.as_ref().map(Json::get))
        .collect();
    assert_eq!(texts[0], texts[1]);
    assert_eq!(written(db).await.get(name), Some(&1), "{name}");
    assert_eq!(next.terminate(), Some(0));
    transport.close().await;
}

fn decoded(message: ReplyMessage) -> ReplyBody {
    match message {
        ReplyMessage::Decoded(reply) => reply,
        ReplyMessage::Raw(body) => ReplyBody::decode(&body, &Limits::default()).expect("a reply"),
    }
}

#[test]
#[ignore = "started by the test above, in a process of its own"]
fn a_conductor_that_stops() {
    let point = std::env::var(POINT).expect("started by the test above");
    let point = POINTS
        .into_iter()
        .find(|known| format!("{known:?}") == point);
    let point = point.expect("a known point");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let folder = PathBuf::from(std::env::var_os(FOLDER).expect("a folder"));
        let url = std::env::var(URL).expect("a URL");
        let database = |name| std::env::var(name).expect("a database");
        let options = nova_db::Options::default();
        let db = NovaDb::open(&database(MAIN), &database(API), &options)
            .await
            .expect("the databases are there");
        db.create_outcomes().await.expect("a table can be made");
        let transport = transport(&url, rabbit(), PATIENCE).await;
        let driver = Arc::new(Stopping {
            inner: transport.driver().clone(),
            point,
        });
        let (url, options) = (transport.url().clone(), transport.options().clone());
        let transport = Transport::with_driver(url, options, driver);
        let store: Arc<dyn NovaStore> = Arc::new(db.clone());
        let outcomes = StoppingOutcomes {
            inner: DatabaseOutcomes::new(db),
            point,
        };
        let route = Route::Direct(Store::new(store));
        let endpoint = ObjectEndpoint::new(registry(), route, request_codec())
            .applying_once(Arc::new(outcomes));
        let options = ServerOptions {
            ack_policy: AckPolicy::AfterReply,
            ..ServerOptions::default()
        };
        let _conductor = Conductor::serve(&transport, "dying", endpoint, options)
            .await
            .expect("it serves");
        std::fs::write(folder.join("serves"), "").expect("a file can be written");
        std::future::pending::<()>().await;
    });
}

/// A bus whose messages stop at a point.
#[derive(Debug)]
struct Stopping {
    inner: Arc<dyn Driver>,
    point: Point,
}

struct StoppingTaker {
    inner: Arc<dyn Taker>,
    point: Point,
}

struct StoppingDelivery {
    inner: Box<dyn Delivery>,
    point: Point,
}

struct StoppingOutcomes {
    inner: DatabaseOutcomes,
    point: Point,
}

struct StoppingWork {
    inner: Box<dyn Work>,
    point: Point,
}

#[async_trait]
impl Driver for Stopping {
    async fn reply_queue(&self, deadline: Option<Instant>) -> Result<Arc<str>> {
        self.inner.reply_queue(deadline).await
    }

    async fn call(&self, message: Outgoing) -> Result<Replies> {
        self.inner.call(message).await
    }

    async fn cast(&self, message: Outgoing) -> Result<()> {
        self.inner.cast(message).await
    }

    async fn listen(
        &self,
        target: &Target,
        options: &ListenOptions,
        taker: Arc<dyn Taker>,
    ) -> Result<Box<dyn Listener>> {
        let taker = StoppingTaker {
            inner: taker,
            point: self.point,
        };
        self.inner.listen(target, options, Arc::new(taker)).await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

impl Taker for StoppingTaker {
    fn take(&self, mut incoming: Incoming) {
        // Conductors greet each other, too: that is no request of the test's.
        let text = String::from_utf8_lossy(&incoming.body);
        if text.contains("object_action") {
            if self.point == Point::Received {
                tokio::spawn(async move {
                    reached().await;
                    drop(incoming);
                });
                return;
            }
            incoming.delivery = Box::new(StoppingDelivery {
                inner: incoming.delivery,
                point: self.point,
            });
        }
        self.inner.take(incoming);
    }
}

#[async_trait]
impl Delivery for StoppingDelivery {
    async fn ack(&self) -> Result<()> {
        self.inner.ack().await?;
        if self.point == Point::Acknowledged {
            reached().await;
        }
        Ok(())
    }

    async fn reject(&self, requeue: bool) -> Result<()> {
        self.inner.reject(requeue).await
    }

    async fn reply(&self, to: &ReplyTo, body: Bytes, ending: bool) -> Result<()> {
        if self.point == Point::Replying {
            reached().await;
        }
        self.inner.reply(to, body, ending).await?;
        if self.point == Point::Replied {
            reached().await;
        }
        Ok(())
    }
}

#[async_trait]
impl Outcomes for StoppingOutcomes {
    async fn known(&self, request: &Request) -> Result<Option<Json>, Box<Failure>> {
        if self.point == Point::Asking {
            reached().await;
        }
        let known = self.inner.known(request).await?;
        if self.point == Point::Asked {
            reached().await;
        }
        Ok(known)
    }

    fn begin(&self) -> Box<dyn Work> {
        Box::new(StoppingWork {
            inner: self.inner.begin(),
            point: self.point,
        })
    }
}

#[async_trait]
impl Work for StoppingWork {
    fn route(&self) -> Route {
        self.inner.route()
    }

    async fn keep(self: Box<Self>, request: &Request, outcome: &Json) -> Result<End, Box<Failure>> {
        if self.point == Point::Applied {
            reached().await;
        }
        let end = self.inner.keep(request, outcome).await?;
        if self.point == Point::Kept {
            reached().await;
        }
        Ok(end)
    }

    async fn undo(self: Box<Self>) -> bool {
        self.inner.undo().await
    }
}

/// A caller's bus that knows what was sent last.
struct Remembering {
    inner: Arc<dyn Driver>,
    last: Mutex<Option<Outgoing>>,
}

impl fmt::Debug for Remembering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembering")
    }
}

#[async_trait]
impl Driver for Remembering {
    async fn reply_queue(&self, deadline: Option<Instant>) -> Result<Arc<str>> {
        self.inner.reply_queue(deadline).await
    }

    async fn call(&self, message: Outgoing) -> Result<Replies> {
        *self.last.lock().expect("unpoisoned") = Some(message.clone());
        self.inner.call(message).await
    }

    async fn cast(&self, message: Outgoing) -> Result<()> {
        self.inner.cast(message).await
    }

    async fn listen(
        &self,
        target: &Target,
        options: &ListenOptions,
        taker: Arc<dyn Taker>,
    ) -> Result<Box<dyn Listener>> {
        self.inner.listen(target, options, taker).await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
