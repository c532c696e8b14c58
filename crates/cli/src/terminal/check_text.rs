//! The result of a check, for people.

use socketio_cors_core::policy::{Diagnostic, Policy};
use socketio_cors_explain::{FIRST_WORKER, check_json::is_truncated, oldest_worker};

use super::snippet::{Severity, snippets};
use crate::document::Document;

/// The faults and the warnings of a document, and how many there are.
pub(crate) fn check_text(
    document: &Document,
    policy: &Result<Policy, Vec<Diagnostic>>,
    warnings: &[Diagnostic],
) -> String {
    let faults = policy.as_ref().err().map(Vec::as_slice).unwrap_or_default();
    format!(
        "{}{}{}",
        snippets(document, faults, Severity::Error),
        snippets(document, warnings, Severity::Warning),
        summary(document, policy, warnings),
    )
}

/// "policy.json: valid, 1 route, 2 origins, 1 warning".
pub(crate) fn summary(
    document: &Document,
    policy: &Result<Policy, Vec<Diagnostic>>,
    warnings: &[Diagnostic],
) -> String {
    let result = match policy {
        Ok(policy) => {
            let needs = match oldest_worker(document.policy.json()) {
                FIRST_WORKER => String::new(),
                newer => format!(", needs Worker {newer} or newer"),
            };
            format!("valid, {}{needs}", contents(policy))
        }
        Err(faults) => count_faults(faults),
    };
    let warned = match warnings.len() {
        0 => String::new(),
        count => format!(", {}", counted(count, "warning")),
    };
    let converted = if policy.is_ok() && !document.policy.is_json() {
        "; it is not strict JSON: `publish` converts it"
    } else {
        ""
    };
    format!("{}: {result}{warned}{converted}", document.name)
}

/// "2 faults".
pub(crate) fn count_faults(faults: &[Diagnostic]) -> String {
    let or_more = if is_truncated(faults) { " or more" } else { "" };
    format!("{}{or_more}", counted(faults.len(), "fault"))
}

/// "2 routes, 5 origins".
fn contents(policy: &Policy) -> String {
    let routes = policy.rules().count();
    let origins: usize = policy.rules().map(|(_, rule)| rule.origin_count()).sum();
    format!("{}, {}", counted(routes, "route"), counted(origins, "origin"))
}

/// "1 origin", "2 origins".
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
