//! Pages of anybody that are let in.

use super::{
    evidence::{with_body, with_cors},
    remedy, worker,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, SocketServer, proxy, socket_server},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let any_origin = any_origin(examination);
    // Where every page may poll with cookies, that each may have a WebSocket is no news.
    let unchecked = match &any_origin {
        None => foreign_websocket(examination).or_else(|| foreign_post(examination)),
        Some(_) => None,
    };
    [unchecked, any_origin, null_origin(examination)].into_iter().flatten().collect()
}

/// How a server checks the origin of everything.
fn check_origins(examination: &Examination) -> Vec<String> {
    if examination.spoken_poll().is_some_and(worker::only_reports) {
        return vec![worker::ONLY_REPORTS.to_owned()];
    }
    let mut lines = remedy::allow_request(examination);
    if socket_server(examination) == SocketServer::Node2 {
        lines.push("(`origins` of Socket.IO 2 is looked at for WebSockets as well.)".to_owned());
    }
    lines.push(
        "Or take no cookie for a login: let the page send a token in the client's `auth`."
            .to_owned(),
    );
    lines.push(
        "Or put socketio-cors-edge in front, which refuses every request of an origin that is not in \
         its policy:"
            .to_owned(),
    );
    lines.extend(remedy::policy(examination).into_iter().skip(1));
    lines
}

fn foreign_websocket(examination: &Examination) -> Option<Finding> {
    let exchange = examination.get(Step::ForeignWebsocket).filter(|it| it.opened_websocket())?;
    let names = examination.names_of_cookies();
    let severity = if names.is_empty() { Severity::Warning } else { Severity::Danger };
    let (summary, cookies) = if names.is_empty() {
        (
            "any website may open a WebSocket here: the server checks no Origin, as Socket.IO does not \
             by itself",
            "No cookie was seen (--cookie gives one), so that such a page is nobody in particular: this \
             matters once a cookie logs people in."
                .to_owned(),
        )
    } else {
        (
            "any website may open a WebSocket here with its visitor's cookies",
            format!(
                "The browser has cookies for the server ({}). If one of them logs people in, a page \
                 elsewhere reads and sends as its visitor (cross-site WebSocket hijacking).",
                names.join(", ")
            ),
        )
    };
    let finding = Finding::new(Code::ForeignWebsocket, severity, summary)
        .seen(exchange, with_body(exchange))
        .why(["CORS headers keep no page from a WebSocket, and browsers send cookies with it: whoever \
               checks Origin is the server."])
        .why([cookies])
        .fix(check_origins(examination));
    Some(if examination.grants_foreign() { finding.fix(FOR_EVERYONE) } else { finding })
}

const FOR_EVERYONE: [&str; 3] = [
    "If the service is for everyone, keep cookies from its WebSockets. Behind socketio-cors-edge, in \
     its policy:",
    "  { \"origin\": \"*\", \"websocketCookies\": false }",
    "(Whether it does so cannot be seen from outside: this is found all the same.)",
];

/// Where handshakes of foreign pages are refused, a POST of theirs needs the id of a session that
/// nobody tells them: that is a fact, and no finding.
fn foreign_post(examination: &Examination) -> Option<Finding> {
    let exchange = examination.get(Step::ForeignPost).filter(|it| it.status() == Some(200))?;
    let opens = examination.get(Step::ForeignPoll).is_some_and(|poll| poll.opened().is_some());
    if !opens || examination.grants_foreign() {
        return None;
    }
    Some(
        Finding::new(
            Code::ForeignPost,
            Severity::Warning,
            "a POST of any website is acted on, if it knows the id of a session",
        )
        .seen(exchange, with_body(exchange))
        .why(["The POST is text/plain, for which browsers send no preflight; CORS hides its answer from \
               the page, and not the request from the server. The id cannot be guessed: it is in every \
               URL, and so in logs on the way."])
        .fix(check_origins(examination)),
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
            "List the origins instead of naming each that asks (`origin: true`, a function that always \
             says yes, nginx's $http_origin, Socket.IO 2's \"*:*\", python-socketio's \"*\"):"
                .to_owned(),
        ])
        .fix(if proxy(poll) == Some(Proxy::Nginx) { remedy::nginx_list(examination) } else { vec![] })
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

/// True if a session is given to the origin that asked, which is named.
fn reflects(exchange: &Exchange) -> bool {
    exchange.opened().is_some()
        && exchange.origin.is_some()
        && exchange.allowed_origin() == exchange.origin
}
