//! Preflights: requests that browsers send ahead of one with headers of the page's own.

use socketio_cors_explain::fetch_standard::CorsError;

use super::{
    cached,
    chromium::{PREFLIGHT, blocked, preflight_blocked, reason},
    connection,
    direct_preflight::{RIGHT_ALONE, by_proxy, right_without_proxy},
    evidence::{with_body, with_cors, with_headers},
    known, remedy,
    request_headers::{NOT_SENT, NOT_SENT_NEXT, header_not_allowed},
    unparsable,
};
use crate::{
    doctor::{
        examination::Examination,
        exchange::Exchange,
        finding::{Code, Finding, Severity},
        software::{Proxy, answers_preflight, proxy, proxy_before},
        step::Step,
    },
    network::{Failure, FailureKind},
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    if examination.target.is_same_origin() || !examination.polls() {
        return Vec::new();
    }
    let Some(preflight) = examination.get(Step::Preflight) else { return Vec::new() };
    // A fault that keeps the page from the poll also keeps it from the preflight.
    if !examination.names_page() {
        return next_fault(examination, preflight).into_iter().collect();
    }
    // Without handlePreflightRequest, a Socket.IO 2 server answers none but those of its own clients' POSTs.
    let is_usual = examination.is_server_2() && preflight.engine_error().is_some();
    let fails_already = examination.get(Step::Post).is_some_and(|post| !post.is_ok());
    if !needs_preflight(examination) && (is_usual || fails_already) {
        return Vec::new();
    }
    let credentialed = examination.target.page.credentialed;
    // Once Socket.IO alone sets the headers of the polls, it answers preflights too.
    let reads = examination.spoken_poll().is_some_and(|poll| poll.cors_check(credentialed).is_ok());
    if !needs_preflight(examination) && !reads && remedy::is_by_another(examination, preflight) {
        return Vec::new();
    }
    let finding = match (preflight.status(), preflight.cors_check(credentialed)) {
        (Some(200..300), Ok(())) => unparsable::finding(examination, preflight)
            .or_else(|| header_not_allowed(examination, preflight, NOT_SENT))
            .or_else(|| for_each_poll(examination, preflight)),
        (Some(200..300), Err(error)) => {
            let poll = examination.spoken_poll().map(|poll| poll.cors_check(credentialed));
            if poll == Some(Err(error)) {
                next_fault(examination, preflight)
            } else {
                Some(without_cors(examination, preflight, error))
            }
        }
        _ => Some(refused(examination, preflight)),
    };
    finding.into_iter().collect()
}

/// What a browser will say of the preflight once the poll's own fault is mended: a header of the page's is
/// not in the list that is there.
fn next_fault(examination: &Examination, preflight: &Exchange) -> Option<Finding> {
    let has_list = preflight.header("Access-Control-Allow-Headers").is_some_and(|it| it != "*");
    let is_ok = preflight.is_ok() && has_list;
    is_ok.then(|| header_not_allowed(examination, preflight, NOT_SENT_NEXT)).flatten()
}

/// The preflight of a poll that the browser therefore did not send, as recordings have it.
pub(super) fn of_kept_poll(examination: &Examination, failure: &Failure) -> Option<Finding> {
    let preflight = examination.get(Step::Preflight)?;
    // Something may close only preflights: the poll after one fails in the same way.
    let is_cut = matches!(failure.kind, FailureKind::Closed | FailureKind::Reset)
        && preflight.failure() == Some(failure.kind);
    let is_kept = failure.kind == FailureKind::Browser || is_cut;
    if !is_kept || examination.target.is_same_origin() {
        return None;
    }
    // A server that the preflight does not reach is one that no request does.
    let own = preflight.error.as_ref().filter(|_| preflight.answer.is_none());
    let is_of_preflights =
        |kind| matches!(kind, FailureKind::Closed | FailureKind::Reset | FailureKind::Browser);
    if let Some(own) = own.filter(|own| !is_of_preflights(own.kind)) {
        return Some(connection::failed(examination, preflight, own));
    }
    if let Some(known) = known::of(preflight).filter(|it| it.code != Code::NotSocketIo) {
        return Some(known::finding(examination, preflight, known));
    }
    let credentialed = examination.target.page.credentialed;
    match (preflight.status(), preflight.cors_check(credentialed)) {
        (Some(200..300), Ok(())) => unparsable::finding(examination, preflight)
            .or_else(|| header_not_allowed(examination, preflight, NOT_SENT)),
        (Some(200..300), Err(error)) => Some(without_cors(examination, preflight, error)),
        _ => Some(refused(examination, preflight)),
    }
}

/// A preflight whose status is not one of 200 to 299.
fn refused(examination: &Examination, preflight: &Exchange) -> Finding {
    match preflight.status() {
        Some(300..400) => redirected(examination, preflight),
        _ => failed(examination, preflight),
    }
}

