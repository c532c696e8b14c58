//! The policy in KV: where it is, how it is read and written through wrangler, and how two differ.

pub(crate) mod author;
pub(crate) mod change;
mod destination;
pub(crate) mod history;
pub(crate) mod metadata;
pub(crate) mod policy_diff;
pub(crate) mod policy_options;
pub(crate) mod wrangler;
pub(crate) mod wrangler_config;
mod wrangler_options;

pub(crate) use wrangler::WranglerError;
