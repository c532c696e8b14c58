//! The crossings between Wasm and JavaScript.

use socketio_cors_core::{
    action::{Answer, EXPLAIN_HEADER},
    cors::{Header, Headers},
    keys::{self, BINDING},
    policy::{Knowledge, MAX_DOCUMENT_LEN, Version},
    policy_cache::{MAX_WAIT, TAKEOVER_AFTER},
    request::{RequestHead, Url},
    settings::{Settings, Upstream, Variables},
    vary,
};
use wasm_bindgen::{JsValue, closure::Closure, prelude::wasm_bindgen};

use super::{
    log, record,
    template::{self, Echoes},
};

mod js {
    use super::{Event, JsValue, wasm_bindgen};

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = Date)]
        pub(super) fn now() -> f64;
    }

    #[wasm_bindgen(module = "edge/event.js")]
    extern "C" {
        #[wasm_bindgen(js_name = waitUntil)]
        pub(super) fn wait_until(event: &Event, promise: &JsValue);
        #[wasm_bindgen(js_name = connectingIp)]
        pub(super) fn connecting_ip(event: &Event) -> Option<String>;
    }

    #[wasm_bindgen(module = "edge/answer.js")]
    extern "C" {
        pub(super) fn template(
            status: u16,
            lines: &str,
            body: Option<&str>,
            echoes_origin: bool,
            echoes_headers: bool,
        ) -> JsValue;
        pub(super) fn answer(event: &Event, template: &JsValue) -> JsValue;
        pub(super) fn forward(
            event: &Event,
            upstream: Option<&str>,
            origin_length: usize,
            timeout: Option<f64>,
            template: &JsValue,
            removed: Option<&str>,
        ) -> JsValue;
    }

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

    #[wasm_bindgen(module = "edge/runtime.js")]
    extern "C" {
        #[wasm_bindgen(js_name = toAscii)]
        pub(super) fn to_ascii(host: &str) -> Option<String>;
        pub(super) fn variable(event: &Event, name: &str) -> Option<String>;
        #[wasm_bindgen(js_name = isBound)]
        pub(super) fn is_bound(event: &Event, binding: &str) -> bool;
        pub(super) fn log(level: &str, event: &str, names: &str, values: Vec<JsValue>);
        #[wasm_bindgen(js_name = writeDataPoint)]
        pub(super) fn write_data_point(
            event: &Event,
            binding: &str,
            index: &str,
            blobs: Vec<String>,
        ) -> Option<String>;
    }
}

#[wasm_bindgen]
extern "C" {
    /// A request, with what the runtime hands over with it.
    #[derive(Clone)]
    pub type Event;

    /// What `event.js` tells of the request.
    #[wasm_bindgen(method, getter)]
    fn facts(this: &Event) -> String;

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

/// Keeps the request's I/O alive until `promise` settles.
pub(super) fn wait_until(event: &Event, promise: &JsValue) {
    js::wait_until(event, promise);
}

/// The address that the request came from, in the words of Cloudflare's `CF-Connecting-IP`.
pub(super) fn connecting_ip(event: &Event) -> Option<String> {
    js::connecting_ip(event)
}

/// Logs what failed in JavaScript.
#[wasm_bindgen(js_name = logFailure)]
#[expect(unreachable_pub, reason = "exported to JavaScript")]
pub fn log_failure(event: &str, detail: &str) {
    log::failure(Level::Error, event, JsValue::UNDEFINED, detail);
}

/// The `Vary` that says what `theirs` and `ours` say.
#[wasm_bindgen(js_name = mergeVary)]
#[must_use]
#[expect(unreachable_pub, reason = "exported to JavaScript")]
pub fn merge_vary(theirs: &str, ours: &str) -> String {
    vary::merge(theirs, ours)
}

/// A request's facts as they crossed: one string, a line each.
#[derive(Clone)]
pub(super) struct Facts(String);

impl Facts {
    pub(super) fn of(event: &Event) -> Self {
        Self(event.facts())
    }

    /// The facts, in the order in which `factsOf` in `event.js` gives them.
    pub(super) fn head(&self) -> RequestHead<'_> {
        let mut rest = self.0.as_str();
        let mut line = || {
            let end = rest.bytes().position(|byte| byte == b'\n').unwrap_or(rest.len());
            let (line, after) = rest.split_at_checked(end).unwrap_or_default();
            rest = after.strip_prefix('\n').unwrap_or_default();
            line
        };
        let method = line();
        let url = Url::split(line());
        let mut header = || line().strip_prefix('=');
        RequestHead {
            method,
            url,
            origin: header(),
            requested_method: header(),
            requested_headers: header(),
            fetch_site: header(),
            fetch_mode: header(),
            fetch_dest: header(),
            upgrade: header(),
        }
    }
}

