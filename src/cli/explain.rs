//! `explain`: what becomes of a request.

mod json;
mod text;

use clap::Args;
use serde_json::json;

use super::{
    Report, WrongUsage, browser,
    document::{Document, File, findings},
    render::Severity,
    request::PageRequest,
};
use crate::{
    action::{Action, Context, Health, act},
    cors::Header,
    decision::{Decision, Reason, decide},
    origin::Origin,
    policy::{Policy, Rule, Source, locate},
    request::RequestHead,
    tenants::Tenancy,
};

pub(super) const EXAMPLES: &str = "\
Examples:
  socketio-cors explain policy.json --origin https://app.example.com
  socketio-cors explain policy.json --origin https://app.example.com --websocket
  socketio-cors explain policy.json --origin https://app.example.com --method PUT --headers x-token
  socketio-cors explain policy.json --no-origin --path '/socket.io/?EIO=3&transport=polling&j=0'";

#[derive(Args, Debug)]
pub(super) struct Explain {
    #[command(flatten)]
    file: File,
    #[command(flatten)]
    request: PageRequest,
    /// Print one JSON object instead of text
    ///
    /// {"file", "valid", "policy", "preflight", "request", "outcome"}; preflight
    /// (null where none is sent) and request have "method", "url", "origin",
    /// "decision", "reason", "reportOnly", "rule", "pattern", "kvKeys",
    /// "answeredBy", "untouched", "status", "headers" and "body". Of a document
    /// with faults {"file", "valid", "faults"}, as `check` has them.
    #[arg(long)]
    json: bool,
}

/// A request with its decision and its answer.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    pub(super) head: RequestHead<'a>,
    pub(super) decision: Decision<'a>,
    pub(super) action: Action<'a>,
    /// The prefix of the route that decided, and where its rule stands.
    rule: Option<(&'a str, Source)>,
    /// What of the rule stands for the origin, and where.
    pattern: Option<(String, Source)>,
    /// The KV keys on which the decision hangs.
    keys: Vec<String>,
    /// What these are taken to be.
    tenancy: Tenancy,
}

impl Explain {
    pub(super) fn run(&self) -> Result<Report, WrongUsage> {
        let request = self.request.request()?;
        let document = self.file.read()?;
        let policy = match document.policy() {
            Ok(policy) => policy,
            Err(faults) => {
                let text = if self.json {
                    let report = json!({
                        "file": document.name, "valid": false, "faults": findings(&faults),
                    });
                    format!("{report:#}")
                } else {
                    document.render(&faults, Severity::Error).trim_end().to_owned()
                };
                return Ok(Report { text, valid: false });
            }
        };
        let tenancy = if self.request.tenant { Tenancy::Present } else { Tenancy::Absent };
        let explain = |head| Exchange::of(head, &policy, &document, tenancy);
        let preflight = request.preflight().map(explain);
        let exchange = explain(request.head());
        let outcome = browser::outcome(preflight.as_ref(), &exchange, request.websocket);
        let text = if self.json {
            let report = json!({
                "file": document.name,
                "valid": true,
                "policy": policy.version().to_string(),
                "preflight": preflight.as_ref().map(json::exchange),
                "request": json::exchange(&exchange),
                "outcome": outcome,
            });
            format!("{report:#}")
        } else {
            let exchanges = preflight.iter().chain([&exchange]);
            let mut parts: Vec<_> =
                exchanges.map(|exchange| text::exchange(exchange, &document.name)).collect();
            parts.extend(outcome.map(|outcome| format!("→ {outcome}")));
            parts.join("\n")
        };
        Ok(Report { text, valid: true })
    }
}

impl<'a> Exchange<'a> {
    fn of(
        head: RequestHead<'a>,
        policy: &'a Policy,
        document: &Document,
        tenancy: Tenancy,
    ) -> Self {
        let mut keys = Vec::new();
        let decision = decide(&head, policy, |key| {
            keys.push(key.to_owned());
            tenancy
        });
        // As it is where EXPLAIN is off.
        let context = Context { version: policy.version(), explain: false, health: Health::Good };
        let action = act(&head, &decision, context);
        let pattern = decision.rule.and_then(|rule| pattern(&head, &decision, rule));
        let prefix = decision.rule.and_then(|rule| policy.prefix_of(rule));
        let located = prefix.and_then(|prefix| locate(&document.text, prefix, pattern.as_deref()));
        let (rule, place) = located.map_or((None, None), |(rule, place)| (Some(rule), place));
        let (rule, pattern) = (prefix.zip(rule), pattern.zip(place));
        Self { head, decision, action, rule, pattern, keys, tenancy }
    }

    /// The headers and the body of an answer of the edge's own; the headers that
    /// take the place of the origin server's for others.
    fn headers_and_body(&self) -> (&[Header<'a>], Option<&'static str>) {
        match &self.action {
            Action::Answer(answer) => (&answer.headers, answer.body),
            Action::Forward { owned, .. } => (owned.as_deref().unwrap_or_default(), None),
        }
    }
}

/// What of `rule` stands for the page's origin.
fn pattern(head: &RequestHead<'_>, decision: &Decision<'_>, rule: &Rule) -> Option<String> {
    let listed = rule.listed()?;
    if decision.reason == Reason::TenantOrigin {
        return listed.prefixes.first().cloned();
    }
    let origin = Origin::try_from(head.origin?).ok()?;
    listed.patterns.find(&origin).map(str::to_owned)
}
