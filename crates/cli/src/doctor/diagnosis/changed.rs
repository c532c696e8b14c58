//! Socket.IO's answers that something on the way spoils.

use super::evidence::{client_says, with_body};
use crate::doctor::{
    engineio,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
};

/// The poll's answer is Socket.IO's, and a client cannot read it.
pub(super) fn finding(poll: &Exchange) -> Option<Finding> {
    let (summary, fix): (_, &[&str]) = if poll.is_undeclared_gzip() {
        (
            "the answer is compressed (gzip), and no Content-Encoding says so",
            &[
                "Something compresses and does not say so, or the header is dropped on the way. In nginx, \
                 look for `proxy_hide_header Content-Encoding` and a `gzip` of your own; in a function or \
                 a gateway, send the header with the body; else turn compression off for the path:",
                "  new Server(httpServer, { httpCompression: false })",
            ],
        )
    } else if poll.error.is_some() && is_begun(poll.body()) {
        (
            "the answer to the poll breaks off before its end",
            &[
                "Is Content-Length that of another body (a middleware or a proxy changes it and leaves the \
               length), or does something end the connection (a proxy's limit, a crash)?",
            ],
        )
    } else if holds_handshake(poll.body()) {
        (
            "something on the way adds to Socket.IO's answer, which a client cannot read then",
            &[
                "The handshake is in the answer, and something stands before it: what a framework or a \
                 program prints (a warning, a byte order mark, JSON around it), or a proxy that puts its \
                 own into every answer. Let it leave /socket.io/ alone.",
            ],
        )
    } else {
        return None;
    };
    Some(
        Finding::new(Code::AnswerChanged, Severity::Error, summary)
            .seen(poll, with_body(poll))
            .why([
                "The client expects a packet (0{\"sid\":…) and nothing else. The page fails whatever its \
                 CORS headers are."
                    .to_owned(),
                client_says(poll),
            ])
            .fix(fix.iter().copied()),
    )
}

/// True if a handshake began.
fn is_begun(body: &str) -> bool {
    body.starts_with("0{")
}

/// True if there is a handshake somewhere in it.
fn holds_handshake(body: &str) -> bool {
    let mut starts = body.match_indices("0{\"sid\"").chain(body.match_indices("0{\\\"sid\\\""));
    starts.next().is_some() && engineio::open(body).is_none()
}
