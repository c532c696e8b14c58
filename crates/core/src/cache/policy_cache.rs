//! The policies that an isolate has cached, and when KV is read: stale-while-revalidate
//! and stale-if-error (RFC 5861), with a bound.
//!
//! | the isolate has cached | KV answers | what happens |
//! |---|---|---|
//! | nothing | a valid document | it is used |
//! | nothing | a faulty one | `@last-good` is used |
//! | nothing | no such key | closed (403), by what `@last-good` covers |
//! | nothing | an error, or nothing within [`MAX_WAIT`](crate::cache::waiting::MAX_WAIT) | closed (503); from then on, only requests that would be refused wait for KV |
//! | a fresh policy | (not asked) | it is used |
//! | a policy past fresh | (asked behind the request) | it is used; the answer decides the next request |
//! | a policy past [`STALE_FACTOR`](crate::cache::waiting::STALE_FACTOR) times that | (asked first) | as the answer says; what the policy leaves uncovered does not wait |
//! | a policy | a faulty document | it is kept |
//! | a policy | an error, or nothing within [`MAX_WAIT`](crate::cache::waiting::MAX_WAIT) | it is kept, and nobody waits until a read succeeds; one read a second behind a request |
//! | a policy | no such key | it is kept until a second read says so, [`MISSING_CONFIRMED_AFTER`] later; then closed (403), by what it covers, or the document of a less specific key |
//!
//! One request at a time reads the policy of a host. The host's other requests look here again
//! later, and one of them reads as well if there is no answer after
//! [`TAKEOVER_AFTER`](crate::cache::waiting::TAKEOVER_AFTER). The document for every host has one
//! reader, too: while it is being read, and while it is fresh, other hosts read only their own
//! keys.
//!
//! All times are in milliseconds.

use std::rc::Rc;

use crate::{
    cache::{
        lru_cache::LruCache,
        waiting::{NO_ANSWER, Times, milliseconds},
    },
    decision::{Closed, Decision, decide, decide_closed, key_status::KeyStatus},
    policy::{Policy, Version},
    request::RequestHead,
};

mod entry;
mod hosts;
mod refresh;
mod shared;

use entry::Entry;
use hosts::Hosts;
use refresh::LastText;
use shared::SharedDocument;

pub use hosts::{MAX_BYTES, MAX_HOSTS, MAX_HOSTS_WITHOUT_POLICY};
pub use refresh::{Document, Effect, PolicyEvent, PolicyRead};

/// The time after which a second read confirms that a key is missing, or the freshness if that is
/// longer. KV itself caches for 30 seconds that a key is missing.
pub const MISSING_CONFIRMED_AFTER: f64 = 35_000.0;

/// The policy of each host, as far as an isolate knows it.
#[derive(Debug)]
pub struct PolicyCache {
    hosts: Hosts,
    shared: SharedDocument,
    last_texts: LruCache<LastText>,
}

/// The state of a host's policy, which decides on the host's requests.
#[derive(Clone, Debug)]
pub enum PolicyState {
    /// This policy.
    InForce(Rc<Policy>),
    /// No document exists.
    Missing {
        /// The last one that existed, if it is known.
        last_known: Option<Rc<Policy>>,
    },
    /// A document may exist, but none could be read.
    Unavailable {
        /// The last one that could be read, if there was one.
        last_known: Option<Rc<Policy>>,
    },
}

/// The cache's answer for a request.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// The state that decides on the request, if it does not wait.
    pub state: PolicyState,
    /// The read of KV that this request begins.
    pub read: Option<PolicyRead>,
    /// The condition under which the request waits for the read that is under way.
    pub waits: Waits,
}

/// The condition under which a request waits for KV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// It never waits.
    Never,
    /// It waits if it would be refused otherwise.
    IfRefused,
    /// It waits if the policy covers its path.
    IfCovered,
    /// It always waits.
    Always,
}

/// The times of a read of KV.
#[derive(Clone, Copy, Debug)]
struct ReadTimes {
    /// The time at which it began.
    asked_at: f64,
    /// The age of its result: the time at which the read of its oldest part began.
    validated_at: f64,
}

/// The result of one read of KV for the policy of a host. A rank is the position of a key
/// among those that a host's document may have, the most specific first.
#[derive(Debug)]
enum FetchResult {
    /// KV has a valid document at that rank.
    Valid(Rc<Policy>, usize),
    /// KV has a faulty document at that rank.
    Invalid(usize),
    /// There is none.
    Missing,
    /// KV gave no answer.
    Failed,
    /// The document of that rank is faulty, and this was the last good one, if any.
    LastGood(Option<Rc<Policy>>, usize),
    /// KV has no document, and this was the last good one, if any.
    LastKnown(Option<Rc<Policy>>),
}

/// The next step after a [`FetchResult`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Nothing.
    Done,
    /// The key has been missing for long enough: the policy is no longer in force.
    Dropped,
    /// Read the last good document of the key of that rank.
    ReadLastGood(usize),
    /// Read the last good document of any of the keys.
    ReadLastKnown,
}

