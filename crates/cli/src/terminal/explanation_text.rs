//! An explanation for people.

use socketio_cors_core::{cache::tenants::KeyStatus, policy::Source, response::Action};
use socketio_cors_explain::{ExplainedRequest, Explanation};

use super::printable::printable;

const PREFLIGHTS: &str = "  A client that polls uses a new URL each time, so each poll has a \
                          preflight. To avoid that, set timestampRequests: false in the client and \
                          maxAge in the policy (docs/cost.md)";

/// An explanation under the document `file`, for which each tenant's key was assumed to be as
/// `key_status` says. Several lines.
pub(crate) fn explanation_text(
    explanation: &Explanation<'_>,
    file: &str,
    key_status: KeyStatus,
) -> String {
    let Explanation { preflight, request, outcome, .. } = explanation;
    let requests = preflight.iter().chain([request]);
    let mut parts: Vec<_> =
        requests.map(|request| request_text(request, file, key_status)).collect();
    parts.extend(outcome.iter().map(|outcome| format!("→ {outcome}")));
    if preflight.is_some() && request.head.transport() == "polling" {
        parts.push(PREFLIGHTS.to_owned());
    }
    parts.join("\n")
}

/// The part about one request.
fn request_text(request: &ExplainedRequest<'_>, file: &str, key_status: KeyStatus) -> String {
    let ExplainedRequest { head, decision, rule, pattern, keys, .. } = request;
    let from =
        head.origin.map_or("without an Origin".to_owned(), |origin| format!("from {origin}"));
    let report_only = if decision.is_report_only() { ", but only reported" } else { "" };
    let mut lines = vec![
        format!("{} {} {from}", head.method, head.url.path_and_query),
        format!("  decision  {}{report_only}: {}", decision.verdict, request.why()),
        format!("  reason    {}", decision.reason),
    ];
    if let Some((prefix, at)) = rule {
        lines.push(format!("  rule      {prefix} ({})", place(file, at)));
    }
    if let Some((text, at)) = pattern {
        lines.push(format!("  pattern   {text} ({})", place(file, at)));
    }
    for key in keys {
        let assumed = match key_status {
            KeyStatus::Present => "present",
            _ => "missing (--tenant: present)",
        };
        lines.push(format!("  KV key    {key}, assumed to be {assumed}"));
    }
    if let Some(meant) = request.meant() {
        lines.push(format!("  note      no browser sends that Origin; it would send {meant}"));
    }
    let removed = request.removed();
    if !removed.is_empty() {
        lines.push(format!(
            "  removed   {} from the request (websocketCookies)",
            removed.join(", ")
        ));
    }
    lines.push(format!("  answer    {}", answer(&request.action)));
    let headers = request.headers().into_iter();
    lines.extend(headers.map(|(name, value)| format!("            {name}: {value}")));
    lines.extend(request.body().map(|body| format!("            {body}")));
    lines.iter().map(|line| printable(line)).collect::<Vec<_>>().join("\n")
}

fn place(file: &str, Source { pointer, line, column, .. }: &Source) -> String {
    let space = if pointer.is_empty() { "" } else { " " };
    format!("{file}:{line}:{column}{space}{pointer}")
}

fn answer(action: &Action<'_>) -> String {
    match action {
        Action::Answer(answer) => {
            let status = answer.status().as_u16();
            format!("{status} from the edge; the origin server never sees the request")
        }
        Action::ForwardUntouched(_) => {
            "forwarded untouched, with the origin server's own CORS headers".to_owned()
        }
        Action::ForwardWithCors { .. } => {
            "forwarded, with these headers instead of the origin server's CORS headers:".to_owned()
        }
    }
}
