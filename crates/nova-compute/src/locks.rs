//! One operation an instance at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

/// A lock for each instance, in the order of asking (nova's
/// `utils.synchronized(instance.uuid)`).
#[derive(Debug, Default)]
pub(crate) struct InstanceLocks {
    locks: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

impl InstanceLocks {
    /// Waits for the instance's turn, and keeps it until the guard is dropped.
    pub(crate) async fn hold(&self, uuid: &str) -> OwnedMutexGuard<()> {
        self.get(uuid).lock_owned().await
    }

    fn get(&self, uuid: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(uuid).and_then(Weak::upgrade) {
            return lock;
        }
        // Locks that nobody holds or waits for are forgotten here.
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        locks.insert(uuid.to_owned(), Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::InstanceLocks;

    #[tokio::test]
    async fn only_the_same_instance_waits() {
        let locks = InstanceLocks::default();
        let first = locks.hold("a").await;
        let other = locks.hold("b").await;
        let mut second = Box::pin(locks.hold("a"));
        assert!(
            futures_poll(&mut second).await,
            "the second waits for the first"
        );
        drop(first);
        drop(second.await);
        drop(other);
        locks.hold("c").await;
        assert_eq!(
            locks.locks.lock().map(|locks| locks.len()).ok(),
            Some(1),
            "unused locks are forgotten"
        );
    }

    /// Whether it is not ready when asked once.
    async fn futures_poll<F: Future + Unpin>(future: &mut F) -> bool {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
        })
        .await
    }
}
