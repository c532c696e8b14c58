//! A Cloudflare Worker that takes Socket.IO's CORS decisions at the edge.
//!
//! The core is pure and native: it takes a request's head and a policy's text
//! and returns values. It does not name `wasm_bindgen`. Around it,
//! [`edge`] is the shell that runs on Cloudflare, for `wasm32` only; `playground`,
//! behind the feature of that name, takes its place in a page.
//!
//! Data flows one way:
//!
//! | step | module |
//! |---|---|
//! | the request's head, as facts | [`request`], [`path`] |
//! | the policy document, parsed or refused whole | [`policy`], of [`pattern`]s of [`origin`]s |
//! | which policy this isolate has cached, and whether to read KV again | [`policy_cache`], [`keys`] |
//! | which origins have a KV key of their own | [`tenants`] |
//! | the decision | [`decision`] |
//! | how much of it goes into the log | [`allowance`] |
//! | the answer, or the headers for what is forwarded | [`action`], [`cors`], [`vary`] |

pub mod action;
pub mod allowance;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
pub mod cors;
pub mod decision;
pub mod host;
pub mod keys;
mod names;
pub mod origin;
pub mod path;
pub mod pattern;
#[cfg(all(target_arch = "wasm32", feature = "playground"))]
pub mod playground;
pub mod policy;
pub mod policy_cache;
mod recent;
#[cfg(any(not(target_arch = "wasm32"), feature = "playground"))]
pub mod report;
pub mod request;
pub mod settings;
pub mod tenants;
mod text;
pub mod token;
pub mod vary;

#[cfg(target_arch = "wasm32")]
mod allocator;
#[cfg(all(target_arch = "wasm32", not(feature = "playground")))]
pub mod edge;
