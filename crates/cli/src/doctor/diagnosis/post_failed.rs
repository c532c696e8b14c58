//! Requests of a session that something else than Socket.IO answers.

use super::{
    chromium::{client_says, console},
    evidence::with_body,
    known, own_origin, remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, proxy, proxy_before},
    step::Step,
};

pub(super) fn post_failed(examination: &Examination) -> Option<Finding> {
    if let Some(finding) = own_origin::finding(examination) {
        return Some(finding);
    }
    let mut later = examination.all(Step::Post).chain(examination.all(Step::PollAgain));
    // A GET without an answer is one that the server holds until it has something to say.
    let failed = later.find(|exchange| match exchange.status() {
        Some(status) => status != 200 || exchange.is_of_another(),
        None => exchange.method == "POST",
    })?;
    let answer = match (failed.status(), &failed.error) {
        (None, Some(error)) => format!("fails: {}", error.text),
        (Some(200), _) => "is answered 200, and not by Socket.IO".to_owned(),
        (status, _) => format!("is answered {}", status.unwrap_or_default()),
    };
    let by = match by_rule(failed).and_then(|_| proxy(failed)) {
        Some(proxy) => format!(" by {}", proxy.name()),
        None => String::new(),
    };
    Some(
        Finding::new(
            Code::PostFailed,
            Severity::Error,
            format!("a session opens, but a {} in it {answer}{by}", failed.method),
        )
        .seen(failed, with_body(failed))
        .why(["The page cannot go on by polling."])
        .why(console(examination, failed))
        .why([client_says(failed)])
        .fix(match by_rule(failed).or_else(|| refused_by(failed)) {
            Some(fix) => known::fix(examination, failed, fix),
            None => hint(examination, failed),
        }),
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
            "nginx itself refuses the POST, and lets the GET through. Look for `limit_except` and `if \
             ($request_method …)` in Socket.IO's server block and location, and allow POST and OPTIONS in the one \
             that is there:",
            "  limit_except GET POST OPTIONS { deny all; }",
            "Or:",
            "  if ($request_method !~ ^(GET|HEAD|POST|OPTIONS)$) { return 405; }",
        ]),
        Proxy::Apache if body.contains("IETF//DTD HTML 2.0") => Some(&[
            "Apache itself refuses the POST, and lets the GET through. Look for <Limit>, <LimitExcept> and `Require \
             method` around Socket.IO's path, and allow POST and OPTIONS:",
            "  <Location \"/socket.io/\">",
            "    Require method GET POST OPTIONS",
            "  </Location>",
            "Without those, a firewall in Apache refuses it (the error log says ModSecurity, for example rule 920420: \
             text/plain, which Socket.IO's POSTs are):",
            "  <Location \"/socket.io/\">",
            "    SecRuleRemoveById 920420",
            "  </Location>",
        ]),
        _ => None,
    }
}

fn hint(examination: &Examination, post: &Exchange) -> Vec<String> {
    let proxy = proxy_before(examination, post);
    let lines = match post.status() {
        Some(404 | 405) => remedy::lines::posts(proxy),
        Some(413) => remedy::lines::larger_bodies(proxy),
        Some(502..=504) => remedy::waiting(proxy, MAX_POLL),
        _ => Vec::new(),
    };
    known::fix(examination, post, cause(post)).into_iter().chain(lines).collect()
}

/// The longest time of a poll, in seconds: Socket.IO's default `pingInterval`.
const MAX_POLL: u64 = 25;

fn cause(post: &Exchange) -> &'static [&'static str] {
    match post.status() {
        Some(200) => &[
            "Something before Socket.IO writes that answer (see its text), and the request does not get \
             through: a firewall, a cache, a rule on methods, an API's mock. Let GET, POST and OPTIONS of \
             Socket.IO's path past it.",
        ],
        Some(400) if post.is_refused() => &[
            "A middleware of the server (io.engine.use) refuses it, but not the GET. Let it allow the \
             Origin that the POST has.",
        ],
        Some(400) => &[
            "Something refuses the body: a parser before Socket.IO (express.json, a gateway that wants \
             JSON), or a firewall. Let Socket.IO's path past it.",
        ],
        Some(401) => &[
            "Something wants a login for POST, but not for GET. Let Socket.IO's path past it, or give it \
             what it wants (--header, --cookie, --query).",
        ],
        Some(403 | 419) => &[
            "Something refuses POST: a check of CSRF tokens, of Origin or of Sec-Fetch-Site in the web \
             framework, or a web application firewall. Let Socket.IO's path past it.",
            "Laravel, in bootstrap/app.php:",
            "  $middleware->validateCsrfTokens(except: ['socket.io/*']);",
            "Django: put socketio.WSGIApp or ASGIApp around the application, do not make it a view. \
             Express: attach Socket.IO to the HTTP server, before csurf. Rails: skip_forgery_protection. \
             Go: CrossOriginProtection.AddTrustedOrigin.",
        ],
        Some(404 | 405) => &[
            "Something allows only GET: a static site's proxy rule, a cache, a rule on methods. Allow POST \
             on Socket.IO's path.",
        ],
        Some(411) => &["A proxy wants Content-Length, and something before the proxy removes it."],
        Some(413) => &[
            "Something limits the size of bodies. Allow as much as Socket.IO does (`maxHttpBufferSize`, 1 \
             MB).",
        ],
        Some(415) => &[
            "Something accepts only certain types of bodies. Allow text/plain on Socket.IO's path.",
        ],
        Some(300..400) => &["Exclude Socket.IO's path from the rule that redirects."],
        None if post.is_late() => &[
            "The POST gets no answer, but a GET does. Usually something has read the body before \
             Socket.IO, which waits for it: a body parser (express.json, express.text, bodyParser) before \
             a route that calls engine.handleRequest, an API route of Next.js without `export const config \
             = { api: { bodyParser: false } }`, a cloud function. Attach Socket.IO to the HTTP server \
             instead:",
            "  const io = new Server(httpServer, { … });",
            "Otherwise a proxy or a firewall holds bodies back.",
        ],
        Some(502..=504) => &[
            "The proxy loses the server between two requests. Does the server restart? Or does the proxy \
             wait less than a poll may take (`pingInterval`, 25 s)?",
        ],
        _ => &[
            "Look at the logs of the server and of what is before it: the first GET gets through, but \
         this does not.",
        ],
    }
}
