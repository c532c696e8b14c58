//! The core, through its public API. One crate, so that it is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

mod allocations;
mod answers;
mod cached_policies;
mod closed;
mod common;
mod decision;
mod isolates;
mod kv_keys;
mod origins;
mod policies;
mod policy_reads;
mod properties;
mod tenant_floods;
mod warnings;
