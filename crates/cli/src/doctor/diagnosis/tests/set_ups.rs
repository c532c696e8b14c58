//! Deployments that are set up wrongly, by what was seen of each: what is found first, what its fix
//! says, and what may not be said.

mod answers;
mod connections;
mod origins;
mod preflights;
mod sessions;
mod strangers;
mod websockets;
mod words;

use std::time::Duration;

use super::made::{Headers, NONE, O};
use crate::{
    doctor::{diagnosis::diagnose, examination::Examination, finding::Finding, step::Step},
    network::{Failure, FailureKind, PortProtocol},
};

/// A row: what was seen, the severity and the code, a part of the fix, and what may not be said.
type Row = (Examination, &'static str, &'static str, &'static str);

/// A text that is said nowhere.
const NOTHING: &str = "\u{0}";

const REFUSED_BY_PYTHON: &str = r#""https://app.example.com is not an accepted origin.""#;
const OLD_FOR_PYTHON: &str =
    r#""The client is using an unsupported version of the Socket.IO or Engine.IO protocols""#;
const NO_TRANSPORT: &str = r#"{"code":0,"message":"Transport unknown"}"#;
const NGINX: (&str, &str) = ("server", "nginx/1.24.0");

#[track_caller]
fn assert_first(rows: Vec<Row>) {
    for (number, (examination, is, fix, not)) in rows.into_iter().enumerate() {
        let findings = diagnose(&examination);
        let Some(first) = findings.first() else { panic!("row {number}: nothing is found") };
        let Finding { severity, code, .. } = first;
        assert_eq!(format!("{} {}", severity.as_str(), code.as_str()), is, "row {number}");
        let lines = first.fix.join("\n");
        assert!(lines.contains(fix), "row {number}: no {fix:?} in {lines}");
        let whole = format!("{first:?}");
        assert!(!whole.contains(not), "row {number}: {not:?} in {whole}");
    }
}

/// Checks a part of all that is said of the first finding.
#[track_caller]
fn assert_says(examination: &Examination, said: &str) {
    let whole = format!("{:?}", diagnose(examination).first());
    let quoted = format!("{said:?}");
    assert!(whole.contains(quoted.trim_matches('"')), "no {quoted} in {whole}");
}

/// Polls of both versions are answered so, and nothing else is known.
fn answers(status: u16, headers: &Headers, body: &str) -> Examination {
    let connected = Examination::connected();
    connected.sees(Step::Poll4, status, headers, body).sees(Step::Poll3, status, headers, body)
}

/// A poll fails so, on a port that speaks something.
fn fails(step: Step, kind: FailureKind, speaks: Option<PortProtocol>) -> Examination {
    let mut examination = Examination::connected().fails(step, Failure::new(kind, "it is so"));
    examination.port_speaks = speaks;
    examination
}

/// Both `WebSocket` handshakes get an answer that is not one to a handshake.
fn garbled(examination: Examination) -> Examination {
    let no_answer = || Failure::new(FailureKind::Protocol, "HTTP version must be 1.1 or higher");
    examination.fails(Step::Websocket, no_answer()).fails(Step::Upgrade, no_answer())
}

/// The last exchange ends after so many seconds.
fn briefly(mut examination: Examination, seconds: u64) -> Examination {
    examination.exchanges.last_mut().unwrap().took = Duration::from_secs(seconds);
    examination
}

const PYTHON: &Headers = &[
    ("access-control-allow-origin", O),
    ("access-control-allow-credentials", "true"),
    ("server", "WSGIServer/0.2 CPython/3.11.7"),
];

fn good() -> Examination {
    Examination::good()
}

/// A server in Python that refuses the page.
fn python() -> Examination {
    good().sees(Step::Poll4, 400, NONE, REFUSED_BY_PYTHON).sees(
        Step::Poll3,
        400,
        NONE,
        OLD_FOR_PYTHON,
    )
}
