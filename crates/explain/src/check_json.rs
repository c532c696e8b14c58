//! The faults and warnings of a document, as JSON.

use serde_json::{Value, json};
use socketio_cors_core::policy::{Diagnostic, MAX_DIAGNOSTICS, Policy};

use super::{PolicyDocument, oldest_worker};

/// The faults and the warnings of `document` as JSON. `name` is what it is called there, and `policy`
/// is read from it.
pub fn check(
    name: &str,
    document: &PolicyDocument,
    policy: &Result<Policy, Vec<Diagnostic>>,
) -> Value {
    let faults = policy.as_ref().err().map(Vec::as_slice).unwrap_or_default();
    json!({
        "file": name,
        "valid": policy.is_ok(),
        "strictJson": document.is_json(),
        "faults": diagnostics_json(faults),
        "truncated": is_truncated(faults),
        "warnings": diagnostics_json(&document.warnings()),
        "oldestWorker": policy.is_ok().then(|| oldest_worker(document.json())),
    })
}

/// There may be more faults than these.
#[must_use]
pub fn is_truncated(faults: &[Diagnostic]) -> bool {
    faults.len() >= MAX_DIAGNOSTICS
}

/// Faults or warnings as JSON.
#[must_use]
pub fn diagnostics_json(diagnostics: &[Diagnostic]) -> Value {
    let diagnostic =
        |Diagnostic { pointer, line, column, value, message, help, .. }: &Diagnostic| {
            json!({
                "pointer": pointer, "line": line, "column": column,
                "value": value, "message": message, "help": help,
            })
        };
    diagnostics.iter().map(diagnostic).collect()
}
