//! The origins that have a KV key each, as far as this isolate knows them.

use std::cell::RefCell;

use wasm_bindgen::JsValue;

use super::{
    log,
    shell::{self, Event, Reading, Then},
};
use crate::tenants::{Cached, KeyStatus, Lookup, Tenants};

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
}

impl TenantLookups {
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

    /// What KV is to be asked behind the request, if there is anything.
    pub(super) fn take_stale(&mut self) -> Option<Lookup> {
        let stale = std::mem::take(&mut self.stale);
        (!stale.is_empty()).then(|| Lookup::again(stale))
    }

    /// Asks KV for what was unknown, if the budget allows it, and gives the
    /// results to `then`. Returns a promise of what that returns, or just that.
    pub(super) fn ask(mut self, event: &Event, reading: Reading, then: Then<Self>) -> JsValue {
        let now = shell::now();
        let keys = std::mem::take(&mut self.unknown);
        let lookup = TENANTS.with_borrow_mut(|tenants| tenants.start(keys.clone(), now));
        if let Some(lookup) = lookup {
            let then = |answers| {
                self.answers.extend(answers);
                then(self)
            };
            return read(event, reading, lookup, Box::new(then));
        }
        self.answers.extend(keys.into_iter().map(|key| (key, KeyStatus::RateLimited)));
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
    let asked_at = shell::now();
    let asking = event.clone();
    let learn = move |read: Result<Vec<u32>, String>| {
        if let Err(error) = &read {
            log::lookup_failed(error);
            if reading.is_late(asked_at) {
                // What comes late counts for the requests after this one.
                let again = Lookup::again(lookup.keys().to_vec());
                shell::wait_until(&asking, &refresh(&asking, again));
            }
        }
        let found = read.as_deref().ok();
        let now = shell::now();
        then(TENANTS.with_borrow_mut(|tenants| tenants.learn(&lookup, now, found)))
    };
    shell::read_present(event, reading, keys, reading.timeout(), Box::new(learn))
}
