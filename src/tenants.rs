//! Tenant origins: what an isolate knows of the KV keys that one origin each has.
//!
//! | this isolate knows | what happens |
//! |---|---|
//! | a key is there, not long ago | it is used |
//! | a key is there, longer than the freshness ago | it is used, and KV asked behind the request |
//! | a key is there, ten times as long ago | KV is asked first; if it fails, the key is there still |
//! | a key is not there, not long ago | it is used |
//! | nothing, or that for longer | KV is asked first, if the budget allows it; else, or if KV fails, the origin is refused |
//!
//! Anyone can make up origins, so each key that is asked for takes from a budget,
//! until one of the origin's is found, which gives all of that back: tenants are
//! as many as their keys, and a flood of strangers neither runs up a bill nor
//! displaces a tenant that is known.

use crate::{
    freshness::{Age, Freshness},
    recent::Recent,
};

/// The most keys that are remembered as being there.
pub const MAX_PRESENT: usize = 10_000;
/// The most keys that are remembered as not being there.
pub const MAX_MISSING: usize = 1000;
/// The most reads that find no key, at once.
pub const MAX_MISSES: f64 = 200.0;
/// How many more of them are allowed each second.
pub const MISSES_PER_SECOND: f64 = 2.0;

/// What is known of an origin's key, in ascending order of what it decides where
/// a rule has several prefixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyStatus {
    /// It is not there.
    Missing,
    /// It was not asked for, as the budget is spent.
    RateLimited,
    /// KV gave no answer.
    Failed,
    /// It has to be asked for.
    Unknown,
    /// It is there.
    Present,
}

/// The keys that an isolate knows of.
#[derive(Debug)]
pub struct Tenants {
    present: Recent<Age>,
    missing: Recent<Age>,
    budget: Budget,
}

/// The cache's answer for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cached {
    /// [`KeyStatus::Present`] or [`KeyStatus::Missing`].
    Hit(KeyStatus),
    /// The key is present; ask KV again behind the request.
    StaleHit,
    /// Ask KV first.
    Miss,
}

impl Default for Tenants {
    fn default() -> Self {
        Self::new()
    }
}

impl Tenants {
    /// None, with all of the budget.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            present: Recent::new(MAX_PRESENT),
            missing: Recent::new(MAX_MISSING),
            budget: Budget { left: MAX_MISSES, at: 0.0 },
        }
    }

    /// What to do about `key` at `now`, in milliseconds, where what KV says is
    /// fresh for `fresh_seconds`.
    #[must_use]
    pub fn look_up(&mut self, key: &str, now: f64, fresh_seconds: u32) -> Cached {
        let fresh = f64::from(fresh_seconds) * 1000.0;
        if let Some(age) = self.present.get_mut(key, now) {
            return match age.freshness(now, fresh) {
                Freshness::Fresh => Cached::Hit(KeyStatus::Present),
                Freshness::Stale => {
                    // So that those who follow do not ask as well.
                    *age = age.asked(now);
                    Cached::StaleHit
                }
                Freshness::Expired => Cached::Miss,
            };
        }
        match self.missing.get_mut(key, now).map(|age| age.freshness(now, fresh)) {
            Some(Freshness::Fresh) => Cached::Hit(KeyStatus::Missing),
            _ => Cached::Miss,
        }
    }

    /// The look-up of `keys`, all of one origin, which takes as many from the
    /// budget unless one is known to have been there; `None` if that is spent.
    #[must_use]
    pub fn start(&mut self, keys: Vec<String>, now: f64) -> Option<Lookup> {
        let is_known = keys.iter().any(|key| self.present.get_mut(key, now).is_some());
        let charge = if is_known { 0 } else { u32::try_from(keys.len()).unwrap_or(u32::MAX) };
        self.budget.take(charge, now).then_some(Lookup { keys, charge })
    }

    /// Takes in which keys of `lookup` KV has, at `now`, by their indices;
    /// `None` if it gave no answer. Returns what is then known of each.
    pub fn learn(
        &mut self,
        lookup: &Lookup,
        now: f64,
        found: Option<&[u32]>,
    ) -> Vec<(String, KeyStatus)> {
        if found.is_some_and(|found| !found.is_empty()) {
            self.budget.give_back(lookup.charge);
        }
        let learned = (0..).zip(&lookup.keys).map(|(index, key)| {
            let found = found.map(|found| found.contains(&index));
            (key.clone(), self.learn_of(key, now, found))
        });
        learned.collect()
    }

    fn learn_of(&mut self, key: &str, now: f64, found: Option<bool>) -> KeyStatus {
        match (found, self.present.get_mut(key, now)) {
            (Some(true), _) => {
                self.missing.remove(key);
                self.present.insert(key, now, Age::confirmed(now));
                KeyStatus::Present
            }
            (Some(false), _) => {
                self.present.remove(key);
                self.missing.insert(key, now, Age::confirmed(now));
                KeyStatus::Missing
            }
            (None, Some(age)) => {
                *age = age.asked(now);
                KeyStatus::Present
            }
            (None, None) => KeyStatus::Failed,
        }
    }
}

/// The keys of one origin that KV is asked for, in one call.
#[derive(Clone, Debug)]
pub struct Lookup {
    keys: Vec<String>,
    /// What it took from the budget.
    charge: u32,
}

impl Lookup {
    /// The look-up of keys that are known to have been there, behind a request.
    #[must_use]
    pub fn again(keys: Vec<String>) -> Self {
        Self { keys, charge: 0 }
    }

    /// The keys' names.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.keys
    }
}

/// How many reads may still find no key.
#[derive(Debug)]
struct Budget {
    left: f64,
    /// When that was so, in milliseconds.
    at: f64,
}

impl Budget {
    fn take(&mut self, charge: u32, now: f64) -> bool {
        let earned = (now - self.at).max(0.0) / 1000.0 * MISSES_PER_SECOND;
        self.left = (self.left + earned).min(MAX_MISSES);
        self.at = now;
        let enough = self.left >= f64::from(charge);
        if enough {
            self.left -= f64::from(charge);
        }
        enough
    }

    fn give_back(&mut self, charge: u32) {
        self.left = (self.left + f64::from(charge)).min(MAX_MISSES);
    }
}

#[cfg(test)]
mod tests;
