//! A request with its decision and its answer, as JSON.

use serde_json::{Map, Value, json};
use socketio_cors_core::{policy::Source, response::Action};

use super::ExplainedRequest;

impl ExplainedRequest<'_> {
    /// As JSON.
    pub(crate) fn json(&self) -> Value {
        let Self { head, decision, action, rule, pattern, keys, .. } = self;
        let headers: Map<String, Value> =
            self.headers().into_iter().map(|(name, value)| (name, value.into())).collect();
        let (answered_by, status) = match action {
            Action::Answer(answer) => ("edge", Some(answer.status().as_u16())),
            Action::ForwardUntouched(_) | Action::ForwardWithCors { .. } => ("origin server", None),
        };
        json!({
            "method": head.method,
            "url": format!("{}{}", head.url.origin, head.url.path_and_query),
            "origin": head.origin,
            "meantOrigin": self.meant(),
            "decision": decision.verdict.to_string(),
            "reason": decision.reason.to_string(),
            "why": self.why(),
            "reportOnly": decision.is_report_only(),
            "rule": rule.as_ref().map(|(prefix, at)| json!({ "prefix": prefix, "at": source(at) })),
            "pattern": pattern.as_ref().map(|(text, at)| json!({ "text": text, "at": source(at) })),
            "kvKeys": keys,
            "answeredBy": answered_by,
            "untouched": matches!(action, Action::ForwardUntouched(_)),
            "removedHeaders": self.removed(),
            "status": status,
            "headers": headers,
            "body": self.body(),
        })
    }
}

fn source(Source { pointer, line, column, .. }: &Source) -> Value {
    json!({ "pointer": pointer, "line": line, "column": column })
}
