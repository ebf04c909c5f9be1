//! Callers that never stop, and what they were told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nova_objects::Context;
use tokio::task::JoinHandle;

use super::cell::{Cell, write};

/// How long a caller waits for an answer.
pub(super) const TIMEOUT: Duration = Duration::from_secs(20);
/// How many there are at a time.
const WRITERS: usize = 8;

/// Writers at work.
pub(super) struct Load {
    tally: Arc<Tally>,
    writers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Tally {
    stop: AtomicBool,
    acknowledged: Mutex<Vec<String>>,
    refused: Mutex<Vec<String>>,
    count: AtomicUsize,
    slowest: Mutex<Duration>,
}

impl Load {
    pub(super) async fn start(cell: &Cell, name: &str) -> Self {
        let tally = Arc::new(Tally::default());
        let ctx = cell.caller(TIMEOUT).await;
        let writers = (0..WRITERS)
            .map(|writer| {
                let name = format!("{name}-{writer}");
                tokio::spawn(write_on(ctx.clone(), name, tally.clone()))
            })
            .collect();
        Self { tally, writers }
    }

    /// Waits for so many more acknowledged writes.
    pub(super) async fn goes_on(&self, writes: usize, what: &str) {
        let before = self.tally.count.load(Ordering::Relaxed);
        super::cell::until(what, TIMEOUT * 2, async || {
            self.tally.count.load(Ordering::Relaxed) >= before + writes
        })
        .await;
    }

    /// Stops, and says what was acknowledged.
    pub(super) async fn stop(self) -> Told {
        self.tally.stop.store(true, Ordering::Relaxed);
        for writer in self.writers {
            writer.await.expect("no writer panics");
        }
        let take =
            |list: &Mutex<Vec<String>>| std::mem::take(&mut *list.lock().expect("unpoisoned"));
        Told {
            acknowledged: take(&self.tally.acknowledged),
            refused: take(&self.tally.refused),
            slowest: *self.tally.slowest.lock().expect("unpoisoned"),
        }
    }
}

/// What the writers were told.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) acknowledged: Vec<String>,
    pub(super) refused: Vec<String>,
    slowest: Duration,
}

impl Told {
    /// What holds whatever broke.
    pub(super) fn check(&self, written: &HashMap<String, i64>) {
        assert!(
            self.slowest < TIMEOUT + Duration::from_secs(3),
            "a caller waited {:?} with {TIMEOUT:?} to go",
            self.slowest
        );
        let lost: Vec<_> = self
            .acknowledged
            .iter()
            .filter(|message| !written.contains_key(*message))
            .collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        let twice: Vec<_> = written.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "applied more than once: {twice:?}");
        eprintln!(
            "{} acknowledged, {} refused, the slowest answer after {:?}",
            self.acknowledged.len(),
            self.refused.len(),
            self.slowest
        );
    }
}

async fn write_on(ctx: Context, name: String, tally: Arc<Tally>) {
    let mut number = 0;
    while !tally.stop.load(Ordering::Relaxed) {
        number += 1;
        let message = format!("{name}-{number}");
        let asked = Instant::now();
        let told = write(&ctx, &message).await;
        {
            let mut slowest = tally.slowest.lock().expect("unpoisoned");
            *slowest = asked.elapsed().max(*slowest);
        }
        match told {
            Ok(()) => {
                tally.acknowledged.lock().expect("unpoisoned").push(message);
                tally.count.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                let refusal = format!("{message}: {error}");
                tally.refused.lock().expect("unpoisoned").push(refusal);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
