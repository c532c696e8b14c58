//! Pages of anybody that are let in.

use std::slice;

use super::{
    evidence::{with_body, with_cors},
    remedy, worker,
};
use crate::doctor::{
    examination::{Examination, Logins},
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, SocketServer, proxy, socket_server},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let any_origin = any_origin(examination);
    // If every page may poll with cookies, a finding about foreign WebSockets adds nothing.
    let unchecked = match &any_origin {
        None => foreign_websocket(examination).or_else(|| foreign_post(examination)),
        Some(_) => None,
    };
    [unchecked, any_origin, null_origin(examination)].into_iter().flatten().collect()
}

/// The lines with which a server checks the origin of every request.
fn check_origins(examination: &Examination) -> Vec<String> {
    if examination.spoken_poll().is_some_and(worker::only_reports) {
        return vec![worker::ONLY_REPORTS.to_owned()];
    }
    let mut lines = remedy::allow_request(examination);
    if socket_server(examination) == SocketServer::Node2 {
        lines.push("(Socket.IO 2 checks its `origins` for WebSockets too.)".to_owned());
    }
    lines.push(
        "Or do not let a cookie log anybody in: let the page send a token in the client's `auth`."
            .to_owned(),
    );
    lines.push(
        "Or put socketio-cors-edge in front. It refuses every request from an origin that its policy does \
         not have:"
            .to_owned(),
    );
    lines.extend(remedy::policy(examination).into_iter().skip(1));
    lines
}

fn foreign_websocket(examination: &Examination) -> Option<Finding> {
    let exchange = examination.get(Step::ForeignWebsocket).filter(|it| it.opened_websocket())?;
    let logins = examination.logins();
    let severity = if logins.sent.is_empty() { Severity::Warning } else { Severity::Danger };
    let summary = if logins.sent.is_empty() {
        "any website may open a WebSocket here: the server does not check Origin, and Socket.IO does not by itself"
    } else {
        "any website may open a WebSocket here with its visitor's cookies"
    };
    let finding = Finding::new(Code::ForeignWebsocket, severity, summary)
        .seen(exchange, with_body(exchange))
        .why(["CORS headers do not stop WebSockets, and browsers may send cookies with them. Only the server \
         can check Origin."])
        .why([of_cookies(&logins)])
        .fix(check_origins(examination));
    Some(if examination.grants_foreign() { finding.fix(FOR_EVERYONE) } else { finding })
}

/// What another site's page can do with the cookies that were seen.
pub(super) fn of_cookies(Logins { sent, kept }: &Logins) -> String {
    if !sent.is_empty() {
        return format!(
            "The browser has cookies for the server ({}). If one of them logs people in, another site's page can \
             read and send as its visitor (cross-site WebSocket hijacking).",
            sent.join(", ")
        );
    }
    if !kept.is_empty() {
        return without_cookies(kept);
    }
    "No login cookie was seen (--cookie gives one), so another site's page has no visitor's login. This matters \
     once a cookie logs people in."
        .to_owned()
}

/// Why such a page acts for nobody, though there are cookies. For Firefox and Safari: OWASP, "`SameSite`".
fn without_cookies(kept: &[String]) -> String {
    format!(
        "Chromium does not send the cookies that were seen ({}) with another site's WebSocket, because they do \
         not have SameSite=None; Secure. Without any SameSite, they depend on the browser: Firefox and Safari \
         do not take that for Lax. Pages of the server's own site (another subdomain) send them.",
        kept.join(", ")
    )
}

const FOR_EVERYONE: [&str; 3] = [
    "If the service is for everyone, keep cookies out of its WebSockets. Behind socketio-cors-edge, in its \
     policy:",
    "  { \"origin\": \"*\", \"websocketCookies\": false }",
    "(The doctor cannot see that from outside, and still reports this.)",
];

