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
            "a function of the server refuses the poll: \"{said}\". The recording does not tell whether it \
             is because of the origin"
        );
        Finding::new(Code::Blocked, Severity::Error, summary).seen(poll, with_body(poll))
    } else {
        let without = examination.get(Step::NoOriginPoll).filter(|_| poll.origin.is_some())?;
        if own_words(without).as_ref() != Some(&said) {
            return None;
        }
        let summary = format!(
            "a function of the server refuses the poll, with and without the page's Origin: \"{said}\""
        );
        Finding::new(Code::Blocked, Severity::Error, summary)
            .seen(poll, with_body(poll))
            .seen(without, with_body(without))
    };
    Some(
        finding
        .why(["These are the words of its `allowRequest` or of a middleware. They run before any session \
         begins, and CORS headers do not matter to them."])
        .why([client_says(poll)])
        .fix([
            "Give it what it wants, in the client and here: a token in a header (extraHeaders, --header) \
             or in the query (query, --query), or a cookie (withCredentials, --cookie). The client's \
             `auth` comes later, and only io.use sees it.",
            "If it checks the origin, let it allow the page's:",
        ])
        .fix(remedy::own_function(examination)),
    )
}

/// The words of a refusal, where they are not those that Engine.IO has by itself.
fn own_words(poll: &Exchange) -> Option<String> {
    let is_own = |error: &EngineError| {
        error.code == FORBIDDEN && !error.is_python() && error.message != "Forbidden"
    };
    poll.engine_error().filter(is_own).map(|error| error.message)
}
