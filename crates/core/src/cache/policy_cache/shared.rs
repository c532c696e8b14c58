//! The document for every host. A read of it for one host serves the others: under a wildcard
//! route, anybody can make up hosts, and each would read the same megabytes.

use std::rc::{Rc, Weak};

use crate::{cache::waiting::TAKEOVER_AFTER, policy::Policy};

/// The document for every host, as far as a read of it is known.
#[derive(Debug)]
pub(super) struct SharedDocument {
    /// Its policy at the last read, if it was valid. The hosts own the policy.
    policy: Weak<Policy>,
    /// The time at which that read began.
    validated_at: f64,
    /// The time at which the read that is under way began.
    reading_since: Option<f64>,
}

impl SharedDocument {
    /// It has not been read.
    pub(super) const fn new() -> Self {
        Self { policy: Weak::new(), validated_at: f64::NEG_INFINITY, reading_since: None }
    }

    /// The policy, if a read found it less than `fresh` ago, with the time at which that began.
    pub(super) fn get_fresh(&self, now: f64, fresh: f64) -> Option<(Rc<Policy>, f64)> {
        let policy = self.policy.upgrade().filter(|_| now - self.validated_at < fresh)?;
        Some((policy, self.validated_at))
    }

    /// Returns true if a read is under way that has not taken too long.
    pub(super) fn is_being_read(&self, now: f64) -> bool {
        self.reading_since.is_some_and(|since| now - since < TAKEOVER_AFTER)
    }

    /// Records that a read begins.
    pub(super) fn begin(&mut self, now: f64) {
        self.reading_since = Some(now);
    }

    /// Records that a read has ended without an answer, or with one of another document.
    pub(super) fn end(&mut self) {
        self.reading_since = None;
    }

    /// Records that the read that began at `asked_at` found `policy`, or no valid document.
    pub(super) fn update(&mut self, policy: Option<&Rc<Policy>>, asked_at: f64) {
        if asked_at >= self.validated_at {
            self.policy = policy.map_or_else(Weak::new, Rc::downgrade);
            self.validated_at = asked_at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_document_is_fresh_for_the_given_time_since_its_last_read_began() {
        let policy = Rc::new(Policy::parse(r#"{"origin": false}"#).unwrap());
        let mut shared = SharedDocument::new();
        assert!(shared.get_fresh(0.0, 30.0).is_none());
        shared.update(Some(&policy), 100.0);
        for (now, is_fresh) in [(100.0, true), (129.0, true), (130.0, false), (200.0, false)] {
            assert_eq!(shared.get_fresh(now, 30.0).is_some(), is_fresh, "{now}");
        }
        shared.update(None, 99.0);
        assert!(shared.get_fresh(100.0, 30.0).is_some());
        shared.update(None, 100.0);
        assert!(shared.get_fresh(100.0, 30.0).is_none());
    }

    #[test]
    fn a_read_is_under_way_until_it_ends_or_takes_too_long() {
        let mut shared = SharedDocument::new();
        assert!(!shared.is_being_read(0.0));
        shared.begin(1000.0);
        for (now, is_being_read) in [(1000.0, true), (1499.0, true), (1500.0, false)] {
            assert_eq!(shared.is_being_read(now), is_being_read, "{now}");
        }
        shared.end();
        assert!(!shared.is_being_read(1000.0));
    }
}
