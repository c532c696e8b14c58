//! The cache of tenants: origins that each have a KV key.
//!
//! | this isolate knows | what happens |
//! |---|---|
//! | a key is there, not long ago | it is used |
//! | a key is there, longer than the freshness ago | it is used, and KV asked behind the request |
//! | a key is there, twice as long ago | KV is asked first; if it fails, the key is there still |
//! | a key is not there, not long ago | it is used |
//! | nothing, or that for longer | KV is asked first, if the [limits] allow it; else, or if KV fails, the origin is refused |
//!
//! After a read that failed or was late, no request waits for KV until a read succeeds. Keys that
//! existed are used, unknown ones are refused, and one request a second asks KV again: in the
//! background if its key existed.
//!
//! A key is read by one request at a time. Others, which may not await that one's I/O, look
//! again by timers of their own.
//!
//! All times are in milliseconds.

mod health;
mod limits;
mod lookups;
mod source;

use crate::cache::{
    lru_cache::LruCache,
    waiting::{MAX_WAIT, STALE_FACTOR, TAKEOVER_AFTER, Times, milliseconds},
};
use health::Health;
use limits::{Charge, LookupLimits};

pub use crate::decision::key_status::KeyStatus;
pub use limits::{CEILING, Limit, MAX_SOURCES, RECHECKS, SOURCE};
pub use lookups::{Pending, TenantDecision};
pub use source::Source;

/// The most keys that are remembered as being there.
pub const MAX_PRESENT: usize = 10_000;
/// The most keys that are remembered as not being there, and the most that are remembered
/// as being read.
pub const MAX_MISSING: usize = 1000;

/// The keys of tenants, as far as an isolate knows them.
#[derive(Debug)]
pub struct Tenants {
    present: LruCache<Present>,
    /// The keys that are not there, each with the time at which KV was asked.
    missing: LruCache<f64>,
    /// The keys that are being read, each with the time at which KV was asked.
    reading: LruCache<f64>,
    limits: LookupLimits,
    health: Health,
}

/// A key that is there.
#[derive(Clone, Copy, Debug)]
struct Present {
    /// The time at which KV was asked when it last had the key.
    validated_at: f64,
    /// The time at which KV was last asked.
    last_attempt: f64,
}

/// The cache's answer for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cached {
    /// [`KeyStatus::Present`] or [`KeyStatus::Missing`].
    Hit(KeyStatus),
    /// The key is present; ask KV again behind the request.
    StaleHit,
    /// Ask KV first.
    Miss,
}

/// The next step of a request whose keys the cache has no answer for.
#[derive(Clone, Debug)]
enum Start {
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

    /// The cache's answer for `key` at `now`, where an answer of KV is fresh for `fresh_seconds`.
    fn look_up(&mut self, key: &str, now: f64, fresh_seconds: u32) -> Cached {
        let fresh = milliseconds(fresh_seconds);
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

    /// The next step for `keys`, all of one origin, for which [`look_up`](Self::look_up) returned
    /// [`Cached::Miss`] at `now`. `source` is asked for only where the limits depend on it.
    fn start(&mut self, keys: &[String], source: impl FnOnce() -> Source, now: f64) -> Start {
        let read_for = |key: &String| Some(now - *self.reading.get_mut(key, now)?);
        let read_for = keys.iter().filter_map(read_for).fold(f64::INFINITY, f64::min);
        if read_for < TAKEOVER_AFTER {
            return Start::Wait;
        }
        let charge = if keys.iter().any(|key| self.present.get_mut(key, now).is_some()) {
            Some(Charge::Nothing)
        } else if !self.health.may_read(now) {
            return Start::GiveUp(KeyStatus::Failed);
        } else if read_for < MAX_WAIT {
            // The first reader has paid for its source, and gets no answer.
            self.limits.take_over(now)
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

    /// Updates the cache at `now` with those keys of `lookup` that KV has; `None` if it gave no
    /// answer.
    pub fn update(&mut self, lookup: &Lookup, now: f64, present: Option<&[String]>) {
        self.health.note(present.is_some(), lookup.asked_at, now);
        match present {
            Some([]) => {}
            Some(_) => self.limits.give_back(lookup.charge, now),
            None => self.limits.forgive(lookup.charge, now),
        }
        for key in &lookup.keys {
            self.reading.remove(key);
            if let Some(present) = present {
                self.update_key(key, lookup.asked_at, now, present.contains(key));
            }
        }
    }

    /// Records that a request has waited for KV as long as it may. Returns true the first time,
    /// until KV answers again.
    fn give_up(&mut self, times: Times) -> bool {
        let is_news = !self.health.is_failing();
        self.health.note(false, times.arrived_at, times.now);
        is_news && self.health.is_failing()
    }

    fn update_key(&mut self, key: &str, asked_at: f64, now: f64, is_present: bool) {
        let present = self.present.get_mut(key, now).map(|present| present.validated_at);
        let missing = self.missing.get_mut(key, now).copied();
        // KV answered a later read first.
        if present.into_iter().chain(missing).any(|validated_at| validated_at > asked_at) {
            return;
        }
        if is_present {
            self.missing.remove(key);
            let present = Present { validated_at: asked_at, last_attempt: asked_at };
            self.present.insert(key, now, present);
        } else {
            self.present.remove(key);
            self.missing.insert(key, now, asked_at);
        }
    }
}

/// The keys of one origin that KV is asked for, in one call.
#[derive(Clone, Debug)]
pub struct Lookup {
    keys: Vec<String>,
    /// The time at which KV is asked.
    asked_at: f64,
    charge: Charge,
}

impl Lookup {
    /// The look-up of keys that are known to have been there, behind a request, at `now`.
    fn refresh(keys: Vec<String>, now: f64) -> Self {
        Self { keys, asked_at: now, charge: Charge::Nothing }
    }

    /// The keys' names.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.keys
    }
}

#[cfg(test)]
mod tests;
