//! The CORS decisions of socketio-cors-edge.
//!
//! Pure: it takes a request's head and a policy's text and returns values. Its callers (the
//! Worker, the tool, the playground) do the I/O and read the clock.
//!
//! Data flows one way:
//!
//! | step | module |
//! |---|---|
//! | what a request says: its head, its path, its origin | [`request`], [`origin`] |
//! | the policy document, parsed or refused whole | [`policy`] |
//! | what an isolate remembers: policies, origins that have a KV key; the reads of KV that are due | [`cache`] |
//! | the decision | [`decision`] |
//! | the answer, or the changes to what is forwarded | [`response`], [`upstream`] |
//! | the Worker's variables, and the limit on lines of its log | [`settings`], [`log_rate_limiter`] |

pub mod cache;
pub mod decision;
pub mod log_rate_limiter;
pub mod origin;
pub mod policy;
pub mod request;
pub mod response;
pub mod settings;
pub mod upstream;
