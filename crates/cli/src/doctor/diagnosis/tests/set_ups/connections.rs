//! Connections that fail, or end too soon.

use std::time::Duration;

use super::{
    super::made::{Headers, NONE, OPEN},
    NOTHING, assert_first, assert_says, briefly, fails, good,
};
use crate::{
    doctor::{examination::Examination, facts::facts, step::Step},
    network::{FailureKind, PortProtocol},
};

#[test]
fn the_finding_of_a_failed_connection_depends_on_the_ports_protocol() {
    let late = Step::Poll4;
    assert_first(vec![
        (fails(Step::Connect, FailureKind::Dns, None), "error dns-failed", "dig", "ports:"),
        (
            fails(Step::Connect, FailureKind::Dns, None).at("https://backend:3000"),
            "error dns-failed",
            "  ports: [\"3000:3000\"]",
            "dig",
        ),
        (
            fails(Step::Poll4, FailureKind::Closed, None).at("http://127.0.0.1:3000"),
            "error connection-failed",
            "  httpServer.listen(3000, \"0.0.0.0\");",
            NOTHING,
        ),
        (
            fails(Step::Poll4, FailureKind::Closed, None),
            "error connection-failed",
            "return 444",
            "container",
        ),
        (
            fails(Step::Connect, FailureKind::Refused, None).at("http://api.example.net"),
            "error mixed-content",
            "https",
            NOTHING,
        ),
        (
            fails(Step::Connect, FailureKind::Refused, None).at("https://api.example.net:3000"),
            "error connection-failed",
            "does not pass port 3000 on",
            NOTHING,
        ),
        (
            fails(Step::Connect, FailureKind::Refused, None).at("https://api.example.net:8443"),
            "error connection-failed",
            "Is the server running",
            "orange cloud",
        ),
        (
            fails(late, FailureKind::Closed, Some(PortProtocol::Tls)).at("http://localhost:3000"),
            "error https-needed",
            "io(\"https://localhost:3000\")",
            "Is the server running",
        ),
        (
            fails(
                Step::Connect,
                FailureKind::Tls("ERR_SSL_PROTOCOL_ERROR"),
                Some(PortProtocol::Http),
            ),
            "error tls-failed",
            "io(\"http://api.example.net:443\")",
            NOTHING,
        ),
        (
            fails(Step::Connect, FailureKind::Late, Some(PortProtocol::Http)),
            "error tls-failed",
            "io(\"http://api.example.net:443\")",
            "ERR_CONNECTION_TIMED_OUT",
        ),
        (
            fails(Step::Connect, FailureKind::Closed, Some(PortProtocol::Http)),
            "error tls-failed",
            "Only pages on http:",
            NOTHING,
        ),
        (
            fails(Step::Connect, FailureKind::Late, None),
            "error connection-failed",
            "Is it the port for the URL's scheme",
            "speaks https does",
        ),
        (
            fails(late, FailureKind::Protocol, Some(PortProtocol::Http2)),
            "error connection-failed",
            "HTTP/1.1",
            NOTHING,
        ),
        (
            fails(late, FailureKind::Protocol, Some(PortProtocol::Other("SSH-2.0-x".to_owned()))),
            "error connection-failed",
            "another program",
            NOTHING,
        ),
        (
            fails(late, FailureKind::Late, None),
            "error no-answer-in-time",
            "--timeout 60",
            "No request",
        ),
        (
            fails(late, FailureKind::Closed, None),
            "error connection-failed",
            "takes the connection and closes it",
            "Is the server running",
        ),
        (
            fails(late, FailureKind::Late, None).sees(Step::OtherPath, 200, NONE, OPEN),
            "error wrong-path",
            "path",
            NOTHING,
        ),
    ]);
}

#[test]
fn the_report_says_whether_idle_connections_stay_open() {
    let told = |mut examination: Examination| {
        examination.target.hold = Some(Duration::from_secs(20));
        let facts = facts(&examination).into_iter();
        facts
            .filter(|fact| fact.name == "idle connections")
            .map(|fact| fact.value)
            .collect::<String>()
    };
    let cut = good().sees(Step::HoldPoll, 504, NONE, "");
    assert_eq!(told(good()), "kept open for 20 s");
    assert_eq!(told(briefly(cut, 10)), "a poll ended after 10 s");
}

#[test]
fn a_page_of_another_host_that_asks_localhost_was_built_with_the_wrong_address() {
    let refused = |recorded, page: &str, server: &str| {
        let mut examination = fails(Step::Connect, FailureKind::Refused, None);
        examination.recorded = recorded;
        examination.by_page(page).at(server)
    };
    let (chat, here) = ("https://chat.example.com", "http://localhost:3000");
    let development = "was built with the address of development";
    let is = "error connection-failed";
    let public = "  io(\"https://api.example.com\")";
    let next = "  socketio-cors doctor https://api.example.com --origin https://chat.example.com";
    let own = "  socketio-cors doctor http://localhost:3000 --origin http://localhost:5173";
    assert_first(vec![
        (refused(Some(4), chat, here), is, public, "Is the server running"),
        (refused(Some(4), chat, here), is, next, "firewall"),
        (refused(Some(4), "http://localhost:5173", here), is, own, development),
        (refused(None, chat, here), is, "Is the server running, on that port?", development),
        (refused(None, chat, "http://127.0.0.1:3000"), is, public, "not only at 127.0.0.1"),
        (refused(None, "http://localhost:5173", here), is, "a container's port", "firewall"),
        (refused(None, "http://127.0.0.1:5173", here), is, "a container's port", public.trim()),
        (
            refused(None, chat, "https://api.example.net"),
            is,
            "not only at 127.0.0.1",
            public.trim(),
        ),
    ]);
    assert_says(
        &refused(Some(4), chat, here),
        "the page of https://chat.example.com asks localhost, which is each visitor's own computer",
    );
}

#[test]
fn caddys_time_limits_are_named_where_they_stand() {
    let caddy: &Headers = &[("server", "Caddy")];
    let limit = "      response_header_timeout 60s";
    let wrong = "stream_timeout and idle";
    assert_first(vec![
        (
            briefly(good().sees(Step::HoldPoll, 504, caddy, ""), 6),
            "error idle-timeout",
            limit,
            wrong,
        ),
        (
            good().sees(Step::Poll4, 504, caddy, "").sees(Step::Poll3, 504, caddy, ""),
            "error server-error",
            limit,
            wrong,
        ),
    ]);
}