/// Where handshakes of foreign pages are refused, a POST of theirs needs the id of a session that
/// nobody tells them: that is a fact, and no finding.
fn foreign_post(examination: &Examination) -> Option<Finding> {
    let exchange = examination
        .get(Step::ForeignPost)
        .filter(|it| it.status() == Some(200) && !it.is_of_another())?;
    let opens = examination.get(Step::ForeignPoll).is_some_and(|poll| poll.opened().is_some());
    let websocket = examination.get(Step::Websocket);
    let fails = websocket.is_some_and(|websocket| !websocket.opened_websocket())
        && examination.offers_upgrade() == Some(true);
    // If the page's WebSocket fails now, a foreign one opens once it works: that is the finding then.
    if !opens || examination.grants_foreign() || fails {
        return None;
    }
    Some(
        Finding::new(
            Code::ForeignPost,
            Severity::Warning,
            "the server acts on a POST from any website that knows the id of a session",
        )
        .seen(exchange, with_body(exchange))
        .why(["Browsers send no preflight for a text/plain POST. CORS hides the answer from the page, but \
         does not stop the request. The id cannot be guessed, but it is in every URL, and so in logs on \
         the way."])
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
                "any website can read this with its visitor's cookies{}: the server allows {}, with \
                 credentials",
                if examination.logins().sent.is_empty() { ", if there are any" } else { "" },
                examination.foreign
            ),
        )
        .seen(poll, with_cors(poll))
        .why(["Any page that a visitor opens, whoever wrote it, can read what the visitor can read."])
        .why(examination.logins().sent.is_empty().then_some(
            "No login cookie was seen (--cookie gives one): this matters once a cookie logs people in.",
        ))
        .fix([
            "List the origins. The server now allows each origin that asks (`origin: true`, a function \
             that always says yes, a proxy that repeats the Origin, Socket.IO 2's \"*:*\", python-socketio's \"*\"):"
                .to_owned(),
        ])
        .fix(if proxy(poll) == Some(Proxy::Nginx) { remedy::origin_list(Proxy::Nginx, slice::from_ref(&examination.target.page.origin), true) } else { vec![] })
        .fix(remedy::allow_page(examination))
        .fix([
            "Or, if the service is for everyone, allow no credentials, and let no cookie log anybody in: \
             WebSockets carry cookies all the same.",
        ])
        .fix(for_everyone(examination)),
    )
}

/// The line with which a server allows every origin, and no credentials.
fn for_everyone(examination: &Examination) -> Vec<String> {
    match socket_server(examination) {
        SocketServer::Python => vec![
            "In python-socketio and Flask-SocketIO, beside cors_allowed_origins=\"*\":".to_owned(),
            "  cors_credentials=False".to_owned(),
        ],
        SocketServer::Node => {
            vec!["  new Server(httpServer, { cors: { origin: \"*\" } })".to_owned()]
        }
        _ => Vec::new(),
    }
}

fn null_origin(examination: &Examination) -> Option<Finding> {
    let poll = examination.get(Step::NullPoll)?;
    // If every origin is reflected, null is only one of them.
    let foreign = examination.get(Step::ForeignPoll);
    if !reflects(poll) || foreign.is_some_and(reflects) {
        return None;
    }
    let severity = if poll.allows_credentials() { Severity::Danger } else { Severity::Warning };
    Some(
        Finding::new(
            Code::NullOrigin,
            severity,
            "the server allows Origin: null, which any website can send from a sandboxed frame",
        )
        .seen(poll, with_cors(poll))
        .why(["null is no page's name: every <iframe sandbox=\"allow-scripts\"> sends it, and so does a \
         file on disk."])
        .fix([if socket_server(examination) == SocketServer::Php {
            "phpsocket.io always does so. Put something in front that refuses it, such as \
             socketio-cors-edge."
        } else {
            "Take \"null\" out of the list. Serve pages from http://localhost instead of opening files. Apps \
             with a web view have an origin of their own (capacitor://localhost)."
        }]),
    )
}

/// True if a session is given to the origin that asked, which is named.
fn reflects(exchange: &Exchange) -> bool {
    exchange.opened().is_some()
        && exchange.origin.is_some()
        && exchange.allowed_origin() == exchange.origin
}
