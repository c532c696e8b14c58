//! The policies that an isolate holds, and whether one may be used as it is.

use std::{collections::HashMap, rc::Rc};

use crate::policy::{Policy, Version};

/// The most hosts that an isolate remembers: under a wildcard route, whoever
/// sends a request chooses the host.
pub const MAX_HOSTS: usize = 64;

/// A policy is asked for before it is used when it is older than this many
/// times its freshness.
const STALE_FACTOR: f64 = 10.0;

/// How long KV is left alone after it gave nothing to use.
const RETRY_MILLISECONDS: f64 = 1000.0;

thread_local! {
    static CLOSED: Rc<Policy> = Rc::new(Policy::closed());
}

/// Policies by host.
#[derive(Debug, Default)]
pub struct Held {
    hosts: HashMap<String, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    standing: Standing,
    /// When KV last confirmed it, in milliseconds.
    learned_at: f64,
    /// When KV was last asked, in milliseconds.
    asked_at: f64,
    /// When a request last used it, in milliseconds.
    used_at: f64,
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

impl Held {
    /// What to use for `host` at `now`, in milliseconds, where a policy is fresh
    /// for `fresh_seconds`.
    #[must_use]
    pub fn look_up(&mut self, host: &str, now: f64, fresh_seconds: u32) -> Lookup {
        let Some(entry) = self.hosts.get_mut(host) else { return Lookup::Ask };
        entry.used_at = now;
        let fresh = f64::from(fresh_seconds) * 1000.0;
        let wait = match entry.standing {
            Standing::Unavailable => fresh.min(RETRY_MILLISECONDS),
            _ => fresh,
        };
        if now - entry.asked_at < wait {
            return Lookup::Use(entry.standing.clone());
        }
        let stale = now - entry.learned_at >= fresh * STALE_FACTOR;
        match entry.standing {
            Standing::Policy(_) if !stale => Lookup::UseAndRefresh(entry.standing.clone()),
            // Where nothing good is held, nothing is lost by waiting for better.
            _ => Lookup::Ask,
        }
    }

    /// Notes that KV is being asked for `host` behind a request, so that those
    /// which follow do not ask as well.
    pub fn refreshing(&mut self, host: &str, now: f64) {
        if let Some(entry) = self.hosts.get_mut(host) {
            entry.asked_at = now;
        }
    }

    /// Takes in what KV said of `host` at `now`. What is held outlives a faulty
    /// document and a failing KV, not a deleted key.
    pub fn learn(&mut self, host: &str, now: f64, news: News) -> Standing {
        let (standing, learned_at) = match (news, self.hosts.get(host)) {
            (News::Valid(policy), _) => (Standing::Policy(policy), now),
            (News::Missing, _) => (Standing::NoPolicy, now),
            (
                News::Invalid | News::Failed,
                Some(Entry { standing: Standing::Policy(policy), learned_at, .. }),
            ) => (Standing::Policy(Rc::clone(policy)), *learned_at),
            (News::Invalid | News::Failed, _) => (Standing::Unavailable, now),
        };
        self.make_room(host);
        let entry = Entry { standing: standing.clone(), learned_at, asked_at: now, used_at: now };
        self.hosts.insert(host.to_owned(), entry);
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

    /// Forgets the host that was used longest ago, if `host` would be one too many.
    fn make_room(&mut self, host: &str) {
        if self.hosts.len() < MAX_HOSTS || self.hosts.contains_key(host) {
            return;
        }
        let oldest = self.hosts.iter().min_by(|(_, a), (_, b)| a.used_at.total_cmp(&b.used_at));
        if let Some(oldest) = oldest.map(|(host, _)| host.clone()) {
            self.hosts.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests;