/// A preflight that succeeds, and comes before each poll.
fn for_each_poll(examination: &Examination, preflight: &Exchange) -> Option<Finding> {
    let names = examination.target.page.unsafe_headers().join(", ");
    // Without it, a poll without a stamp may be answered by the browser's own cache.
    let is_stored = !examination
        .spoken_poll()
        .and_then(|poll| poll.header("Cache-Control"))
        .is_some_and(|value| value.contains("no-store"));
    if names.is_empty() || is_stored {
        return None;
    }
    let max_age = match preflight.header("Access-Control-Max-Age") {
        Some(seconds) => {
            format!(
                "The answer may be kept for {seconds} s, but no URL comes twice, so it is not used \
             again."
            )
        }
        None => {
            "The answer does not say how long it may be kept (Access-Control-Max-Age).".to_owned()
        }
    };
    Some(
        Finding::new(
            Code::PreflightForEachPoll,
            Severity::Warning,
            format!("each poll and each POST has a preflight of its own, for the header {names}"),
        )
        .seen(preflight, with_headers(preflight, &["access-control-max-age"]))
        .why([
            "A browser keeps a preflight's answer for one URL, and the client puts a new stamp into each \
             URL (t=…). So half of a polling page's requests are preflights, and each delays the request \
             after it.",
        ])
        .why([max_age])
        .fix([
            "Let the client leave the stamp out, and the server say how long the answer may be kept. 50 \
             messages then take 3 preflights instead of 104:",
            "  io(\"…\", { timestampRequests: false, … })",
            "  new Server(httpServer, { cors: { …, maxAge: 600 } })",
            "Behind socketio-cors-edge, in its policy:",
            "  { …, \"maxAge\": 600 }",
            "Or send the token in the client's `auth`, which needs no preflight. docs/cost.md says what \
             each costs.",
        ]),
    )
}

fn severity(examination: &Examination) -> Severity {
    if needs_preflight(examination) { Severity::Error } else { Severity::Warning }
}

fn needs_preflight(examination: &Examination) -> bool {
    !examination.target.page.unsafe_headers().is_empty()
}

/// The pages that are affected, and the message in their console.
fn struck(examination: &Examination, why: &str) -> Vec<String> {
    let (whom, console) = if needs_preflight(examination) {
        let names = examination.target.page.unsafe_headers().join(", ");
        let whom = format!(
            "The page sets headers of its own ({names}), so the browser asks first, and sends the request \
             only if the answer allows it."
        );
        (whom, "Chromium prints:")
    } else {
        let whom = "This page sets no header of its own, so it needs no preflight. A page with extraHeaders \
         would fail, and so would a Socket.IO 2 client that sends binary data.";
        (whom.to_owned(), "Chromium would print:")
    };
    vec![whom, console.to_owned(), why.to_owned()]
}

fn redirected(examination: &Examination, preflight: &Exchange) -> Finding {
    let location = preflight.header("Location").unwrap_or_default();
    let why =
        blocked(preflight, &format!("{PREFLIGHT}Redirect is not allowed for a preflight request."));
    Finding::new(
        Code::PreflightRedirected,
        severity(examination),
        format!("the preflight is redirected to {location}"),
    )
    .seen(preflight, with_headers(preflight, &["location", "server"]))
    .why(struck(examination, &why))
    .fix([
        "Exclude OPTIONS from the rule that redirects (a login, http to https, a slash), or write the \
         final URL in the client. If a proxy answers preflights itself, let it send the CORS headers.",
    ])
    .fix(remedy::preflight(examination, preflight))
    .fix(known::PAST_LOGINS.iter().skip(1).copied())
}

fn failed(examination: &Examination, preflight: &Exchange) -> Finding {
    if let Some(error) = preflight.error.as_ref().filter(|_| preflight.answer.is_none()) {
        return unanswered(examination, preflight, error);
    }
    let answer = format!("is answered {}", preflight.status().unwrap_or_default());
    let credentialed = examination.target.page.credentialed;
    let known = known::of(preflight);
    let is_without_route = proxy(preflight) == Some(Proxy::ApiGateway)
        && known.is_some_and(|known| known.code == Code::NotSocketIo);
    let known = known.map(|known| {
        let says = known.says.replace("{}", known::asked(preflight));
        format!("{says}.")
    });
    let summary = if is_without_route {
        format!("API Gateway has no route for OPTIONS: the preflight {answer}")
    } else {
        format!("the preflight {answer}, but it needs a status of 200 to 299")
    };
    let finding = Finding::new(Code::PreflightFailed, severity(examination), summary)
        .seen(preflight, with_body(preflight))
        .why(struck(examination, &preflight_blocked(preflight, credentialed)))
        .why(known);
    if let Some(direct) = right_without_proxy(examination) {
        return by_proxy(examination, preflight, direct, finding);
    }
    let finding = if remedy::is_by_another(examination, preflight) {
        finding.fix([
            "Socket.IO itself answers, and in these words only if it has no `cors` at all. The page may read \
             its polls all the same, so it has to change only if pages are to send headers of their own.",
        ])
    } else if preflight.engine_error().is_some() {
        finding.fix([
            "Socket.IO itself answers. Unless it is told how to answer OPTIONS, it takes OPTIONS for a bad \
             handshake.",
        ])
    } else if is_without_route {
        finding
    } else if let Some(fix) = refused_by(preflight) {
        return finding.fix(known::fix(examination, preflight, fix));
    } else {
        finding.fix([
            "Something before Socket.IO answers. Let OPTIONS past any login or filter of methods: a \
             preflight never has a cookie or a token.",
        ])
    };
    finding.fix(remedy::preflight(examination, preflight))
}

