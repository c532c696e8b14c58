//! Socket.IO's answers that something on the way spoils.

use super::{chromium::client_says, evidence::with_body};
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
                "Something compresses the answer and does not say so, or drops the header that says so. In \
                 nginx, look for `proxy_hide_header Content-Encoding` and a `gzip` of your own. In a \
                 function or a gateway, send the header with the body. Or turn compression off for the \
                 path:",
                "  new Server(httpServer, { httpCompression: false })",
            ],
        )
    } else if poll.error.is_some() && is_begun(poll.body()) {
        (
            "the answer to the poll breaks off before its end",
            &[
                "Does a middleware or a proxy change the body and leave Content-Length as it was? Or does \
                 something end the connection (a proxy's limit, a crash)?",
            ],
        )
    } else if holds_handshake(poll.body()) {
        (
            "something adds to Socket.IO's answer, and a client cannot read it then",
            &[
                "The handshake is in the answer, but not at its start. Find what adds to it, and let it \
                 leave /socket.io/ alone: a program that prints a warning or a byte order mark, a \
                 framework that wraps answers in JSON, a proxy.",
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
