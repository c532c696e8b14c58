//! `Access-Control-Allow-Origin` that is on one answer and has gone from another.

use socketio_cors_explain::fetch_standard::CorsError;

use super::{
    chromium::unreadable,
    evidence::{shortened, with_cors},
    remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, SocketServer, proxy, proxy_before, socket_server},
    step::Step,
};

/// The server sets `Access-Control-Allow-Origin`, and a proxy takes it away.
pub(super) fn by_proxy(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let direct = examination.get(Step::DirectPoll).filter(|it| it.grants_its_origin())?;
    if proxy(poll) == Some(Proxy::CloudFront) {
        let summary = "CloudFront does not pass the page's Origin on to the server, or removes the server's \
                       Access-Control-Allow-Origin";
        return Some(taken_away(examination, poll, summary).seen(direct, with_cors(direct)).fix([
            "In CloudFront, in the behavior for /socket.io/*: the origin request policy AllViewer, which passes Origin \
             on, the cache policy CachingDisabled, and no response headers policy that has CORS settings.",
        ]));
    }
    let summary = if poll.has_other_cors_headers() {
        "a proxy removes the server's Access-Control-Allow-Origin, or passes on another Origin than the \
         page's"
    } else {
        "a proxy removes the server's Access-Control-Allow-Origin"
    };
    let finding = taken_away(examination, poll, summary)
        .seen(direct, with_cors(direct))
        .fix(remedy::keep_headers(poll));
    Some(if poll.has_other_cors_headers() {
        finding.fix([origin_changed(examination, poll)])
    } else {
        finding
    })
}

/// The server's own answer is right, and a proxy sends another value of that header, or none, in its place.
pub(super) fn replaced(
    examination: &Examination,
    poll: &Exchange,
    header: &str,
) -> Option<Finding> {
    let credentialed = examination.target.page.credentialed;
    let error = poll.cors_check(credentialed).err()?;
    let direct = examination
        .get(Step::DirectPoll)
        .filter(|it| it.opened().is_some() && it.cors_check(credentialed).is_ok())?;
    let summary = match poll.header(header) {
        Some(value) => {
            format!("a proxy replaces the server's {header} by \"{}\"", shortened(&value))
        }
        None => format!("a proxy removes the server's {header}"),
    };
    let finding = Finding::new(Code::StrippedHeaders, Severity::Error, summary)
        .seen(poll, with_cors(poll))
        .seen(direct, with_cors(direct))
        .why(unreadable(examination, poll, error))
        .fix([OWN_IS_RIGHT]);
    Some(match poll.header(header) {
        Some(_) => finding.fix(remedy::leave_header(examination, poll, header)),
        None => finding.fix(remedy::keep_headers(poll)),
    })
}

const OWN_IS_RIGHT: &str =
    "The server's own answer is right (--direct), so nothing is to change in the server.";

/// The sentence about a proxy that changes Origin, which looks like a list without the page.
pub(super) fn origin_changed(examination: &Examination, poll: &Exchange) -> String {
    let line = match proxy_before(examination, poll) {
        Some(Proxy::Apache) => "In Apache, remove `RequestHeader set Origin …` or `unset Origin`",
        Some(Proxy::Caddy) => "In Caddy, remove `header_up Origin …` or `header_up -Origin`",
        Some(Proxy::Haproxy) => "In HAProxy, remove `http-request set-header Origin …`",
        None | Some(Proxy::Nginx) => "In nginx, remove `proxy_set_header Origin …;`",
        Some(_) => "Remove what sets it in the proxy",
    };
    let tells = if examination.target.direct.is_some() {
        ""
    } else {
        " --direct with the server's own URL tells."
    };
    format!(
        "Does a proxy pass on another Origin than the page's, or none? The server then looks for the wrong one. \
         {line}; in a development server's proxy, what sets or deletes `origin`.{tells}"
    )
}

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
        taken_away(examination, poll,
            "some answers have Access-Control-Allow-Origin, but the answer to the poll does not",
        )
        .seen(other, with_cors(other))
        .fix(["It is set only for some methods or statuses."])
        .fix(matches!(proxy_before(examination, poll), None | Some(Proxy::Nginx)).then_some(
            "In nginx, an add_header in `if ($request_method = OPTIONS)` is for preflights only, and an \
             add_header in a location cancels those around it.",
        ))
        .fix(remedy::socket_io(examination))
        .fix(in_proxy(examination, poll)),
    )
}

