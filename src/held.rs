//! The policies that an isolate holds, and whether one may be used as it is.

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
    /// It is there, and faulty.
    Invalid,
    /// There is none.
    Missing,
    /// KV gave no answer.
    Failed,
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
        Self { hosts: Recent::new(MAX_HOSTS) }
    }
}

impl Held {
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

    /// Takes in what KV said of `host` at `now`. What is held outlives a faulty
    /// document and a failing KV, not a deleted key.
    pub fn learn(&mut self, host: &str, now: f64, news: News) -> Standing {
        let (standing, age) = match (news, self.hosts.get_mut(host, now)) {
            (News::Valid(policy), _) => (Standing::Policy(policy), Age::confirmed(now)),
            (News::Missing, _) => (Standing::NoPolicy, Age::confirmed(now)),
            (
                News::Invalid | News::Failed,
                Some(Entry { standing: held @ Standing::Policy(_), age }),
            ) => (held.clone(), age.asked(now)),
            (News::Invalid | News::Failed, _) => (Standing::Unavailable, Age::confirmed(now)),
        };
        self.hosts.insert(host, now, Entry { standing: standing.clone(), age });
        standing
    }

    /// A policy that is held already for any host and was read from `text`'s version.
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
