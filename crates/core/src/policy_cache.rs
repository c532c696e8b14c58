//! The policies that an isolate has cached, and when KV is read: stale-while-revalidate
//! and stale-if-error (RFC 5861), with a bound.
//!
//! | the isolate has cached | KV answers | what happens |
//! |---|---|---|
//! | nothing | a valid document | it is used |
//! | nothing | a faulty one | `@last-good` is used |
//! | nothing | no such key | closed (403), by what `@last-good` covers |
//! | nothing | an error, or nothing within [`MAX_WAIT`] | closed (503); nobody waits for KV again but who would be refused |
//! | a fresh policy | (not asked) | it is used |
//! | a policy past fresh | (asked behind the request) | it is used; the answer decides the next request |
//! | a policy past [`STALE_FACTOR`] times that | (asked first) | as the answer says; what the policy leaves uncovered does not wait |
//! | a policy | a faulty document | it is kept |
//! | a policy | an error, or nothing within [`MAX_WAIT`] | it is kept, and nobody waits until a read succeeds; one read a second behind a request |
//! | a policy | no such key | it is kept until a second read says so, [`MISSING_CONFIRMED_AFTER`] later; then closed (403), by what it covers, or the document of a less specific key |
//!
//! A host has one reader at a time: who comes meanwhile looks here again, and one of
//! them reads as well if there is no answer after [`TAKEOVER_AFTER`].
//!
//! All times are in milliseconds.

use std::rc::Rc;

use crate::{
    decision::{Decision, decide, decide_closed},
    policy::{Policy, Version},
    request::RequestHead,
    tenants::KeyStatus,
};

mod entry;
mod hosts;

use entry::Entry;
use hosts::Hosts;
pub use hosts::{MAX_BYTES, MAX_HOSTS, MAX_HOSTS_WITHOUT_POLICY};

/// A policy older than this many times its freshness is not used before KV is asked.
pub const STALE_FACTOR: f64 = 2.0;
/// The longest that a request waits for KV.
pub const MAX_WAIT: f64 = 2000.0;
/// A request that waits for a read reads by itself if that takes longer.
pub const TAKEOVER_AFTER: f64 = 500.0;
/// How long KV is left alone after it failed.
pub const RETRY_AFTER: f64 = 1000.0;
/// How long after KV said that a key is missing a read has to say so again, unless the
/// freshness is longer. KV remembers for 30 seconds that a key is missing.
pub const MISSING_CONFIRMED_AFTER: f64 = 35_000.0;

/// What an isolate knows of the policy of each host.
#[derive(Debug, Default)]
pub struct PolicyCache {
    hosts: Hosts,
}

/// What a host's requests are decided by.
#[derive(Clone, Debug)]
pub enum PolicyState {
    /// This policy.
    InForce(Rc<Policy>),
    /// No document exists.
    Missing {
        /// The last one that did, as far as it is known.
        last_known: Option<Rc<Policy>>,
    },
    /// A document may exist, but none could be read.
    Unavailable {
        /// The last one that did, as far as it is known.
        last_known: Option<Rc<Policy>>,
    },
}

/// What a request is decided by, and what has to be done before.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// What decides, if the request does not wait.
    pub state: PolicyState,
    /// Whether this request reads KV.
    pub reads: bool,
    /// Whether this request waits for the read that is under way.
    pub waits: Waits,
}

/// Which requests wait for KV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// None.
    Never,
    /// One that would be refused otherwise.
    IfRefused,
    /// One on a path that the policy covers.
    IfCovered,
    /// Each.
    Always,
}

/// What one read of KV says of the policy of a host. A rank is the position of a key
/// among those that a host's document may have, the most specific first.
#[derive(Debug)]
pub enum FetchResult {
    /// The document of that rank is there and valid.
    Valid(Rc<Policy>, usize),
    /// The document of that rank is there and faulty.
    Invalid(usize),
    /// There is none.
    Missing,
    /// KV gave no answer.
    Failed,
    /// The document of that rank is faulty, and this was the last good one, if any.
    LastGood(Option<Rc<Policy>>, usize),
    /// There is none, and this was the last good one, if any.
    LastKnown(Option<Rc<Policy>>),
}

/// What follows from a [`FetchResult`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Done,
    /// The key has been missing for long enough: the policy is no longer in force.
    Dropped,
    /// The last good document of the key of that rank has to be read.
    ReadLastGood(usize),
    /// The last good document of any of the keys has to be read.
    ReadLastKnown,
}

impl PolicyState {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self::Unavailable { last_known: None };

