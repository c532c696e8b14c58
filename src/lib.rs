//! A Cloudflare Worker that takes Socket.IO's CORS decisions at the edge.
//!
//! It is thin: `socketio_cors_core` decides, and what is here carries that out on workerd. For
//! `wasm32` only: elsewhere this crate is empty.
//!
//! | step | module |
//! |---|---|
//! | a request's method, URL and headers come from JavaScript in one call | `event` |
//! | what becomes of it, from top to bottom | `handler` |
//! | the variables | `variables` |
//! | the policy of its host, from the cache or from KV | `policies`, `kv` |
//! | its origin's key, where the policy has tenants | `tenants`, `kv` |
//! | the decision in the log and in the dataset | `log`, `metrics` |
//! | the edge's own answer | `answer` |
//! | the origin server's answer | `forward` |
//!
//! Bodies and WebSocket frames stay in the runtime. While a policy is cached, an answer needs no
//! promise.
#![cfg(target_arch = "wasm32")]

mod allocator;
mod answer;
mod event;
mod forward;
mod handler;
mod kv;
mod log;
mod metrics;
mod policies;
mod recovery;
mod runtime;
mod tenants;
mod variables;
