//! What there is to say of a policy document, and of what becomes of a request: for the
//! tool, and for the playground, which says the same.

use socketio_cors_core::policy::{Fault, Policy, Version};

mod browser;
pub mod check_json;
mod explained_request;
mod explained_request_json;
mod explanation;
pub mod fetch_standard;
mod host_names;
pub mod page_request;

pub use check_json::check;
pub use explained_request::Exchange;
pub use explanation::{Explanation, unexplained};
pub use host_names::KNOWLEDGE;

/// The policy that `text` is, with all that is known of host names.
///
/// # Errors
/// Every fault of the document.
pub fn read(text: &str) -> Result<Policy, Vec<Fault>> {
    Policy::read(text, Version::of(text), &KNOWLEDGE)
}
