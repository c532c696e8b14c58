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
            "nothing is enforced: socketio-cors-edge decides, logs and forwards everything as it is",
        )
        .seen(exchange, with_headers(exchange, &[EXPLAIN_HEADER]))
        .why(["So a roll-out begins. Until it ends, the page works by the CORS headers of the \
             server itself, and nobody is refused."])
        .fix([ONLY_REPORTS])
    });
    found.into_iter().collect()
}

/// True if it is there, and forwards what it would refuse.
pub(super) fn only_reports(exchange: &Exchange) -> bool {
    says(exchange, "report-only")
}

/// The fix then.
pub(super) const ONLY_REPORTS: &str = "socketio-cors-edge is in front and only reports: it lets everything through as it is, and sets no \
     CORS header. Take `reportOnly` out of the policy and publish it, or the variable `REPORT_ONLY` \
     out of the Worker's configuration and deploy it, whichever is there.";

/// The fix at this Worker, where it is by no list of origins that it refuses.
pub(super) fn remedy(exchange: &Exchange) -> Option<&'static str> {
    let because = |reason: Reason| says(exchange, &format!("reason={reason}"));
    if !says(exchange, "refuse") || only_reports(exchange) {
        None
    } else if because(Reason::PolicyUnavailable) {
        Some(
            "It is socketio-cors-edge that answers: it could read no policy. Its log says why \
             (`npx wrangler tail`): KV does not answer, or the document has faults. `socketio-cors \
             check` names those, and `socketio-cors publish` puts a valid one there.",
        )
    } else if because(Reason::LookupFailed) || because(Reason::LookupLimited) {
        Some(
            "It is socketio-cors-edge that refuses: it did not learn from KV whether the origin \
             has a key (a tenant's). Run this again in a minute; if that does not help, its log \
             says why (`npx wrangler tail`).",
        )
    } else if says(exchange, "policy=none") {
        Some(
            "It is socketio-cors-edge that refuses: no policy is set. Write one that lists the \
             origin, and publish it: `socketio-cors publish policy.json`.",
        )
    } else {
        None
    }
}

fn says(exchange: &Exchange, what: &str) -> bool {
    let decision = exchange.header(EXPLAIN_HEADER).unwrap_or_default();
    decision.split("; ").any(|part| part == what)
}
