//! Which policies an isolate keeps.

use std::rc::Rc;

use socketio_cors_core::policy_cache::{FetchResult, MAX_BYTES, PolicyCache};

use crate::common::policy;

/// A document of `len` bytes.
fn document(name: &str, len: usize) -> String {
    let rest = format!(r#"{{"origin": "https://{name}.example", "$schema": ""}}"#);
    let filling = "x".repeat(len - rest.len());
    rest.replace(r#""""#, &format!(r#""{filling}""#))
}

#[test]
fn documents_that_have_just_the_bytes_that_are_kept_displace_none() {
    let mut cache = PolicyCache::new();
    let versions = ["a", "b"].map(|host| {
        let policy = Rc::new(policy(&document(host, MAX_BYTES / 2)));
        let version = policy.version();
        cache.update(host, 0.0, 0.0, 30, FetchResult::Valid(policy, 0));
        version
    });
    assert!(versions.iter().all(|version| cache.with_version(*version).is_some()));
}
