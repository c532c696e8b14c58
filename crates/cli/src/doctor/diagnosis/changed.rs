//! Socket.IO's answers that something on the way spoils.

use super::{
    chromium::client_says,
    evidence::{with_body, with_headers},
};
use crate::doctor::{
    engineio,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
};

/// The poll's answer is Socket.IO's, and a client cannot read it.
pub(super) fn finding(poll: &Exchange) -> Option<Finding> {
    let is_unlabeled = poll.undeclared_coding().is_some() || poll.is_ok() && poll.is_binary();
    if let Some(coding) = poll.unread_coding() {
        return Some(unread(poll, coding));
    }
    let (summary, fix): (_, &[&str]) = if is_unlabeled {
        let coding = poll.undeclared_coding().map(|coding| format!(" ({coding})"));
        (
            format!(
                "the answer is compressed{}, and its Content-Encoding does not say so",
                coding.unwrap_or_default()
            ),
            &[
                "Something compresses the answer and does not say so, or drops the header that says so. In \
                 nginx, look for `proxy_hide_header Content-Encoding` and a `gzip` of your own. In a \
                 function or a gateway, send the header with the body. Or turn compression off for the \
                 path:",
                "  new Server(httpServer, { httpCompression: false })",
            ],
        )
    } else if poll.error.is_some() && (is_begun(poll.body()) || poll.is_body_kept()) {
        (
            "the answer to the poll breaks off before its end".to_owned(),
            &[
                "Does a middleware or a proxy change the body and leave Content-Length as it was? Or does \
                 something end the connection (a proxy's limit, a crash)?",
            ],
        )
    } else if holds_handshake(poll.body()) {
        (
            "something adds to Socket.IO's answer, and a client cannot read it then".to_owned(),
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
            .why(cut_short(poll))
            .why([
                "The client expects a packet (0{\"sid\":…) and nothing else. The page fails whatever its \
                 CORS headers are."
                    .to_owned(),
                client_says(poll),
            ])
            .fix(fix.iter().copied()),
    )
}

/// Chromium's message about an answer that breaks off.
fn cut_short(poll: &Exchange) -> Vec<String> {
    if poll.error.is_none() {
        return Vec::new();
    }
    let error = if poll.header("Content-Length").is_some() {
        "ERR_CONTENT_LENGTH_MISMATCH"
    } else {
        "ERR_INCOMPLETE_CHUNKED_ENCODING"
    };
    vec!["Chromium prints:".to_owned(), format!("  GET {} net::{error}", poll.url)]
}

/// An answer that browsers can read, and the doctor cannot.
fn unread(poll: &Exchange, coding: &str) -> Finding {
    let summary = format!(
        "the answers are compressed ({coding}), which browsers read and the doctor does not: nothing more was examined"
    );
    Finding::new(Code::AnswerChanged, Severity::Warning, summary)
        .seen(poll, with_headers(poll, &["content-encoding", "content-type", "server", "via"]))
        .why(["The doctor did not ask for compression, and a server that compresses all the same may do so for clients \
         that cannot read it."])
        .fix([
            "Let it compress only what Accept-Encoding asks for, or nothing of /socket.io/, whose polls are short. Or \
             ask the server itself, past what compresses: give its own URL to the doctor.",
        ])
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
