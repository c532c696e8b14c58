//! The policy in KV: where it is, how it is read and written through wrangler, and how two differ.

pub(crate) mod change;
pub(crate) mod kv_options;
mod policy_diff;
mod wrangler;
mod wrangler_config;
