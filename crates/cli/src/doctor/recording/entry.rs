//! An entry of a recording: a request of a Socket.IO client, and its answer.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use socketio_cors_explain::fetch_standard::{ResponseHeaders, cors_check};
use url::Url;

use super::{Wanted, step};
use crate::{
    doctor::{engineio::Protocol, exchange::Exchange, target::Target},
    network::{Answer, BodyCoding, Failure, FailureKind, Headers, Untrusted, without_mark},
};

/// The most that is kept of a body, in characters.
const MAX_BODY_LEN: usize = 64 << 10;

/// A request of a Socket.IO client.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) method: &'static str,
    pub(super) url: Url,
    pub(super) protocol: Protocol,
    pub(super) has_session: bool,
    pub(super) origin: Option<String>,
    pub(super) has_cookies: bool,
    /// The headers for which a preflight asks leave.
    pub(super) asked_headers: Headers,
    /// The browser has an error beside the answer, by the name that it has for faults of CORS.
    is_blocked: bool,
    answer: Option<Answer>,
    error: Option<Failure>,
    took: Duration,
}

impl Entry {
    /// Reads an entry; `None` where it is not a Socket.IO client's, or the page gave it up.
    pub(super) fn read(entry: &Value, wanted: &Wanted, is_of_firefox: bool) -> Option<Self> {
        let request = entry.get("request")?;
        let url = Url::parse(text(request, "url")?).ok()?;
        let parameter = |wanted: &str| {
            url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        let protocol = match parameter("EIO")?.as_str() {
            "3" => Protocol::V3,
            _ => Protocol::V4,
        };
        parameter("transport")?;
        if wanted.path.as_ref().is_some_and(|path| path != url.path()) {
            return None;
        }
        let headers = headers(request);
        let header = |wanted: &str| {
            headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, value)| value)
        };
        let asked =
            header("Access-Control-Request-Headers").map(String::as_str).unwrap_or_default();
        let asked = asked.split(',').map(str::trim).filter(|name| !name.is_empty());
        let cookies = request.get("cookies").and_then(Value::as_array);
        let (answer, error) = outcome(entry, is_of_firefox)?;
        Some(Self {
            method: match text(request, "method")? {
                "POST" => "POST",
                "OPTIONS" => "OPTIONS",
                _ => "GET",
            },
            protocol,
            has_session: parameter("sid").is_some(),
            origin: header("Origin").cloned(),
            has_cookies: header("Cookie").is_some() || cookies.is_some_and(|it| !it.is_empty()),
            asked_headers: asked.map(|name| (name.to_owned(), String::new())).collect(),
            is_blocked: browser_error(entry)
                .is_some_and(|name| name == "net::ERR_FAILED" || !name.starts_with("net::")),
            answer,
            error,
            took: duration(entry),
            url,
        })
    }

    /// True if the browser kept a good answer from the page that a page without credentials may read.
    pub(super) fn is_kept_by_credentials(&self, origin: &str) -> bool {
        let Some(answer) = &self.answer else { return false };
        let headers = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let headers: ResponseHeaders<'_> = headers.collect();
        answer.is_body_kept
            && answer.coding == BodyCoding::AsDeclared
            && self.is_blocked
            && self.method != "OPTIONS"
            && cors_check(&headers, origin, false).is_ok()
            && cors_check(&headers, origin, true).is_err()
    }

    /// The server that is asked, by http or https.
    pub(super) fn base(&self) -> Url {
        let mut base = self.url.clone();
        let scheme = if matches!(base.scheme(), "wss" | "https") { "https" } else { "http" };
        // All of these are special schemes.
        let _ = base.set_scheme(scheme);
        base.set_path("/");
        base.set_query(None);
        base.set_fragment(None);
        base
    }

    pub(super) fn is_websocket(&self) -> bool {
        let by_transport =
            || self.url.query_pairs().any(|pair| pair == ("transport".into(), "websocket".into()));
        matches!(self.url.scheme(), "ws" | "wss") || by_transport()
    }

    pub(super) fn exchange(self, target: &Target) -> Exchange {
        let step = step(&self);
        // Recordings may leave out what every browser sends.
        let is_foreign = !target.is_same_origin();
        let origin = self.origin.clone().or_else(|| is_foreign.then(|| target.page.origin.clone()));
        Exchange {
            step,
            method: self.method,
            url: self.url.into(),
            origin,
            answer: self.answer,
            error: self.error,
            took: self.took,
        }
    }
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str()
}

