//! Requests and policies that tests share, and what holds of every input.

pub(crate) mod invariants;

use socketio_cors_core::{
    cache::tenants::KeyStatus,
    decision::decide,
    policy::Policy,
    request::{RequestHead, Url},
};

/// The origin that requests are made to.
pub(crate) const OWN: &str = "https://api.example.com";
/// An origin that [`LISTED`] lists.
pub(crate) const GOOD: &str = "https://good.com";
/// One that no document lists.
pub(crate) const EVIL: &str = "https://evil.com";

/// A rule that lists origins.
pub(crate) const LISTED: &str = r#"{"origin": ["https://good.com", "https://*.apps.com"]}"#;
/// One that echoes every origin.
pub(crate) const EVERY: &str = r#"{"origin": true}"#;
/// One that allows every origin as `*`.
pub(crate) const WILDCARD: &str = r#"{"origin": "*"}"#;

/// A polling GET without any header.
pub(crate) const POLL: RequestHead<'static> = RequestHead {
    method: "GET",
    url: Url { origin: OWN, path_and_query: "/socket.io/?EIO=4&transport=polling" },
    origin: None,
    requested_method: None,
    requested_headers: None,
    fetch_site: None,
    fetch_mode: None,
    fetch_dest: None,
    upgrade: None,
};

/// The preflight that a browser sends before a POST, without its `Origin`.
pub(crate) const PREFLIGHT: RequestHead<'static> =
    RequestHead { method: "OPTIONS", requested_method: Some("POST"), ..POLL };

/// The policy of a document that has no faults.
#[track_caller]
pub(crate) fn policy(document: &str) -> Policy {
    Policy::parse(document).unwrap_or_else(|faults| panic!("{document}: {faults:?}"))
}

/// Verdict and reason, "allow listed-origin".
pub(crate) fn decided(head: RequestHead<'_>, policy: &Policy) -> String {
    let decision = decide(&head, policy, |_| KeyStatus::Missing);
    format!("{} {}", decision.verdict, decision.reason)
}

/// Checks the decision on each request of `rows`.
#[track_caller]
pub(crate) fn assert_decided(document: &str, rows: &[(RequestHead<'_>, &str)]) {
    let policy = policy(document);
    for (head, expected) in rows {
        assert_eq!(decided(*head, &policy), *expected, "{head:?} under {document}");
    }
}

/// A poll of a page of `origin`.
pub(crate) fn from(origin: &str) -> RequestHead<'_> {
    RequestHead { origin: Some(origin), ..POLL }
}

/// A preflight of a page of `origin`.
pub(crate) fn preflight_from(origin: &str) -> RequestHead<'_> {
    RequestHead { origin: Some(origin), ..PREFLIGHT }
}

/// `head` to another path and query.
pub(crate) fn at<'a>(path_and_query: &'a str, head: RequestHead<'a>) -> RequestHead<'a> {
    RequestHead { url: Url { path_and_query, ..head.url }, ..head }
}
