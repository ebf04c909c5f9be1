//! Callers that call again and again for a while.

use std::time::{Duration, Instant};

use futures::future::BoxFuture;

use crate::Result;
use crate::ratio::nanos;

/// One that calls.
pub trait Caller: Send + 'static {
    /// One call.
    fn call(&mut self) -> BoxFuture<'_, Result<()>>;
}

/// What came of some calls.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How long each that was answered took, in nanoseconds.
    pub times: Vec<f64>,
    /// How many were not answered, or not as they should be.
    pub failed: usize,
    /// From the first call to the last answer, in seconds.
    pub seconds: f64,
}

/// Has all of them call at once until the time is up. What is in flight then is
/// waited for, so each of them calls at least once.
pub async fn load(callers: Vec<Box<dyn Caller>>, time: Duration) -> Outcome {
    let start = Instant::now();
    let callers: Vec<_> = callers
        .into_iter()
        .map(|mut caller| {
            tokio::spawn(async move {
                let (mut times, mut failed) = (Vec::new(), 0);
                loop {
                    let asked = Instant::now();
                    match caller.call().await {
                        Ok(()) => times.push(nanos(asked)),
                        Err(_) => failed += 1,
                    }
                    if start.elapsed() >= time {
                        return (times, failed);
                    }
                }
            })
        })
        .collect();
    let mut outcome = Outcome::default();
    for caller in callers {
        match caller.await {
            Ok((times, failed)) => {
                outcome.times.extend(times);
                outcome.failed += failed;
            }
            Err(_) => outcome.failed += 1,
        }
    }
    outcome.seconds = start.elapsed().as_secs_f64();
    outcome
}
