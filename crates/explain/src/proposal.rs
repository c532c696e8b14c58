//! A policy proposed from the origins that were refused: which may be listed as they stand, which
//! belong to one owner, and the document with them in it.

mod additions;
mod families;
mod judge;
mod known_names;

use socketio_cors_core::policy::Diagnostic;

use crate::PolicyDocument;

pub use additions::{Addition, AdditionError, add_origins, new_policy};
pub use families::{Family, families};
pub use judge::{Judge, Objection};
pub use known_names::{KnownNames, LookAlike};

/// The first fault or warning of a rule that lists `pattern` alone, without the pattern itself.
fn doubt_about(pattern: &str, credentialed: bool) -> Option<String> {
    let rule = serde_json::json!({ "origin": [pattern], "credentials": credentialed });
    let document = PolicyDocument::read(rule.to_string());
    let found = match document.policy() {
        Err(faults) => faults.into_iter().next(),
        Ok(_) => document.warnings().into_iter().next(),
    };
    found.map(|Diagnostic { message, value, .. }| {
        message.strip_prefix(&value).map_or(message.clone(), |clause| clause.trim().to_owned())
    })
}
