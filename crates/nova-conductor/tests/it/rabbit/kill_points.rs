//! Killed with SIGKILL at each point of a request's way, while nobody else serves: the request is applied once, and its
//! caller gets the answer.
//!
//! The conductor that dies is this test's own program, started again: its bus, its outcomes and its deliveries are wrapped
//! and stop at the point they are told, so that the programs people run need no such points.

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use nova_conductor::{Conductor, DatabaseOutcomes};
use nova_objects::{NovaStore, registry};
use nova_rpc::{End, ObjectEndpoint, Outcomes, Request, Work};
use nova_service::request_codec;
use oslo_messaging::driver::{
    AckPolicy, Delivery, Driver, Incoming, ListenOptions, Listener, Outgoing, Replies,
    ReplyMessage, ReplyTo,
};
use oslo_messaging::envelope::ReplyBody;
use oslo_messaging::{Failure, Json, Limits, Result, ServerOptions, Target, Transport};
use test_support::servers::RabbitMq;
use versionedobjects::{Route, Store};

use super::cell::{Cell, remote, until, write, written};
use super::process::Process;

const POINT: &str = "NOVA_TEST_POINT";
const FOLDER: &str = "NOVA_TEST_FOLDER";
const URL: &str = "NOVA_TEST_URL";
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a conductor stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    AfterReceive,
    InTransaction,
    AfterCommit,
    AfterReply,
}

const POINTS: [Point; 4] = [
    Point::AfterReceive,
    Point::InTransaction,
    Point::AfterCommit,
    Point::AfterReply,
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
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        for point in POINTS {
            die_at(point, &broker).await;
        }
    });
}

async fn die_at(point: Point, broker: &RabbitMq) {
    let cell = Cell::on_files(&broker.url());
    let db = cell.prepare().await;
    let mut dying = Command::new(std::env::current_exe().expect("a test knows its program"))
        .args(["--exact", "rabbit::kill_points::a_conductor_that_stops"])
        .args(["--ignored", "--nocapture"])
        .env(POINT, format!("{point:?}"))
        .env(FOLDER, cell.folder())
        .env(URL, &cell.url)
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
    let calling = tokio::spawn(async move { write(&ctx, "once").await });
    until("the point is reached", PATIENCE, async || {
        is_there("reached")
    })
    .await;
    dying.kill().expect("a process can be killed");
    dying.wait().expect("and is gone");
    let before = written(&db).await.get("once").copied().unwrap_or(0);
    let applied = matches!(point, Point::AfterCommit | Point::AfterReply);
    assert_eq!(before, i64::from(applied), "{point:?}");

    let next = Process::start(&cell, "next");
    let told = calling.await.expect("the caller does not panic");
    told.unwrap_or_else(|error| panic!("{point:?}: {error}"));
    // The dead one's own queues may have what is said to all.
    let work = async || broker.queues().contains(&("conductor".to_owned(), 0));
    until("all is acknowledged", PATIENCE, work).await;
    assert_eq!(written(&db).await.get("once"), Some(&1), "{point:?}");

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
        "{point:?}: {answers:?}"
    );
    let texts: Vec<_> = answers
        .iter()
        .map(|answer| answer.result.as_ref().map(Json::get))
        .collect();
    assert_eq!(texts[0], texts[1]);
    assert_eq!(written(&db).await.get("once"), Some(&1), "{point:?}");
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
        let file = |name| format!("sqlite:///{}/{name}.sqlite", folder.display());
        let options = nova_db::Options::default();
        let db = nova_db::NovaDb::open(&file("main"), &file("api"), &options)
            .await
            .expect("the databases are there");
        db.create_outcomes().await.expect("a table can be made");
        let cell = Cell::on_files(&url);
        let transport = cell.transport(PATIENCE).await;
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

struct StoppingListener {
    inner: Box<dyn Listener>,
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

    async fn listen(&self, target: &Target, options: &ListenOptions) -> Result<Box<dyn Listener>> {
        Ok(Box::new(StoppingListener {
            inner: self.inner.listen(target, options).await?,
            point: self.point,
        }))
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

#[async_trait]
impl Listener for StoppingListener {
    async fn next(&mut self) -> Option<Incoming> {
        let mut incoming = self.inner.next().await?;
        // Conductors greet each other, too: that is no request of the test's.
        let text = String::from_utf8_lossy(&incoming.body);
        if !text.contains("object_action") {
            return Some(incoming);
        }
        if self.point == Point::AfterReceive {
            reached().await;
        }
        incoming.delivery = Box::new(StoppingDelivery {
            inner: incoming.delivery,
            point: self.point,
        });
        Some(incoming)
    }

    async fn stop(&mut self) {
        self.inner.stop().await;
    }
}

#[async_trait]
impl Delivery for StoppingDelivery {
    async fn ack(&self) -> Result<()> {
        if self.point == Point::AfterReply {
            reached().await;
        }
        self.inner.ack().await
    }

    async fn reject(&self, requeue: bool) -> Result<()> {
        self.inner.reject(requeue).await
    }

    async fn reply(&self, to: &ReplyTo, body: Bytes, ending: bool) -> Result<()> {
        if self.point == Point::AfterCommit {
            reached().await;
        }
        self.inner.reply(to, body, ending).await
    }
}

#[async_trait]
impl Outcomes for StoppingOutcomes {
    async fn known(&self, request: &Request) -> Result<Option<Json>, Box<Failure>> {
        self.inner.known(request).await
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
        if self.point == Point::InTransaction {
            reached().await;
        }
        self.inner.keep(request, outcome).await
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

    async fn listen(&self, target: &Target, options: &ListenOptions) -> Result<Box<dyn Listener>> {
        self.inner.listen(target, options).await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
