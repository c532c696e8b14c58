//! Socket.IO's answers that something on the way spoils.

use super::{
    chromium::{client_says, console},
    evidence::{with_body, with_headers},
    remedy,
};
use crate::{
    doctor::{
        engineio,
        examination::Examination,
        exchange::Exchange,
        finding::{Code, Finding, Severity},
    },
    network::BodyCoding,
};

/// The poll's answer is Socket.IO's, and a client cannot read it.
pub(super) fn finding(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let is_whole = poll.error.is_none();
    match poll.coding() {
        BodyCoding::Unread(coding) => return Some(unread(poll, coding)),
        BodyCoding::Untrue(coding) if poll.is_ok() => {
            return Some(untrue(examination, poll, coding));
        }
        BodyCoding::CutShort(coding) if is_whole && is_cut(poll) => {
            return Some(cut_short(poll, coding));
        }
        BodyCoding::Undeclared(coding) => return Some(unlabeled(poll, Some(coding))),
        _ => {}
    }
    let (summary, fix): (_, &[&str]) = if poll.is_ok() && poll.is_binary() {
        return Some(unlabeled(poll, None));
    } else if !is_whole && (is_begun(poll.body()) || poll.is_body_kept()) {
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
                 leave /socket.io/ alone: a program that prints a warning, a \
                 framework that wraps answers in JSON, a proxy.",
            ],
        )
    } else {
        return None;
    };
    Some(
        changed(poll, summary).why(broken_off(poll)).why([expected(poll)]).fix(fix.iter().copied()),
    )
}

fn changed(poll: &Exchange, summary: impl Into<String>) -> Finding {
    Finding::new(Code::AnswerChanged, Severity::Error, summary).seen(poll, with_body(poll))
}

/// What the client does with an answer that is not Socket.IO's.
fn expected(poll: &Exchange) -> String {
    let says = if poll.error.is_none() && poll.is_ok() {
        "The Socket.IO client reports: server error".to_owned()
    } else {
        client_says(poll)
    };
    format!(
        "The client expects a packet (0{{\"sid\":…) and nothing else. The page fails whatever its CORS \
         headers are. {says}"
    )
}

/// An answer that is compressed, and not, or not in full, as its `Content-Encoding` says.
fn unlabeled(poll: &Exchange, coding: Option<&str>) -> Finding {
    let declared = poll.header("Content-Encoding").unwrap_or_default().to_ascii_lowercase();
    if coding.is_some_and(|coding| declared.contains(coding)) {
        let summary = format!(
            "the answer is compressed twice, and its Content-Encoding ({declared}) names one of the two"
        );
        return changed(poll, summary)
            .why(["A browser decompresses it once, and gives the page what is still compressed.".to_owned()])
            .why([expected(poll)])
            .fix([
                "Both the server and something before it compress. Let only one of them do so: a proxy leaves \
                 an answer alone that has a Content-Encoding already, unless that header is hidden from it. Or \
                 turn compression off in Socket.IO:",
                HTTP_COMPRESSION,
            ]);
    }
    let coding = coding.map(|coding| format!(" ({coding})")).unwrap_or_default();
    changed(
        poll,
        format!("the answer is compressed{coding}, and its Content-Encoding does not say so"),
    )
    .why([expected(poll)])
    .fix([
        "Something compresses the answer and does not say so, or drops the header that says so. In nginx, \
         look for `proxy_hide_header Content-Encoding` and a `gzip` of your own. In a function or a gateway, \
         send the header with the body. Or turn compression off for the path:",
        HTTP_COMPRESSION,
    ])
}

const HTTP_COMPRESSION: &str = "  new Server(httpServer, { httpCompression: false })";

/// An answer that is not compressed as its `Content-Encoding` says.
fn untrue(examination: &Examination, poll: &Exchange, coding: &str) -> Finding {
    let summary = format!(
        "the answer says Content-Encoding: {coding}, and its body is not {coding}: browsers cannot decode it"
    );
    let says = if examination.page_may_read(poll) {
        vec![
            "Chromium prints:".to_owned(),
            format!("  GET {} net::ERR_CONTENT_DECODING_FAILED", poll.url),
        ]
    } else {
        console(examination, poll)
    };
    changed(poll, summary)
        .why(["The page gets nothing of such an answer, whatever its CORS headers are."])
        .why(says)
        .why([client_says(poll)])
        .fix([
            "Send Content-Encoding only with a body that is compressed so. In code that passes answers on: `fetch` \
             and most HTTP clients decompress the body, so do not copy the header with it.",
        ])
        .fix(remedy::unset_header(examination, poll, "Content-Encoding"))
}

/// A compressed body whose end is missing, though the answer is whole.
fn cut_short(poll: &Exchange, coding: &str) -> Finding {
    changed(poll, format!("the compressed body of the answer ({coding}) is cut short"))
        .why([
            "Chromium gives the page the part that came, without an error. The client cannot read the half of a \
             packet, and the page waits: its console has a SyntaxError of JSON.",
        ])
        .fix([
            "Does a middleware or a proxy compress the answer, and end it before the compressor is done (`end` or \
             `flush`), or send the Content-Length of another body? Or turn compression off for the path:",
            HTTP_COMPRESSION,
        ])
}

/// True if the part that came is not the whole of a handshake.
fn is_cut(poll: &Exchange) -> bool {
    poll.is_ok() && engineio::open(poll.body()).is_none()
}

/// Chromium's message about an answer that breaks off.
fn broken_off(poll: &Exchange) -> Vec<String> {
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
