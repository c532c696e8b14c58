//! The most particular cause that keeps the page from Socket.IO altogether.

use super::{
    changed,
    chromium::{console, shown_as},
    connection, elsewhere,
    evidence::with_body,
    known, lost_query, origin_check, preflight, redirect, remedy, unread_refusal, worker,
};
use crate::{
    doctor::{
        examination::Examination,
        exchange::Exchange,
        finding::{Code, Finding, Severity},
        software::{Proxy, proxy},
        step::Step,
    },
    network::FailureKind,
};

/// The finding that makes every further question pointless.
pub(super) fn unreachable(examination: &Examination) -> Option<Finding> {
    let connect = examination.get(Step::Connect);
    if let Some((connect, failure)) = connect.and_then(|it| Some((it, it.error.as_ref()?))) {
        return Some(connection::failed(examination, connect, failure));
    }
    let Some(poll) = examination.page_poll() else { return unconnected(examination) };
    if let Some(finding) = lost_query::finding(examination) {
        return Some(finding);
    }
    if examination.is_socket_io() || is_reached_by_websocket(examination) {
        return of_page_alone(examination, poll);
    }
    let known = known::of(poll);
    if poll.is_untrue() && known.is_none() && poll.is_ok() {
        return changed::finding(examination, poll);
    }
    if poll.is_body_kept() && known.is_none() && !examination.page_may_read(poll) {
        if poll.is_ok() {
            return None;
        }
        if let Some(finding) = unread_refusal::finding(examination, poll) {
            return Some(finding);
        }
    }
    if let Some(failure) = poll.error.as_ref().filter(|_| poll.answer.is_none()) {
        if let Some(finding) = preflight::of_kept_poll(examination, failure) {
            return Some(finding);
        }
        let elsewhere = elsewhere::wrong_path(examination, poll)
            .or_else(|| elsewhere::only_direct(examination, poll));
        return Some(elsewhere.unwrap_or_else(|| connection::failed(examination, poll, failure)));
    }
    let by_known = |is_wanted: fn(Code) -> bool| {
        known
            .filter(|known| is_wanted(known.code))
            .map(|known| known::finding(examination, poll, known))
    };
    by_known(|code| code != Code::NotSocketIo)
        .or_else(|| changed::finding(examination, poll))
        .or_else(|| elsewhere::only_websocket(examination, poll))
        .or_else(|| elsewhere::echoed_path(examination, poll))
        .or_else(|| redirect::finding(examination, poll))
        .or_else(|| elsewhere::wrong_path(examination, poll))
        .or_else(|| elsewhere::half_mounted(examination, poll))
        .or_else(|| elsewhere::only_direct(examination, poll))
        .or_else(|| server_error(examination, poll))
        .or_else(|| by_known(|_| true))
        .or_else(|| Some(elsewhere::not_socket_io(examination, poll)))
}

/// A recorded page that does not poll, and whose `WebSocket` got no connection.
fn unconnected(examination: &Examination) -> Option<Finding> {
    let websocket = examination.get(Step::Websocket).filter(|it| it.answer.is_none())?;
    let failure = websocket.error.as_ref()?;
    let is_of_connection = matches!(
        failure.kind,
        FailureKind::Dns
            | FailureKind::Refused
            | FailureKind::Unreachable
            | FailureKind::Tls(_)
            | FailureKind::Untrusted(_)
    );
    is_of_connection.then(|| connection::failed(examination, websocket, failure))
}

/// Socket.IO is there, and what is before it keeps the page from it, in words of its own.
fn of_page_alone(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    if examination.target.page.websocket {
        return None;
    }
    let tells = |known: &known::Known| {
        matches!(
            known.code,
            Code::Challenged | Code::RateLimited | Code::LoginRequired | Code::CloudflareError
        )
    };
    let page = || known::of(poll).filter(|_| poll.is_ok());
    let known = known::of(poll)
        .filter(tells)
        .or_else(|| known::whoever_asks(poll))
        .or_else(|| known::firewall(poll))
        .or_else(page);
    known
        .map(|known| known::finding(examination, poll, known))
        .or_else(|| changed::finding(examination, poll))
        .or_else(|| origin_check::finding(examination, poll))
        .or_else(|| server_error(examination, poll))
}

/// True if the page needs no polls, and a WebSocket opens.
fn is_reached_by_websocket(examination: &Examination) -> bool {
    let opened = examination.get(Step::Websocket).is_some_and(Exchange::opened_websocket);
    examination.target.page.websocket && opened
}

