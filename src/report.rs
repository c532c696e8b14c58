//! What there is to say of a policy document, and of what becomes of a request: for the
//! tool, and for the playground, which says the same.

mod browser;
pub(crate) mod check;
mod exchange;
mod explanation;
pub(crate) mod fetch_standard;
mod knowledge;
pub(crate) mod request;

pub(crate) use check::check;
pub(crate) use exchange::Exchange;
pub(crate) use explanation::{Explanation, unexplained};
pub use knowledge::KNOWLEDGE;

use crate::policy::{Fault, Policy, Version};

/// The policy that `text` is, with all that is known of host names.
///
/// # Errors
/// Every fault of the document.
pub(crate) fn read(text: &str) -> Result<Policy, Vec<Fault>> {
    Policy::read(text, Version::of(text), &KNOWLEDGE)
}