/// A preflight without an answer.
fn unanswered(examination: &Examination, preflight: &Exchange, error: &Failure) -> Finding {
    let summary = format!(
        "the preflight gets no answer, and needs one with a status of 200 to 299: {}",
        error.text
    );
    let credentialed = examination.target.page.credentialed;
    let finding = Finding::new(Code::PreflightFailed, severity(examination), summary)
        .seen(preflight, with_body(preflight))
        .why(struck(examination, &preflight_blocked(preflight, credentialed)));
    let direct = right_without_proxy(examination);
    let finding = match direct {
        Some(direct) => finding.seen(direct, with_cors(direct)).fix([format!("{RIGHT_ALONE}.")]),
        None => finding,
    };
    let rules = match proxy_before(examination, preflight) {
        Some(Proxy::Nginx) => "nginx: no `return 444`",
        _ => "HAProxy: no `http-request reject` or `silent-drop`; nginx: no `return 444`",
    };
    finding
        .fix([format!(
            "Something closes the connection on OPTIONS, or drops the request. {rules}; a firewall: allow OPTIONS \
             for {}.",
            examination.target.path
        )])
        .fix(direct.is_none().then_some(
            "Or the server itself ends the request: its log then has the error. Code that handles OPTIONS has to \
             answer, or to call next().",
        ))
}

/// The known fix for software that refuses the preflight, unless it is a proxy that can answer it.
fn refused_by(preflight: &Exchange) -> Option<&'static [&'static str]> {
    let answers = matches!(
        proxy(preflight),
        Some(
            Proxy::Nginx
                | Proxy::Apache
                | Proxy::Caddy
                | Proxy::Haproxy
                | Proxy::Kong
                | Proxy::ApiGateway
        )
    );
    known::hint(preflight, &[Code::Blocked]).filter(|_| !answers)
}

fn without_cors(examination: &Examination, preflight: &Exchange, error: CorsError) -> Finding {
    let what = match error {
        CorsError::Missing => "has no Access-Control-Allow-Origin",
        CorsError::Multiple => "has several values of Access-Control-Allow-Origin",
        CorsError::Wildcard => "has Access-Control-Allow-Origin: *, and the page sends credentials",
        CorsError::Mismatch => "has an Access-Control-Allow-Origin that is not the page's",
        CorsError::Credentials => "has no Access-Control-Allow-Credentials: true",
    };
    let why = blocked(preflight, &format!("{PREFLIGHT}{}", reason(preflight, error)));
    let is_cached = cached::is_hit(preflight);
    let finding = Finding::new(
        Code::PreflightWithoutCors,
        severity(examination),
        format!("the preflight's answer {what}; the poll's answer is right"),
    )
    .seen(preflight, with_cors(preflight))
    .seen(preflight, if is_cached { with_headers(preflight, cached::TELLING) } else { Vec::new() })
    .why(struck(examination, &why));
    if let Some(direct) = right_without_proxy(examination).filter(|_| !is_cached) {
        return by_proxy(examination, preflight, direct, finding);
    }
    finding
    .fix(is_cached.then_some(
        "A cache has kept this answer, from another page's preflight. Do not cache OPTIONS, or add Origin \
         to the cache's key. CloudFront: the cache policy CachingDisabled for /socket.io/*.",
    ))
    .fix([match answers_preflight(examination, preflight) {
        Some(Proxy::Nginx) => "nginx, or what is behind it, answers OPTIONS before Socket.IO does. If it is nginx, \
            by a `return 204` for OPTIONS, delete that: Socket.IO then answers OPTIONS itself. Or \
            let it send the poll's CORS headers.",
        _ => "Something answers OPTIONS before Socket.IO does: a proxy's `return 204`, a web framework, an API \
            gateway, a function of your own. Let it pass OPTIONS on, or let it send the poll's CORS headers.",
    }])
    .fix(remedy::preflight(examination, preflight))
}
