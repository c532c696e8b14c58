//! The crossings between Wasm and JavaScript.

use wasm_bindgen::{JsValue, closure::Closure, prelude::wasm_bindgen};

use super::{Event, log, record};
use crate::{
    action::{Answer, EXPLAIN_HEADER},
    cors::Headers,
    keys::BINDING,
    policy::{Knowledge, MAX_DOCUMENT_LEN, Version},
    request::{RequestHead, Url},
    settings::{Settings, Upstream, Variables},
    vary,
};

mod js {
    use js_sys::Array;

    use super::{ExecutionContext, JsValue, wasm_bindgen};

    #[wasm_bindgen(module = "/src/edge/shell.js")]
    extern "C" {
        pub(super) fn facts(request: &web_sys::Request) -> String;
        pub(super) fn answer(status: u16, lines: &str, body: Option<&str>) -> JsValue;
        pub(super) fn forward(
            request: &web_sys::Request,
            upstream: Option<&str>,
            origin_length: usize,
            timeout: Option<f64>,
            owned: Option<&str>,
            explain: Option<&str>,
        ) -> JsValue;
        #[wasm_bindgen(js_name = readFirst)]
        pub(super) fn read_first(
            env: &JsValue,
            binding: &str,
            keys: Vec<String>,
            limit: usize,
            timeout: f64,
            then: &JsValue,
            waiting: Option<&web_sys::Request>,
            ctx: &ExecutionContext,
        ) -> JsValue;
        #[wasm_bindgen(js_name = readPresent)]
        pub(super) fn read_present(
            env: &JsValue,
            binding: &str,
            keys: Vec<String>,
            timeout: f64,
            then: &JsValue,
            waiting: Option<&web_sys::Request>,
            ctx: &ExecutionContext,
        ) -> JsValue;
        #[wasm_bindgen(js_name = toAscii)]
        pub(super) fn to_ascii(host: &str) -> Option<String>;
        pub(super) fn variables(env: &JsValue, names: Vec<String>) -> Array;
        #[wasm_bindgen(js_name = isBound)]
        pub(super) fn is_bound(env: &JsValue, binding: &str) -> bool;
        pub(super) fn log(level: &str, event: &str, names: &str, values: Vec<JsValue>);
        #[wasm_bindgen(js_name = writeDataPoint)]
        pub(super) fn write_data_point(
            env: &JsValue,
            binding: &str,
            index: &str,
            blobs: Vec<String>,
        ) -> Option<String>;
        pub(super) fn keep(env: &JsValue, binding: &str, key: &str, text: &JsValue) -> JsValue;
    }
}

#[wasm_bindgen]
extern "C" {
    /// A request's execution context (`ExecutionContext` of Workers).
    #[derive(Clone)]
    pub type ExecutionContext;

    /// Keeps the request's I/O alive until `promise` settles.
    #[wasm_bindgen(method, js_name = waitUntil)]
    pub(super) fn wait_until(this: &ExecutionContext, promise: &JsValue);
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
    pub(super) fn of(request: &web_sys::Request) -> Self {
        Self(js::facts(request))
    }

    /// The facts, in the order in which `facts` in `shell.js` gives them.
    pub(super) fn head(&self) -> RequestHead<'_> {
        let mut lines = self.0.split('\n');
        let method = lines.next().unwrap_or_default();
        let url = Url::split(lines.next().unwrap_or_default());
        let mut header = || lines.next().and_then(|line| line.strip_prefix('='));
        RequestHead {
            method,
            url,
            origin: header(),
            requested_method: header(),
            requested_headers: header(),
            fetch_site: header(),
            fetch_mode: header(),
            fetch_dest: header(),
        }
    }
}

/// A `Response`.
pub(super) fn answer(answer: &Answer<'_>) -> JsValue {
    js::answer(answer.status, &lines(&answer.headers), answer.body)
}

/// A promise of the origin server's `Response`, or of a 502 or 504.
pub(super) fn forward(
    request: &web_sys::Request,
    head: &RequestHead<'_>,
    settings: &Settings,
    owned: Option<&Headers<'_>>,
    explain: Option<&str>,
) -> JsValue {
    let upstream = match &settings.upstream {
        Upstream::Server(server) => Some(server.as_str()),
        Upstream::Zone | Upstream::Unknown => None,
    };
    let owned = owned.map(lines);
    let explain = explain.map(|value| format!("{EXPLAIN_HEADER}\n{value}"));
    js::forward(
        request,
        upstream,
        head.url.origin.len(),
        // What is forwarded untouched may take its time.
        owned.is_some().then(|| f64::from(settings.timeout_seconds) * 1000.0),
        owned.as_deref(),
        explain.as_deref(),
    )
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
    pub(super) fn keep(&self, env: &JsValue, key: &str) -> JsValue {
        js::keep(env, BINDING, key, &self.text)
    }
}