fn server_error(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let status = poll.status().filter(|status| *status >= 500)?;
    let remedy = worker::remedy(poll);
    let by = match proxy(poll) {
        Some(Proxy::Nginx) => Some("nginx"),
        Some(Proxy::Apache) => Some("Apache"),
        Some(Proxy::Caddy) => Some("Caddy"),
        _ => None,
    };
    let summary = match (status, by) {
        _ if remedy.is_some() => {
            format!(
                "the poll is answered {status} by socketio-cors-edge: it has no policy to decide with"
            )
        }
        (502, Some(by)) => {
            format!("{by} answers the poll 502: it cannot reach the server behind it")
        }
        (504, Some(by)) => {
            format!("{by} answers the poll 504: the server behind it does not answer in time")
        }
        _ => format!("the poll is answered {status}{}", meaning(status)),
    };
    let finding = Finding::new(Code::ServerError, Severity::Error, summary)
        .seen(poll, with_body(poll))
        .why(shown_as(examination, poll))
        .why(console(examination, poll));
    if let Some(remedy) = remedy {
        return Some(finding.fix([remedy]));
    }
    let direct = examination.get(Step::DirectPoll).filter(|it| it.is_engine_io());
    if let Some(direct) = direct.filter(|_| matches!(status, 502..=504)) {
        let lines = remedy::right_address(examination, proxy(poll));
        return Some(finding.seen(direct, with_body(direct)).fix(lines));
    }
    Some(
        finding
            .fix(["This is not about CORS. Look at the server's log, and at the proxy's."])
            .fix(hints(status, proxy(poll)).iter().copied()),
    )
}

fn meaning(status: u16) -> &'static str {
    match status {
        500 => ": the server, or what is before it, failed",
        502 => ": a proxy cannot reach the server behind it",
        503 => ": no server is there to take the request, or there are too many requests",
        504 => ": a proxy got no answer in time from the server behind it",
        _ => "",
    }
}

/// The advice where to look, by the status and by the proxy whose page it is.
fn hints(status: u16, proxy: Option<Proxy>) -> &'static [&'static str] {
    match (status, proxy) {
        (502, Some(Proxy::Nginx)) => &[
            "Is the server up? Does `proxy_pass` have its address and port? nginx's error log says why \
             (for example 111: Connection refused).",
            IN_CONTAINER,
            "A server on https needs",
            "  proxy_pass https://127.0.0.1:3000;",
        ],
        (504, Some(Proxy::Nginx)) => &[
            "The server takes the connection, but does not answer. A poll takes up to `pingInterval` (25 \
             s), and nginx has to wait longer:",
            "  proxy_read_timeout 60s;",
        ],
        (503, Some(Proxy::Nginx)) => &[
            "nginx itself answers 503 if `limit_req` or `limit_conn` is exceeded: take them out of \
             Socket.IO's location. Otherwise the server answers so.",
        ],
        (502 | 503, Some(Proxy::Apache)) => &[
            "Is the server up? Does `ProxyPass` have its address and port? Apache's error log says AH01114 \
             or AH00898. After an error, Apache waits a minute before it asks again (`retry=0` changes \
             that).",
            IN_CONTAINER,
        ],
        (502, Some(Proxy::Caddy)) => &[
            "Is the server up? Does `reverse_proxy` have its address and port? Caddy's log says why.",
            IN_CONTAINER,
        ],
        (502, None) => &[ANY_PROXY, IN_CONTAINER],
        (504, Some(Proxy::Caddy)) => &[
            "The server takes the connection, but does not answer. A poll takes up to `pingInterval` (25 \
             s), and Caddy has to wait longer:",
            "  reverse_proxy 127.0.0.1:3000 {",
            "    transport http {",
            "      response_header_timeout 60s",
            "    }",
            "  }",
        ],
        (501, _) => {
            &["Something on the way does not know this kind of request. Is it an old proxy?"]
        }
        (500, _) => &["Run this again while the server's log is open: the error is there."],
        _ => &[ANY_PROXY],
    }
}

const ANY_PROXY: &str = "Is the server up, on the port that the proxy forwards to? nginx: `proxy_pass`; a load balancer: \
 are its health checks green?";

const IN_CONTAINER: &str = "If the proxy runs in a container, 127.0.0.1 and localhost are that container itself: the \
 server's address is there the name of its service in compose.yaml, as in http://app:3000.";
