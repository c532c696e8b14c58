//! Clients and servers that do not speak the same Engine.IO, by polling.

use super::{chromium::console, evidence::with_body, remedy};
use crate::doctor::{
    engineio::{Protocol, UNKNOWN_TRANSPORT, UNSUPPORTED_PROTOCOL},
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    python_servers::PythonServer,
    software::{SocketServer, socket_server},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let Some(poll) = examination.page_poll() else { return Vec::new() };
    let page = examination.target.page.protocol();
    if poll.has_engine_error(UNKNOWN_TRANSPORT) {
        let polls = !examination.target.page.websocket;
        return polls.then(|| polling_disabled(poll)).into_iter().collect();
    }
    // python-engineio looks at the origin first, so that it says this to a client without one.
    let refused = [Some(poll), examination.get(Step::NoOriginPoll)]
        .into_iter()
        .flatten()
        .find(|it| it.has_engine_error(UNSUPPORTED_PROTOCOL));
    if examination.spoken() == page && refused.is_none() {
        return Vec::new();
    }
    let shown = refused.unwrap_or(poll);
    vec![match page {
        Protocol::V3 => old_client(examination, poll, shown),
        Protocol::V4 => old_server(examination, shown),
    }]
}

/// The finding for a poll of the page, with the answer that shows it.
fn old_client(examination: &Examination, poll: &Exchange, shown: &Exchange) -> Finding {
    let finding = Finding::new(
        Code::VersionMismatch,
        Severity::Error,
        "the page has a Socket.IO 2 client, and the server is Socket.IO 3 or 4, which does not speak its \
         EIO=3",
    );
    with_other(finding.seen(shown, with_body(shown)), examination)
        .why(["The server answers every poll with 400. If that has no CORS headers, the console shows a \
         CORS error."])
        .why(console(examination, poll))
        .fix(update(examination))
}

fn update(examination: &Examination) -> Vec<String> {
    if socket_server(examination) == SocketServer::Netty {
        return vec![
            "Update the page's client to socket.io-client 4, which netty-socketio speaks from 2.0 on."
                .to_owned(),
        ];
    }
    if socket_server(examination) == SocketServer::Python {
        return vec![
            "Update the page's client to socket.io-client 4. python-socketio 5 speaks with clients from 3 \
             on."
                .to_owned(),
            "Or keep the server at the versions for client 2:".to_owned(),
            match PythonServer::of(examination) {
                Some(PythonServer::Werkzeug) => "  pip install 'Flask-SocketIO<5' 'python-socketio<5' 'python-engineio<4'",
                _ => "  pip install 'python-socketio<5' 'python-engineio<4'",
            }
            .to_owned(),
        ];
    }
    if socket_server(examination) == SocketServer::Oxide {
        return vec![
            "Update the page's client to socket.io-client 4, or let the server accept old clients, in \
             Cargo.toml:"
                .to_owned(),
            "  socketioxide = { version = \"0.18\", features = [\"v4\"] }".to_owned(),
        ];
    }
    if socket_server(examination) == SocketServer::Zishang {
        return vec![
            "Update the page's client to socket.io-client 4, or let the server accept old clients:"
                .to_owned(),
            "  options.SetAllowEIO3(true)".to_owned(),
        ];
    }
    vec![
        "Update the page's client to socket.io-client 4, or let the server accept old clients:"
            .to_owned(),
        format!(
            "  new Server(httpServer, {{ allowEIO3: true, cors: {{ origin: [\"{}\"], \
                 credentials: true }} }})",
            examination.target.page.origin
        ),
        "A client 2 always sends credentials, so `cors` needs `credentials: true` and a list of origins."
            .to_owned(),
    ]
}

fn old_server(examination: &Examination, poll: &Exchange) -> Finding {
    let client = examination.target.page.client;
    let finding = Finding::new(
        Code::VersionMismatch,
        Severity::Error,
        format!(
            "the page has a Socket.IO {client} client, and the server is Socket.IO 2, which speaks \
         only EIO=3"
        ),
    );
    with_other(finding.seen(poll, with_body(poll)), examination)
        .why([
            "The client cannot read the server's packets. It reports `server error` or `xhr poll \
             error`, and over WebSocket:",
            "  It seems you are trying to reach a Socket.IO server in v2.x with a v3.x client, but \
             they are not compatible",
        ])
        .fix(update_server(examination))
}

fn update_server(examination: &Examination) -> Vec<String> {
    let of_node = [
        "Update the server to socket.io 4:",
        "  npm install socket.io@4",
        "It allows only the origins that it is told (and clients 2 with `allowEIO3: true`):",
        "  const { Server } = require(\"socket.io\");",
        &format!("  new Server(httpServer, {{ {} }})", remedy::of_page(examination)),
    ];
    let lines: &[&str] = match socket_server(examination) {
        SocketServer::Googollee => &[
            "googollee/go-socket.io is archived, and speaks with no newer client than Socket.IO 2. Use \
             github.com/zishang520/socket.io, which speaks EIO=4:",
            "  go get github.com/zishang520/socket.io/servers/socket/v3",
        ],
        SocketServer::Netty => &[
            "Update netty-socketio to 2.0 or newer, which speaks EIO=4:",
            "  implementation 'com.corundumstudio.socketio:netty-socketio:2.0.13'",
        ],
        SocketServer::Python => &[
            "Update python-socketio to 5 (and Flask-SocketIO to 5), which speaks with clients 3 and 4:",
            "  pip install 'python-socketio>=5' 'python-engineio>=4'",
        ],
        SocketServer::Php => &[
            "phpsocket.io speaks with no newer client than Socket.IO 2. A newer client needs another server, \
             such as socket.io 4 in Node:",
            "  npm install socket.io@4",
        ],
        _ => &of_node,
    };
    lines.iter().chain([&OLD_CLIENT]).map(|line| (*line).to_owned()).collect()
}

const OLD_CLIENT: &str = "Or use socket.io-client 2 in the page, and check it with --client 2.";

fn with_other(finding: Finding, examination: &Examination) -> Finding {
    let is_told = |other: &Exchange| examination.page_poll().is_some_and(|it| it.url == other.url);
    let opened = |other: &&Exchange| {
        other.opened().is_some_and(|open| open.protocol == examination.spoken())
    };
    // If the page is refused, the answer to a similar origin shows the version.
    let poll = examination.spoken_poll().filter(opened);
    let other = poll.or_else(|| examination.all(Step::NearMiss).find(opened));
    match other {
        Some(other) if !is_told(other) => finding.seen(other, with_body(other)),
        _ => finding,
    }
}

fn polling_disabled(poll: &Exchange) -> Finding {
    let is_python = poll.engine_error().is_some_and(|error| error.is_python());
    Finding::new(
        Code::PollingDisabled,
        Severity::Error,
        "the server does not accept polling, but a client begins with polling unless it is told otherwise",
    )
    .seen(poll, with_body(poll))
    .why(["A client with the default transports reports `xhr poll error` and never tries a \
         WebSocket."])
    .fix([
        "Let every client begin with a WebSocket, for which CORS headers do not matter (check it with \
         --websocket):",
        "  io(\"…\", { transports: [\"websocket\"] })",
        "Or let the server accept polling: keep \"polling\" in its `transports`.",
    ])
    .fix(is_python.then_some(
        "  socketio = SocketIO(app, transports=[\"polling\", \"websocket\"])",
    ))
    .fix(is_python.then_some(
        "python-socketio's Server and AsyncServer have the same option.",
    ))
}
