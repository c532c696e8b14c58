//! The health of KV, as the last read shows it.

use crate::cache::waiting::RETRY_AFTER;

/// The health of KV: it answers or fails, and the times of the last attempt and the last success.
#[derive(Debug)]
pub(super) struct Health {
    failing: bool,
    last_attempt: f64,
    last_success: f64,
}

impl Health {
    pub(super) const GOOD: Self = Self { failing: false, last_attempt: 0.0, last_success: 0.0 };

    pub(super) fn is_failing(&self) -> bool {
        self.failing
    }

    /// Records at `now` that the read that began at `asked_at` was answered, or was not.
    pub(super) fn note(&mut self, answered: bool, asked_at: f64, now: f64) {
        if answered {
            self.failing = false;
            self.last_success = now;
        } else if asked_at >= self.last_success {
            // One that began before KV recovered tells nothing.
            self.failing = true;
            self.last_attempt = now;
        }
    }

    /// Returns true if KV may be read at `now`: while it fails, once a second, for the first
    /// request that asks.
    pub(super) fn may_read(&mut self, now: f64) -> bool {
        let may = !self.failing || now - self.last_attempt >= RETRY_AFTER;
        if may {
            self.last_attempt = now;
        }
        may
    }
}
