//! The log: one JSON line an event.
//!
//! Floods of refusals and of failures are limited: 60 and 20 lines a minute and isolate.

use std::cell::{Cell, RefCell};

use serde::Serialize;
use socketio_cors_core::{
    cache::policy_cache::PolicyEvent,
    decision::Decision,
    log_rate_limiter::LogRateLimiter,
    policy::Diagnostic,
    request::{RequestHead, Url},
    settings::{BadVariable, Settings},
};
use worker::{console_error, console_log, console_warn};

use crate::event::now;

/// The most faults of one document that are logged.
const MAX_FAULTS: usize = 100;
/// The longest part that is logged of what a stranger wrote, in characters.
const MAX_LEN: usize = 256;

thread_local! {
    static REFUSALS: RefCell<LogRateLimiter> = const { RefCell::new(LogRateLimiter::new(60)) };
    static FAILURES: RefCell<LogRateLimiter> = const { RefCell::new(LogRateLimiter::new(20)) };
    static OWN_ORIGIN: Cell<bool> = const { Cell::new(false) };
}

/// A line of the log.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
enum Line<'a> {
    /// The document that a host is under from now on.
    PolicyChanged {
        host: &'a str,
        key: &'a str,
        policy: &'a str,
        routes: usize,
        origins: usize,
        /// The version of this Worker.
        worker: &'a str,
    },
    /// A document is not used.
    PolicyFaulty { host: &'a str, key: &'a str, policy: &'a str, faults: usize },
    /// A fault of it.
    PolicyFault {
        host: &'a str,
        key: &'a str,
        pointer: &'a str,
        line: usize,
        column: usize,
        value: &'a str,
        message: &'a str,
        help: Option<&'a str>,
    },
    /// KV holds no document.
    PolicyMissing { host: &'a str, detail: &'a str },
    /// KV gave no answer about a policy.
    PolicyReadFailed { host: &'a str, detail: &'a str },
    /// KV gave no answer about a tenant's key.
    LookupFailed { detail: &'a str },
    /// Nothing can be used in place of a faulty document.
    LastGoodMissing { host: &'a str, detail: &'a str },
    /// KV did not take a document as the last good one.
    LastGoodWriteFailed { detail: &'a str },
    /// A request was refused, or would have been but for `reportOnly`.
    RequestRefused {
        host: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        origin: Option<&'a str>,
        reason: &'a str,
        method: &'a str,
        path: &'a str,
        transport: &'a str,
        policy: &'a str,
        report_only: bool,
    },
    /// The number of lines about an event that the limit of a minute suppressed.
    LogLinesSuppressed { lines: &'a str, count: u32 },
    /// A variable has a bad value.
    BadVariable { detail: &'a str },
    /// Nothing is enforced, as `REPORT_ONLY` is on.
    ReportOnly { detail: &'a str },
    /// Forwarded requests may come back to the Worker in a loop.
    UpstreamIsOwnOrigin { host: &'a str, detail: &'a str },
    /// A decision could not be written to `DECISIONS`.
    MetricsWriteFailed { detail: &'a str },
    /// The reason why a request was answered with 502 or 504.
    UpstreamFailed { detail: &'a str },
}

#[derive(Clone, Copy)]
enum Level {
    Info,
    Warn,
    Error,
}

fn log(level: Level, line: &Line<'_>) {
    let line = serde_json::to_string(line).unwrap_or_default();
    match level {
        Level::Info => console_log!("{line}"),
        Level::Warn => console_warn!("{line}"),
        Level::Error => console_error!("{line}"),
    }
}

/// Logs an error of which a flood of hosts, a KV that fails or an origin server that is down
/// would make very many.
fn failure(line: &Line<'_>) {
    if may_log_failure() {
        log(Level::Error, line);
    }
}

pub(crate) fn bad_variable(bad: &BadVariable) {
    log(Level::Error, &Line::BadVariable { detail: &bad.to_string() });
}

pub(crate) fn report_only() {
    let detail = "REPORT_ONLY is on: nothing is refused or answered here, everything is forwarded";
    log(Level::Warn, &Line::ReportOnly { detail });
}

/// Says, once, that a request to `url` is forwarded to where it came from.
pub(crate) fn warn_of_own_origin(url: &Url<'_>, upstream: &str) {
    if OWN_ORIGIN.get() || !url.leads_to(upstream) {
        return;
    }
    OWN_ORIGIN.set(true);
    let detail = "UPSTREAM is this Worker's own address: on a zone's route, requests go on to the \
                  zone's server, as without UPSTREAM; elsewhere they come back here until \
                  Cloudflare ends the loop";
    log(Level::Warn, &Line::UpstreamIsOwnOrigin { host: &url.policy_host(), detail });
}

/// An event of a host's policy.
pub(crate) fn policy(host: &str, event: &PolicyEvent) {
    match event {
        PolicyEvent::Changed { key, policy } => {
            let version = policy.version().to_string();
            let routes = policy.routes().len();
            let origins = policy.rules().map(|(_, rule)| rule.origin_count()).sum();
            let worker = env!("CARGO_PKG_VERSION");
            let line = Line::PolicyChanged { host, key, policy: &version, routes, origins, worker };
            log(Level::Info, &line);
        }
        PolicyEvent::Faulty { key, version, diagnostics } => {
            let (policy, faults) = (version.to_string(), diagnostics.len());
            log(Level::Error, &Line::PolicyFaulty { host, key, policy: &policy, faults });
            for diagnostic in diagnostics.iter().take(MAX_FAULTS) {
                log(Level::Error, &fault(host, key, diagnostic));
            }
        }
        PolicyEvent::ReadFailed(error) => failure(&Line::PolicyReadFailed { host, detail: error }),
        PolicyEvent::NoLastGood => {
            let detail = "the policy has faults, and there is no last good one to use instead";
            failure(&Line::LastGoodMissing { host, detail });
        }
        PolicyEvent::Missing => {
            let detail = "KV has no policy, so requests of other origins for Socket.IO or a \
                          WebSocket are refused; set one: npx wrangler kv key put \
                          --binding POLICY --remote policy --path policy.json";
            if may_log_failure() {
                log(Level::Warn, &Line::PolicyMissing { host, detail });
            }
        }
    }
}

fn fault<'a>(host: &'a str, key: &'a str, diagnostic: &'a Diagnostic) -> Line<'a> {
    let Diagnostic { pointer, line, column, value, message, help, .. } = diagnostic;
    let (line, column, help) = (*line, *column, help.as_deref());
    Line::PolicyFault { host, key, pointer, line, column, value, message, help }
}

pub(crate) fn lookup_failed(error: &str) {
    failure(&Line::LookupFailed { detail: error });
}

pub(crate) fn last_good_write_failed(key: &str, error: &str) {
    failure(&Line::LastGoodWriteFailed { detail: &format!("{key}: {error}") });
}

pub(crate) fn metrics_write_failed(error: &str) {
    failure(&Line::MetricsWriteFailed { detail: error });
}

pub(crate) fn upstream_failed(detail: &str) {
    failure(&Line::UpstreamFailed { detail });
}

/// Logs a request that is refused, or would be but for `reportOnly`.
#[inline(never)] // V8 compiles a function as a whole, when it is first called.
pub(crate) fn refusal(
    head: &RequestHead<'_>,
    host: &str,
    decision: &Decision<'_>,
    settings: &Settings,
) {
    if !REFUSALS.with_borrow_mut(LogRateLimiter::allows_line) {
        return;
    }
    let line = Line::RequestRefused {
        host,
        origin: head.origin.map(cut),
        reason: decision.reason.as_str(),
        method: head.method,
        path: cut(head.url.path()),
        transport: head.transport(),
        policy: &decision.version.to_string(),
        report_only: !decision.is_enforced(settings),
    };
    log(Level::Info, &line);
}

/// Logs the number of lines that the last minute suppressed, if it is over at `now`.
pub(crate) fn next_minute(now: f64) {
    for (limiter, lines) in [(&REFUSALS, "request-refused"), (&FAILURES, "failures")] {
        if let Some(count) = limiter.with_borrow_mut(|limiter| limiter.next_minute(now)) {
            log(Level::Warn, &Line::LogLinesSuppressed { lines, count });
        }
    }
}

/// A failure may come long after the request before it.
fn may_log_failure() -> bool {
    next_minute(now());
    FAILURES.with_borrow_mut(LogRateLimiter::allows_line)
}

/// The first [`MAX_LEN`] characters of `text`.
pub(crate) fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_LEN).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or_default()
}
