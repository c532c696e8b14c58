//! Findings about foreign pages, and about costly or slow requests.

use super::{
    super::made::{
        ALLOW, CREDENTIALS, FORBIDDEN, GRANT, Headers, NONE, O, OPEN, OPEN_3, UNSUPPORTED, VARY,
    },
    NOTHING, assert_first, briefly, good,
};
use crate::{
    doctor::{diagnosis::diagnose, step::Step},
    network::{Answer, Failure, FailureKind},
};

#[test]
fn loose_origin_checks_and_costly_requests_get_the_right_severity_and_fix() {
    let no_store: &Headers = &[(ALLOW, O), CREDENTIALS, VARY, ("cache-control", "no-store")];
    let asking = |names: &'static str| {
        let headers: &[(&str, &str)] =
            &[(ALLOW, O), CREDENTIALS, ("access-control-allow-headers", names)];
        good()
            .sees(Step::Poll4, 200, no_store, OPEN)
            .sees(Step::Preflight, 204, headers, "")
            .sending("x-token")
    };
    let like = "https://app.example.com.evil.example";
    let let_in = |origin: &'static str, credentials: bool| {
        let headers: Vec<_> =
            [(ALLOW, origin)].into_iter().chain(credentials.then_some(CREDENTIALS)).collect();
        good().sees(Step::LookAlikePoll, 200, &headers, OPEN).from(Some(origin))
    };
    let opened = good().sees(Step::LookAlikeWebsocket, 101, NONE, OPEN).from(Some(like));
    let cut = Answer { status: 101, body: OPEN.to_owned(), ..Answer::default() };
    let closed = Failure::new(FailureKind::Closed, "the WebSocket is closed");
    let held = briefly(good().notes(Step::HoldWebsocket, Some(cut), Some(closed)), 30);
    let slow = good().fails(Step::SlowPoll, Failure::of_connection(FailureKind::Late));
    let stock = good().sees(Step::ForeignWebsocket, 101, NONE, OPEN);
    assert_first(vec![
        (stock.clone(), "warning foreign-websocket", "allowRequest", "danger"),
        (stock.holding("session=1"), "danger foreign-websocket", "allowRequest", NOTHING),
        (asking("x-token"), "warning preflight-for-each-poll", "timestampRequests: false", NOTHING),
        (
            let_in(like, true),
            "danger loose-origin-check",
            "/^https:\\/\\/app\\.example\\.com$/",
            NOTHING,
        ),
        (let_in(like, false), "warning loose-origin-check", "includes", NOTHING),
        (let_in("http://app.example.com", true), "warning loose-origin-check", "includes", NOTHING),
        (opened.clone(), "warning loose-origin-check", "includes", NOTHING),
        (opened.holding("session=1"), "danger loose-origin-check", "includes", NOTHING),
        (held.clone(), "error idle-timeout", "proxy_read_timeout 60s;", NOTHING),
        (held.clone(), "error idle-timeout", "pingInterval: 15_000", NOTHING),
        (briefly(held.clone(), 10), "error idle-timeout", "pingInterval: 5_000", "10_000"),
        (briefly(held, 1), "error idle-timeout", "proxy_read_timeout", "pingInterval:"),
        (slow, "warning no-answer-in-time", "--timeout 60", NOTHING),
        (
            good().sees(Step::SlowPoll, 200, NONE, ""),
            "warning not-socket-io",
            "  await fetch(\"https://api.example.net/socket.io/\");",
            "free plan",
        ),
        (
            good().sees(Step::SlowPoll, 503, NONE, ""),
            "warning server-error",
            "health checks",
            "in time",
        ),
        (
            good().sees(Step::Poll4, 200, GRANT, OPEN_3).sees(Step::Poll3, 200, GRANT, OPEN_3),
            "error version-mismatch",
            "socket.io-client 2",
            "allowEIO3: true, cors",
        ),
    ]);
    let mut kept = good();
    kept.target.base = "https://api.example.net:10080".parse().unwrap();
    assert_first(vec![(kept, "error blocked-in-browser", "another port", NOTHING)]);
    assert_eq!(diagnose(&good().sees(Step::ForeignPost, 200, NONE, "ok")), []);
    let refused = good().sees(Step::Poll3, 400, GRANT, UNSUPPORTED).sees(
        Step::ForeignPoll,
        403,
        NONE,
        FORBIDDEN,
    );
    assert_eq!(diagnose(&refused), []);
}
