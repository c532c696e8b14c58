//! Explanations: the faults of a policy document, and how a request is decided and why. The tool and
//! the playground both show them.

use socketio_cors_core::policy::{Diagnostic, Policy, Version};

mod browser_outcome;
pub mod check_json;
mod expectation;
mod explained_request;
mod explained_request_json;
mod explanation;
pub mod fetch_standard;
mod host_names;
pub mod page_request;
pub mod test_cases;

pub use browser_outcome::BrowserOutcome;
pub use check_json::check;
pub use expectation::{EXPECTATIONS, Expectation};
pub use explained_request::ExplainedRequest;
pub use explanation::{Explanation, unexplained};
pub use host_names::DOMAIN_RULES;

/// The policy that `text` describes, checked with Unicode host names and the Public Suffix List.
///
/// # Errors
/// Every fault of the document.
pub fn read(text: &str) -> Result<Policy, Vec<Diagnostic>> {
    Policy::read(text, Version::of(text), &DOMAIN_RULES)
}
