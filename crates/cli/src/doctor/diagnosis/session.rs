//! Sessions that do not last, and errors that the page cannot read.

use socketio_cors_explain::fetch_standard::CorsError;

use super::{
    evidence::{blocked, client_says, console, reason, with_body, with_cors},
    known, remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, proxy},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    if examination.ends_sessions() || examination.throws_out() {
        return session_ended(examination).into_iter().collect();
    }
    let lost = session_lost(examination);
    let failed = if lost.is_none() { post_failed(examination) } else { None };
    [errors_without_cors(examination), lost, failed].into_iter().flatten().collect()
}

fn errors_without_cors(examination: &Examination) -> Option<Finding> {
    let poll = examination.spoken_poll().filter(|poll| poll.is_ok())?;
    let bad = examination.get(Step::BadSession)?;
    let is_error = bad.status().is_some_and(|status| status >= 400);
    let missing = bad.cors_check(false) == Err(CorsError::Missing);
    if examination.target.is_same_origin() || !poll.grants_its_origin() || !is_error || !missing {
        return None;
    }
    Some(
        Finding::new(
            Code::ErrorsWithoutCors,
            Severity::Warning,
            "answers of 400 have no CORS headers, where those of 200 have them",
        )
        .seen(bad, with_cors(bad))
        .seen(poll, with_cors(poll))
        .why([
            "The page works until something goes wrong. Then its console speaks of CORS and \
             hides the real error:"
                .to_owned(),
            blocked(bad, &reason(bad, CorsError::Missing)),
        ])
        .fix([
            "In nginx, add_header leaves answers of 400 and above out unless it ends in always:"
                .to_owned(),
            format!(
                "  add_header Access-Control-Allow-Origin {} always;",
                examination.target.page.origin
            ),
            "Or leave CORS to Socket.IO, which sets it on its errors too. socketio-cors-edge \
             sets it on every status."
                .to_owned(),
        ]),
    )
}

/// The server throws the client out by itself.
fn session_ended(examination: &Examination) -> Option<Finding> {
    let ended = examination.get(Step::PollAgain)?;
    let finding = Finding::new(
        Code::SessionEnded,
        Severity::Warning,
        "the server throws the client out once it connects to the namespace",
    )
    .seen(ended, with_body(ended));
    let finding = match examination.get(Step::QuietSession) {
        Some(quiet) => {
            finding.seen(quiet, vec!["A session in which nobody connects lasts.".to_owned()])
        }
        None => finding,
    };
    Some(
        finding
        .why([
            "So it is no load balancer that loses it. A page that sends what the server wants may well \
             stay: the doctor sends no `auth`, and speaks the default parser.",
        ])
        .fix([
            "If the page is thrown out as well (`io server disconnect`, `transport close`): look for \
             socket.disconnect(true) in the server's connection handler, and send the token that it looks \
             for:",
            "  io(\"…\", { auth: { token: \"…\" } })",
            "Or the server has a `parser` of its own (socket.io-msgpack-parser): the client needs the same \
             one.",
        ]),
    )
}

fn session_lost(examination: &Examination) -> Option<Finding> {
    let lost: Vec<_> = examination.lost().collect();
    let first = lost.first()?;
    let finding = lost.iter().fold(
        Finding::new(
            Code::SessionLost,
            Severity::Error,
            "a session is lost from one request to the next: they reach different instances of the \
             server",
        ),
        |finding, exchange| {
            let lines =
                if std::ptr::eq(*exchange, *first) { with_body(exchange) } else { Vec::new() };
            finding.seen(exchange, lines)
        },
    );
    let finding = finding.why([
        "The page connects and is thrown out, again and again, by chance. Each request of a \
         polling session has to reach the instance that opened it.",
    ]);
    Some(sticky_remedy(examination, first, finding))
}

fn sticky_remedy(examination: &Examination, lost: &Exchange, finding: Finding) -> Finding {
    let cookies = examination.cookies();
    let Some((cookie, header, exchange)) = cookies.first() else {
        return finding.fix(remedy::sticky(examination, lost));
    };
    let name = &cookie.name;
    let finding = finding.seen(exchange, vec![format!("Set-Cookie: {header}")]);
    if !examination.target.page.credentialed {
        finding.fix([
            format!(
                "The server sets a cookie ({name}) that may be meant to keep a session at one \
                 instance. The page does not send it: it is not credentialed. In the client:"
            ),
            "  io(\"…\", { withCredentials: true })".to_owned(),
            "And allow credentials to the page's origin, by name; the cookie needs SameSite=None; \
             Secure where the page is of another site. Then examine it with --credentials."
                .to_owned(),
        ])
    } else if !cookie.is_cross_site() && !examination.target.is_same_site() {
        finding.fix([format!(
            "The server sets a cookie ({name}) that may be meant to keep a session at one \
             instance. Browsers do not keep it for a page of another site: let the load \
             balancer set it with SameSite=None; Secure."
        )])
    } else {
        finding.fix([format!(
            "The cookie {name} was sent back, and did not keep the session at one instance: look \
             at the load balancer's stickiness."
        )])
    }
}

