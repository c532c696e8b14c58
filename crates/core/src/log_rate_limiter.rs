//! A limit on the log lines of one kind, so that a flood of events does not flood the log.

/// The time that a limit is for, in milliseconds.
const MINUTE: f64 = 60_000.0;

/// A limit of log lines a minute.
#[derive(Debug)]
pub struct LogRateLimiter {
    lines_per_minute: u32,
    /// In milliseconds.
    minute_began_at: f64,
    logged: u32,
    suppressed: u32,
}

impl LogRateLimiter {
    /// A limiter that lets `lines_per_minute` pass.
    #[must_use]
    pub const fn new(lines_per_minute: u32) -> Self {
        Self { lines_per_minute, minute_began_at: f64::NEG_INFINITY, logged: 0, suppressed: 0 }
    }

    /// Begins the next minute if the last one is over at `now`, in milliseconds. Returns how
    /// many lines the last one suppressed, if any.
    #[must_use]
    pub fn next_minute(&mut self, now: f64) -> Option<u32> {
        if now - self.minute_began_at < MINUTE {
            return None;
        }
        let suppressed = self.suppressed;
        *self = Self { minute_began_at: now, ..Self::new(self.lines_per_minute) };
        (suppressed > 0).then_some(suppressed)
    }

    /// Counts one more line. Returns true if it may be logged in this minute.
    #[must_use]
    pub fn allows_line(&mut self) -> bool {
        let is_allowed = self.logged < self.lines_per_minute;
        let count = if is_allowed { &mut self.logged } else { &mut self.suppressed };
        *count = count.saturating_add(1);
        is_allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suppressed_lines_are_counted_once_after_their_minute() {
        let mut limiter = LogRateLimiter::new(2);
        assert_eq!(limiter.next_minute(5.0), None);
        let allowed: Vec<_> = (0..5).map(|_| limiter.allows_line()).collect();
        assert_eq!(allowed, [true, true, false, false, false]);
        assert_eq!(limiter.next_minute(60_004.0), None);
        assert_eq!(limiter.next_minute(60_005.0), Some(3));
        assert_eq!(limiter.next_minute(60_006.0), None);
        assert!(limiter.allows_line() && limiter.allows_line() && !limiter.allows_line());
        assert_eq!(limiter.next_minute(1e9), Some(1));
        assert_eq!(limiter.next_minute(2e9), None);
    }

    #[test]
    fn the_number_of_suppressed_lines_does_not_overflow() {
        let mut limiter = LogRateLimiter { suppressed: u32::MAX, ..LogRateLimiter::new(0) };
        assert!(!limiter.allows_line());
        assert_eq!(limiter.next_minute(0.0), Some(u32::MAX));
    }
}