    /// The decision on `head`; see [`decide`] and [`decide_closed`].
    #[must_use]
    pub fn decide<'a>(
        &'a self,
        head: &RequestHead<'a>,
        key_status: impl FnMut(&str) -> KeyStatus,
    ) -> Decision<'a> {
        match self {
            Self::InForce(policy) => decide(head, policy, key_status),
            Self::Missing { last_known } | Self::Unavailable { last_known } => {
                decide_closed(head, last_known.as_deref())
            }
        }
    }

    /// The policy in force, if there is one.
    #[must_use]
    pub fn policy(&self) -> Option<&Rc<Policy>> {
        match self {
            Self::InForce(policy) => Some(policy),
            Self::Missing { .. } | Self::Unavailable { .. } => None,
        }
    }

    /// The policy in force, or else the last one that was.
    fn known_policy(&self) -> Option<&Rc<Policy>> {
        match self {
            Self::InForce(policy) => Some(policy),
            Self::Missing { last_known } | Self::Unavailable { last_known } => last_known.as_ref(),
        }
    }

    /// The text that decides.
    #[must_use]
    pub fn version(&self) -> Version {
        self.policy().map_or(Version::NONE, |policy| policy.version())
    }
}

impl Lookup {
    /// Whether `head` waits for the read that is under way.
    #[must_use]
    pub fn makes_wait(&self, head: &RequestHead<'_>) -> bool {
        match (self.waits, &self.state) {
            (Waits::Never, _) => false,
            (Waits::Always, _) => true,
            (Waits::IfCovered, PolicyState::InForce(policy)) => {
                policy.rules_for(&head.path_variants()).next().is_some()
            }
            (Waits::IfCovered | Waits::IfRefused, state) => {
                state.decide(head, |_| KeyStatus::Missing).blocks()
            }
        }
    }
}

impl PolicyCache {
    /// An empty one.
    #[must_use]
    pub const fn new() -> Self {
        Self { hosts: Hosts::new() }
    }

    /// What decides a request to `host` at `now` that came at `arrived_at`, where a policy
    /// is fresh for `fresh_seconds`. If the request reads KV, that is noted.
    #[must_use]
    pub fn look_up(&mut self, host: &str, now: f64, arrived_at: f64, fresh_seconds: u32) -> Lookup {
        let fresh = milliseconds(fresh_seconds);
        let waited_enough = now - arrived_at >= MAX_WAIT;
        let Some(entry) = self.hosts.get_mut(host, now) else {
            self.hosts.insert(host, now, Entry::first_read(now));
            // Made-up hosts may have displaced what it waited for.
            let waits = if waited_enough { Waits::Never } else { Waits::Always };
            return Lookup { state: PolicyState::UNKNOWN, reads: true, waits };
        };
        let age = now - entry.validated_at;
        let reads = entry.is_due(now, age, fresh);
        if reads {
            entry.last_attempt = now;
            entry.is_reading = true;
        }
        let has_waited = waited_enough || entry.settled_at >= arrived_at;
        let waits =
            if entry.is_reading && !has_waited { entry.waits(age, fresh) } else { Waits::Never };
        let state = entry.state.clone().unwrap_or(PolicyState::UNKNOWN);
        Lookup { state, reads, waits }
    }

    /// Notes at `now` that a request has waited for `host` as long as it may. Returns
    /// whether that is news.
    pub fn give_up(&mut self, host: &str, now: f64) -> bool {
        let Some(entry) = self.hosts.get_mut(host, now) else { return false };
        let is_news = entry.is_reading && !entry.is_failing;
        if entry.is_reading {
            entry.is_failing = true;
            entry.state.get_or_insert(PolicyState::UNKNOWN);
        }
        is_news
    }

    /// Takes in at `now` what a read of `host` says that began at `asked_at`, where a
    /// policy is fresh for `fresh_seconds`.
    pub fn update(
        &mut self,
        host: &str,
        asked_at: f64,
        now: f64,
        fresh_seconds: u32,
        result: FetchResult,
    ) -> Next {
        let mut entry = self.hosts.get_mut(host, now).cloned();
        // What a later read has said counts more.
        if entry.as_ref().is_some_and(|entry| entry.validated_at > asked_at) {
            return Next::Done;
        }
        let entry = entry.get_or_insert_with(|| Entry::first_read(asked_at));
        let next = entry.update(asked_at, now, milliseconds(fresh_seconds), result);
        self.hosts.insert(host, now, entry.clone());
        next
    }

    /// The policy that was read from the text of that version, if one of any host was.
    #[must_use]
    pub fn with_version(&self, version: Version) -> Option<Rc<Policy>> {
        self.hosts.policies().find(|policy| policy.version() == version).map(Rc::clone)
    }

    /// Which text is in force for `host`, if any.
    #[must_use]
    pub fn version_of(&mut self, host: &str, now: f64) -> Option<Version> {
        let policy = self.hosts.get_mut(host, now)?.state.as_ref()?.policy()?;
        Some(policy.version())
    }
}

fn milliseconds(seconds: u32) -> f64 {
    f64::from(seconds) * 1000.0
}

#[cfg(test)]
mod tests;
