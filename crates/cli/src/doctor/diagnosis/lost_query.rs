//! URLs that reach Socket.IO without their query, or with another.

use super::{evidence::with_body, remedy};
use crate::doctor::{
    engineio::{BAD_METHOD, Protocol, UNKNOWN_TRANSPORT, UNSUPPORTED_PROTOCOL},
    examination::{Examination, poll},
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::proxy_before,
    step::Step,
};

/// Socket.IO answers, and its words tell that it was asked for something else than was sent.
pub(super) fn finding(examination: &Examination) -> Option<Finding> {
    let (part, exchanges) = without_transport(examination)
        .map(|seen| ("its query (`transport`)", seen))
        .or_else(|| Some(("`EIO` in its query", without_version(examination)?)))
        .or_else(|| Some(("`sid` in its query", without_session(examination)?)))?;
    let finding = Finding::new(
        Code::ProxyChangesPath,
        Severity::Error,
        format!("the URL reaches Socket.IO without {part}: something drops or changes it"),
    );
    let proxy = exchanges.iter().find_map(|exchange| proxy_before(examination, exchange));
    let finding = exchanges
        .into_iter()
        .fold(finding, |finding, exchange| finding.seen(exchange, with_body(exchange)));
    Some(finding.why(["A client's query says which version and transport it uses, and which session is its \
     own. Socket.IO refuses requests without them."])
        .fix(remedy::same_query(proxy, &examination.target.path)))
}

/// Each server takes polling, or a `WebSocket`, or both.
fn without_transport(examination: &Examination) -> Option<Vec<&Exchange>> {
    let poll = examination.page_poll().filter(|it| it.has_engine_error(UNKNOWN_TRANSPORT))?;
    // Engine.IO refuses an upgrade in plain text.
    let websocket = examination.get(Step::Websocket).filter(|it| {
        it.has_engine_error(UNKNOWN_TRANSPORT) || it.body().trim() == "Transport unknown"
    })?;
    Some(vec![poll, websocket])
}

/// Each server takes one version of the two.
fn without_version(examination: &Examination) -> Option<Vec<&Exchange>> {
    let refused = |version| {
        examination.get(poll(version)).filter(|it| it.has_engine_error(UNSUPPORTED_PROTOCOL))
    };
    Some(vec![refused(Protocol::V4)?, refused(Protocol::V3)?])
}

/// A POST is a bad way to begin a session, and a good one to go on with it.
fn without_session(examination: &Examination) -> Option<Vec<&Exchange>> {
    // python-engineio writes out the id, and Python's None where there is none.
    let is_of_none = |post: &Exchange| {
        let error = post.engine_error();
        error.is_some_and(|error| error.is_python() && error.message.ends_with("session None"))
    };
    let post = examination.get(Step::Post)?;
    (post.has_engine_error(BAD_METHOD) || is_of_none(post)).then(|| vec![post])
}
