//! Caches that are not told that answers differ by origin.

use super::{evidence::with_cors, remedy};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{SocketServer, proxy_before, socket_server},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let Some(poll) = examination.spoken_poll() else { return Vec::new() };
    let allowed = poll.allowed_origin();
    if !examination.polls()
        || !poll.grants_its_origin()
        || allowed.as_deref() == Some("*")
        || varies(poll)
        || (sends_none(examination) && !may_be_kept(poll))
    {
        return Vec::new();
    }
    let others = [Step::ForeignPoll, Step::NullPoll, Step::NoOriginPoll].into_iter();
    let other = others
        .filter_map(|step| examination.get(step))
        .find(|other| other.answer.is_some() && other.allowed_origin() != allowed);
    let Some(other) = other else { return Vec::new() };
    vec![
        Finding::new(
            Code::VaryMissing,
            Severity::Warning,
            "Access-Control-Allow-Origin differs by origin, but Vary does not say so",
        )
        .seen(poll, with_cors(poll))
        .seen(other, with_cors(other))
        .why(["A cache, and the browser's own is one, may give the page an answer that was kept for \
         another origin. The page then fails now and then."])
        .fix(["Send `Vary: Origin` with every answer, also if the origin is not allowed."])
        .fix(remedy::lines::vary(proxy_before(examination, poll)))
        .fix([
            if examination.get(Step::DirectPoll).is_some_and(varies) {
                "The server itself sends it (--direct), so a proxy removes it."
            } else if sends_none(examination) {
                "This server does not send it: let the proxy before it do so, or socketio-cors-edge."
            } else {
                "Socket.IO 3 and 4 and socketio-cors-edge send it by themselves. Does a proxy remove it?"
            },
        ]),
    ]
}

/// True if the server never sends it.
fn sends_none(examination: &Examination) -> bool {
    !matches!(
        socket_server(examination),
        SocketServer::Node | SocketServer::Zishang | SocketServer::Oxide
    )
}

/// True if a cache may answer with it again, or one is there.
fn may_be_kept(poll: &Exchange) -> bool {
    let names = ["age", "cf-cache-status", "etag", "expires", "last-modified", "x-cache"];
    let lasts = poll.header("Cache-Control").is_some_and(|value| value.contains("max-age"));
    lasts || names.into_iter().any(|name| poll.header(name).is_some())
}

fn varies(exchange: &Exchange) -> bool {
    let vary = exchange.header("Vary").unwrap_or_default();
    vary.split(',').map(str::trim).any(|name| name == "*" || name.eq_ignore_ascii_case("origin"))
}