fn headers(message: &Value) -> Headers {
    let headers = message.get("headers").and_then(Value::as_array).into_iter().flatten();
    let pair = |header: &Value| {
        // HTTP/2's own, as `:authority`, are none.
        let name = text(header, "name").filter(|name| !name.starts_with(':'))?;
        Some((name.to_owned(), text(header, "value")?.to_owned()))
    };
    // Chromium joins the values of a name by line breaks.
    let split = |(name, value): (String, String)| {
        value.split('\n').map(|value| (name.clone(), value.to_owned())).collect::<Vec<_>>()
    };
    headers.filter_map(pair).flat_map(split).collect()
}

fn duration(entry: &Value) -> Duration {
    let milliseconds = entry.get("time").and_then(Value::as_f64).unwrap_or_default();
    Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or_default()
}

/// The answer or the failure; `None` if the page itself ended the request.
fn outcome(entry: &Value, is_of_firefox: bool) -> Option<(Option<Answer>, Option<Failure>)> {
    let response = entry.get("response")?;
    let status = response.get("status").and_then(Value::as_u64).unwrap_or_default();
    let status = u16::try_from(status).unwrap_or_default();
    let error = browser_error(entry).unwrap_or_default();
    if status == 0 {
        let reason = text(entry, "_blockedReason").or_else(|| text(response, "_blockedReason"));
        let reason = reason.unwrap_or(error);
        return match reason {
            "net::ERR_ABORTED" => None,
            "" if is_of_firefox => Some((None, Some(by_firefox(entry)))),
            reason => Some((None, Some(failure(reason)))),
        };
    }
    let body = match messages(entry) {
        Some(messages) if status == 101 => messages,
        _ => response.get("content").map(content).unwrap_or_default(),
    };
    let body = without_mark(body.chars().take(MAX_BODY_LEN).collect());
    let headers = headers(response);
    let is_known_empty = matches!(status, 101 | 204 | 304)
        || headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-length") && value.trim() == "0"
        });
    let is_body_kept = body.is_empty() && !is_known_empty;
    let failure = if status == 101 { None } else { within(error) };
    let coding = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
    let coding = coding.filter(|_| error == DECODING_FAILED);
    let coding = coding.map(|(_, coding)| BodyCoding::Untrue(coding.clone())).unwrap_or_default();
    Some((Some(Answer { status, headers, body, coding, is_body_kept }), failure))
}

/// How an answer that came ended.
fn within(error: &str) -> Option<Failure> {
    let is_cut = matches!(
        error,
        "net::ERR_CONTENT_LENGTH_MISMATCH"
            | "net::ERR_INCOMPLETE_CHUNKED_ENCODING"
            | "net::ERR_CONNECTION_RESET"
            | "net::ERR_CONNECTION_CLOSED"
            | "net::ERR_HTTP2_PROTOCOL_ERROR"
    );
    is_cut.then(|| Failure::new(FailureKind::Closed, "it breaks off"))
}

/// Why a request of Firefox has no answer. Each fault of CORS leaves an answer, or a preflight, beside
/// which the request has no times at all.
fn by_firefox(entry: &Value) -> Failure {
    let time = |name: &str| entry.get("timings")?.get(name)?.as_f64();
    let is_timed = time("connect").is_some();
    let took = |name: &&str| time(name).is_some_and(|time| time > 0.0);
    if text(entry, "_securityState") == Some("broken") && took(&"ssl") {
        let kind = FailureKind::Untrusted(Untrusted::Unknown);
        return Failure::new(kind, "Firefox does not trust the server's certificate");
    }
    let is_connected = ["connect", "ssl", "send", "wait", "receive"].iter().any(took)
        || text(entry, "serverIPAddress").is_some_and(|address| !address.is_empty());
    if is_timed && !is_connected {
        let text = "Firefox did not reach the server (nothing listens there, or the host or the port is \
                    wrong)";
        return Failure::new(FailureKind::Refused, text);
    }
    if took(&"send") && !took(&"wait") {
        let text = "the connection is closed without an answer";
        return Failure::new(FailureKind::Closed, text);
    }
    Failure::new(FailureKind::Browser, NO_REASON)
}

