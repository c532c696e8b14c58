//! The CORS decisions of socketio-cors-edge.
//!
//! Pure: it takes a request's head and a policy's text and returns values. Its callers (the
//! Worker, the tool, the playground) do the I/O and read the clock.
//!
//! Data flows one way:
//!
//! | step | module |
//! |---|---|
//! | the parts of a request's head | [`request`], [`path`] |
//! | the policy document, parsed or refused whole | [`policy`], of [`pattern`]s of [`origin`]s |
//! | the cached policies, and the reads of KV that are due | [`policy_cache`], [`keys`] |
//! | the origins that have a KV key of their own | [`tenants`] |
//! | the decision | [`decision`] |
//! | the limit on lines of the log | [`log_rate_limiter`] |
//! | the answer, or what is changed of what is forwarded | [`response`], [`upstream`] |

pub mod decision;
pub mod grant;
pub mod host;
mod key_status;
pub mod keys;
pub mod log_rate_limiter;
pub mod lru_cache;
pub mod origin;
pub mod path;
pub mod pattern;
pub mod policy;
pub mod policy_cache;
pub mod request;
pub mod response;
pub mod settings;
pub mod tenants;
mod token;
pub mod upstream;
pub mod waiting;
