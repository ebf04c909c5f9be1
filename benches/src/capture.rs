//! The statements a call executes, as its database is given them, so that the
//! floor can execute the same.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

/// A statement: the query's name and its text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captured {
    /// `family.what`.
    pub query: String,
    /// What the database is given, without the values.
    pub sql: String,
}

#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<Captured>>>);

impl<S: Subscriber> Layer<S> for Capture {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut captured = Captured::default();
        event.record(&mut captured);
        if !captured.sql.is_empty() {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(captured);
        }
    }
}

impl Visit for Captured {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "query" => value.clone_into(&mut self.query),
            "sql" => value.clone_into(&mut self.sql),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// Runs `work` on this thread's runtime and gives what it executed, in order.
pub async fn statements_of<T>(work: impl Future<Output = T>) -> (T, Vec<Captured>) {
    let capture = Capture::default();
    let filter = Targets::new().with_target("nova_db", Level::TRACE);
    let subscriber = tracing_subscriber::registry().with(capture.clone().with_filter(filter));
    let guard = tracing::subscriber::set_default(subscriber);
    let result = work.await;
    drop(guard);
    // Nobody listens any more, and callsites should not have to ask.
    tracing::callsite::rebuild_interest_cache();
    let captured = capture
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    (result, captured)
}
