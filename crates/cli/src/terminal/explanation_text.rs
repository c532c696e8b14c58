//! An explanation for people.

use socketio_cors_core::{
    action::{Action, Answer},
    policy::Source,
    tenants::KeyStatus,
};
use socketio_cors_explain::{Exchange, Explanation};

use super::printable::printable;

/// What is said of `explanation`, on several lines. `file` names the document; each key of
/// a tenant was taken as `key_status` says.
pub(crate) fn explanation(
    explanation: &Explanation<'_>,
    file: &str,
    key_status: KeyStatus,
) -> String {
    let Explanation { preflight, request, outcome, .. } = explanation;
    let exchanges = preflight.iter().chain([request]);
    let mut parts: Vec<_> =
        exchanges.map(|exchange| self::exchange(exchange, file, key_status)).collect();
    parts.extend(outcome.iter().map(|outcome| format!("→ {outcome}")));
    parts.join("\n")
}

/// The same of `exchange`.
fn exchange(exchange: &Exchange<'_>, file: &str, key_status: KeyStatus) -> String {
    let Exchange { head, decision, rule, pattern, keys, .. } = exchange;
    let from =
        head.origin.map_or("without an Origin".to_owned(), |origin| format!("from {origin}"));
    let report_only = if decision.is_report_only() { ", but only reported" } else { "" };
    let mut lines = vec![
        format!("{} {} {from}", head.method, head.url.path_and_query),
        format!("  decision  {}{report_only}: {}", decision.verdict, exchange.why()),
        format!("  reason    {}", decision.reason),
    ];
    if let Some((prefix, at)) = rule {
        lines.push(format!("  rule      {prefix} ({})", place(file, at)));
    }
    if let Some((text, at)) = pattern {
        lines.push(format!("  pattern   {text} ({})", place(file, at)));
    }
    for key in keys {
        let taken = match key_status {
            KeyStatus::Present => "present",
            _ => "missing (--tenant takes it as present)",
        };
        lines.push(format!("  KV key    {key}, taken as {taken}"));
    }
    if let Some(meant) = exchange.meant() {
        lines.push(format!("  note      no browser sends that Origin, but rather {meant}"));
    }
    let removed = exchange.removed();
    if !removed.is_empty() {
        lines.push(format!("  removed   {} of the request (websocketCookies)", removed.join(", ")));
    }
    lines.push(format!("  answer    {}", answer(&exchange.action)));
    let (headers, body) = exchange.headers_and_body();
    lines.extend(headers.iter().map(|(name, value)| format!("            {name}: {value}")));
    lines.extend(body.map(|body| format!("            {body}")));
    lines.iter().map(|line| printable(line)).collect::<Vec<_>>().join("\n")
}

fn place(file: &str, Source { pointer, line, column }: &Source) -> String {
    let space = if pointer.is_empty() { "" } else { " " };
    format!("{file}:{line}:{column}{space}{pointer}")
}

fn answer(action: &Action<'_>) -> String {
    match action {
        Action::Answer(Answer { status, .. }) => {
            format!("{status} by the edge; the origin server never hears of it")
        }
        Action::Forward { owned: None, .. } => {
            "forwarded untouched; the origin server's own headers count".to_owned()
        }
        Action::Forward { owned: Some(_), .. } => {
            "forwarded; in place of the origin server's CORS headers:".to_owned()
        }
    }
}
