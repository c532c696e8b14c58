//! The decision of this Worker, where `EXPLAIN` is on.

use socketio_cors_core::{decision::Reason, response::EXPLAIN_HEADER};

use super::evidence::with_headers;
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let exchange = examination.exchanges.iter().find(|exchange| only_reports(exchange));
    let found = exchange.map(|exchange| {
        Finding::new(
            Code::NotEnforced,
            Severity::Warning,
            "nothing is enforced: socketio-cors-edge decides and logs, but passes everything on as it is",
        )
        .seen(exchange, with_headers(exchange, &[EXPLAIN_HEADER]))
        .why(["This is how a roll-out begins. Until it ends, the page works only with the server's own \
         CORS headers, and nobody is refused."])
        .fix([ONLY_REPORTS])
    });
    found.into_iter().collect()
}

/// True if it is there, and forwards what it would refuse.
pub(super) fn only_reports(exchange: &Exchange) -> bool {
    says(exchange, "report-only")
}

/// The fix then.
pub(super) const ONLY_REPORTS: &str = "socketio-cors-edge is in front, but only reports: it passes \
 everything on as it is, and sets no CORS header. To enforce the policy, take `reportOnly` out of it and \
 publish it, or take `REPORT_ONLY` out of the Worker's configuration and deploy it.";

/// The fix at this Worker, where it is by no list of origins that it refuses.
pub(super) fn remedy(exchange: &Exchange) -> Option<&'static str> {
    let because = |reason: Reason| says(exchange, &format!("reason={reason}"));
    if !says(exchange, "refuse") || only_reports(exchange) {
        None
    } else if because(Reason::PolicyUnavailable) {
        Some(
            "socketio-cors-edge answers, and could read no policy. Its log says why (`npx wrangler tail`): \
             KV does not answer, or the document has faults. `socketio-cors check` lists the faults, and \
             `socketio-cors publish` stores a valid document.",
        )
    } else if because(Reason::LookupFailed) || because(Reason::LookupLimited) {
        Some(
            "socketio-cors-edge refuses it, because KV did not tell whether the origin has a key (of a \
             tenant). Run this again in a minute. If that does not help, its log says why (`npx wrangler \
             tail`).",
        )
    } else if says(exchange, "policy=none") {
        Some(
            "socketio-cors-edge refuses it, because no policy is set. Write one that lists the origin, and \
             publish it: `socketio-cors publish policy.json`.",
        )
    } else {
        None
    }
}

fn says(exchange: &Exchange, what: &str) -> bool {
    let decision = exchange.header(EXPLAIN_HEADER).unwrap_or_default();
    decision.split("; ").any(|part| part == what)
}
