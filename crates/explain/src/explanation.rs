//! A request from its preflight to what the page sees.

use serde_json::{Value, json};
use socketio_cors_core::{
    cache::tenants::KeyStatus,
    policy::{Diagnostic, Policy, Version},
};

use super::{
    BrowserOutcome, ExplainedRequest, PolicyDocument, check_json::diagnostics_json,
    page_request::PageRequest,
};

/// The explanation of a request under a policy.
#[derive(Debug)]
pub struct Explanation<'a> {
    version: Version,
    /// `None` if a browser sends none.
    pub preflight: Option<ExplainedRequest<'a>>,
    /// The request itself.
    pub request: ExplainedRequest<'a>,
    /// The outcome for the page; `None` if it is not known, or no browser is involved.
    pub outcome: Option<BrowserOutcome>,
}

impl<'a> Explanation<'a> {
    /// Explains `request` under `policy`, which was read from `document`, as if every tenant's key were as
    /// `key_status` says.
    #[must_use]
    pub fn of(
        request: &'a PageRequest,
        policy: &'a Policy,
        document: &PolicyDocument,
        key_status: KeyStatus,
    ) -> Self {
        let explain = |head| ExplainedRequest::of(head, policy, document, key_status);
        let preflight = request.preflight().map(explain);
        let explained = explain(request.head());
        let outcome = BrowserOutcome::of(request, preflight.as_ref(), &explained);
        Self { version: policy.version(), preflight, request: explained, outcome }
    }

    /// As JSON. `name` is that of the document.
    pub fn json(&self, name: &str) -> Value {
        json!({
            "file": name,
            "valid": true,
            "policy": self.version.to_string(),
            "preflight": self.preflight.as_ref().map(ExplainedRequest::json),
            "request": self.request.json(),
            "outcome": self.outcome.as_ref().map(ToString::to_string),
            "readable": self.outcome.as_ref().map(BrowserOutcome::is_readable),
        })
    }
}

/// The JSON in place of an explanation, if the document `name` has `faults`.
#[must_use]
pub fn unexplained(name: &str, faults: &[Diagnostic]) -> Value {
    json!({ "file": name, "valid": false, "faults": diagnostics_json(faults) })
}
