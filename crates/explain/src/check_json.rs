//! What is wrong with a document, for machines.

use serde_json::{Value, json};
use socketio_cors_core::policy::{Fault, MAX_FAULTS, Policy, warnings};

/// The faults and the warnings of the document `text`, which is called `name`, and which
/// `policy` was read from.
pub fn check(name: &str, text: &str, policy: &Result<Policy, Vec<Fault>>) -> Value {
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
pub fn is_truncated(faults: &[Fault]) -> bool {
    faults.len() >= MAX_FAULTS
}

/// Faults or warnings.
#[must_use]
pub fn findings(findings: &[Fault]) -> Value {
    let finding = |Fault { pointer, line, column, value, problem, advice, .. }: &Fault| {
        json!({
            "pointer": pointer, "line": line, "column": column,
            "value": value, "problem": problem, "advice": advice,
        })
    };
    findings.iter().map(finding).collect()
}
