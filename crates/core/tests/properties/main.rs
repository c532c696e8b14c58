//! What holds of every input, on inputs that are made up: the valid, the nearly
//! valid and the broken. The same is fuzzed for longer by `fuzz/`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

#[path = "../common/invariants.rs"]
mod invariants;

mod decisions;
mod documents;
mod generators;
mod old_forms;
mod origins;
mod paths;
mod servers;
