//! Counting the statements that a piece of work costs.

use std::sync::{Arc, Mutex, PoisonError};

tokio::task_local! {
    static STATEMENTS: Arc<Mutex<Vec<&'static str>>>;
}

/// Runs `work` and gives, beside its result, the names of the statements it executed,
/// in their order. What `work` spawns as other tasks is not seen.
///
/// ```
/// # async fn example(work: impl Future<Output = ()>) {
/// let ((), statements) = nova_db::statements_of(work).await;
/// assert_eq!(statements, ["instance.get_by_uuid", "instance.metadata"]);
/// # }
/// ```
pub async fn statements_of<T>(work: impl Future<Output = T>) -> (T, Vec<&'static str>) {
    let names = Arc::new(Mutex::new(Vec::new()));
    let result = STATEMENTS.scope(Arc::clone(&names), work).await;
    let names = std::mem::take(&mut *names.lock().unwrap_or_else(PoisonError::into_inner));
    (result, names)
}

/// Notes that `query` is executed, if somebody counts.
pub(crate) fn record(query: &'static str) {
    // Nobody counting is the usual case, and no error.
    let _ = STATEMENTS.try_with(|names| {
        names
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(query);
    });
}
