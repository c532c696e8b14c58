//! The CORS decisions of socketio-cors-edge.
//!
//! Pure: it takes a request's head and a policy's text and returns values. Its callers (the
//! Worker, the tool, the playground) do the I/O and read the clock.
//!
//! Data flows one way:
//!
//! | step | module |
//! |---|---|
//! | the request's head, as facts | [`request`], [`path`] |
//! | the policy document, parsed or refused whole | [`policy`], of [`pattern`]s of [`origin`]s |
//! | which policy this isolate holds, and whether to read KV again | [`policy_cache`], [`keys`] |
//! | which origins have a KV key of their own | [`tenants`] |
//! | the decision | [`decision`] |
//! | how much of it goes into the log | [`allowance`] |
//! | the answer, or the headers for what is forwarded | [`action`], [`cors`], [`vary`] |

pub mod action;
pub mod allowance;
pub mod cors;
pub mod decision;
pub mod host;
pub mod keys;
pub mod lru_cache;
pub mod origin;
pub mod path;
pub mod pattern;
pub mod policy;
pub mod policy_cache;
pub mod request;
pub mod settings;
pub mod tenants;
pub mod vary;