impl ReadTimes {
    /// The times of a read that began at `asked_at`, and that used nothing older.
    const fn at(asked_at: f64) -> Self {
        Self { asked_at, validated_at: asked_at }
    }
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
            Self::Missing { last_known } => {
                decide_closed(head, last_known.as_deref(), Closed::NoPolicy)
            }
            Self::Unavailable { last_known } => {
                decide_closed(head, last_known.as_deref(), Closed::Unavailable)
            }
        }
    }

    /// The policy in force, if there is one.
    fn policy(&self) -> Option<&Rc<Policy>> {
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
}

impl Lookup {
    /// Returns true if `head` waits for the read that is under way.
    #[must_use]
    pub fn makes_wait(&self, head: &RequestHead<'_>) -> bool {
        match (self.waits, &self.state) {
            (Waits::Never, _) => false,
            (Waits::Always, _) => true,
            (Waits::IfCovered, PolicyState::InForce(policy)) => {
                policy.routes_for(&head.path_variants()).next().is_some()
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
        Self {
            hosts: Hosts::new(),
            shared: SharedDocument::new(),
            last_texts: refresh::no_last_texts(),
        }
    }

    /// Looks up the policy of `host` for a request at those times, where a policy is fresh for
    /// `fresh_seconds`. A read that it returns is recorded as under way.
    #[must_use]
    pub fn look_up(&mut self, host: &str, times: Times, fresh_seconds: u32) -> Lookup {
        let Times { now, arrived_at } = times;
        let fresh = milliseconds(fresh_seconds);
        let waited_enough = times.has_waited();
        let Some(entry) = self.hosts.get_mut(host, now) else {
            self.hosts.insert(host, now, Entry::first_read(now));
            // Hosts that somebody made up may have evicted the entry that it waited for.
            let waits = if waited_enough { Waits::Never } else { Waits::Always };
            let read = Some(begin_read(host, now, fresh, &mut self.shared));
            return Lookup { state: PolicyState::UNKNOWN, read, waits };
        };
        let age = now - entry.validated_at;
        let is_due = if entry.awaits_shared {
            !self.shared.is_being_read(now)
        } else {
            entry.is_due(now, age, fresh)
        };
        let read = is_due.then(|| {
            entry.last_attempt = now;
            entry.is_reading = true;
            entry.awaits_shared = false;
            begin_read(host, now, fresh, &mut self.shared)
        });
        let has_waited = waited_enough || entry.settled_at >= arrived_at;
        let waits =
            if entry.is_reading && !has_waited { entry.waits(age, fresh) } else { Waits::Never };
        let state = entry.state.clone().unwrap_or(PolicyState::UNKNOWN);
        Lookup { state, read, waits }
    }

    /// Records that a request for `host` has waited as long as it may, if it has. Returns an event
    /// the first time, until KV answers again.
    pub fn give_up(&mut self, host: &str, times: Times) -> Option<PolicyEvent> {
        if !times.has_waited() {
            return None;
        }
        let entry = self.hosts.get_mut(host, times.now).filter(|entry| entry.is_reading)?;
        let is_news = !entry.is_failing;
        entry.is_failing = true;
        entry.state.get_or_insert(PolicyState::UNKNOWN);
        is_news.then(|| PolicyEvent::ReadFailed(NO_ANSWER.to_owned()))
    }

    /// Updates the entry of `host` at `now` with the result of a read at those times, where a policy
    /// is fresh for `fresh_seconds`.
    fn apply(
        &mut self,
        host: &str,
        times: ReadTimes,
        now: f64,
        fresh_seconds: u32,
        result: FetchResult,
    ) -> Next {
        let mut entry = self.hosts.get_mut(host, now).cloned();
        // The answer to a later read takes precedence.
        if entry.as_ref().is_some_and(|entry| entry.validated_at > times.validated_at) {
            return Next::Done;
        }
        let entry = entry.get_or_insert_with(|| Entry::first_read(times.asked_at));
        let next = entry.update(times, now, milliseconds(fresh_seconds), result);
        self.hosts.insert(host, now, entry.clone());
        next
    }

    /// The version of the text that is in force for `host`, if any.
    fn version_of(&mut self, host: &str, now: f64) -> Option<Version> {
        let policy = self.hosts.get_mut(host, now)?.state.as_ref()?.policy()?;
        Some(policy.version())
    }
}

/// The read for `host` that begins at `now`. It leaves out the `shared` document where that is fresh,
/// or being read for another host.
fn begin_read(host: &str, now: f64, fresh: f64, shared: &mut SharedDocument) -> PolicyRead {
    let read = PolicyRead::new(host, now);
    if shared.get_fresh(now, fresh).is_some() || shared.is_being_read(now) {
        return read.of_own_keys();
    }
    shared.begin(now);
    read
}

impl Default for PolicyCache {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
