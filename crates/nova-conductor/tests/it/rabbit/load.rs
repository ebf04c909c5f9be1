//! Callers that never stop, and what they were told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nova_objects::Context;
use tokio::task::JoinHandle;

use super::cell::{Cell, write};

/// How long a caller waits for an answer, unless it is said otherwise.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How many there are at a time.
const WRITERS: usize = 8;
/// How much later than its deadline a caller may be told, on a machine that has other things to do.
const SLACK: Duration = Duration::from_secs(3);

/// Writers at work.
pub(super) struct Load {
    tally: Arc<Tally>,
    timeout: Duration,
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
        Self::of(cell, name, WRITERS, TIMEOUT).await
    }

    /// So many writers at a time, with so much patience each.
    pub(super) async fn of(cell: &Cell, name: &str, writers: usize, timeout: Duration) -> Self {
        let tally = Arc::new(Tally::default());
        let ctx = cell.caller(timeout).await;
        let writers = (0..writers)
            .map(|writer| {
                let name = format!("{name}-{writer}");
                tokio::spawn(write_on(ctx.clone(), name, tally.clone()))
            })
            .collect();
        Self {
            tally,
            timeout,
            writers,
        }
    }

    /// How many writes were acknowledged so far, and how many refused.
    pub(super) fn so_far(&self) -> (usize, usize) {
        let refused = self.tally.refused.lock().expect("unpoisoned").len();
        (self.tally.count.load(Ordering::Relaxed), refused)
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
            timeout: self.timeout,
        }
    }
}

/// What the writers were told.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) acknowledged: Vec<String>,
    pub(super) refused: Vec<String>,
    slowest: Duration,
    timeout: Duration,
}

impl Told {
    /// What holds whatever broke.
    pub(super) fn check(&self, written: &HashMap<String, i64>) {
        assert!(
            self.slowest < self.timeout + SLACK,
            "a caller waited {:?} with {:?} to go",
            self.slowest,
            self.timeout
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
