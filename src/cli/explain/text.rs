//! An exchange for people.

use super::Exchange;
use crate::{
    action::{Action, Answer},
    cli::{KNOWLEDGE, printable::printable},
    decision::Reason,
    pattern::repair,
    policy::Source,
    tenants::Tenancy,
};

/// What is said of `exchange`, on several lines. `file` names the document.
pub(super) fn exchange(exchange: &Exchange<'_>, file: &str) -> String {
    let Exchange { head, decision, rule, pattern, keys, tenancy, .. } = exchange;
    let from =
        head.origin.map_or("without an Origin".to_owned(), |origin| format!("from {origin}"));
    let report_only = if decision.is_report_only() { ", but only reported" } else { "" };
    let mut lines = vec![
        format!("{} {} {from}", head.method, head.url.path_and_query),
        format!("  decision  {}{report_only}: {}", decision.verdict, why(decision.reason)),
        format!("  reason    {}", decision.reason),
    ];
    if let Some((prefix, at)) = rule {
        lines.push(format!("  rule      {prefix} ({})", place(file, at)));
    }
    if let Some((text, at)) = pattern {
        lines.push(format!("  pattern   {text} ({})", place(file, at)));
    }
    for key in keys {
        let taken = match tenancy {
            Tenancy::Present => "present",
            _ => "missing (--tenant takes it as present)",
        };
        lines.push(format!("  KV key    {key}, taken as {taken}"));
    }
    if let (Reason::MalformedOrigin, Some(meant)) = (decision.reason, meant(head.origin)) {
        lines.push(format!("  note      no browser sends that Origin, but rather {meant}"));
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

/// The origin that was meant by one that no browser sends.
fn meant(origin: Option<&str>) -> Option<String> {
    repair(origin?, KNOWLEDGE.to_ascii)
}

fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::NoRoute => "no route covers the path",
        Reason::SameOrigin => "the page is of the very origin that it asks",
        Reason::ListedOrigin => "the rule lists the origin",
        Reason::TenantOrigin => "the origin has a KV key",
        Reason::EveryOrigin => "the rule allows every origin",
        Reason::UnlistedOrigin => "the rule does not list the origin",
        Reason::UnaskedOrigin => "KV has to be asked for the origin's key",
        Reason::LookupFailed => "KV gave no answer",
        Reason::LookupLimited => "too many unknown origins were looked up",
        Reason::PolicyUnavailable => "no policy could be read",
        Reason::NullOrigin => "null stands for every sandboxed frame and local file",
        Reason::MalformedOrigin => "that is no origin in the form in which browsers send it",
        Reason::CrossSiteEmbed => "a script, image or frame on another site's page",
        Reason::Jsonp => "JSONP polling sends no Origin; the rule's \"jsonp\" decides",
        Reason::MissingOrigin => "there is no Origin; the rule's \"missingOrigin\" decides",
    }
}
