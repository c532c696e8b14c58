//! The cache entry of a host, and its changes with each answer of KV.

use std::rc::Rc;

use super::{FetchResult, MISSING_CONFIRMED_AFTER, Next, PolicyState, ReadTimes, Waits};
use crate::{
    cache::waiting::{RETRY_AFTER, STALE_FACTOR, TAKEOVER_AFTER},
    policy::Policy,
};

/// The cache entry of a host.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// `None` while the first read is under way.
    pub(super) state: Option<PolicyState>,
    /// The rank of the key that the policy was found under.
    rank: usize,
    /// The time at which the last read that KV answered began.
    pub(super) validated_at: f64,
    /// The time at which the last read began, or failed.
    pub(super) last_attempt: f64,
    /// The time at which the last read ended.
    pub(super) settled_at: f64,
    /// A read is under way.
    pub(super) is_reading: bool,
    /// Its own keys were found missing while the document for every host was being read.
    pub(super) awaits_shared: bool,
    /// KV has failed, or was late, since it last answered.
    pub(super) is_failing: bool,
    /// The time at which the read began that first found the policy's key missing.
    missing_since: Option<f64>,
}

impl Entry {
    pub(super) fn first_read(now: f64) -> Self {
        Self {
            state: None,
            rank: 0,
            validated_at: f64::NEG_INFINITY,
            last_attempt: now,
            settled_at: f64::NEG_INFINITY,
            is_reading: true,
            awaits_shared: false,
            is_failing: false,
            missing_since: None,
        }
    }

    pub(super) fn known_policy(&self) -> Option<&Rc<Policy>> {
        self.state.as_ref()?.known_policy()
    }

    /// Returns true if KV has to be read again.
    pub(super) fn is_due(&self, now: f64, age: f64, fresh: f64) -> bool {
        let pause = match self {
            Self { is_failing: true, .. } => RETRY_AFTER.min(fresh),
            Self { is_reading: true, .. } if age >= fresh * STALE_FACTOR => TAKEOVER_AFTER,
            Self { is_reading: true, .. } => fresh,
            _ => 0.0,
        };
        age >= fresh && now - self.last_attempt >= pause
    }

    /// The condition under which a request waits for a read that is under way.
    pub(super) fn waits(&self, age: f64, fresh: f64) -> Waits {
        let is_expired = age >= fresh * STALE_FACTOR && !self.is_failing;
        match &self.state {
            None => Waits::Always,
            Some(PolicyState::InForce(_)) if is_expired => Waits::IfCovered,
            Some(PolicyState::InForce(_)) => Waits::Never,
            Some(PolicyState::Missing { .. }) if is_expired => Waits::Always,
            Some(PolicyState::Missing { .. } | PolicyState::Unavailable { .. }) => Waits::IfRefused,
        }
    }

    /// Updates it with the result of a read at those times.
    pub(super) fn update(
        &mut self,
        times: ReadTimes,
        now: f64,
        fresh: f64,
        result: FetchResult,
    ) -> Next {
        let next = match (result, self.state.take()) {
            (FetchResult::Failed, state) => {
                self.state = Some(state.unwrap_or(PolicyState::UNKNOWN));
                self.settle(now, true);
                return Next::Done;
            }
            // A document that went missing leaves the policy in force at first.
            (FetchResult::Valid(policy, rank), Some(PolicyState::InForce(cached)))
                if rank > self.rank =>
            {
                self.missing(times.asked_at, cached, fresh, |_| {
                    (PolicyState::InForce(policy), rank)
                })
            }
            (FetchResult::Invalid(rank), Some(PolicyState::InForce(cached)))
                if rank > self.rank =>
            {
                let next = self.missing(times.asked_at, cached, fresh, |cached| {
                    (PolicyState::Unavailable { last_known: Some(cached) }, 0)
                });
                if next == Next::Dropped {
                    return Next::ReadLastGood(rank);
                }
                next
            }
            (
                FetchResult::Missing | FetchResult::LastKnown(_),
                Some(PolicyState::InForce(cached)),
            ) => self.missing(times.asked_at, cached, fresh, |cached| {
                (PolicyState::Missing { last_known: Some(cached) }, 0)
            }),
            (
                FetchResult::Invalid(_) | FetchResult::LastGood(..),
                state @ Some(PolicyState::InForce(_)),
            ) => {
                (self.state, self.missing_since) = (state, None);
                Next::Done
            }
            (FetchResult::Missing, state @ Some(PolicyState::Missing { .. })) => {
                self.state = state;
                Next::Done
            }
            (FetchResult::Valid(policy, rank) | FetchResult::LastGood(Some(policy), rank), _) => {
                self.put(PolicyState::InForce(policy), rank);
                Next::Done
            }
            (FetchResult::LastKnown(last_known), state) => {
                let before = state.as_ref().and_then(PolicyState::known_policy);
                let last_known = last_known.or_else(|| before.cloned());
                self.put(PolicyState::Missing { last_known }, 0);
                Next::Done
            }
            // The same as a failure: somebody may fix the document at any time.
            (FetchResult::LastGood(None, _), state) => {
                let last_known = state.as_ref().and_then(PolicyState::known_policy).cloned();
                self.state = Some(PolicyState::Unavailable { last_known });
                self.settle(now, true);
                return Next::Done;
            }
            // The read goes on with the last good document.
            (FetchResult::Invalid(rank), state) => {
                self.state = state;
                return Next::ReadLastGood(rank);
            }
            (FetchResult::Missing, state) => {
                self.state = state;
                return Next::ReadLastKnown;
            }
        };
        self.validated_at = times.validated_at;
        self.settle(now, false);
        next
    }

    /// Handles a read that began at `asked_at` and found the key of `cached` missing. `cached`
    /// stays until a later read confirms that; then `instead` makes the new state.
    fn missing(
        &mut self,
        asked_at: f64,
        cached: Rc<Policy>,
        fresh: f64,
        instead: impl FnOnce(Rc<Policy>) -> (PolicyState, usize),
    ) -> Next {
        let since = *self.missing_since.get_or_insert(asked_at);
        if asked_at - since < MISSING_CONFIRMED_AFTER.max(fresh) {
            self.state = Some(PolicyState::InForce(cached));
            return Next::Done;
        }
        let (state, rank) = instead(cached);
        self.put(state, rank);
        Next::Dropped
    }

    fn put(&mut self, state: PolicyState, rank: usize) {
        self.state = Some(state);
        self.rank = rank;
        self.missing_since = None;
    }

    /// Records that a read has ended at `now`. After a failure, KV is not read for a while.
    fn settle(&mut self, now: f64, is_failing: bool) {
        self.settled_at = now;
        if is_failing {
            self.last_attempt = now;
        }
        self.is_reading = false;
        self.awaits_shared = false;
        self.is_failing = is_failing;
    }
}
