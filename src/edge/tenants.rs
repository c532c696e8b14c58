//! The origins that have a KV key each, as far as this isolate knows them.

use std::cell::RefCell;

use socketio_cors_core::{
    policy_cache::MAX_WAIT,
    tenants::{Cached, KeyStatus, Lookup, Source, Start, Tenants},
};
use wasm_bindgen::JsValue;

use super::{
    kv::{self, Reading, Then},
    log,
    shell::{self, Event},
};

thread_local! {
    static TENANTS: RefCell<Tenants> = const { RefCell::new(Tenants::new()) };
}

/// What one request has found out of its origin's keys.
#[derive(Debug, Default)]
pub(super) struct TenantLookups {
    /// What KV said, or did not say, to this request.
    answers: Vec<(String, KeyStatus)>,
    /// The keys to ask KV for before the decision.
    unknown: Vec<String>,
    /// Those to ask for behind the request.
    stale: Vec<String>,
    /// When the request came, if it has waited for KV.
    arrived_at: Option<f64>,
}

impl TenantLookups {
    /// Those of a request that came at `arrived_at`, if it has waited for KV.
    pub(super) fn since(arrived_at: Option<f64>) -> Self {
        Self { arrived_at, ..Self::default() }
    }

    /// What is known of `key`.
    pub(super) fn key_status(&mut self, key: &str, fresh_seconds: u32) -> KeyStatus {
        if let Some((_, answer)) = self.answers.iter().find(|(asked, _)| asked == key) {
            return *answer;
        }
        let now = shell::now();
        match TENANTS.with_borrow_mut(|tenants| tenants.look_up(key, now, fresh_seconds)) {
            Cached::Hit(key_status) => key_status,
            Cached::StaleHit => {
                self.stale.push(key.to_owned());
                KeyStatus::Present
            }
            Cached::Miss => {
                self.unknown.push(key.to_owned());
                KeyStatus::Unknown
            }
        }
    }

    /// The look-up to make behind the request, if there is any.
    pub(super) fn take_stale(&mut self) -> Option<Lookup> {
        let stale = std::mem::take(&mut self.stale);
        (!stale.is_empty()).then(|| Lookup::refresh(stale, shell::now()))
    }

    /// Asks KV for what was unknown, if the limits allow it, and gives the results to `then`;
    /// or has the request served later, if another one asks. Returns a promise of what that
    /// returns, or just that.
    pub(super) fn ask(mut self, event: &Event, reading: Reading, then: Then<Self>) -> JsValue {
        let now = shell::now();
        let arrived_at = self.arrived_at.unwrap_or(now);
        let waited = now - arrived_at;
        let keys = std::mem::take(&mut self.unknown);
        let source = || Source::of(shell::connecting_ip(event).as_deref());
        let start = TENANTS.with_borrow_mut(|tenants| tenants.start(&keys, source, now));
        match start {
            Start::Read(lookup) => {
                let then = |answers| {
                    self.answers.extend(answers);
                    then(self)
                };
                return read(event, reading.after(waited), lookup, Box::new(then));
            }
            Start::Wait => {
                if waited < MAX_WAIT {
                    let only_records = matches!(reading, Reading::Behind);
                    return kv::serve_later(event, arrived_at, waited, None, only_records);
                }
                let give_up = |tenants: &mut Tenants| tenants.give_up(keys, arrived_at, now);
                self.answers.extend(TENANTS.with_borrow_mut(give_up));
            }
            Start::GiveUp(status) => {
                self.answers.extend(keys.into_iter().map(|key| (key, status)));
            }
        }
        then(self)
    }
}

/// Asks KV behind a request that is served without it. Returns a promise.
pub(super) fn refresh(event: &Event, lookup: Lookup) -> JsValue {
    read(event, Reading::Behind, lookup, Box::new(|_| JsValue::UNDEFINED))
}

fn read(
    event: &Event,
    reading: Reading,
    lookup: Lookup,
    then: Then<Vec<(String, KeyStatus)>>,
) -> JsValue {
    let keys = lookup.keys().to_vec();
    let asking = event.clone();
    let learn = move |read: Result<Vec<u32>, String>| {
        let now = shell::now();
        if let Err(error) = &read {
            log::lookup_failed(error);
            if reading.is_late(lookup.asked_at()) {
                // What comes late counts for the requests after this one.
                let again = TENANTS.with_borrow_mut(|tenants| tenants.start_again(&lookup, now));
                if let Some(again) = again {
                    shell::wait_until(&asking, &refresh(&asking, again));
                }
            }
        }
        let found = read.as_deref().ok();
        then(TENANTS.with_borrow_mut(|tenants| tenants.learn(&lookup, now, found)))
    };
    kv::read_present(event, reading, keys, reading.timeout(), Box::new(learn))
}
