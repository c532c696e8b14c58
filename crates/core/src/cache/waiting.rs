//! The times for which requests wait for KV, in milliseconds.

/// A policy older than this many times its freshness is not used before KV is asked.
pub const STALE_FACTOR: f64 = 2.0;
/// The longest that a request waits for KV.
pub const MAX_WAIT: f64 = 2000.0;
/// If a read takes longer than this, a request that waits for it reads as well.
pub const TAKEOVER_AFTER: f64 = 500.0;
/// The failure of a KV that gave no answer within [`MAX_WAIT`], in words.
pub const NO_ANSWER: &str = "KV gave no answer within two seconds";
/// The pause after a failure before KV is read again.
pub const RETRY_AFTER: f64 = 1000.0;

/// The times that matter to a request, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The time it is.
    pub now: f64,
    /// The time at which the request came.
    pub arrived_at: f64,
}

impl Times {
    /// Returns true if the request has waited for as long as it may.
    #[must_use]
    pub fn has_waited(self) -> bool {
        self.waited() >= MAX_WAIT
    }

    fn waited(self) -> f64 {
        self.now - self.arrived_at
    }
}

/// The time in milliseconds after which a request that waits for KV looks into the cache again:
/// often at first, and until it has waited for [`MAX_WAIT`]. A request with a read of its own is
/// woken by that read, and looks only if the read takes too long.
#[must_use]
pub fn pause(times: Times, has_own_read: bool) -> f64 {
    let waited = times.waited();
    let pause = if has_own_read { TAKEOVER_AFTER } else { (waited / 4.0).clamp(5.0, 50.0) };
    pause.min((MAX_WAIT - waited).max(0.0))
}

/// Seconds in milliseconds.
pub(crate) fn milliseconds(seconds: u32) -> f64 {
    f64::from(seconds) * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_waits_looks_again_soon_and_for_two_seconds_at_most() {
        for (waited, has_own_read, expected) in [
            (0.0, false, 5.0),
            (40.0, false, 10.0),
            (1000.0, false, 50.0),
            (1990.0, false, 10.0),
            (2500.0, false, 0.0),
            (0.0, true, 500.0),
            (1900.0, true, 100.0),
            (2000.0, true, 0.0),
        ] {
            let times = Times { now: 1e9 + waited, arrived_at: 1e9 };
            assert!(
                (pause(times, has_own_read) - expected).abs() < 1e-6,
                "{waited} {has_own_read}"
            );
        }
    }
}
