//! Tenant origins: what an isolate knows of the KV keys that one origin each has.
//!
//! | this isolate knows | what happens |
//! |---|---|
//! | a key is there, not long ago | it is used |
//! | a key is there, longer than the freshness ago | it is used, and KV asked behind the request |
//! | a key is there, twice as long ago | KV is asked first; if it fails, the key is there still |
//! | a key is not there, not long ago | it is used |
//! | nothing, or that for longer | KV is asked first, if the [limits] allow it; else, or if KV fails, the origin is refused |
//!
//! After a read that failed, or was late, nobody waits for KV until one succeeds: what was
//! there is used, what is unknown is refused, and one request a second asks again. It does so
//! behind itself where the key was there.
//!
//! A key is read by one request at a time. Others, which may not await that one's I/O, look
//! again by timers of their own.
//!
//! All times are in milliseconds.

mod health;
mod limits;
mod source;

use crate::{
    lru_cache::LruCache,
    policy_cache::{MAX_WAIT, STALE_FACTOR, TAKEOVER_AFTER},
};
use health::Health;
use limits::{Charge, LookupLimits};

pub use limits::{CEILING, Limit, MAX_SOURCES, RECHECKS, SOURCE};
pub use source::Source;

/// The most keys that are remembered as being there.
pub const MAX_PRESENT: usize = 10_000;
/// The most keys that are remembered as not being there, and the most that are remembered
/// as being read.
pub const MAX_MISSING: usize = 1000;

/// What is known of an origin's key, in ascending order of what it decides where
/// a rule has several prefixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyStatus {
    /// It is not there.
    Missing,
    /// It was not asked for, as the limit of look-ups is reached.
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
    present: LruCache<Present>,
    /// When KV was asked that said so.
    missing: LruCache<f64>,
    /// Since when a key is being read.
    reading: LruCache<f64>,
    limits: LookupLimits,
    health: Health,
}

