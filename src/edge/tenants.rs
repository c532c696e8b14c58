//! The origins that have a KV key each, as far as this isolate knows them.

use std::cell::RefCell;

use wasm_bindgen::JsValue;

use super::{log, shell, store};
use crate::tenants::{Lookup, Tenancy, Tenants};

thread_local! {
    static TENANTS: RefCell<Tenants> = RefCell::default();
}

/// What one request has found out of its origin's keys.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What KV said, or did not say, to this request.
    answers: Vec<(String, Tenancy)>,
    /// The keys to ask KV for before the decision.
    unasked: Vec<String>,
    /// Those to ask for behind the request.
    stale: Vec<String>,
}

impl Findings {
    /// What is known of `key`.
    pub(super) fn tenancy(&mut self, key: &str, fresh_seconds: u32) -> Tenancy {
        if let Some((_, answer)) = self.answers.iter().find(|(asked, _)| asked == key) {
            return *answer;
        }
        let now = shell::now();
        match TENANTS.with_borrow_mut(|tenants| tenants.look_up(key, now, fresh_seconds)) {
            Lookup::Use(tenancy) => tenancy,
            Lookup::UseAndRefresh => {
                self.stale.push(key.to_owned());
                Tenancy::Present
            }
            Lookup::Ask => {
                self.unasked.push(key.to_owned());
                Tenancy::Unasked
            }
        }
    }

    /// The keys that KV is to be asked for behind the request, if there are any.
    pub(super) fn take_stale(&mut self) -> Option<Vec<String>> {
        Some(std::mem::take(&mut self.stale)).filter(|keys| !keys.is_empty())
    }

    /// Asks KV for what was unasked, as far as the budget goes, and gives the
    /// findings to `then`. Returns a promise of what that returns, or just that.
    pub(super) fn ask(
        mut self,
        env: &JsValue,
        then: impl FnOnce(Self) -> JsValue + 'static,
    ) -> JsValue {
        let now = shell::now();
        let unasked = std::mem::take(&mut self.unasked);
        let (granted, limited): (Vec<_>, Vec<_>) = TENANTS.with_borrow_mut(|tenants| {
            unasked.into_iter().partition(|key| tenants.may_ask(key, now))
        });
        self.answers.extend(limited.into_iter().map(|key| (key, Tenancy::Limited)));
        if granted.is_empty() {
            return then(self);
        }
        read(env, granted, |answers| {
            self.answers.extend(answers);
            then(self)
        })
    }
}

/// Asks KV for `keys` behind a request that is served without it. Returns a promise.
pub(super) fn refresh(env: &JsValue, keys: Vec<String>) -> JsValue {
    read(env, keys, |_| JsValue::UNDEFINED)
}

fn read(
    env: &JsValue,
    keys: Vec<String>,
    then: impl FnOnce(Vec<(String, Tenancy)>) -> JsValue + 'static,
) -> JsValue {
    let names = keys.clone();
    shell::read_present(env, store::BINDING, names, store::TIMEOUT, move |read| {
        if let Err(error) = &read {
            log::lookup_failed(error);
        }
        let now = shell::now();
        let learn = |(index, key): (usize, String)| {
            let found = read.as_ref().ok().map(|present| present.contains(&index));
            let tenancy = TENANTS.with_borrow_mut(|tenants| tenants.learn(&key, now, found));
            (key, tenancy)
        };
        then(keys.into_iter().enumerate().map(learn).collect())
    })
}
