//! Connections that fail, or end too soon.

use std::time::Duration;

use super::{
    super::made::{NONE, OPEN},
    NOTHING, assert_first, briefly, fails, good,
};
use crate::{
    doctor::{examination::Examination, facts::facts, step::Step},
    network::{FailureKind, PortProtocol},
};

#[test]
fn the_finding_of_a_failed_connection_depends_on_the_ports_protocol() {
    let late = Step::Poll4;
    assert_first(vec![
        (fails(Step::Connect, FailureKind::Dns, None), "error dns-failed", "dig", NOTHING),
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
