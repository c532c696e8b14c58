//! `Access-Control-Allow-Origin` that is on one answer and has gone from another.

use socketio_cors_explain::fetch_standard::CorsError;

use super::{
    evidence::{unreadable, with_cors},
    origin, remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    step::Step,
};

/// The server sets `Access-Control-Allow-Origin`, and a proxy takes it away.
pub(super) fn by_proxy(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let direct = examination.get(Step::DirectPoll).filter(|it| it.grants_its_origin())?;
    let summary = if origin::has_remains(poll) {
        "a proxy takes Access-Control-Allow-Origin away, which the server sets, or hands on another \
         Origin than the page's"
    } else {
        "a proxy takes Access-Control-Allow-Origin away, which the server sets"
    };
    let finding =
        taken_away(poll, summary).seen(direct, with_cors(direct)).fix(remedy::keep_headers(poll));
    Some(if origin::has_remains(poll) { finding.fix([ORIGIN_CHANGED]) } else { finding })
}

/// What brings about the same as a list that does not have the page.
pub(super) const ORIGIN_CHANGED: &str = "Does a proxy hand on another Origin than the page's, or none? The server then looks up the wrong \
     one: in nginx, take out `proxy_set_header Origin …;`, in a development server's proxy what sets \
     or deletes `origin`. --direct with the server's own URL tells.";

/// `Access-Control-Allow-Origin` is on other answers, and not on the poll's.
pub(super) fn from_some(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    if let Some(finding) = by_chance(examination) {
        return Some(finding);
    }
    let steps = [Step::Preflight, Step::Post, Step::PollAgain, Step::BadSession];
    let other = steps
        .into_iter()
        .find_map(|step| examination.get(step).filter(|exchange| exchange.grants_its_origin()))?;
    Some(
        taken_away(
            poll,
            "Access-Control-Allow-Origin is on some answers, and not on that to the poll",
        )
        .seen(other, with_cors(other))
        .fix(["It is set for some methods or statuses alone. In nginx, an add_header in `if \
             ($request_method = OPTIONS)` is for preflights only, and one in a location undoes \
             those around it."])
        .fix(remedy::socket_io(examination))
        .fix(remedy::keep_headers(poll)),
    )
}

/// Of two requests of the page that are alike, one has the header in its answer.
fn by_chance(examination: &Examination) -> Option<Finding> {
    let of_page = |it: &&Exchange| {
        let steps = [Step::Poll4, Step::Poll3, Step::Post, Step::PollAgain, Step::QuietSession];
        steps.contains(&it.step) && it.is_ok()
    };
    let kind = |exchange: &Exchange| (exchange.method, exchange.url.contains("sid="));
    let missing = |exchange: &Exchange| exchange.cors_check(false) == Err(CorsError::Missing);
    let mut lacking = examination.exchanges.iter().filter(of_page).filter(|it| missing(it));
    let (lacking, other) = lacking.find_map(|lacking| {
        let mut others = examination.exchanges.iter().filter(of_page);
        let other = others.find(|it| kind(it) == kind(lacking) && it.grants_its_origin())?;
        Some((lacking, other))
    })?;
    Some(
        taken_away(
            lacking,
            "Access-Control-Allow-Origin is on some answers, and not on others to the same request",
        )
        .seen(other, with_cors(other))
        .fix([
            "Several answer, and are not set up alike: instances of the server (a roll-out that is not \
             complete, a variable that one of them lacks), or a cache whose key leaves Origin out. In each \
             of them:",
        ])
        .fix(remedy::socket_io(examination)),
    )
}

/// The poll is good, and the POST's answer has lost the header.
pub(super) fn from_posts(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    if let Some(finding) = by_chance(examination) {
        return Some(finding);
    }
    let post = examination.get(Step::Post).filter(|post| post.is_ok())?;
    let again =
        examination.all(Step::PollAgain).find(|again| again.method == "GET" && again.is_ok());
    let is_missing = |exchange: &Exchange| exchange.cors_check(false) == Err(CorsError::Missing);
    if is_missing(post)
        && let Some(again) = again.filter(|again| is_missing(again))
    {
        return Some(from_sessions(examination, poll, again));
    }
    (post.cors_check(false) == Err(CorsError::Missing)).then(|| {
        taken_away(
            post,
            "Access-Control-Allow-Origin is on the answer to GET, and not on that to POST",
        )
        .seen(poll, with_cors(poll))
        .fix(["It is set for GET alone. A rule of the proxy that knows methods (nginx's `if \
             ($request_method = GET)`) has to set it for all of them, or leave it to the server."])
        .fix(remedy::keep_headers(post))
    })
}

/// The handshake is good, and the later answers of its session have lost the header.
fn from_sessions(examination: &Examination, poll: &Exchange, again: &Exchange) -> Finding {
    taken_away(
        again,
        "Access-Control-Allow-Origin is on the answer to the handshake, and not on the later ones of the \
         session",
    )
    .seen(poll, with_cors(poll))
    .fix([
        "It is set for the first request alone, as by a function for `initial_headers` or a proxy's rule on \
         the query (`sid`). Leave it to Socket.IO, which sets it on every answer:",
    ])
    .fix(remedy::socket_io(examination))
    .fix(["A function of your own sets it on every answer where it is for `headers`:"])
    .fix(["  io.engine.on(\"headers\", (headers, request) => { … });"])
    .fix(remedy::keep_headers(again))
}

fn taken_away(exchange: &Exchange, summary: &str) -> Finding {
    Finding::new(Code::StrippedHeaders, Severity::Error, summary)
        .seen(exchange, with_cors(exchange))
        .why(unreadable(exchange, CorsError::Missing))
}
