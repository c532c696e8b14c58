//! Explanations: the faults of a policy document, and how a request is decided and why. The tool and
//! the playground both show them.

mod browser_outcome;
mod causes;
pub mod check_json;
mod expectation;
mod explained_request;
mod explained_request_json;
mod explanation;
mod expression;
pub mod fetch_standard;
mod host_names;
pub mod import;
pub mod page_request;
mod policy_document;
pub mod proposal;
mod strict_json;
mod tenant_origin;
pub mod test_cases;
mod worker_versions;
mod wrapped;
mod written_fault;

pub use browser_outcome::BrowserOutcome;
pub use check_json::check;
pub use expectation::{EXPECTATIONS, Expectation};
pub use explained_request::ExplainedRequest;
pub use explanation::{Explanation, unexplained};
pub use host_names::{DOMAIN_RULES, registrable_domain};
pub use policy_document::{PolicyDocument, is_utf16};
pub use tenant_origin::{NoTenant, TenantOrigin};
pub use worker_versions::{FIRST_WORKER, SCHEMA_VERSION, oldest_worker};
