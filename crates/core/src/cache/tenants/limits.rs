//! The limits on look-ups of unknown origins in KV.
//!
//! Anyone can make up origins, and each look-up is read and paid for. So a look-up takes a
//! token out of two buckets:
//!
//! | bucket | holds | gains |
//! |---|---|---|
//! | its [source](Source)'s | [2](SOURCE) | one in 10 minutes |
//! | [the isolate's](CEILING) | 3,000 | 3 a second |
//!
//! A look-up that finds a key gives both tokens back, so tenants use nothing up. If KV fails, the
//! source gets its token back. If an origin that had no key a while ago is looked up again, a
//! bucket for [all such look-ups](RECHECKS) pays instead of the source's while it has a token:
//! somebody may be waiting for a new key.
//!
//! The prefixes of a rule are read in one call: a look-up is one, however many there are.
//!
//! [Some sources](MAX_SOURCES) have a bucket each. A further source inherits the fullest bucket,
//! with the tokens that are left in it (as in "Space-Saving", Metwally, Agrawal and El Abbadi,
//! 2005). So a flood from more addresses than that gains no tokens when old sources are forgotten.
//! The ceiling limits what it can look up. A flood from 1,800 addresses (3 a second in 10 minutes)
//! can use the ceiling up.

use super::Source;

/// The size of a token bucket.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The most tokens that it holds.
    pub burst: f64,
    /// The time that it takes to gain one, in milliseconds.
    pub period: f64,
}

/// The limit of one source.
pub const SOURCE: Limit = Limit { burst: 2.0, period: 600_000.0 };
/// The limit of all sources together.
pub const CEILING: Limit = Limit { burst: 3000.0, period: 1000.0 / 3.0 };
/// The limit of all origins together whose key was missing.
pub const RECHECKS: Limit = Limit { burst: 60.0, period: 1000.0 };

/// The most sources that have a bucket of their own.
pub const MAX_SOURCES: usize = 4096;

/// The tokens that are left.
#[derive(Debug)]
pub(super) struct LookupLimits {
    ceiling: Bucket,
    rechecks: Bucket,
    sources: Sources,
}

/// The buckets from which a look-up took a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charge {
    /// None: the key is known to have been there.
    Nothing,
    /// The ceiling.
    Ceiling,
    /// The ceiling and that of rechecks.
    Recheck,
    /// The ceiling and that of this source.
    Source(Source),
}

impl LookupLimits {
    /// All buckets full.
    pub(super) const fn new() -> Self {
        Self {
            ceiling: Bucket::full(CEILING),
            rechecks: Bucket::full(RECHECKS),
            sources: Sources { buckets: Vec::new() },
        }
    }

    /// Takes the tokens for a look-up by `source` at `now`; `None` if there are not enough.
    pub(super) fn take(
        &mut self,
        source: impl FnOnce() -> Source,
        is_recheck: bool,
        now: f64,
    ) -> Option<Charge> {
        if self.ceiling.tokens(CEILING, now) < 1.0 {
            return None;
        }
        let charge = if is_recheck && self.rechecks.take(RECHECKS, now) {
            Charge::Recheck
        } else {
            let source = source();
            self.sources.take(source, now).then_some(Charge::Source(source))?
        };
        self.ceiling.take(CEILING, now);
        Some(charge)
    }

    /// Takes the token for reading at `now` what another request reads already and has paid for.
    pub(super) fn take_over(&mut self, now: f64) -> Option<Charge> {
        self.ceiling.take(CEILING, now).then_some(Charge::Ceiling)
    }

    /// Gives back the tokens of a look-up that found a key.
    pub(super) fn give_back(&mut self, charge: Charge, now: f64) {
        if charge != Charge::Nothing {
            self.ceiling.give_back(CEILING, now);
        }
        self.forgive(charge, now);
    }

    /// Gives back the tokens of a look-up that KV did not answer, except the ceiling's.
    pub(super) fn forgive(&mut self, charge: Charge, now: f64) {
        match charge {
            Charge::Nothing | Charge::Ceiling => {}
            Charge::Recheck => self.rechecks.give_back(RECHECKS, now),
            Charge::Source(source) => self.sources.give_back(source, now),
        }
    }
}

/// A token bucket.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// The tokens that were left at the time `at`.
    left: f64,
    /// The time of the last change, in milliseconds.
    at: f64,
}

impl Bucket {
    const fn full(limit: Limit) -> Self {
        Self { left: limit.burst, at: 0.0 }
    }

    fn tokens(self, limit: Limit, now: f64) -> f64 {
        (self.left + (now - self.at).max(0.0) / limit.period).min(limit.burst)
    }

    fn take(&mut self, limit: Limit, now: f64) -> bool {
        let tokens = self.tokens(limit, now);
        let is_enough = tokens >= 1.0;
        if is_enough {
            *self = Self { left: tokens - 1.0, at: self.at.max(now) };
        }
        is_enough
    }

    fn give_back(&mut self, limit: Limit, now: f64) {
        let left = (self.tokens(limit, now) + 1.0).min(limit.burst);
        *self = Self { left, at: self.at.max(now) };
    }
}

/// The buckets of the sources that are not known to be full.
///
/// A search goes from end to end, in some microseconds at most. A hash map would be slower if a
/// flood chooses sources whose hashes collide.
#[derive(Debug)]
struct Sources {
    buckets: Vec<(Source, Bucket)>,
}

impl Sources {
    fn take(&mut self, source: Source, now: f64) -> bool {
        if let Some(bucket) = self.bucket_of(source) {
            return bucket.take(SOURCE, now);
        }
        if self.buckets.len() < MAX_SOURCES {
            let mut bucket = Bucket::full(SOURCE);
            let taken = bucket.take(SOURCE, now);
            self.buckets.push((source, bucket));
            return taken;
        }
        let tokens = |bucket: &Bucket| bucket.tokens(SOURCE, now);
        let fullest =
            self.buckets.iter_mut().max_by(|(_, a), (_, b)| tokens(a).total_cmp(&tokens(b)));
        fullest.is_some_and(|(owner, bucket)| {
            let taken = bucket.take(SOURCE, now);
            if taken {
                *owner = source;
            }
            taken
        })
    }

    fn give_back(&mut self, source: Source, now: f64) {
        let Some(at) = self.buckets.iter().position(|(other, _)| *other == source) else { return };
        if let Some((_, bucket)) = self.buckets.get_mut(at) {
            bucket.give_back(SOURCE, now);
            // Tenants get their tokens back, so their buckets make room for others.
            if bucket.left >= SOURCE.burst {
                self.buckets.swap_remove(at);
            }
        }
    }

    fn bucket_of(&mut self, source: Source) -> Option<&mut Bucket> {
        self.buckets.iter_mut().find(|(other, _)| *other == source).map(|(_, bucket)| bucket)
    }
}

#[cfg(test)]
mod tests;