/// What answers have in common, of which `answer` and `forward` of `answer.js` make more.
pub(super) fn template<'h, 'a: 'h>(
    status: u16,
    headers: impl Iterator<Item = &'h Header<'a>>,
    body: Option<&str>,
    echoes: Echoes,
) -> JsValue {
    // No value holds a line break.
    let lines: Vec<_> = headers.flat_map(|(name, value)| [*name, &**value]).collect();
    js::template(status, &lines.join("\n"), body, echoes.origin, echoes.headers)
}

/// A `Response`.
pub(super) fn answer(event: &Event, head: &RequestHead<'_>, answer: &Answer<'_>) -> JsValue {
    template::with(head, answer, |template| js::answer(event, template))
}

/// A promise of the origin server's `Response`, or of a 502 or 504, with the headers
/// `owned` in place of its CORS headers, if there are any, and with `explain`. It is asked
/// without the headers `removed`.
pub(super) fn forward(
    event: &Event,
    head: &RequestHead<'_>,
    settings: &Settings,
    owned: Option<Headers<'_>>,
    explain: Option<String>,
    removed: &[&str],
) -> JsValue {
    let upstream = match &settings.upstream {
        Upstream::Server(server) => {
            log::warn_of_own_origin(&head.url, server);
            Some(server.as_str())
        }
        Upstream::Zone | Upstream::Unknown => None,
    };
    let origin_length = head.url.origin.len();
    // What is forwarded untouched may take its time.
    let timeout = owned.as_ref().map(|_| f64::from(settings.timeout_seconds) * 1000.0);
    let mut headers = owned.unwrap_or_default();
    headers.extend(explain.map(|value| (EXPLAIN_HEADER, value.into())));
    let answer = Answer { status: 200, headers, body: None };
    let removed = (!removed.is_empty()).then(|| removed.join(","));
    template::with(head, &answer, |template| {
        js::forward(event, upstream, origin_length, timeout, template, removed.as_deref())
    })
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

/// What is known of host names: what the runtime knows.
pub(super) const KNOWLEDGE: Knowledge =
    Knowledge { to_ascii: |host| js::to_ascii(host), ..Knowledge::NONE };

/// The Worker's variables, and whether it has a dataset.
pub(super) fn variables(event: &Event) -> Variables {
    let variable = |name| js::variable(event, name);
    Variables {
        upstream: variable("UPSTREAM"),
        fresh_seconds: variable("POLICY_FRESH_SECONDS"),
        timeout_seconds: variable("UPSTREAM_TIMEOUT_SECONDS"),
        explain: variable("EXPLAIN"),
        report_only: variable("REPORT_ONLY"),
        has_dataset: js::is_bound(event, record::BINDING),
    }
}

/// How much a log line matters.
#[derive(Clone, Copy, Debug)]
pub(super) enum Level {
    Info,
    Warn,
    Error,
}

/// One line of the log: an event, and its fields as their names, with spaces
/// between them, and as many values, of which those that are undefined are left out.
pub(super) fn log_line(level: Level, event: &str, names: &str, values: Vec<JsValue>) {
    let method = match level {
        Level::Info => "log",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    js::log(method, event, names, values);
}

/// Writes a data point to the Analytics Engine dataset bound as `binding`.
///
/// # Errors
/// Why it could not be written.
pub(super) fn write_data_point(
    event: &Event,
    binding: &str,
    index: &str,
    blobs: Vec<String>,
) -> Result<(), String> {
    js::write_data_point(event, binding, index, blobs).map_or(Ok(()), Err)
}

/// The time, in milliseconds. In an isolate it advances only with I/O.
pub(super) fn now() -> f64 {
    js::now()
}
