//! The log: one JSON line an event.
//!
//! | event | level | says |
//! |---|---|---|
//! | `policy-changed` | log | which document a host is under from now on |
//! | `policy-faulty`, `policy-fault` | error | that a document is not used, and why: a line a fault |
//! | `policy-missing` | warn | that there is none, and how to set one |
//! | `policy-unread`, `lookup-failed` | error | that KV gave no answer |
//! | `last-good-missing` | error | that nothing can be used in place of a faulty document |
//! | `last-good-unkept` | error | that KV did not take a document as the last good one |
//! | `request-refused` | log | what was refused, or would be but for `reportOnly` |
//! | `lines-left-out` | warn | how many lines of an event were one too many for a minute |
//! | `bad-variable` | error | which variable has a bad value |
//! | `report-only` | warn | that nothing is enforced, as `REPORT_ONLY` is on |
//! | `upstream-is-own-origin` | warn | that requests may come back here for ever |
//! | `decision-uncounted` | error | that a decision could not be written to `DECISIONS` |
//! | `upstream-failed` | error | why a request was answered with 502 or 504 |

use std::cell::{Cell, RefCell};

use socketio_cors_core::{
    action::Context,
    allowance::Allowance,
    decision::Decision,
    policy::{Diagnostic, Policy, Version},
    request::{RequestHead, Url},
    settings::BadVariable,
};
use wasm_bindgen::JsValue;

use super::shell::{self, Level, log_line};

/// The most faults of one document that are logged.
const MAX_FAULTS: usize = 100;
/// The longest part that is logged of what a stranger wrote, in characters.
const MAX_LEN: usize = 256;

const REFUSED: &str = "request-refused";

thread_local! {
    static REFUSALS: RefCell<Allowance> = const { RefCell::new(Allowance::of(60)) };
    static FAILURES: RefCell<Allowance> = const { RefCell::new(Allowance::of(20)) };
    static OWN_ORIGIN: Cell<bool> = const { Cell::new(false) };
}

pub(super) fn bad_variable(bad: &BadVariable) {
    log_line(Level::Error, "bad-variable", "detail", vec![bad.to_string().into()]);
}

pub(super) fn report_only() {
    let detail = "REPORT_ONLY is on: nothing is refused or answered here, everything is forwarded";
    log_line(Level::Warn, "report-only", "detail", vec![detail.into()]);
}

/// Says, once, that a request to `url` is forwarded to where it came from.
pub(super) fn warn_of_own_origin(url: &Url<'_>, upstream: &str) {
    if OWN_ORIGIN.get() || !url.leads_to(upstream) {
        return;
    }
    OWN_ORIGIN.set(true);
    let detail = "UPSTREAM is the origin that was asked: on a route of a zone requests go on to \
                  the zone's server, as without UPSTREAM; elsewhere they come back here until the \
                  platform ends it";
    let values = vec![url.policy_host().into(), detail.into()];
    log_line(Level::Warn, "upstream-is-own-origin", "host detail", values);
}

pub(super) fn changed(host: &str, key: &str, policy: &Policy) {
    let version = policy.version().to_string();
    let routes = policy.rules().count();
    let origins = policy.rules().map(|(_, rule)| rule.origin_count()).sum::<usize>();
    let values = vec![host.into(), key.into(), version.into(), routes.into(), origins.into()];
    log_line(Level::Info, "policy-changed", "host key policy routes origins", values);
}

pub(super) fn faults(host: &str, key: &str, version: Version, faults: &[Diagnostic]) {
    let values = vec![host.into(), key.into(), version.to_string().into(), faults.len().into()];
    log_line(Level::Error, "policy-faulty", "host key policy faults", values);
    for fault in faults.iter().take(MAX_FAULTS) {
        let Diagnostic { pointer, line, column, value, message, help, .. } = fault;
        let names = "host key pointer line column value message help";
        let texts = [host, key, pointer, value, message].map(JsValue::from);
        let [host, key, pointer, value, message] = texts;
        let help = help.as_deref().map_or(JsValue::NULL, JsValue::from);
        let (line, column) = ((*line).into(), (*column).into());
        let values = vec![host, key, pointer, line, column, value, message, help];
        log_line(Level::Error, "policy-fault", names, values);
    }
}

pub(super) fn read_failed(host: &str, error: &str) {
    failure(Level::Error, "policy-unread", host.into(), error);
}

pub(super) fn no_last_good(host: &str) {
    let detail = "no last good document can be used in place of a faulty one";
    failure(Level::Error, "last-good-missing", host.into(), detail);
}

pub(super) fn lookup_failed(error: &str) {
    failure(Level::Error, "lookup-failed", JsValue::UNDEFINED, error);
}

pub(super) fn uncounted(error: &str) {
    failure(Level::Error, "decision-uncounted", JsValue::UNDEFINED, error);
}

pub(super) fn no_policy(host: &str) {
    let detail = "KV holds no policy, so other origins are refused where they ask for Socket.IO or \
                  a WebSocket; set one: \
                  npx wrangler kv key put --binding POLICY --remote policy --path policy.json";
    failure(Level::Warn, "policy-missing", host.into(), detail);
}

/// A line of which a flood of hosts, a KV that fails or an origin server that is down
/// would make very many.
pub(super) fn failure(level: Level, event: &str, host: JsValue, detail: &str) {
    left_out(shell::now());
    if FAILURES.with_borrow_mut(Allowance::take) {
        log_line(level, event, "host detail", vec![host, detail.into()]);
    }
}

/// A refusal, or what would be one but for `reportOnly`.
pub(super) fn refusal(head: &RequestHead<'_>, decision: &Decision<'_>, context: Context) {
    if !REFUSALS.with_borrow_mut(Allowance::take) {
        return;
    }
    let names = "host origin reason method path transport policy reportOnly";
    let values = vec![
        head.url.policy_host().into(),
        head.origin.map(cut).into(),
        context.reason(decision).as_str().into(),
        head.method.into(),
        cut(head.url.path()).into(),
        head.transport().into(),
        context.version.to_string().into(),
        context.only_reports(decision).into(),
    ];
    log_line(Level::Info, REFUSED, names, values);
}

/// Says how many lines the last minute left out, if it is over at `now`.
pub(super) fn left_out(now: f64) {
    for (allowance, event) in [(&REFUSALS, REFUSED), (&FAILURES, "failures")] {
        if let Some(count) = allowance.with_borrow_mut(|allowance| allowance.settle(now)) {
            log_line(
                Level::Warn,
                "lines-left-out",
                "lines count",
                vec![event.into(), count.into()],
            );
        }
    }
}

/// The first [`MAX_LEN`] characters of `text`.
pub(super) fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_LEN).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or_default()
}
