//! The crossings that are about KV: policies, and tenants' keys.

use socketio_cors_core::{
    keys::{self, BINDING},
    policy::{MAX_DOCUMENT_LEN, Version},
    policy_cache::{MAX_WAIT, TAKEOVER_AFTER},
};
use wasm_bindgen::{JsValue, closure::Closure, prelude::wasm_bindgen};

use super::shell::{Event, now};

mod js {
    use super::{Event, JsValue, wasm_bindgen};

    #[wasm_bindgen(module = "edge/kv.js")]
    extern "C" {
        #[wasm_bindgen(js_name = readPolicy)]
        pub(super) fn read_policy(
            event: &Event,
            binding: &str,
            host: &str,
            keys: Vec<String>,
            limit: usize,
        ) -> JsValue;
        #[wasm_bindgen(js_name = serveLater)]
        pub(super) fn serve_later(
            event: &Event,
            arrived_at: f64,
            pause: f64,
            reading: Option<&JsValue>,
            only_records: bool,
        ) -> JsValue;
        #[wasm_bindgen(js_name = readPresent)]
        pub(super) fn read_present(
            event: &Event,
            binding: &str,
            keys: Vec<String>,
            timeout: f64,
            then: &JsValue,
            waits: bool,
        ) -> JsValue;
        pub(super) fn keep(event: &Event, binding: &str, key: &str, text: &JsValue) -> JsValue;
    }
}

#[wasm_bindgen]
extern "C" {
    /// A read of a host's policy, as `readPolicy` in `kv.js` has it.
    pub type PolicyRead;

    #[wasm_bindgen(method, getter)]
    pub(super) fn host(this: &PolicyRead) -> String;
    #[wasm_bindgen(method, getter)]
    fn keys(this: &PolicyRead) -> Vec<String>;
    #[wasm_bindgen(method, setter)]
    fn set_keys(this: &PolicyRead, keys: Vec<String>);
    #[wasm_bindgen(method, getter, js_name = stage)]
    fn stage_number(this: &PolicyRead) -> u32;
    #[wasm_bindgen(method, setter, js_name = stage)]
    fn set_stage_number(this: &PolicyRead, stage: u32);
    /// When it began, in milliseconds.
    #[wasm_bindgen(method, getter, js_name = askedAt)]
    pub(super) fn asked_at(this: &PolicyRead) -> f64;
}

/// What a read of a host's policy is about to find. The first is where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The document.
    Policy,
    /// The last good one, as that is faulty.
    LastGood,
    /// The last good one, as there is none.
    LastKnown,
}

impl PolicyRead {
    pub(super) fn stage(&self) -> Stage {
        let stages = [Stage::LastGood, Stage::LastKnown];
        let later = stages.into_iter().find(|stage| *stage as u32 == self.stage_number());
        later.unwrap_or(Stage::Policy)
    }

    /// Has it go on with `keys`.
    pub(super) fn go_on(&self, stage: Stage, keys: Vec<String>) {
        self.set_stage_number(stage as u32);
        self.set_keys(keys);
    }
}

/// Takes in what KV says to `read`: the index of the first key that is there, with the
/// SHA-256 and the text of its value, or what went wrong.
#[wasm_bindgen(js_name = policyRead)]
#[expect(unreachable_pub, reason = "exported to JavaScript")]
pub fn policy_read(
    event: &Event,
    read: &PolicyRead,
    index: Option<u32>,
    digest: Option<Vec<u8>>,
    text: JsValue,
    error: Option<String>,
) {
    let keys = read.keys();
    read.set_keys(Vec::new());
    let found = index.and_then(|index| {
        let key = keys.into_iter().nth(usize::try_from(index).ok()?)?;
        let version = Version::new(digest?.try_into().ok()?);
        Some(Document { key, version, text })
    });
    super::policy_read(event, read, &error.map_or(Ok(found), Err));
}

/// Reads the policy of `host` from KV behind the request. Returns a promise that
/// [`policy_read`] has been called.
pub(super) fn read_policy(event: &Event, host: &str) -> JsValue {
    // One more says that it is too much.
    let limit = MAX_DOCUMENT_LEN.saturating_add(1);
    js::read_policy(event, BINDING, host, keys::candidates(host), limit)
}

/// Decides on the request once more, which came at `arrived_at` and has waited for
/// `waited` milliseconds, when its own `reading` has ended, or the one of another request
/// may have. Returns a promise of the `Response`; of nothing if it `only_records` the decision.
pub(super) fn serve_later(
    event: &Event,
    arrived_at: f64,
    waited: f64,
    reading: Option<&JsValue>,
    only_records: bool,
) -> JsValue {
    let left = (MAX_WAIT - waited).max(0.0);
    let pause = match reading {
        Some(_) => TAKEOVER_AFTER,
        None => (waited / 4.0).clamp(5.0, 50.0),
    };
    js::serve_later(event, arrived_at, pause.min(left), reading, only_records)
}

/// What is done with a `T` once it is there. A type of its own for each closure
/// would be a copy of the code for each.
pub(super) type Then<T> = Box<dyn FnOnce(T) -> JsValue>;

/// A document that KV holds.
pub(super) struct Document {
    /// Its key.
    pub(super) key: String,
    pub(super) version: Version,
    /// Its text, up to what is too long, which stays in JavaScript until it is needed.
    text: JsValue,
}

impl Document {
    pub(super) fn text(&self) -> String {
        self.text.as_string().unwrap_or_default()
    }

    /// Puts its text under another key. Returns a promise.
    pub(super) fn keep(&self, event: &Event, key: &str) -> JsValue {
        js::keep(event, BINDING, key, &self.text)
    }
}

/// Whether the request waits for what is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reading {
    /// It does, for so many milliseconds at most. If a panic ends this instance of Wasm
    /// meanwhile, and `then` with it, a new one serves the request.
    First(f64),
    /// It does not.
    Behind,
}

impl Reading {
    /// The same for a request that has waited for KV for so many milliseconds already.
    pub(super) fn after(self, waited: f64) -> Self {
        match self {
            Self::First(timeout) => Self::First((timeout - waited).max(0.0)),
            Self::Behind => Self::Behind,
        }
    }

    /// For how long KV may take, in milliseconds. The runtime ends what goes on behind
    /// a request after 30 seconds.
    pub(super) fn timeout(self) -> f64 {
        match self {
            Self::First(timeout) => timeout,
            Self::Behind => 25_000.0,
        }
    }

    /// Whether a request waited as long as it may, for what was asked at `asked_at`.
    pub(super) fn is_late(self, asked_at: f64) -> bool {
        self.waits() && now() - asked_at >= self.timeout()
    }

    fn waits(self) -> bool {
        matches!(self, Self::First(_))
    }
}

/// Reads which of `keys` KV holds, and gives their indices to `then`; or else what went
/// wrong, in words: no such binding, KV failed, no answer within `timeout` milliseconds.
/// Returns a promise of what `then` returns.
pub(super) fn read_present(
    event: &Event,
    reading: Reading,
    keys: Vec<String>,
    timeout: f64,
    then: Then<Result<Vec<u32>, String>>,
) -> JsValue {
    let then = Closure::once_into_js(|found: Option<Vec<u32>>, error: Option<String>| {
        then(error.map_or(Ok(found.unwrap_or_default()), Err))
    });
    js::read_present(event, BINDING, keys, timeout, &then, reading.waits())
}
