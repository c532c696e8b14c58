//! Whether KV answers, as the last read tells.

use crate::waiting::RETRY_AFTER;

/// Whether KV answers, and when it was last tried if not.
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

    /// Notes at `now` whether the read that began at `asked_at` was answered.
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

    /// Whether KV may be read at `now`: once a second while it fails, by whoever asks first.
    pub(super) fn may_read(&mut self, now: f64) -> bool {
        let may = !self.failing || now - self.last_attempt >= RETRY_AFTER;
        if may {
            self.last_attempt = now;
        }
        may
    }
}
