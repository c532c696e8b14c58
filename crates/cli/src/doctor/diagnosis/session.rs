//! Sessions that do not last, and errors that the page cannot read.

use socketio_cors_explain::fetch_standard::CorsError;

use super::{
    chromium::{blocked, client_says, console, reason},
    evidence::{with_body, with_cors},
    known, own_origin, remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, proxy, proxy_before},
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
            "answers with status 400 have no CORS headers, but answers with 200 have them",
        )
        .seen(bad, with_cors(bad))
        .seen(poll, with_cors(poll))
        .why([
            "The page works until something goes wrong. Then the console shows a CORS error and not the \
             real one:"
                .to_owned(),
            blocked(bad, &reason(bad, CorsError::Missing)),
        ])
        .fix(match proxy_before(examination, bad) {
            None | Some(Proxy::Nginx) => vec![
                "nginx adds a header to answers of 400 and above only if the line ends in always."
                    .to_owned(),
            ],
            Some(_) => vec!["Set it on answers of every status.".to_owned()],
        })
        .fix(own_error_has_it(examination).then_some(
            "The server itself sends it with its errors (--direct), so the proxy replaces their headers, or \
             the errors.",
        ))
        .fix(remedy::lines::set_header(
            proxy_before(examination, bad),
            "Access-Control-Allow-Origin",
            &examination.target.page.origin,
        ))
        .fix([
            "Or leave CORS to Socket.IO, which sends the headers with its errors too. socketio-cors-edge \
             sends them with every status."
                .to_owned(),
        ]),
    )
}

fn own_error_has_it(examination: &Examination) -> bool {
    examination.get(Step::DirectBadSession).is_some_and(Exchange::grants_its_origin)
}

/// The server throws the client out by itself.
fn session_ended(examination: &Examination) -> Option<Finding> {
    let ended = examination.get(Step::PollAgain)?;
    let finding = Finding::new(
        Code::SessionEnded,
        Severity::Warning,
        "the server disconnects the client as soon as it connects to the namespace",
    )
    .seen(ended, with_body(ended));
    let finding = match examination.get(Step::QuietSession) {
        Some(quiet) => finding.seen(
            quiet,
            vec!["A session in which nobody connects to a namespace stays open.".to_owned()],
        ),
        None => finding,
    };
    Some(
        finding
        .why([
            "So no load balancer loses the session. A page that sends what the server wants may stay: the \
             doctor sends no `auth`, and uses the default parser.",
        ])
        .fix([
            "If the server disconnects the page too (`io server disconnect`, `transport close`), look for \
             socket.disconnect(true) in its connection handler, and send the token that it checks:",
            "  io(\"…\", { auth: { token: \"…\" } })",
            "Or the server has a `parser` of its own (socket.io-msgpack-parser): give the client the same \
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
            "the session gets lost: the next request reaches another instance of the server",
        ),
        |finding, exchange| {
            let lines =
                if std::ptr::eq(*exchange, *first) { with_body(exchange) } else { Vec::new() };
            finding.seen(exchange, lines)
        },
    );
    let finding = finding.why([
        "The page connects and gets disconnected, again and again, at random. Each request of a polling \
         session has to reach the instance that opened it.",
    ]);
    Some(sticky_remedy(examination, first, finding))
}

fn sticky_remedy(examination: &Examination, lost: &Exchange, finding: Finding) -> Finding {
    let cookies = examination.cookies();
    // One balancer may set several, for pages of the same site and of others.
    let balancer = cookies.iter().find_map(|(cookie, ..)| cookie.balancer());
    let of_balancer = cookies.iter().filter(|(cookie, ..)| cookie.balancer() == balancer);
    let of_balancer: Vec<_> =
        of_balancer.take(if balancer.is_some() { usize::MAX } else { 1 }).collect();
    if of_balancer.is_empty() {
        return finding.fix(remedy::sticky(examination, lost));
    }
    let names: Vec<_> = of_balancer.iter().map(|(cookie, ..)| cookie.name.as_str()).collect();
    let names = names.join(", ");
    let finding = of_balancer.iter().fold(finding, |finding, (_, header, exchange)| {
        finding.seen(exchange, vec![format!("Set-Cookie: {header}")])
    });
    let cross_site = of_balancer.iter().find(|(cookie, ..)| cookie.is_cross_site());
    let is_kept = cross_site.is_some() || examination.target.is_same_site();
    if !examination.target.page.credentialed {
        let who = match balancer {
            Some(balancer) => {
                format!("{balancer} keeps a client at one instance by a cookie ({names}).")
            }
            None => {
                format!(
                    "The server sets a cookie ({names}), perhaps to keep a session at one instance."
                )
            }
        };
        return finding
            .fix([
                format!("{who} The page does not send it, because it sends no credentials. In the client:"),
                "  io(\"…\", { withCredentials: true })".to_owned(),
            ])
            .fix(match cross_site {
                Some((cookie, ..)) => Some(format!(
                    "{} has SameSite=None; Secure already, so browsers keep it for a page of another site.",
                    cookie.name
                )),
                None => (!is_kept).then(|| needs_none(balancer)),
            })
            .fix(allow_credentials(examination))
            .fix(["Check it with --credentials."]);
    }
    if is_kept {
        finding.fix([format!(
            "The client sent the cookie {names} back, but the session did not stay at one instance. Look at \
             the load balancer's stickiness."
        )])
    } else {
        finding.fix([format!(
            "{} sets a cookie ({names}), perhaps to keep a session at one instance. {} Let the load balancer set \
             it so.",
            balancer.unwrap_or("The server"),
            needs_none(balancer)
        )])
    }
}

/// The attributes that the cookie needs, with the setting of `HAProxy` if that may have set it.
fn needs_none(balancer: Option<&str>) -> String {
    let may_be_haproxy = balancer.is_none_or(|balancer| balancer.starts_with("HAProxy"));
    let setting = if may_be_haproxy {
        " (HAProxy: `secure attr \"SameSite=None\"` at the end of its `cookie` line)"
    } else {
        ""
    };
    format!(
        "Browsers keep a cookie for a page of another site only if it has SameSite=None; Secure{setting}."
    )
}

/// The code that allows the page's credentials, unless the server allows them already.
fn allow_credentials(examination: &Examination) -> Vec<String> {
    let poll = examination.spoken_poll();
    if poll.is_some_and(|poll| poll.cors_check(true).is_ok()) || examination.target.is_same_origin()
    {
        return Vec::new();
    }
    let mut lines = vec!["Then allow credentials for the page's origin, by name:".to_owned()];
    lines.extend(remedy::with_credentials(examination));
    lines
}

fn post_failed(examination: &Examination) -> Option<Finding> {
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
    Some(
        Finding::new(
            Code::PostFailed,
            Severity::Error,
            format!("a session opens, but a {} in it {answer}", failed.method),
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
            "nginx itself refuses it, but not the GET. Look for `limit_except` and `if ($request_method \
             …)` in Socket.IO's server block and location, and allow POST and OPTIONS:",
            "  limit_except GET POST OPTIONS { deny all; }",
        ]),
        Proxy::Apache if body.contains("IETF//DTD HTML 2.0") => Some(&[
            "Apache itself refuses it, but not the GET. Look for <Limit>, <LimitExcept> and `Require \
             method` around Socket.IO's path, and allow POST and OPTIONS:",
            "  <Location \"/socket.io/\">",
            "    Require method GET POST OPTIONS",
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
