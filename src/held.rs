//! The policies that an isolate holds, and whether one may be used as it is.
//!
//! | the isolate holds | KV says | what happens |
//! |---|---|---|
//! | nothing | a valid document | it is used |
//! | nothing | a faulty one | the last good one is asked for, and used |
//! | nothing | no such key | same-origin only |
//! | nothing | nothing: it fails, or takes too long | same-origin only, others are to come back |
//! | a fresh policy | (not asked) | it is used |
//! | one past fresh | (asked behind the request) | it is used, what KV says counts for the next request |
//! | one older than ten times that | (asked first) | what KV says counts at once |
//! | a policy | a faulty document, or nothing | it is kept |
//! | a policy | no such key | it is dropped |

use std::rc::Rc;

use crate::{
    freshness::{Age, Freshness},
    policy::{Policy, Version},
    recent::Recent,
};

/// The most hosts that an isolate remembers: under a wildcard route, whoever
/// sends a request chooses the host.
pub const MAX_HOSTS: usize = 64;

/// How long KV is left alone after it gave nothing to use.
const RETRY_MILLISECONDS: f64 = 1000.0;

thread_local! {
    static CLOSED: Rc<Policy> = Rc::new(Policy::closed());
}

/// Policies by host.
#[derive(Debug)]
pub struct Held {
    hosts: Recent<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    standing: Standing,
    age: Age,
}

impl Entry {
    fn is_policy(&self) -> bool {
        matches!(self.standing, Standing::Policy(_))
    }
}

/// What is in force for a host.
#[derive(Clone, Debug)]
pub enum Standing {
    /// This policy.
    Policy(Rc<Policy>),
    /// No document exists: same-origin only.
    NoPolicy,
    /// A document may exist, but none could be read: same-origin only for now.
    Unavailable,
}

/// Whether KV has to be read.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// No: use this.
    Use(Standing),
    /// Yes, but use this at once and read behind the request.
    UseAndRefresh(Standing),
    /// Yes, before anything can be decided.
    Ask,
}

/// What KV said of a host's document.
#[derive(Debug)]
pub enum News {
    /// It is this.
    Valid(Rc<Policy>),
    /// It is there, under this key, and faulty.
    Invalid(String),
    /// There is none.
    Missing,
    /// KV gave no answer.
    Failed,
    /// It is faulty, and this was the last good one; `None` where that cannot be
    /// had either.
    LastGood(Option<Rc<Policy>>),
}

/// What follows from what KV said.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// This is in force.
    Use(Standing),
    /// Nothing is: ask KV for the last good document of this key.
    AskLastGood(String),
}

impl Standing {
    /// The policy to decide by: the closed one where there is none.
    #[must_use]
    pub fn policy(&self) -> Rc<Policy> {
        match self {
            Self::Policy(policy) => Rc::clone(policy),
            Self::NoPolicy | Self::Unavailable => CLOSED.with(Rc::clone),
        }
    }
}

impl Default for Held {
    fn default() -> Self {
        Self::new()
    }
}

impl Held {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self { hosts: Recent::new(MAX_HOSTS) }
    }

    /// What to use for `host` at `now`, in milliseconds, where a policy is fresh
    /// for `fresh_seconds`.
    #[must_use]
    pub fn look_up(&mut self, host: &str, now: f64, fresh_seconds: u32) -> Lookup {
        let Some(entry) = self.hosts.get_mut(host, now) else { return Lookup::Ask };
        let fresh = f64::from(fresh_seconds) * 1000.0;
        let fresh = match entry.standing {
            Standing::Unavailable => fresh.min(RETRY_MILLISECONDS),
            _ => fresh,
        };
        match (entry.age.freshness(now, fresh), &entry.standing) {
            (Freshness::Fresh, standing) => Lookup::Use(standing.clone()),
            (Freshness::Stale, standing @ Standing::Policy(_)) => {
                Lookup::UseAndRefresh(standing.clone())
            }
            // Where nothing good is held, nothing is lost by waiting for better.
            _ => Lookup::Ask,
        }
    }

    /// Notes that KV is being asked for `host` behind a request, so that those
    /// which follow do not ask as well.
    pub fn refreshing(&mut self, host: &str, now: f64) {
        if let Some(entry) = self.hosts.get_mut(host, now) {
            entry.age = entry.age.asked(now);
        }
    }

    /// What is in force for `host` by an answer to a question later than
    /// `asked_at`, if there was one: what KV said to that one counts no more.
    #[must_use]
    pub fn newer_than(&mut self, asked_at: f64, host: &str, now: f64) -> Option<Standing> {
        let entry = self.hosts.get_mut(host, now)?;
        entry.age.is_newer_than(asked_at).then(|| entry.standing.clone())
    }

    /// Takes in at `now` what KV said of `host`, when asked at `asked_at`. What is
    /// held outlives a faulty document and a failing KV, not a deleted key.
    pub fn learn(&mut self, host: &str, asked_at: f64, now: f64, news: News) -> Outcome {
        let held = self.hosts.get_mut(host, now);
        let held = held.filter(|entry| entry.is_policy()).cloned();
        let new = |standing| Entry { standing, age: Age::confirmed(asked_at) };
        let entry = match (news, held) {
            (News::Valid(policy), _) | (News::LastGood(Some(policy)), None) => {
                new(Standing::Policy(policy))
            }
            (News::Missing, _) => new(Standing::NoPolicy),
            (_, Some(held)) => Entry { age: held.age.asked(now), ..held },
            (News::Invalid(key), None) => return Outcome::AskLastGood(key),
            (News::Failed | News::LastGood(None), None) => {
                let Entry { standing, age } = new(Standing::Unavailable);
                Entry { standing, age: age.asked(now) }
            }
        };
        // Strangers make up hosts; while KV is down, they shall cost nobody a policy.
        self.hosts.insert_ranked(host, now, entry.clone(), Entry::is_policy);
        Outcome::Use(entry.standing)
    }

    /// Which text the policy of `host` was read from, if one is held.
    #[must_use]
    pub fn version_of(&mut self, host: &str, now: f64) -> Option<Version> {
        match &self.hosts.get_mut(host, now)?.standing {
            Standing::Policy(policy) => Some(policy.version()),
            Standing::NoPolicy | Standing::Unavailable => None,
        }
    }

    /// A policy that is held already for any host and was read from that text.
    #[must_use]
    pub fn with_version(&self, version: Version) -> Option<Rc<Policy>> {
        self.hosts.values().find_map(|entry| match &entry.standing {
            Standing::Policy(policy) if policy.version() == version => Some(Rc::clone(policy)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
