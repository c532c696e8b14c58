//! Sessions that do not last, and errors that the page cannot read.

use socketio_cors_explain::fetch_standard::CorsError;

use super::{
    chromium::{blocked, reason},
    cookies,
    evidence::{with_body, with_cors},
    post_failed::post_failed,
    remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, proxy_before},
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
    let doctor_sends = if examination.target.page.auth.is_empty() {
        "no `auth` without --auth"
    } else {
        "the `auth` that it was given"
    };
    Some(
        finding
        .why([format!(
            "The server's own code ends it, so this is neither CORS nor a load balancer. A page that sends what the \
             server wants may stay: the doctor sends {doctor_sends}, and uses the default parser.",
        )])
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
        finding
            .fix([format!(
                "{} sets a cookie ({names}), perhaps to keep a session at one instance. The page sends \
                 credentials, but browsers keep a cookie for a page of another site only if it has SameSite=None; \
                 Secure.",
                balancer.unwrap_or("The server"),
            )])
            .fix(cookies::remedy(examination, |cookie| cookie.balancer() == balancer))
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
