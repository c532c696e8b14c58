//! Which policies an isolate keeps.

use socketio_cors_core::{
    cache::{
        policy_cache::{Document, MAX_BYTES, PolicyCache, PolicyRead, PolicyState},
        waiting::Times,
    },
    policy::{DomainRules, Version},
};

/// A document of `len` bytes.
fn document(name: &str, len: usize) -> String {
    let rest = format!(r#"{{"origin": "https://{name}.example", "$schema": ""}}"#);
    let filling = "x".repeat(len - rest.len());
    rest.replace(r#""""#, &format!(r#""{filling}""#))
}

#[test]
fn documents_of_exactly_the_maximum_size_are_all_kept() {
    let mut cache = PolicyCache::new();
    for host in ["a", "b"] {
        let text = document(host, MAX_BYTES / 2);
        let document = Document { index: 0, version: Version::of(&text), text: &|| text.clone() };
        let read = PolicyRead::new(host, 0.0);
        drop(cache.update(&read, Ok(Some(document)), 0.0, 30, &DomainRules::NONE));
    }
    for host in ["a", "b"] {
        let state = cache.look_up(host, Times { now: 0.0, arrived_at: 0.0 }, 30).state;
        assert!(matches!(state, PolicyState::InForce(_)), "{host}: {state:?}");
    }
}
