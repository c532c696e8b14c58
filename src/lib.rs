//! A Cloudflare Worker that takes Socket.IO's CORS decisions at the edge.
//!
//! It is the shell around `socketio_cors_core`, which decides. For `wasm32` only:
//! elsewhere this crate is empty.

#[cfg(target_arch = "wasm32")]
mod allocator;
#[cfg(target_arch = "wasm32")]
pub mod edge;