/// The lines with which the proxy that answered sets the header, or keeps the server's.
fn in_proxy(examination: &Examination, exchange: &Exchange) -> Vec<String> {
    let mut lines = remedy::headers_of_proxy(examination, exchange);
    if lines.is_empty() {
        return remedy::keep_headers(exchange);
    }
    if proxy(exchange) == Some(Proxy::Nginx) {
        lines.push("Write it in the location, and outside of any `if`.".to_owned());
    }
    lines
}

/// The finding if, of two equal requests of the page, only one gets the header.
fn by_chance(examination: &Examination) -> Option<Finding> {
    let of_page = |it: &&Exchange| {
        let steps = [Step::Poll4, Step::Poll3, Step::Post, Step::PollAgain, Step::QuietSession];
        steps.contains(&it.step) && it.is_ok() && !it.is_of_another()
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
        taken_away(examination, lacking,
            "some answers have Access-Control-Allow-Origin, but other answers to the same request do not",
        )
        .seen(other, with_cors(other))
        .fix([
            "Several servers answer, and their settings differ: a roll-out is not complete, or an \
             environment variable is missing in one of them. Or a cache's key has no Origin. In each \
             server:",
        ])
        .fix(remedy::socket_io(examination)),
    )
}

/// The poll is good, and the POST's answer has lost the header.
pub(super) fn from_posts(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    if let Some(finding) = by_chance(examination) {
        return Some(finding);
    }
    let post = examination.get(Step::Post).filter(|post| post.is_ok() && !post.is_of_another())?;
    let again =
        examination.all(Step::PollAgain).find(|again| again.method == "GET" && again.is_ok());
    let is_missing = |exchange: &Exchange| exchange.cors_check(false) == Err(CorsError::Missing);
    if is_missing(post)
        && let Some(again) = again.filter(|again| is_missing(again))
    {
        return Some(from_sessions(examination, poll, again));
    }
    (post.cors_check(false) == Err(CorsError::Missing)).then(|| {
        taken_away(examination, post,
            "the answer to GET has Access-Control-Allow-Origin, but the answer to POST does not",
        )
        .seen(poll, with_cors(poll))
        .fix(["It is set only for GET. A proxy's rule on methods (`if ($request_method = GET)`) has to set it for all methods, or leave it to the server."])
        .fix(in_proxy(examination, post))
    })
}

/// The handshake is good, and the later answers of its session have lost the header.
fn from_sessions(examination: &Examination, poll: &Exchange, again: &Exchange) -> Finding {
    taken_away(examination, again,
        "the answer to the handshake has Access-Control-Allow-Origin, but the later answers of the session \
         do not",
    )
    .seen(poll, with_cors(poll))
    .fix([
        "It is set only for the first request, for example by a function for `initial_headers` or a \
         proxy's rule on the query (`sid`). Leave it to Socket.IO, which sets it on every answer:",
    ])
    .fix(remedy::socket_io(examination))
    .fix(if socket_server(examination) == SocketServer::Node { OF_HEADERS } else { &[] }.iter().copied())
    .fix(remedy::keep_headers(again))
}

const OF_HEADERS: &[&str] = &[
    "A function of your own sets it on every answer if it is for `headers`:",
    "  io.engine.on(\"headers\", (headers, request) => { … });",
];

fn taken_away(examination: &Examination, exchange: &Exchange, summary: &str) -> Finding {
    Finding::new(Code::StrippedHeaders, Severity::Error, summary)
        .seen(exchange, with_cors(exchange))
        .why(unreadable(examination, exchange, CorsError::Missing))
}
