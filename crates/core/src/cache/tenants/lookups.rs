//! The decision on one request, by the cached keys of its origin and those that have to be read.

use super::{Cached, KeyStatus, Lookup, Source, Start, Tenants};
use crate::{
    cache::{policy_cache::PolicyState, waiting::Times},
    decision::{Decision, Reason},
    request::RequestHead,
};

/// A decision that may depend on KV keys of the origin.
#[derive(Debug)]
pub struct TenantDecision<'a> {
    /// The decision. Its reason is [`Reason::UnaskedOrigin`] while it is pending.
    pub decision: Decision<'a>,
    /// The read of KV that a better decision waits for.
    pub pending: Option<Pending>,
    /// The read of keys that were used though they are no longer fresh. Nothing waits for it.
    pub refresh: Option<Lookup>,
    /// KV did not answer in time, and that has not been logged yet.
    pub gave_up: bool,
}

/// The read of KV that a decision waits for. The decision is to be taken again when the read has
/// ended, or after a [pause](crate::cache::waiting::pause).
#[derive(Debug)]
pub enum Pending {
    /// A read that this request begins.
    Read(Lookup),
    /// A read of another request.
    Wait,
}

impl Tenants {
    /// The decision on `head` by `state` and by the cached keys of its origin, where an answer of
    /// KV is fresh for `fresh_seconds`. `source` is asked for only where the limits depend
    /// on it.
    pub fn decide<'a>(
        &mut self,
        head: &RequestHead<'a>,
        state: &'a PolicyState,
        times: Times,
        fresh_seconds: u32,
        source: impl FnOnce() -> Source,
    ) -> TenantDecision<'a> {
        let (mut unknown, mut to_refresh) = (Vec::new(), Vec::new());
        let decision =
            state.decide(head, |key| match self.look_up(key, times.now, fresh_seconds) {
                Cached::Hit(status) => status,
                Cached::StaleHit => {
                    to_refresh.push(key.to_owned());
                    KeyStatus::Present
                }
                Cached::Miss => {
                    unknown.push(key.to_owned());
                    KeyStatus::Unknown
                }
            });
        let refresh = (!to_refresh.is_empty()).then(|| Lookup::refresh(to_refresh, times.now));
        let taken = TenantDecision { decision, pending: None, refresh, gave_up: false };
        if decision.reason == Reason::UnaskedOrigin {
            self.decide_unasked(head, state, times, source, &unknown, taken)
        } else {
            taken
        }
    }

    /// The decision that was `taken` while some keys are `unknown`, with the read of these keys.
    #[inline(never)] // Many policies have no tenants, and what is called for none is not compiled.
    fn decide_unasked<'a>(
        &mut self,
        head: &RequestHead<'a>,
        state: &'a PolicyState,
        times: Times,
        source: impl FnOnce() -> Source,
        unknown: &[String],
        taken: TenantDecision<'a>,
    ) -> TenantDecision<'a> {
        let has_waited = times.has_waited();
        let start = if has_waited {
            Start::GiveUp(KeyStatus::Failed)
        } else {
            self.start(unknown, source, times.now)
        };
        let status = match start {
            Start::Read(lookup) => {
                return TenantDecision { pending: Some(Pending::Read(lookup)), ..taken };
            }
            Start::Wait => return TenantDecision { pending: Some(Pending::Wait), ..taken },
            Start::GiveUp(status) => status,
        };
        let gave_up = has_waited && self.give_up(times);
        // While KV fails, a key that existed is treated as present.
        let decision = state.decide(head, |key| {
            let is_present = self.present.get_mut(key, times.now).is_some();
            if is_present { KeyStatus::Present } else { status }
        });
        TenantDecision { decision, gave_up, ..taken }
    }
}
