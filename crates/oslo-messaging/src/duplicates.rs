//! Telling a message that comes a second time. oslo.messaging `_drivers/amqp.py`, `_MsgIdCache`.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// The last few message ids a listener has seen: 16, as in the original.
#[derive(Debug)]
pub struct DuplicateWindow {
    seen: Mutex<VecDeque<String>>,
    size: usize,
}

impl DuplicateWindow {
    /// Remembers the last `size` ids.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self {
            seen: Mutex::new(VecDeque::with_capacity(size)),
            size,
        }
    }

    /// Whether the id is among the last ones; remembers it if not.
    pub fn is_repeat(&self, unique_id: &str) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.iter().any(|known| known == unique_id) {
            return true;
        }
        if seen.len() >= self.size {
            seen.pop_front();
        }
        if self.size > 0 {
            seen.push_back(unique_id.to_owned());
        }
        false
    }

    /// Forgets an id again: its message was not worked on, and will come back.
    pub fn forget(&self, unique_id: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|known| known != unique_id);
    }
}

impl Default for DuplicateWindow {
    fn default() -> Self {
        Self::new(16)
    }
}

#[cfg(test)]
mod tests {
    use super::DuplicateWindow;

    #[test]
    fn only_the_last_sixteen_are_remembered() {
        let window = DuplicateWindow::default();
        for id in 0..17 {
            assert!(!window.is_repeat(&id.to_string()));
        }
        assert!(window.is_repeat("1"));
        assert!(window.is_repeat("16"));
        assert!(!window.is_repeat("0"));
        window.forget("0");
        assert!(!window.is_repeat("0"));
    }
}
