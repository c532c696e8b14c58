//! Handshakes of `WebSockets` that something on the way does not pass on.

use super::{
    chromium::websocket_failed,
    evidence::with_body,
    known, remedy,
    websocket_refusals::{is_of_every_origin, on_polling},
};
use crate::{
    doctor::{
        engineio::{BAD_REQUEST, UNKNOWN_TRANSPORT},
        examination::Examination,
        exchange::Exchange,
        finding::{Code, Finding, Severity},
        software::{Proxy, SocketServer, proxy_before, socket_server},
        step::Step,
    },
    network::FailureKind,
};

/// True if a page answers, as one does that is given for every path.
pub(super) fn is_page(exchange: &Exchange) -> bool {
    exchange.is_ok() && exchange.body().trim_start().starts_with('<')
}

pub(super) fn upgrade_blocked(examination: &Examination, blocked: &[&Exchange]) -> Finding {
    let polling = if examination.polls() { "polling works, and " } else { "" };
    let dropped = blocked.iter().any(|exchange| exchange.has_engine_error(BAD_REQUEST));
    let status = blocked.first().and_then(|exchange| exchange.status());
    let answer = match status {
        Some(status) => format!("is answered {status} instead of 101"),
        None => "gets no valid answer".to_owned(),
    };
    let is_refused = blocked.iter().any(|exchange| is_of_every_origin(examination, exchange));
    let why = if is_refused {
        ", whatever the origin"
    } else if dropped {
        ": the request reaches Engine.IO without its Upgrade header"
    } else if blocked.iter().any(|exchange| is_page(exchange)) {
        ", by a web page"
    } else if status == Some(426) {
        ": a proxy wants the Upgrade header, which another proxy before it has dropped"
    } else {
        ""
    };
    let takes_polls_alone = blocked.iter().any(|it| takes_polls_alone(examination, it));
    let is_python = socket_server(examination) == SocketServer::Python;
    let summary = if takes_polls_alone {
        let server = if is_python { "the Python server" } else { "the server" };
        format!("{server} takes polls alone: its `transports` has no \"websocket\"")
    } else {
        format!("{polling}a WebSocket's handshake {answer}{why}")
    };
    let finding = Finding::new(Code::UpgradeBlocked, Severity::Error, summary);
    let finding = blocked
        .iter()
        .fold(finding, |finding, exchange| finding.seen(exchange, with_body(exchange)));
    let finding = finding
        .why([on_polling(examination).to_owned()])
        .why(blocked.first().map(|exchange| websocket_failed(exchange)));
    if takes_polls_alone && is_python {
        return finding.fix(remedy::python_transports(examination));
    }
    // python-socketio has those words too where the header is lost, and offers no upgrade that it cannot take.
    let is_lost = is_python && examination.offers_upgrade() == Some(true);
    let is_unknown =
        !is_lost && blocked.iter().any(|exchange| exchange.has_engine_error(UNKNOWN_TRANSPORT));
    // An ASGI server answers 403 for an application that does not want the WebSocket.
    let is_closed = blocked.iter().any(|exchange| exchange.status() == Some(403));
    let fails = blocked.iter().any(|exchange| fails_in_python(examination, exchange));
    if is_unknown || fails {
        return finding.fix(unknown_transport(examination, is_unknown || is_closed));
    }
    let hint = |exchange| Some((exchange, known::hint(exchange, &[Code::Blocked])?));
    if let Some((exchange, fix)) = blocked.iter().copied().find_map(hint) {
        return finding.fix(known::fix(examination, exchange, fix));
    }
    // Something answers, in another way than Socket.IO does.
    if blocked.iter().all(|exchange| exchange.failure() == Some(FailureKind::Protocol)) {
        return finding.fix([
            "The answer to the handshake is not one that a browser accepts (see above). A proxy, a gateway \
             or a server writes that answer itself. Let it pass Socket.IO's answer on, or give the client \
             the URL of the Socket.IO server.",
        ]);
    }
    let proxy = blocked.first().and_then(|exchange| proxy_before(examination, exchange));
    if is_refused && proxy.is_none() {
        return finding.fix(BY_PLATFORM);
    }
    let proxied = blocked.first().map(|exchange| remedy::upgrades(examination, exchange));
    finding.fix(proxied.unwrap_or_default())
}

/// True if the server says that it takes no `WebSocket`. python-socketio has the same words for a request of
/// a session that lost its header, so that only the handshake without a session tells.
fn takes_polls_alone(examination: &Examination, exchange: &Exchange) -> bool {
    let Some(error) = exchange.engine_error().filter(|error| error.code == UNKNOWN_TRANSPORT)
    else {
        return false;
    };
    match socket_server(examination) {
        SocketServer::Python => {
            exchange.step == Step::Websocket && error.message == "Invalid transport"
        }
        _ => true,
    }
}

/// True if a web server of Python has the handshake and cannot hold a WebSocket: it fails, or is one of
/// HTTP/1.0. uvicorn without a package for them answers 500.
fn fails_in_python(examination: &Examination, exchange: &Exchange) -> bool {
    let is_python = socket_server(examination) == SocketServer::Python;
    let speaks_for_itself =
        matches!(proxy_before(examination, exchange), None | Some(Proxy::Gunicorn));
    is_python
        && match exchange.status() {
            Some(403 | 500) => true,
            None => {
                speaks_for_itself
                    && matches!(
                        exchange.failure(),
                        Some(FailureKind::Protocol | FailureKind::Closed)
                    )
            }
            _ => false,
        }
}

/// The fix where the server itself takes polls alone.
fn unknown_transport(examination: &Examination, is_refused: bool) -> Vec<&'static str> {
    let lines: &[&str] = match socket_server(examination) {
        SocketServer::Python => return remedy::python_websockets(examination, is_refused),
        SocketServer::Oxide => &[
            "The server's transports do not contain WebSocket: leave `transports` out of its builder, or \
             write",
            "  SocketIo::builder().transports([TransportType::Polling, TransportType::Websocket])",
        ],
        SocketServer::Zishang => {
            &["The server's transports do not contain WebSocket: leave SetTransports out, or add \
             engine.WebSocket."]
        }
        _ => &[
            "The server's `transports` do not contain \"websocket\": add it, or leave `transports` out:",
            "  new Server(httpServer, { transports: [\"polling\", \"websocket\"] })",
        ],
    };
    lines.to_vec()
}

pub(super) const BY_PLATFORM: [&str; 2] = [
    "Every WebSocket is refused, whatever its origin. Does the platform pass upgrades on at all? AWS App \
     Runner, API Gateway, App Engine's standard environment and functions do not. There, let clients stay \
     on polling:",
    "  io(\"…\", { transports: [\"polling\"] })",
];