fn post_failed(examination: &Examination) -> Option<Finding> {
    let mut later = examination.all(Step::Post).chain(examination.all(Step::PollAgain));
    // A GET without an answer is one that the server holds until it has something to say.
    let failed = later.find(|exchange| match exchange.status() {
        Some(status) => status != 200,
        None => exchange.method == "POST",
    })?;
    let answer = match (failed.status(), &failed.error) {
        (None, Some(error)) => format!("fails: {}", error.text),
        (status, _) => format!("is answered {}", status.unwrap_or_default()),
    };
    Some(
        Finding::new(
            Code::PostFailed,
            Severity::Error,
            format!("a session can be opened, and a {} in it {answer}", failed.method),
        )
        .seen(failed, with_body(failed))
        .why(["The page cannot go on by polling."])
        .why(console(examination, failed))
        .why([client_says(failed)])
        .fix(known::fix(
            examination,
            by_rule(failed).or_else(|| refused_by(failed)).unwrap_or_else(|| hint(failed)),
        )),
    )
}

/// The fix in the words of who refuses it.
fn refused_by(post: &Exchange) -> Option<&'static [&'static str]> {
    known::hint(post, &[Code::Blocked, Code::ServerError])
}

/// The fix where the proxy that passes GET on refuses POST with a page of its own.
fn by_rule(post: &Exchange) -> Option<&'static [&'static str]> {
    let is_refused = matches!(post.status(), Some(403 | 405));
    let body = post.body();
    match proxy(post).filter(|_| is_refused)? {
        Proxy::Nginx if body.contains("<center>nginx") => Some(&[
            "nginx itself refuses it, and not the GET: look for `limit_except` and `if ($request_method …)` in \
             the server and the location of Socket.IO, and let POST and OPTIONS through:",
            "  limit_except GET POST OPTIONS { deny all; }",
        ]),
        Proxy::Apache if body.contains("IETF//DTD HTML 2.0") => Some(&[
            "Apache itself refuses it, and not the GET: look for <Limit>, <LimitExcept> and `Require method` \
             around Socket.IO's path, and let POST and OPTIONS through:",
            "  <Location \"/socket.io/\">",
            "    Require method GET POST OPTIONS",
            "  </Location>",
        ]),
        _ => None,
    }
}

fn hint(post: &Exchange) -> &'static [&'static str] {
    match post.status() {
        Some(400) if post.engine_error().is_some_and(|error| error.is_python) => &[
            "python-socketio refuses an origin that is not its own, which it knows by the Host header and \
             X-Forwarded-Proto: a proxy has to hand on both as the page asked. (A GET of a page to its own \
             origin has no Origin, and passes.) In nginx:",
            "  proxy_set_header Host $http_host;",
            "  proxy_set_header X-Forwarded-Proto $scheme;",
            "Or name the origin to it:",
            "  sio = socketio.AsyncServer(async_mode=\"asgi\", cors_allowed_origins=[\"{origin}\"])",
        ],
        Some(400) if post.is_refused() => &[
            "A middleware of the server (io.engine.use) refuses it, and not the GET: let it pass \
             the Origin that this has.",
        ],
        Some(400) => &[
            "Something refuses the body: a parser that takes it before Socket.IO (express.json before \
             it, a gateway that wants JSON), or a firewall. Let Socket.IO's path past it.",
        ],
        Some(401) => &[
            "Something wants a login for a POST, and not for a GET: let Socket.IO's path past it, or give \
             it what it wants (--header, --cookie).",
        ],
        Some(403 | 419) => &[
            "Something refuses POST: a check of CSRF tokens, of Origin or of Sec-Fetch-Site in the web \
             framework, or a firewall for web applications. Let Socket.IO's path past it.",
            "Laravel, in bootstrap/app.php:",
            "  $middleware->validateCsrfTokens(except: ['socket.io/*']);",
            "Django: socketio.WSGIApp or ASGIApp around the application, not a view of it. Express: \
             Socket.IO at the HTTP server, before csurf. Rails: skip_forgery_protection. Go: \
             CrossOriginProtection.AddTrustedOrigin.",
        ],
        Some(404 | 405) => &[
            "Something lets only GET through: a static site's proxy rule, a cache, a rule on \
             methods. Let POST through on Socket.IO's path. In nginx:",
            "  limit_except GET POST OPTIONS { deny all; }",
            "CloudFront: allowed methods GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE.",
        ],
        Some(411) => &["A proxy wants Content-Length, and something before it takes it away."],
        Some(413) => &[
            "Something limits bodies to less than this: let it take as much as Socket.IO does \
             (`maxHttpBufferSize`, 1 MB). In nginx:",
            "  client_max_body_size 1m;",
        ],
        Some(415) => &[
            "Something takes bodies of certain types alone: let it take text/plain on Socket.IO's path.",
        ],
        Some(300..400) => &["Let Socket.IO's path out of the rule that redirects."],
        None if post.is_late() => &[
            "The POST gets no answer where a GET does, as where something has read its body before Socket.IO, \
             which waits for it: a body parser (express.json, express.text, bodyParser) before a route that \
             hands on to engine.handleRequest, an API route of Next.js without `export const config = { api: \
             { bodyParser: false } }`, a cloud function. Let Socket.IO be before them, at the HTTP server:",
            "  const io = new Server(httpServer, { … });",
            "Else it is a proxy or a firewall that holds bodies back.",
        ],
        Some(502..=504) => &[
            "The proxy loses the server between two requests: does it restart, or does the proxy wait \
             for less than a poll may last (`pingInterval`, 25 s)? In nginx:",
            "  proxy_read_timeout 60s;",
        ],
        _ => &["Look at the server's log, and at what is before it: the first GET gets through, \
             and this does not."],
    }
}
