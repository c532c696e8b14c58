//! Refusals while no policy is in force, through the public API.

use socketio_cors_core::{
    cache::{policy_cache::PolicyState, tenants::KeyStatus},
    request::RequestHead,
};
use std::rc::Rc;

use crate::common::{EVIL, GOOD, OWN, POLL, at, from, policy, preflight_from};

/// A request that asks for a WebSocket.
fn upgrade(head: RequestHead<'_>) -> RequestHead<'_> {
    RequestHead { upgrade: Some("websocket"), ..head }
}

fn embedded<'a>(dest: &'a str, mode: &'a str) -> RequestHead<'a> {
    RequestHead {
        fetch_site: Some("cross-site"),
        fetch_mode: Some(mode),
        fetch_dest: Some(dest),
        ..POLL
    }
}

#[track_caller]
fn assert_decided(state: &PolicyState, rows: &[(RequestHead<'_>, &str)]) {
    // A policy that could not be read might list the origin.
    let is_unavailable = matches!(state, PolicyState::Unavailable { .. });
    let unlisted = if is_unavailable { "policy-unavailable" } else { "unlisted-origin" };
    for (head, expected) in rows {
        let decision = state.decide(head, |_| KeyStatus::Present);
        let decided = format!("{} {}", decision.verdict, decision.reason);
        let expected = expected.replace("unlisted-origin", unlisted);
        assert_eq!(decided, expected, "{head:?} under {state:?}");
        assert_eq!(decision.blocks(), expected.starts_with("refuse"), "{head:?}");
    }
}

fn after(document: &str) -> PolicyState {
    PolicyState::Missing { last_known: Some(Rc::new(policy(document))) }
}

const OPEN: &str = "uncovered no-route";
const UNLISTED: &str = "refuse unlisted-origin";
const EMBED: &str = "refuse cross-site-embed";

#[test]
fn without_a_known_policy_no_other_origin_reaches_socketio_on_any_path() {
    for state in [PolicyState::UNKNOWN, PolicyState::Missing { last_known: None }] {
        assert_decided(
            &state,
            &[
                // Under Engine.IO's default path
                (from(OWN), "allow same-origin"),
                (POLL, "allow missing-origin"),
                (from(GOOD), UNLISTED),
                (preflight_from(GOOD), UNLISTED),
                (from("null"), "refuse null-origin"),
                (from("x y"), "refuse malformed-origin"),
                (embedded("script", "no-cors"), EMBED),
                (embedded("document", "navigate"), EMBED),
                (at("/socket.io/?j=0", POLL), "refuse jsonp"),
                (at("/socket.io/", from(GOOD)), UNLISTED),
                (at("/socket.io", upgrade(from(GOOD))), UNLISTED),
                // Requests in Engine.IO's form on other paths
                (at("/ws/?EIO=4&transport=polling", from(GOOD)), UNLISTED),
                (at("/ws/?EIO=4&transport=polling", preflight_from(GOOD)), UNLISTED),
                (at("/ws/?%45IO=4", from(GOOD)), UNLISTED),
                (at("/?transport=websocket", from(GOOD)), UNLISTED),
                (at("/api/x?transport=webtransport", from("null")), "refuse null-origin"),
                (at("/ws/?EIO=4", embedded("script", "no-cors")), EMBED),
                (at("/ws/?EIO=4", embedded("document", "navigate")), EMBED),
                // A WebSocket elsewhere
                (at("/ws", upgrade(from(GOOD))), UNLISTED),
                (at("/ws", upgrade(embedded("websocket", "websocket"))), EMBED),
                // The rest
                (at("/ws/?EIO=4", from(OWN)), OPEN),
                (at("/ws/?EIO=4", POLL), OPEN),
                (at("/ws", upgrade(POLL)), OPEN),
                (at("/ws", upgrade(from(OWN))), OPEN),
                (at("/api", from(GOOD)), OPEN),
                (at("/api?transport=air", from(GOOD)), OPEN),
                (at("/api?transport=air", preflight_from(GOOD)), OPEN),
                (at("/api", embedded("script", "no-cors")), OPEN),
            ],
        );
    }
}

#[test]
fn the_routes_of_a_last_known_policy_stay_closed_and_so_does_socketios_default_path() {
    let state = after(
        r#"{"routes": {"/ws/": {"origin": "https://good.com", "missingOrigin": "deny"},
                       "/open/": {"origin": true}}}"#,
    );
    assert_decided(
        &state,
        &[
            (at("/ws/", from(GOOD)), UNLISTED),
            (at("/ws", from(EVIL)), UNLISTED),
            (at("/ws/", preflight_from(GOOD)), UNLISTED),
            (at("/ws/", from(OWN)), "allow same-origin"),
            (at("/ws/", POLL), "allow missing-origin"),
            (at("/ws/", embedded("script", "no-cors")), EMBED),
            (at("/open/", from(GOOD)), UNLISTED),
            (from(GOOD), UNLISTED),
            (at("/other/?EIO=4&transport=polling", from(GOOD)), OPEN),
            (at("/other/", upgrade(from(GOOD))), OPEN),
        ],
    );
}

#[test]
fn a_last_known_route_that_only_reports_is_not_closed() {
    let reporting = after(r#"{"origin": false, "reportOnly": true}"#);
    assert_decided(
        &reporting,
        &[(from(EVIL), OPEN), (at("/ws/?EIO=4", upgrade(from(EVIL))), OPEN)],
    );
    let both = after(
        r#"{"routes": {"/socket.io/": {"origin": false, "reportOnly": true},
                       "/ws/": {"origin": false}}}"#,
    );
    assert_decided(
        &both,
        &[
            (from(EVIL), OPEN),
            (at("/ws/", from(EVIL)), UNLISTED),
            // A path that both routes may cover does not get around the enforced one.
            (at("/socket.io/..%2fws/", from(EVIL)), UNLISTED),
        ],
    );
}

#[test]
fn a_policy_in_force_decides_alone() {
    let state = PolicyState::InForce(Rc::new(policy(r#"{"routes": {"/ws/": {"origin": true}}}"#)));
    assert_decided(&state, &[(at("/ws/", from(EVIL)), "allow every-origin"), (from(EVIL), OPEN)]);
}
