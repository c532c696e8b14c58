//! Clients and servers that do not speak the same Engine.IO, by polling.

use super::evidence::{console, with_body};
use crate::doctor::{
    engineio::{Protocol, UNKNOWN_TRANSPORT, UNSUPPORTED_PROTOCOL},
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{SocketServer, socket_server},
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let Some(poll) = examination.page_poll() else { return Vec::new() };
    let page = examination.target.page.protocol();
    if poll.has_engine_error(UNKNOWN_TRANSPORT) {
        let polls = !examination.target.page.websocket;
        return polls.then(|| polling_disabled(poll)).into_iter().collect();
    }
    let speaks_other = examination.spoken() != page || poll.has_engine_error(UNSUPPORTED_PROTOCOL);
    if !speaks_other {
        return Vec::new();
    }
    vec![match page {
        Protocol::V3 => old_client(examination, poll),
        Protocol::V4 => old_server(examination, poll),
    }]
}

fn old_client(examination: &Examination, poll: &Exchange) -> Finding {
    let finding = Finding::new(
        Code::VersionMismatch,
        Severity::Error,
        "a Socket.IO 2 client meets a Socket.IO 3 or 4 server, which does not speak its EIO=3",
    );
    with_other(finding.seen(poll, with_body(poll)), examination)
        .why(["The poll is answered 400 for ever, and where that has no CORS headers the console \
             speaks of CORS."])
        .why(console(examination, poll))
        .fix(update(examination))
}

fn update(examination: &Examination) -> Vec<String> {
    if socket_server(examination) == SocketServer::Netty {
        return vec![
            "Update the page's client to socket.io-client 4 (netty-socketio from 2.0 on speaks with it)."
                .to_owned(),
        ];
    }
    if socket_server(examination) == SocketServer::Python {
        return vec![
            "Update the page's client to socket.io-client 4: python-socketio 5 takes no older one than 3."
                .to_owned(),
            "Or let the server stay with the versions for client 2:".to_owned(),
            "  pip install 'python-socketio<5' 'python-engineio<4'".to_owned(),
        ];
    }
    vec![
        "Update the page's client to socket.io-client 4. Or let the server take old clients:"
            .to_owned(),
        format!(
            "  new Server(httpServer, {{ allowEIO3: true, cors: {{ origin: [\"{}\"], \
                 credentials: true }} }})",
            examination.target.page.origin
        ),
        "A client 2 always sends credentials: with it `cors` needs `credentials: true`, and \
             origins by name."
            .to_owned(),
    ]
}

fn old_server(examination: &Examination, poll: &Exchange) -> Finding {
    let client = examination.target.page.client;
    let finding = Finding::new(
        Code::VersionMismatch,
        Severity::Error,
        format!("a Socket.IO {client} client meets a Socket.IO 2 server, which speaks EIO=3 alone"),
    );
    with_other(finding.seen(poll, with_body(poll)), examination)
        .why([
            "The client cannot read the server's packets. It reports `server error` or `xhr poll \
             error`, and over WebSocket:",
            "  It seems you are trying to reach a Socket.IO server in v2.x with a v3.x client, but \
             they are not compatible",
        ])
        .fix([
            "Update the server to socket.io 4 (with `allowEIO3: true` while there are clients 2). \
             Or let the page use socket.io-client 2, and examine it with --client 2.",
            "Not in Node? EIO=4 is spoken by netty-socketio from 2.0 on, by python-socketio from 5 and \
             Flask-SocketIO from 5, and in Go by github.com/zishang520/socket.io; not by googollee/go-socket.io.",
        ])
}

fn with_other(finding: Finding, examination: &Examination) -> Finding {
    let is_told = |other: &Exchange| examination.page_poll().is_some_and(|it| it.url == other.url);
    match examination.spoken_poll() {
        Some(other) if other.opened().is_some() && !is_told(other) => {
            finding.seen(other, with_body(other))
        }
        _ => finding,
    }
}

fn polling_disabled(poll: &Exchange) -> Finding {
    Finding::new(
        Code::PollingDisabled,
        Severity::Error,
        "the server takes no polling, with which a client begins unless it is told not to",
    )
    .seen(poll, with_body(poll))
    .why(["A client with the default transports reports `xhr poll error` and never tries a \
         WebSocket."])
    .fix([
        "Let every client begin with a WebSocket (and examine it with --websocket). No CORS header \
         matters then:",
        "  io(\"…\", { transports: [\"websocket\"] })",
        "Or let the server take polling: leave \"polling\" in its `transports`.",
    ])
}
