//! A virtual host of a test's own, on which Nova's services have their usual names.
//!
//! Making one takes the broker's own program and seconds, so a few are kept and used again. A test has one for as long as
//! it holds a queue in it that belongs to its connection alone; when the test ends, however it does, the broker removes it.

use std::process::Command;
use std::time::{Duration, Instant};

use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};

/// More than tests that run at a time.
const MOST: usize = 40;

/// A virtual host that no other test uses.
#[derive(Debug)]
pub struct Vhost {
    netloc: String,
    name: String,
    channel: Channel,
}

impl Vhost {
    /// Claims one, making it if none is free; `None` where there is none to be had and that is allowed.
    ///
    /// # Panics
    ///
    /// When the broker does not answer, unless `NOVA_TEST_SKIP_UNAVAILABLE` is 1.
    pub async fn claim() -> Option<Self> {
        let netloc = netloc();
        for number in 0..MOST {
            let name = format!("nova-test-{number}");
            match Self::open(&netloc, &name).await {
                Ok(Some(vhost)) => return Some(vhost),
                Ok(None) => {}
                Err(error)
                    if std::env::var("NOVA_TEST_SKIP_UNAVAILABLE")
                        .is_ok_and(|value| value == "1") =>
                {
                    eprintln!("skipped: {error}");
                    return None;
                }
                Err(error) => panic!(
                    "this test needs a virtual host of its own on RabbitMQ at {netloc}: {error}\n\
                     Start it, name another one in TEST_RABBITMQ_URL and its rabbitmqctl in TEST_RABBITMQCTL, or set \
                     NOVA_TEST_SKIP_UNAVAILABLE=1."
                ),
            }
        }
        panic!("{MOST} virtual hosts named nova-test-* are in use");
    }

    /// `None` when another test has it.
    async fn open(netloc: &str, name: &str) -> Result<Option<Self>, String> {
        let url = format!("amqp://{netloc}/{name}");
        let connect = || Connection::connect(&url, ConnectionProperties::default());
        let connection = match connect().await {
            Ok(connection) => connection,
            // Either there is none of that name, or the broker is not there, which making one will tell.
            Err(_) => {
                make(netloc, name)?;
                connect().await.map_err(|error| error.to_string())?
            }
        };
        let channel = connection
            .create_channel()
            .await
            .map_err(|error| error.to_string())?;
        let own = QueueDeclareOptions {
            exclusive: true,
            ..QueueDeclareOptions::default()
        };
        let claimed = channel.queue_declare("claimed".into(), own, FieldTable::default());
        if claimed.await.is_err() {
            return Ok(None);
        }
        Ok(Some(Self {
            netloc: netloc.to_owned(),
            name: name.to_owned(),
            channel,
        }))
    }

    /// For `transport_url`.
    pub fn url(&self) -> String {
        format!("rabbit://{}/{}", self.netloc, self.name)
    }

    /// Removes queues that an earlier test may have left.
    ///
    /// # Panics
    ///
    /// When the broker refuses.
    pub async fn remove_queues(&self, names: &[&str]) {
        for name in names {
            self.channel
                .queue_delete((*name).into(), QueueDeleteOptions::default())
                .await
                .expect("a queue can be deleted, whether or not it is there");
        }
    }

    /// Waits until that many consume from a queue; `meanwhile` is called as often as it is looked at.
    ///
    /// # Panics
    ///
    /// When that takes too long.
    pub async fn consumers(&self, queue: &str, count: u32, mut meanwhile: impl FnMut()) {
        let started = Instant::now();
        loop {
            meanwhile();
            let declared = self
                .channel
                .queue_declare(
                    queue.into(),
                    QueueDeclareOptions::default(),
                    FieldTable::default(),
                )
                .await
                .expect("the queue is declared as oslo.messaging does");
            if declared.consumer_count() >= count {
                return;
            }
            assert!(
                started.elapsed() < Duration::from_secs(90),
                "{queue} has {} consumers, not {count}",
                declared.consumer_count()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn netloc() -> String {
    let url = std::env::var("TEST_RABBITMQ_URL")
        .unwrap_or_else(|_| "rabbit://guest:guest@127.0.0.1:5672/".to_owned());
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let netloc = rest.split(['/', '?']).next().unwrap_or_default();
    if netloc.contains('@') {
        netloc.to_owned()
    } else {
        format!("guest:guest@{netloc}")
    }
}

fn make(netloc: &str, name: &str) -> Result<(), String> {
    let user = netloc.split([':', '@']).next().unwrap_or_default();
    let program = std::env::var("TEST_RABBITMQCTL").unwrap_or_else(|_| "rabbitmqctl".to_owned());
    let add = ["add_vhost", name];
    let allow = ["set_permissions", "-p", name, user, ".*", ".*", ".*"];
    for arguments in [&add[..], &allow[..]] {
        let output = Command::new(&program)
            .arg("-q")
            .args(arguments)
            .output()
            .map_err(|error| format!("cannot run {program}: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        // Another test may have been faster.
        if !output.status.success() && !said.contains("already exists") {
            return Err(format!(
                "{program} {}: {}",
                arguments.join(" "),
                said.trim()
            ));
        }
    }
    Ok(())
}
