//! The crossings between Wasm and JavaScript.

use socketio_cors_core::{
    action::{Answer, EXPLAIN_HEADER},
    cors::{Header, Headers},
    policy::DomainRules,
    request::{RequestHead, Url},
    settings::{Settings, Upstream, Variables},
    vary,
};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

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

/// What is known of host names: what the runtime knows.
pub(super) const DOMAIN_RULES: DomainRules =
    DomainRules { to_ascii: |host| js::to_ascii(host), ..DomainRules::NONE };

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
