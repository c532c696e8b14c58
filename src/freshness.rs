//! How old what was read from KV is, and whether it may be used as it is.

/// What is older than this many times its freshness is asked for before it is used.
const STALE_FACTOR: f64 = 10.0;

/// When KV was asked for something, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Age {
    /// When it was asked the last time that it confirmed it.
    learned_at: f64,
    /// When it was last asked.
    asked_at: f64,
}

/// Whether something may be used as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// It may.
    Fresh,
    /// It may, but KV is asked behind the request.
    Stale,
    /// KV is asked first.
    Expired,
}

impl Age {
    /// Of what KV confirms, when asked at `asked_at`.
    pub(crate) fn confirmed(asked_at: f64) -> Self {
        Self { learned_at: asked_at, asked_at }
    }

    /// The same, with KV having been asked once more at `now`.
    pub(crate) fn asked(self, now: f64) -> Self {
        Self { asked_at: now, ..self }
    }

    /// At `now`, of what is fresh for `fresh` milliseconds.
    pub(crate) fn freshness(self, now: f64, fresh: f64) -> Freshness {
        if now - self.asked_at < fresh {
            Freshness::Fresh
        } else if now - self.learned_at < fresh * STALE_FACTOR {
            Freshness::Stale
        } else {
            Freshness::Expired
        }
    }
}