/// A key that is there.
#[derive(Clone, Copy, Debug)]
struct Present {
    /// When KV was asked that said so.
    validated_at: f64,
    /// When it was last asked.
    last_attempt: f64,
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

/// What a request does about keys that the cache has no answer for.
#[derive(Clone, Debug)]
pub enum Start {
    /// It reads them.
    Read(Lookup),
    /// It looks again in a while: another request reads them.
    Wait,
    /// It takes them as [`KeyStatus::RateLimited`] or [`KeyStatus::Failed`].
    GiveUp(KeyStatus),
}

impl Default for Tenants {
    fn default() -> Self {
        Self::new()
    }
}

impl Tenants {
    /// No keys, and nothing used up of the limits.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            present: LruCache::new(MAX_PRESENT),
            missing: LruCache::new(MAX_MISSING),
            reading: LruCache::new(MAX_MISSING),
            limits: LookupLimits::new(),
            health: Health::GOOD,
        }
    }

    /// What is known of `key` at `now`, where what KV says is fresh for `fresh_seconds`.
    #[must_use]
    pub fn look_up(&mut self, key: &str, now: f64, fresh_seconds: u32) -> Cached {
        let fresh = f64::from(fresh_seconds) * 1000.0;
        let Some(present) = self.present.get_mut(key, now) else {
            return match self.missing.get_mut(key, now) {
                Some(validated_at) if now - *validated_at < fresh => {
                    Cached::Hit(KeyStatus::Missing)
                }
                _ => Cached::Miss,
            };
        };
        let age = now - present.validated_at;
        let is_failing = self.health.is_failing();
        if age >= fresh * STALE_FACTOR && !is_failing {
            return Cached::Miss;
        }
        let is_due = age >= fresh && (is_failing || now - present.last_attempt >= fresh);
        if !is_due || !self.health.may_read(now) {
            return Cached::Hit(KeyStatus::Present);
        }
        present.last_attempt = now;
        Cached::StaleHit
    }

    /// What to do about `keys`, all of one origin, of which [`look_up`](Self::look_up) has
    /// told nothing at `now`. `source` is asked for only where the limits depend on it.
    pub fn start(&mut self, keys: &[String], source: impl FnOnce() -> Source, now: f64) -> Start {
        let read_for = |key: &String| Some(now - *self.reading.get_mut(key, now)?);
        let read_for = keys.iter().filter_map(read_for).fold(f64::INFINITY, f64::min);
        if read_for < TAKEOVER_AFTER {
            return Start::Wait;
        }
        let charge = if keys.iter().any(|key| self.present.get_mut(key, now).is_some()) {
            Some(Charge::Nothing)
        } else if !self.health.may_read(now) {
            return Start::GiveUp(KeyStatus::Failed);
        } else {
            let is_recheck = keys.iter().any(|key| self.missing.get_mut(key, now).is_some());
            self.limits.take(source, is_recheck, now)
        };
        match charge {
            Some(charge) => {
                for key in keys {
                    self.reading.insert(key, now, now);
                }
                Start::Read(Lookup { keys: keys.to_vec(), asked_at: now, charge })
            }
            None if read_for < MAX_WAIT => Start::Wait,
            None => Start::GiveUp(KeyStatus::RateLimited),
        }
    }

    /// The same look-up at `now`, behind the request, which is not to wait any longer;
    /// `None` if the limits forbid it.
    #[must_use]
    pub fn start_again(&mut self, lookup: &Lookup, now: f64) -> Option<Lookup> {
        let charge = self.limits.take_again(lookup.charge, now)?;
        Some(Lookup { charge, asked_at: now, ..lookup.clone() })
    }

    /// Takes in at `now` which keys of `lookup` KV has, by their indices; `None` if it gave
    /// no answer. Returns what is then known of each.
    pub fn learn(
        &mut self,
        lookup: &Lookup,
        now: f64,
        found: Option<&[u32]>,
    ) -> Vec<(String, KeyStatus)> {
        self.health.note(found.is_some(), lookup.asked_at, now);
        match found {
            Some([]) => {}
            Some(_) => self.limits.give_back(lookup.charge, now),
            None => self.limits.forgive(lookup.charge, now),
        }
        let learned = (0..).zip(&lookup.keys).map(|(index, key)| {
            self.reading.remove(key);
            let found = found.map(|found| found.contains(&index));
            (key.clone(), self.learn_of(key, lookup.asked_at, now, found))
        });
        learned.collect()
    }

    /// What is known of `keys` at `now` for a request that came at `arrived_at` and has waited
    /// for another's read as long as it may.
    pub fn give_up(
        &mut self,
        keys: Vec<String>,
        arrived_at: f64,
        now: f64,
    ) -> Vec<(String, KeyStatus)> {
        self.health.note(false, arrived_at, now);
        let told = keys.into_iter().map(|key| {
            let status = self.learn_of(&key, arrived_at, now, None);
            (key, status)
        });
        told.collect()
    }

    fn learn_of(&mut self, key: &str, asked_at: f64, now: f64, found: Option<bool>) -> KeyStatus {
        let present = self.present.get_mut(key, now).map(|present| present.validated_at);
        let missing = self.missing.get_mut(key, now).copied();
        let is_newer = |validated_at: Option<f64>| validated_at.is_some_and(|at| at > asked_at);
        match found {
            // A later question was answered earlier.
            Some(_) if is_newer(present) => KeyStatus::Present,
            Some(_) if is_newer(missing) => KeyStatus::Missing,
            Some(true) => {
                self.missing.remove(key);
                let present = Present { validated_at: asked_at, last_attempt: asked_at };
                self.present.insert(key, now, present);
                KeyStatus::Present
            }
            Some(false) => {
                self.present.remove(key);
                self.missing.insert(key, now, asked_at);
                KeyStatus::Missing
            }
            None if present.is_some() => KeyStatus::Present,
            None => KeyStatus::Failed,
        }
    }
}

/// The keys of one origin that KV is asked for, in one call.
#[derive(Clone, Debug)]
pub struct Lookup {
    keys: Vec<String>,
    /// When KV is asked.
    asked_at: f64,
    charge: Charge,
}

impl Lookup {
    /// The look-up of keys that are known to have been there, behind a request, at `now`.
    #[must_use]
    pub fn refresh(keys: Vec<String>, now: f64) -> Self {
        Self { keys, asked_at: now, charge: Charge::Nothing }
    }

    /// The keys' names.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// When KV was asked.
    #[must_use]
    pub fn asked_at(&self) -> f64 {
        self.asked_at
    }
}

#[cfg(test)]
mod tests;
