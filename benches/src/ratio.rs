//! Two things measured side by side, so that what the machine does meanwhile
//! falls on both.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long a batch should take.
const BATCH: Duration = Duration::from_millis(5);

/// How many batches of each are measured.
const ROUNDS: usize = 60;

/// What one run of each took, in nanoseconds: the median over all batches.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    /// Ours.
    pub ours: f64,
    /// What bounds it.
    pub floor: f64,
}

impl Ratio {
    /// How many times as long ours takes.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.ours / self.floor
    }
}

/// Measures both in turns.
pub fn compare<A, B>(mut ours: impl FnMut() -> A, mut floor: impl FnMut() -> B) -> Ratio {
    let (our_size, floor_size) = (size(&mut ours), size(&mut floor));
    let (mut our_times, mut floor_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our_times.push(batch(&mut ours, our_size));
        floor_times.push(batch(&mut floor, floor_size));
    }
    Ratio {
        ours: median(our_times),
        floor: median(floor_times),
    }
}

/// How many runs make a batch.
fn size<T>(run: &mut impl FnMut() -> T) -> u32 {
    let mut size = 1;
    loop {
        let start = Instant::now();
        for _ in 0..size {
            black_box(run());
        }
        if start.elapsed() >= BATCH {
            return size;
        }
        size *= 2;
    }
}

fn batch<T>(run: &mut impl FnMut() -> T, size: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..size {
        black_box(run());
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(size)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
