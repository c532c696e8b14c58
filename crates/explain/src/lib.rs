//! What there is to say of a policy document, and of what becomes of a request: for the
//! tool, and for the playground, which says the same.

use socketio_cors_core::policy::{Diagnostic, Policy, Version};

mod browser;
pub mod check;
mod exchange;
mod explanation;
pub mod fetch_standard;
mod knowledge;
pub mod request;

pub use check::check;
pub use exchange::Exchange;
pub use explanation::{Explanation, unexplained};
pub use knowledge::KNOWLEDGE;

/// The policy that `text` is, with all that is known of host names.
///
/// # Errors
/// Every fault of the document.
pub fn read(text: &str) -> Result<Policy, Vec<Diagnostic>> {
    Policy::read(text, Version::of(text), &KNOWLEDGE)
}
