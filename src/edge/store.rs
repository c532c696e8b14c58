//! The policies in KV, and those that this isolate holds.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use wasm_bindgen::JsValue;

use super::{log, shell};
use crate::{
    held::{Held, Lookup, News, Standing},
    policy::{Policy, Version},
};

/// The KV namespace's binding.
pub(super) const BINDING: &str = "POLICY";
/// The key of the document for every host, and the prefix of those for one.
const KEY: &str = "policy";
/// How long a request waits for KV, in milliseconds.
pub(super) const TIMEOUT: f64 = 2000.0;

thread_local! {
    static HELD: RefCell<Held> = RefCell::default();
    /// The text that was found faulty last.
    static REFUSED: Cell<Option<Version>> = const { Cell::new(None) };
}

/// What to use for `host`, without asking KV.
pub(super) fn look_up(host: &str, fresh_seconds: u32) -> Lookup {
    HELD.with_borrow_mut(|held| held.look_up(host, shell::now(), fresh_seconds))
}

/// Asks KV for the policy of `host` and gives it to `then`. Returns a promise of
/// what `then` returns, the calling request's own: an isolate may not await one
/// request's I/O in another.
pub(super) fn ask(
    env: &JsValue,
    host: String,
    then: impl FnOnce(Standing) -> JsValue + 'static,
) -> JsValue {
    let keys = vec![format!("{KEY}:{host}"), KEY.to_owned()];
    shell::read_first(env, BINDING, keys, TIMEOUT, move |read| then(learn(&host, read)))
}

/// Asks KV behind a request that is served without it. Returns a promise.
pub(super) fn refresh(env: &JsValue, host: String) -> JsValue {
    HELD.with_borrow_mut(|held| held.refreshing(&host, shell::now()));
    ask(env, host, |_| JsValue::UNDEFINED)
}

fn learn(host: &str, read: Result<Option<(String, Version)>, String>) -> Standing {
    let news = match read {
        Ok(Some((text, version))) => parse(host, &text, version),
        Ok(None) => {
            log::no_policy(host);
            News::Missing
        }
        Err(error) => {
            log::read_failed(host, &error);
            News::Failed
        }
    };
    HELD.with_borrow_mut(|held| held.learn(host, shell::now(), news))
}

/// Reads `text`, unless a policy of the same text is held (one document may
/// serve many hosts), or it was found faulty and logged already.
fn parse(host: &str, text: &str, version: Version) -> News {
    if let Some(policy) = HELD.with_borrow(|held| held.with_version(version)) {
        return News::Valid(policy);
    }
    if REFUSED.get() == Some(version) {
        return News::Invalid;
    }
    match Policy::read(text, version, &shell::KNOWLEDGE) {
        Ok(policy) => News::Valid(Rc::new(policy)),
        Err(faults) => {
            REFUSED.set(Some(version));
            log::faults(host, &faults);
            News::Invalid
        }
    }
}
