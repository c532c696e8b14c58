//! What those can do that the server may not expect.

use super::{
    evidence::{with_body, with_cors},
    remedy, worker,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let any_origin = any_origin(examination);
    // Where every page may poll with cookies, that each may have a WebSocket is no news.
    let websocket = any_origin.is_none().then(|| foreign_websocket(examination)).flatten();
    // Where every page may poll, each has sessions of its own to send into.
    let post = (!examination.grants_foreign()).then(|| foreign_post(examination)).flatten();
    let post = post.map(|finding| match &websocket {
        Some(_) => finding.fix([AS_FOR_WEBSOCKETS]),
        None => finding.fix(check_origins(examination)),
    });
    [websocket, post, any_origin, null_origin(examination)].into_iter().flatten().collect()
}

const AS_FOR_WEBSOCKETS: &str =
    "As for foreign-websocket above: check the Origin of every request.";

/// How a server checks the origin of everything.
fn check_origins(examination: &Examination) -> Vec<String> {
    let origin = &examination.target.page.origin;
    if examination.spoken_poll().is_some_and(worker::only_reports) {
        return vec![worker::ONLY_REPORTS.to_owned()];
    }
    let mut lines = if examination.grants_foreign() {
        let whole = "If a cookie means anything here, name the origins, and check them for \
                     WebSockets too."
            .to_owned();
        [vec![whole], remedy::policy(examination)].concat()
    } else {
        vec![
            "Put socketio-cors-edge in front: it refuses every request of an origin that is not \
             listed."
                .to_owned(),
        ]
    };
    if !examination.is_server_2() {
        lines.extend([
            "Or let the server check the origin of every request (socket.io 4.6 and later; an \
             `allowRequest` function sees the first request of a session alone):"
                .to_owned(),
            format!("  const allowed = [undefined, \"{origin}\"];  // undefined: apps, curl"),
            "  io.engine.use((request, response, next) => {".to_owned(),
            "    next(allowed.includes(request.headers.origin) ? undefined : new \
             Error(\"origin\"));"
                .to_owned(),
            "  });".to_owned(),
        ]);
    }
    lines.push(
        "And take no cookie alone for a login: let the page send a token in `auth`.".to_owned(),
    );
    lines
}

fn foreign_websocket(examination: &Examination) -> Option<Finding> {
    let exchange = examination.get(Step::ForeignWebsocket).filter(|it| it.opened_websocket())?;
    // To a server for everyone, strangers' pages are no danger unless it knows their visitors.
    let is_for_everyone = examination.grants_foreign();
    let has_cookies = examination.has_cookies();
    let is_harmless = is_for_everyone && !has_cookies;
    let mut finding = Finding::new(
        Code::ForeignWebsocket,
        if is_harmless { Severity::Warning } else { Severity::Danger },
        format!(
            "any website can open a WebSocket here: one from {} was accepted",
            examination.foreign
        ),
    )
    .seen(exchange, with_body(exchange))
    .why(["Browsers look at no CORS header for a WebSocket: whoever checks Origin is the \
           server. A page elsewhere connects with its visitor's cookies, and reads and sends \
           as that visitor (cross-site WebSocket hijacking)."]);
    if is_harmless {
        finding = finding.why(["No cookie was seen, so that page is nobody in particular as yet."]);
    }
    finding = finding.fix(check_origins(examination));
    if is_for_everyone {
        finding = finding.fix(FOR_EVERYONE);
    }
    Some(finding)
}

const FOR_EVERYONE: [&str; 3] = [
    "If the service is for everyone, keep cookies from its WebSockets. Behind socketio-cors-edge, in \
     its policy:",
    "  { \"origin\": \"*\", \"websocketCookies\": false }",
    "(Whether it does so cannot be seen from outside: this is found all the same.)",
];

fn foreign_post(examination: &Examination) -> Option<Finding> {
    let exchange = examination.get(Step::ForeignPost).filter(|it| it.status() == Some(200))?;
    Some(
        Finding::new(
            Code::ForeignPost,
            Severity::Danger,
            format!(
                "a POST from any website is acted on: one from {} into the page's session was \
                 accepted",
                examination.foreign
            ),
        )
        .seen(exchange, with_body(exchange))
        .why([
            "The POST is text/plain, for which browsers send no preflight; CORS hides its \
             answer, and not the request from the server. All that keeps another page out of a \
             session is that it does not know the id, which is in every URL, log and proxy on \
             the way.",
        ]),
    )
}

fn any_origin(examination: &Examination) -> Option<Finding> {
    let poll = examination.get(Step::ForeignPoll)?;
    if !reflects(poll) || !poll.allows_credentials() {
        return None;
    }
    Some(
        Finding::new(
            Code::AnyOriginWithCredentials,
            Severity::Danger,
            format!(
                "any website can read this with its visitor's cookies: {} was named, and \
                 credentials allowed",
                examination.foreign
            ),
        )
        .seen(poll, with_cors(poll))
        .why(["Every page that a visitor opens, whoever wrote it, may read what the visitor may \
               read."])
        .fix([
            "List the origins instead of reflecting each (`origin: true`, a function that always \
             says yes, nginx's $http_origin, Socket.IO 2's \"*:*\"):"
                .to_owned(),
        ])
        .fix(remedy::allow_page(examination))
        .fix([
            "Or, if the service is for everyone, leave credentials out, and take no cookie for a \
               login: a WebSocket has cookies all the same.",
        ]),
    )
}

fn null_origin(examination: &Examination) -> Option<Finding> {
    let poll = examination.get(Step::NullPoll)?;
    // Where each origin is reflected, null is but one of them.
    let foreign = examination.get(Step::ForeignPoll);
    if !reflects(poll) || foreign.is_some_and(reflects) {
        return None;
    }
    let severity = if poll.allows_credentials() { Severity::Danger } else { Severity::Warning };
    Some(
        Finding::new(
            Code::NullOrigin,
            severity,
            "Origin: null is allowed, which any website can send from a sandboxed frame",
        )
        .seen(poll, with_cors(poll))
        .why(["null is no one's name: it is what <iframe sandbox=\"allow-scripts\"> on any page \
               sends, and a file on disk."])
        .fix([
            "Take \"null\" from the list. Pages opened as files are served from http://localhost \
             instead; apps with a web view have an origin of their own (capacitor://localhost).",
        ]),
    )
}

/// Whether a session is given to the origin that asked, which is named.
fn reflects(exchange: &Exchange) -> bool {
    exchange.opened().is_some()
        && exchange.origin.is_some()
        && exchange.allowed_origin() == exchange.origin
}
