//! A policy document, and after a NUL the facts of a request to decide on.
#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use socketio_cors_core::{
    cache::tenants::KeyStatus,
    policy::Policy,
    request::{RequestHead, Url},
};

#[path = "../../crates/core/tests/integration/common/invariants.rs"]
mod invariants;

const METHODS: &[&str] = &["GET", "POST", "OPTIONS", "OPTIONS", "PUT"];
const SITES: &[&str] = &["same-origin", "same-site", "cross-site", "none"];
const MODES: &[&str] = &["navigate", "cors", "no-cors"];
const DESTINATIONS: &[&str] = &["document", "script"];
const KEY_STATUSES: &[KeyStatus] = &[
    KeyStatus::Missing,
    KeyStatus::RateLimited,
    KeyStatus::Failed,
    KeyStatus::Unknown,
    KeyStatus::Present,
];

/// An origin: one of the document's patterns with this for its wildcards, or any.
#[derive(Arbitrary)]
enum Origin<'a> {
    Absent,
    Own,
    Of { pattern: u8, subdomain: &'a str, port: Option<u16> },
    Any(&'a str),
}

#[derive(Arbitrary)]
struct Facts<'a> {
    method: u8,
    /// By the first byte of a key, in turn.
    key_status: u8,
    fetch_site: Option<u8>,
    fetch_mode: Option<u8>,
    fetch_dest: Option<u8>,
    is_websocket: bool,
    origin: Origin<'a>,
    requested_method: Option<&'a str>,
    own: Option<u8>,
    /// After one of the document's prefixes.
    path_and_query: (u8, &'a str),
    requested_headers: Option<&'a str>,
}

fn pick<T: Copy>(from: &[T], index: u8) -> T {
    from[usize::from(index) % from.len()]
}

/// Every text in `value`, and every name.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| std::iter::once(name.as_str()).chain(texts(value)))
            .collect(),
        _ => Vec::new(),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (document, facts) = match bytes.iter().position(|byte| *byte == 0) {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[][..]),
    };
    let Ok(policy) = Policy::parse(&String::from_utf8_lossy(document)) else { return };
    let Ok(facts) = Facts::arbitrary_take_rest(Unstructured::new(facts)) else { return };

    let document = policy.to_json();
    let (mut patterns, mut prefixes) = (vec!["https://api.example.com"], vec!["/socket.io/"]);
    patterns.extend(texts(&document).iter().filter(|text| text.contains("://")));
    prefixes.extend(texts(&document).iter().filter(|text| text.starts_with('/')));
    let own = facts.own.map_or("https://api.example.com", |own| pick(&patterns, own));
    let origin = match facts.origin {
        Origin::Absent => None,
        Origin::Own => Some(own.to_owned()),
        Origin::Any(text) => Some(text.to_owned()),
        Origin::Of { pattern, subdomain, port } => {
            let port = port.map_or(String::new(), |port| format!(":{port}"));
            let origin = pick(&patterns, pattern).replace(":*", &port);
            Some(origin.replacen("*.", subdomain, 1).replace('*', subdomain.trim_end_matches('.')))
        }
    };
    let (prefix, rest) = facts.path_and_query;
    let path_and_query = format!("{}{rest}", pick(&prefixes, prefix));
    let head = RequestHead {
        method: pick(METHODS, facts.method),
        url: Url { origin: own, path_and_query: &path_and_query },
        origin: origin.as_deref(),
        requested_method: facts.requested_method,
        requested_headers: facts.requested_headers,
        fetch_site: facts.fetch_site.map(|index| pick(SITES, index)),
        fetch_mode: facts.fetch_mode.map(|index| pick(MODES, index)),
        fetch_dest: facts.fetch_dest.map(|index| pick(DESTINATIONS, index)),
        upgrade: facts.is_websocket.then_some("websocket"),
    };
    invariants::check_decision(&head, &policy, |key| {
        let first = key.bytes().next().unwrap_or_default();
        pick(KEY_STATUSES, facts.key_status.wrapping_add(first))
    });
});
