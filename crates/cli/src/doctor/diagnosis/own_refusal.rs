//! Polls that a function of the server's own refuses, whoever asks.

use super::{chromium::client_says, evidence::with_body, remedy};
use crate::doctor::{
    engineio::{EngineError, FORBIDDEN},
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{SocketServer, socket_server},
    step::Step,
};

/// The page's poll is refused by the server's own code, and so is one without `Origin`, which no recording
/// has.
pub(super) fn finding(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let said = own_words(poll)?;
    // These refuse whoever has no Origin by their lists.
    let server = socket_server(examination);
    let refuses_none = matches!(server, SocketServer::Node2 | SocketServer::Php);
    let is_own = said != "Forbidden";
    if !is_own && (refuses_none || examination.recorded.is_some()) {
        return None;
    }
    let finding = if examination.recorded.is_some() {
        let summary = format!(
            "the server's own code refuses the poll: \"{said}\". The recording does not tell whether it \
             is because of the origin"
        );
        Finding::new(Code::Blocked, Severity::Error, summary).seen(poll, with_body(poll))
    } else {
        let without = examination.get(Step::NoOriginPoll).filter(|_| poll.origin.is_some())?;
        if own_words(without).as_ref() != Some(&said) {
            return None;
        }
        let said = if is_own { format!(": \"{said}\"") } else { String::new() };
        let summary = format!(
            "the server's own code refuses the poll, with and without the page's Origin{said}"
        );
        Finding::new(Code::Blocked, Severity::Error, summary)
            .seen(poll, with_body(poll))
            .seen(without, with_body(without))
    };
    Some(
        finding
        .why(["Its `allowRequest` or a middleware (io.engine.use) does so. They run before any session begins."])
        .why(poll.grants_its_origin().then_some(
            "The CORS headers are right, so it is not the list of `cors` that refuses the page.",
        ))
        .why([client_says(poll)])
        .fix(may_want_cookie(examination, poll).then_some(
            "The server allows credentials, and the page sends none. Perhaps it wants the session's cookie, which a \
             client sends so (and --cookie here):",
        ))
        .fix(may_want_cookie(examination, poll).then_some("  io(\"…\", { withCredentials: true })"))
        .fix([
            "Give it what it wants, in the client and here: a token in a header (extraHeaders, --header) \
             or in the query (query, --query), or a cookie (withCredentials, --cookie). The client's \
             `auth` comes later, and only io.use sees it.",
            "If it checks the origin, let it allow the page's:",
        ])
        .fix(remedy::own_function(examination)),
    )
}

fn may_want_cookie(examination: &Examination, poll: &Exchange) -> bool {
    !examination.target.page.credentialed && poll.grants_its_origin() && poll.allows_credentials()
}

/// The words of a refusal.
pub(super) fn own_words(poll: &Exchange) -> Option<String> {
    let is_own = |error: &EngineError| error.code == FORBIDDEN && !error.is_python();
    poll.engine_error().filter(is_own).map(|error| error.message)
}
