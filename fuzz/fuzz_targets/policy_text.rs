//! Any bytes as a policy document, decoded as KV decodes them.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/core/tests/integration/common/invariants.rs"]
mod invariants;

fuzz_target!(|bytes: &[u8]| {
    invariants::check_document(&String::from_utf8_lossy(bytes));
});
