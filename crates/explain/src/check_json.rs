//! The faults and warnings of a document, as JSON.

use serde_json::{Value, json};
use socketio_cors_core::policy::{Fault, MAX_FAULTS, Policy, warnings};

/// The faults and the warnings of the document `text` as JSON. `name` is what it is called there, and
/// `policy` is read from it.
pub fn check(name: &str, text: &str, policy: &Result<Policy, Vec<Fault>>) -> Value {
    let faults = policy.as_ref().err().map(Vec::as_slice).unwrap_or_default();
    json!({
        "file": name,
        "valid": policy.is_ok(),
        "faults": faults_json(faults),
        "truncated": is_truncated(faults),
        "warnings": faults_json(&warnings(text)),
    })
}

/// There may be more faults than these.
#[must_use]
pub fn is_truncated(faults: &[Fault]) -> bool {
    faults.len() >= MAX_FAULTS
}

/// Faults or warnings as JSON.
#[must_use]
pub fn faults_json(faults: &[Fault]) -> Value {
    let fault = |Fault { pointer, line, column, value, problem, advice, .. }: &Fault| {
        json!({
            "pointer": pointer, "line": line, "column": column,
            "value": value, "problem": problem, "advice": advice,
        })
    };
    faults.iter().map(fault).collect()
}