/// Whether the request waits for what is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reading {
    /// It does. If a panic ends this instance of Wasm meanwhile, and `then` with it,
    /// a new one serves the request.
    First,
    /// It does not.
    Behind,
}

impl Reading {
    /// For how long KV may take, in milliseconds. The runtime ends what goes on behind
    /// a request after 30 seconds.
    pub(super) fn timeout(self) -> f64 {
        match self {
            Self::First => 2000.0,
            Self::Behind => 25_000.0,
        }
    }

    /// Whether a request waited as long as it may, for what was asked at `asked_at`.
    pub(super) fn is_late(self, asked_at: f64) -> bool {
        matches!(self, Self::First) && now() - asked_at >= self.timeout()
    }

    fn waiting(self, event: &Event) -> Option<&web_sys::Request> {
        matches!(self, Self::First).then_some(&event.request)
    }
}

/// Reads the first of `keys` that KV holds, and gives it to `then`; or else what went
/// wrong, in words: no such binding, KV failed, no answer within `timeout`
/// milliseconds. Returns a promise of what `then` returns.
pub(super) fn read_first(
    event: &Event,
    reading: Reading,
    keys: Vec<String>,
    timeout: f64,
    then: Then<Result<Option<Document>, String>>,
) -> JsValue {
    let names = keys.clone();
    let then = Closure::once_into_js(
        move |index: Option<usize>, text: JsValue, head: Option<u32>, error: Option<String>| {
            let key = index.and_then(|index| names.into_iter().nth(index));
            let document = key.zip(head).map(|(key, head)| {
                let version = Version::new(head);
                Document { key, version, text }
            });
            then(error.map_or(Ok(document), Err))
        },
    );
    let (Event { env, ctx, .. }, waiting) = (event, reading.waiting(event));
    // One more says that it is too much.
    let limit = MAX_DOCUMENT_LEN.saturating_add(1);
    js::read_first(env, BINDING, keys, limit, timeout, &then, waiting, ctx)
}

/// The same with the indices of those of `keys` that are there.
pub(super) fn read_present(
    event: &Event,
    reading: Reading,
    keys: Vec<String>,
    timeout: f64,
    then: Then<Result<Vec<usize>, String>>,
) -> JsValue {
    let then = Closure::once_into_js(move |present: Option<Vec<usize>>, error: Option<String>| {
        then(error.map_or(Ok(present.unwrap_or_default()), Err))
    });
    let (Event { env, ctx, .. }, waiting) = (event, reading.waiting(event));
    js::read_present(env, BINDING, keys, timeout, &then, waiting, ctx)
}

/// What is known of host names: what the runtime knows.
pub(super) const KNOWLEDGE: Knowledge =
    Knowledge { to_ascii: |host| js::to_ascii(host), ..Knowledge::NONE };

/// The Worker's variables, and whether it has a dataset.
pub(super) fn variables(env: &JsValue) -> Variables {
    let names = ["UPSTREAM", "POLICY_FRESH_SECONDS", "UPSTREAM_TIMEOUT_SECONDS", "EXPLAIN"];
    let mut values = js::variables(env, names.map(str::to_owned).into())
        .into_iter()
        .map(|value| value.as_string());
    let mut next = || values.next().flatten();
    Variables {
        upstream: next(),
        fresh_seconds: next(),
        timeout_seconds: next(),
        explain: next(),
        has_dataset: js::is_bound(env, record::BINDING),
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
    env: &JsValue,
    binding: &str,
    index: &str,
    blobs: Vec<String>,
) -> Result<(), String> {
    js::write_data_point(env, binding, index, blobs).map_or(Ok(()), Err)
}

/// The time, in milliseconds. In an isolate it advances only with I/O.
pub(super) fn now() -> f64 {
    js_sys::Date::now()
}

/// Names and values by turns, a line each: no value holds a line break.
fn lines(headers: &Headers<'_>) -> String {
    let mut lines = String::new();
    for (name, value) in headers {
        for part in [name, &**value] {
            if !lines.is_empty() {
                lines.push('\n');
            }
            lines.push_str(part);
        }
    }
    lines
}
