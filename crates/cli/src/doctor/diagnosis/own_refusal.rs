//! Polls that a function of the server's own refuses, whoever asks.

use super::{
    evidence::{client_says, with_body},
    remedy,
};
use crate::doctor::{
    engineio::{EngineError, FORBIDDEN},
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    step::Step,
};

/// The page's poll is refused in words that are not Engine.IO's, and so is one without `Origin`, which no
/// recording has.
pub(super) fn finding(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let said = own_words(poll)?;
    let finding = if examination.recorded.is_some() {
        let summary = format!(
            "a function of the server itself refuses the poll: \"{said}\"; for its origin or for something \
             else, the recording does not tell"
        );
        Finding::new(Code::Blocked, Severity::Error, summary).seen(poll, with_body(poll))
    } else {
        let without = examination.get(Step::NoOriginPoll).filter(|_| poll.origin.is_some())?;
        if own_words(without).as_ref() != Some(&said) {
            return None;
        }
        let summary = format!(
            "a function of the server itself refuses the poll, with the page's Origin and without: \
             \"{said}\""
        );
        Finding::new(Code::Blocked, Severity::Error, summary)
            .seen(poll, with_body(poll))
            .seen(without, with_body(without))
    };
    Some(
        finding
        .why(["That is the word of its `allowRequest`, or of a middleware: it is asked before any session \
               begins, and CORS headers do not matter to it."])
        .why([client_says(poll)])
        .fix([
            "Give it what it looks for, here and in the client: a token in a header (--header, \
             extraHeaders) or a cookie (--cookie, withCredentials). One in the client's `auth` comes later, \
             in a packet, and is for a middleware of io.use.",
            "If it looks at the origin, let it pass the page's:",
        ])
        .fix(remedy::own_function(examination)),
    )
}

/// The words of a refusal, where they are not those that Engine.IO has by itself.
fn own_words(poll: &Exchange) -> Option<String> {
    let is_own = |error: &EngineError| {
        error.code == FORBIDDEN && !error.is_python && error.message != "Forbidden"
    };
    poll.engine_error().filter(is_own).map(|error| error.message)
}
