//! Two things measured side by side, so that what the machine does meanwhile
//! falls on both.

use std::hint::black_box;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::report::{Comparison, Spread};

/// How long a batch should take: long enough for the clock, short enough for
/// other programs to disturb neighbours alike.
const BATCH: Duration = Duration::from_millis(5);

/// How many batches of each are measured.
const ROUNDS: usize = 60;

/// Times of both sides, a pair a round.
#[derive(Debug, Default)]
pub struct Rounds {
    ours: Vec<f64>,
    floor: Vec<f64>,
}

impl Rounds {
    /// Adds a round: what one run took on each side, in nanoseconds.
    pub fn push(&mut self, ours: f64, floor: f64) {
        self.ours.push(ours);
        self.floor.push(floor);
    }

    /// What the rounds say. The ratio is that of each round, so that it does
    /// not depend on rounds being alike.
    #[must_use]
    pub fn result(&self, group: &'static str, what: &str, floor_is: &str) -> Comparison {
        let ratios = self.ours.iter().zip(&self.floor);
        Comparison {
            group,
            what: what.to_owned(),
            floor_is: floor_is.to_owned(),
            ours: Spread::of(self.ours.clone()),
            floor: Spread::of(self.floor.clone()),
            ratio: Spread::of(ratios.map(|(ours, floor)| ours / floor).collect()),
            goal: None,
        }
    }
}

/// Measures both in turns, each for [`ROUNDS`] batches.
pub fn compare<A, B>(mut ours: impl FnMut() -> A, mut floor: impl FnMut() -> B) -> Rounds {
    let (our_size, floor_size) = (size(&mut ours), size(&mut floor));
    let mut rounds = Rounds::default();
    for round in 0..ROUNDS {
        // Neither always comes first.
        if round % 2 == 0 {
            let ours = batch(&mut ours, our_size);
            rounds.push(ours, batch(&mut floor, floor_size));
        } else {
            let floor = batch(&mut floor, floor_size);
            rounds.push(batch(&mut ours, our_size), floor);
        }
    }
    rounds
}

/// How many runs make a batch. Warms up as it looks.
fn size<T>(run: &mut impl FnMut() -> T) -> u32 {
    let mut size = 1;
    loop {
        if batch(run, size) * f64::from(size) >= BATCH.as_secs_f64() * 1e9 {
            return size;
        }
        size *= 2;
    }
}

/// In processor time of this thread: what others do on a shared machine does
/// not count, and nothing here waits.
fn batch<T>(run: &mut impl FnMut() -> T, size: u32) -> f64 {
    let start = processor_nanos();
    for _ in 0..size {
        black_box(run());
    }
    (processor_nanos() - start) / f64::from(size)
}

/// The processor time this thread has had.
#[must_use]
pub fn processor_nanos() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of hours fit")]
    let nanos = now.tv_sec as f64 * 1e9 + now.tv_nsec as f64;
    nanos
}

/// As [`compare`], for what waits: in time on the clock.
///
/// # Errors
/// The first error of either side.
pub async fn compare_async<E>(
    mut ours: impl AsyncFnMut() -> Result<(), E>,
    mut floor: impl AsyncFnMut() -> Result<(), E>,
) -> Result<Rounds, E> {
    let our_size = size_async(&mut ours).await?;
    let floor_size = size_async(&mut floor).await?;
    let mut rounds = Rounds::default();
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            let ours = batch_async(&mut ours, our_size).await?;
            rounds.push(ours, batch_async(&mut floor, floor_size).await?);
        } else {
            let floor = batch_async(&mut floor, floor_size).await?;
            rounds.push(batch_async(&mut ours, our_size).await?, floor);
        }
    }
    Ok(rounds)
}

async fn size_async<E>(run: &mut impl AsyncFnMut() -> Result<(), E>) -> Result<u32, E> {
    let mut size = 4;
    while batch_async(run, size).await? * f64::from(size) < 4.0 * BATCH.as_secs_f64() * 1e9 {
        size *= 2;
    }
    Ok(size)
}

async fn batch_async<E>(run: &mut impl AsyncFnMut() -> Result<(), E>, size: u32) -> Result<f64, E> {
    let start = Instant::now();
    for _ in 0..size {
        run().await?;
    }
    Ok(nanos(start) / f64::from(size))
}

/// Since `start`.
#[must_use]
pub fn nanos(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e9
}