/// What is said where a recording has neither a status nor an error.
pub(in crate::doctor) const NO_REASON: &str = "no status, and no error";

/// Chromium's name for a body that is not compressed as its `Content-Encoding` says.
const DECODING_FAILED: &str = "net::ERR_CONTENT_DECODING_FAILED";

/// The browser's name for what went wrong: Chromium's, or Playwright's.
fn browser_error(entry: &Value) -> Option<&str> {
    let response = entry.get("response");
    let mut names = ["_error", "_failureText"].into_iter();
    names.find_map(|name| {
        response.and_then(|response| text(response, name)).or_else(|| text(entry, name))
    })
}

/// The text of a body.
fn content(content: &Value) -> String {
    let text = text(content, "text").unwrap_or_default();
    if content.get("encoding").and_then(Value::as_str) == Some("base64") {
        let bytes = BASE64_STANDARD.decode(text).unwrap_or_default();
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    text.to_owned()
}

/// The messages of a WebSocket's server, one a line (Chromium's `_webSocketMessages`).
fn messages(entry: &Value) -> Option<String> {
    let messages = entry.get("_webSocketMessages")?.as_array()?;
    let received = messages.iter().filter(|message| text(message, "type") == Some("receive"));
    let lines: Vec<_> = received.filter_map(|message| text(message, "data")).collect();
    Some(lines.join("\n"))
}

/// The failure for which `error` stands, the browser's name for it.
fn failure(error: &str) -> Failure {
    let kinds = [
        (FailureKind::Dns, "the name does not resolve to an address"),
        (FailureKind::Refused, "the connection is refused"),
        (FailureKind::Unreachable, "there is no way to the address"),
        (FailureKind::Reset, "the connection is reset"),
        (FailureKind::Closed, "the connection is closed without an answer"),
        (FailureKind::Late, "no answer came in time"),
        (FailureKind::Protocol, "what came is no HTTP"),
        (
            FailureKind::Untrusted(Untrusted::Unknown),
            "the browser does not trust whoever issued the certificate",
        ),
    ];
    let name = error.strip_prefix("net::").unwrap_or(error);
    if let Some((kind, text)) = kinds.into_iter().find(|(kind, _)| kind.chromium() == name) {
        return Failure::new(kind, text);
    }
    let tls = TLS_ERRORS.iter().find(|known| **known == name).copied();
    let is_of = |part: &str| name.starts_with(part);
    let (kind, text) = match name {
        "ERR_CONNECTION_TIMED_OUT" => (FailureKind::Late, "no connection came about in time"),
        "ERR_CONNECTION_CLOSED" | "ERR_CONNECTION_ABORTED" => {
            (FailureKind::Closed, "the connection is closed without an answer")
        }
        "ERR_CONNECTION_FAILED" => (FailureKind::Refused, "no connection comes about"),
        "ERR_NAME_RESOLUTION_FAILED" => {
            (FailureKind::Dns, "the name does not resolve to an address")
        }
        _ if is_of("ERR_DNS_") => (FailureKind::Dns, "the name does not resolve to an address"),
        _ if tls.is_some() => {
            (FailureKind::Tls(tls.unwrap_or_default()), "the browser does not take its TLS")
        }
        _ if is_of("ERR_CERT") => {
            (FailureKind::Tls("ERR_CERT_INVALID"), "the browser does not take its certificate")
        }
        _ if is_of("ERR_SSL_") => {
            (FailureKind::Tls("ERR_SSL_PROTOCOL_ERROR"), "the browser does not take its TLS")
        }
        "" => (FailureKind::Browser, NO_REASON),
        _ => (FailureKind::Browser, name),
    };
    Failure::new(kind, text)
}

/// Chromium's names of what may be wrong with TLS.
const TLS_ERRORS: &[&str] = &[
    "ERR_CERT_COMMON_NAME_INVALID",
    "ERR_CERT_DATE_INVALID",
    "ERR_CERT_INVALID",
    "ERR_CERT_REVOKED",
    "ERR_SSL_PROTOCOL_ERROR",
    "ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
    "ERR_SSL_UNRECOGNIZED_NAME_ALERT",
    "ERR_BAD_SSL_CLIENT_AUTH_CERT",
];
