//! Decisions, and what is answered or forwarded.

use proptest::{option, prelude::*, sample::select};
use serde_json::Value;
use socketio_cors_core::{
    cache::tenants::KeyStatus,
    decision::{Closed, decide, decide_closed},
    policy::Policy,
    request::{RequestHead, Url},
};

use super::generators::{cases, document, origin_of};
use crate::common::invariants::check_decision;

const OWN: &[&str] =
    &["https://api.example.com", "http://localhost:3000", "http://API.example.com", "null"];
const PATHS: &[&str] = &[
    "",
    "/",
    "/socket.io/?EIO=4&transport=polling",
    "/socket.io/",
    "/socket.io",
    "/socket.iox/?j=0",
    "//socket.io/",
    "/api/..%2fsocket.io/",
    "/socket.io/..%2Fapi/v1",
    "/api/v1/x#y?z",
    "/a%20b/",
    "/caf%c3%a9/",
    "/100%",
    "/%ff/",
    "/%0a%09a%22/",
];
/// Texts that may follow a route's prefix.
const REST: &[&str] = &["", "/", "?EIO=4&transport=polling", "x?j=0", "..%2fapi/"];
const REQUESTED_HEADERS: &[&str] = &[
    "x-a",
    "x-a,x-b",
    "x-a, X-B",
    "*",
    "x-a,*",
    "",
    ",x-a,",
    "x-a\r\n",
    "\u{a0}x-a",
    "x\u{e9}",
    "x-a\t",
];
const KEY_STATUSES: &[KeyStatus] = &[
    KeyStatus::Missing,
    KeyStatus::RateLimited,
    KeyStatus::Failed,
    KeyStatus::Unknown,
    KeyStatus::Present,
];

/// A request's facts, owned.
#[derive(Clone, Debug)]
struct Facts {
    method: &'static str,
    own: &'static str,
    path_and_query: String,
    origin: Option<String>,
    requested_method: Option<&'static str>,
    requested_headers: Option<&'static str>,
    fetch: (Option<&'static str>, Option<&'static str>, Option<&'static str>),
    upgrade: Option<&'static str>,
    /// The status of a key under `t:`, and of any other key.
    statuses: (KeyStatus, KeyStatus),
}

impl Facts {
    fn head(&self) -> RequestHead<'_> {
        RequestHead {
            method: self.method,
            url: Url { origin: self.own, path_and_query: &self.path_and_query },
            origin: self.origin.as_deref(),
            requested_method: self.requested_method,
            requested_headers: self.requested_headers,
            fetch_site: self.fetch.0,
            fetch_mode: self.fetch.1,
            fetch_dest: self.fetch.2,
            upgrade: self.upgrade,
        }
    }
}

/// Facts whose origin is often one that `document` allows, or nearly.
fn facts(document: &str) -> impl Strategy<Value = Facts> + use<> {
    let document = Policy::parse(document).unwrap().to_json();
    let mut patterns = texts(&document);
    patterns.retain(|text| text.contains("://"));
    let own = Just(OWN[0].to_owned());
    patterns.push(OWN[1].to_owned());
    let prefixes = document["routes"].as_object().into_iter().flat_map(|routes| routes.keys());
    let prefixes: Vec<_> = prefixes.cloned().collect();
    let path = prop_oneof![
        2 => (select(prefixes), select(REST)).prop_map(|(prefix, rest)| prefix + rest),
        1 => select(PATHS).prop_map(str::to_owned),
    ];
    let fetch = (
        option::of(select(vec!["same-origin", "same-site", "cross-site", "none"])),
        option::of(select(vec!["navigate", "cors", "no-cors", "websocket"])),
        option::of(select(vec!["document", "script", "empty"])),
    );
    (
        select(vec!["GET", "POST", "OPTIONS", "OPTIONS", "OPTIONS", "OPTIONS", "options", "brew"]),
        select(OWN),
        path,
        option::weighted(0.8, prop_oneof![1 => own, 9 => origin_of(select(patterns))]),
        option::weighted(0.8, select(vec!["PUT", "", "x y"])),
        option::weighted(0.8, select(REQUESTED_HEADERS)),
        fetch,
        option::of(select(vec!["websocket", "h2c"])),
        (select(KEY_STATUSES), select(KEY_STATUSES)),
    )
        .prop_map(|facts| {
            let (
                method,
                own,
                path_and_query,
                origin,
                requested_method,
                requested_headers,
                fetch,
                upgrade,
                statuses,
            ) = facts;
            Facts {
                method,
                own,
                path_and_query,
                origin,
                requested_method,
                requested_headers,
                fetch,
                upgrade,
                statuses,
            }
        })
}

/// Every text in `value`.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn a_decision_grants_what_the_document_says_and_no_more(
        (text, facts) in document().prop_flat_map(|text| (Just(text.clone()), facts(&text))),
    ) {
        let policy = Policy::parse(&text).unwrap();
        let key_status = |key: &str| if key.starts_with("t:") { facts.statuses.0 } else { facts.statuses.1 };
        check_decision(&facts.head(), &policy, key_status);
    }
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn headers_that_are_not_read_change_nothing(
        (text, facts) in document().prop_flat_map(|text| (Just(text.clone()), facts(&text))),
        scheme in select(vec!["http", "ws"]),
        before in select(vec!["", "https://b.example,", "null,"]),
        query in select(vec!["?EIO=4&transport=polling", "?transport=websocket", ""]),
    ) {
        let policy = Policy::parse(&text).unwrap();
        let key_status = |_: &str| facts.statuses.0;
        let origin = |own: &String| format!("{before}{}", own.replacen("http", scheme, 1));
        let origin = facts.origin.as_ref().map(origin);
        let path_and_query = format!("{}{query}", facts.path_and_query);
        let url = Url { origin: facts.own, path_and_query: &path_and_query };
        let head = RequestHead { url, origin: origin.as_deref(), ..facts.head() };
        let said = |head: &RequestHead<'_>| {
            let closed = [None, Some(&policy)]
                .map(|known| format!("{:?}", decide_closed(head, known, Closed::NoPolicy)));
            (format!("{:?}", decide(head, &policy, key_status)), closed, head.transport())
        };
        let unread = RequestHead { fetch_site: None, fetch_mode: None, fetch_dest: None, ..head };
        if !unread.reads_fetch_metadata() {
            prop_assert_eq!(said(&head), said(&unread));
        }
        let unread = RequestHead { requested_method: None, requested_headers: None, ..head };
        if !unread.may_be_preflight() {
            prop_assert_eq!(said(&head), said(&unread));
        }
    }
}
