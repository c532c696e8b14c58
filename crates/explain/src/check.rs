//! What is wrong with a document, for machines.

use serde_json::{Value, json};
use socketio_cors_core::policy::{Diagnostic, MAX_DIAGNOSTICS, Policy, warnings};

/// The faults and the warnings of the document `text`, which is called `name`, and which
/// `policy` was read from.
pub fn check(name: &str, text: &str, policy: &Result<Policy, Vec<Diagnostic>>) -> Value {
    let faults = policy.as_ref().err().map(Vec::as_slice).unwrap_or_default();
    json!({
        "file": name,
        "valid": policy.is_ok(),
        "faults": findings(faults),
        "truncated": is_truncated(faults),
        "warnings": findings(&warnings(text)),
    })
}

/// Whether there may be more faults than these.
#[must_use]
pub fn is_truncated(faults: &[Diagnostic]) -> bool {
    faults.len() >= MAX_DIAGNOSTICS
}

/// Faults or warnings.
#[must_use]
pub fn findings(findings: &[Diagnostic]) -> Value {
    let finding = |Diagnostic { pointer, line, column, value, message, help, .. }: &Diagnostic| {
        json!({
            "pointer": pointer, "line": line, "column": column,
            "value": value, "message": message, "help": help,
        })
    };
    findings.iter().map(finding).collect()
}
