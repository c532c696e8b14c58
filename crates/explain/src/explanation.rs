//! What becomes of a request, from the preflight to what the browser makes of it.

use serde_json::{Value, json};
use socketio_cors_core::{
    policy::{Fault, Policy, Version},
    tenants::KeyStatus,
};

use super::{Exchange, browser, check_json::findings, page_request::Request};

/// What becomes of a request under a policy.
#[derive(Debug)]
pub struct Explanation<'a> {
    version: Version,
    /// `None` where a browser sends none.
    pub preflight: Option<Exchange<'a>>,
    /// The request itself.
    pub request: Exchange<'a>,
    /// What the browser makes of it, as a sentence; `None` where that is not known, or
    /// no browser is involved.
    pub outcome: Option<String>,
}

impl<'a> Explanation<'a> {
    /// Of `request` under `policy`, which was read from `text`, where each key of a
    /// tenant is as `key_status` says.
    #[must_use]
    pub fn of(request: &'a Request, policy: &'a Policy, text: &str, key_status: KeyStatus) -> Self {
        let exchange = |head| Exchange::of(head, policy, text, key_status);
        let preflight = request.preflight().map(exchange);
        let exchange = exchange(request.head());
        let outcome = browser::outcome(preflight.as_ref(), &exchange, request.websocket);
        Self { version: policy.version(), preflight, request: exchange, outcome }
    }

    /// For machines. `name` is that of the document.
    pub fn json(&self, name: &str) -> Value {
        json!({
            "file": name,
            "valid": true,
            "policy": self.version.to_string(),
            "preflight": self.preflight.as_ref().map(Exchange::json),
            "request": self.request.json(),
            "outcome": self.outcome,
        })
    }
}

/// What machines get where the document `name` has `faults`.
#[must_use]
pub fn unexplained(name: &str, faults: &[Fault]) -> Value {
    json!({ "file": name, "valid": false, "faults": findings(faults) })
}
