//! Cookies of Socket.IO's answers that do not reach a page of another site.

use crate::doctor::{
    cookies::SetCookie,
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{SocketServer, socket_server},
};

/// The texts that AWS's and Azure's balancers add to the name of a cookie that they set for pages of the
/// same site, in that of the one beside it for others.
const TWINS: &[&str] = &["CORS", "SameSite"];

/// A cookie, its header as it may be shown, and its exchange.
type Seen<'e> = (SetCookie, String, &'e Exchange);

/// Cookies by their names, and those of one balancer, which may have another name in each answer, by
/// what their names begin with: `TS01…`.
fn by_family<'c, 'e>(cookies: &[&'c Seen<'e>]) -> Vec<(String, &'c Seen<'e>)> {
    let mut families: Vec<(String, &Seen<'_>)> = Vec::new();
    for seen in cookies {
        let alike = |other: &&&Seen<'_>| {
            let start = seen.0.balancers_start();
            start.is_some() && other.0.balancers_start() == start
        };
        let name = match seen.0.balancers_start() {
            Some(start) if cookies.iter().filter(alike).count() > 1 => format!("{start}…"),
            _ => seen.0.name.clone(),
        };
        if !families.iter().any(|(other, _)| *other == name) {
            families.push((name, seen));
        }
    }
    families
}

/// True if one of the names stands for several.
fn ends_openly(names: &[&str]) -> bool {
    names.iter().any(|name| name.ends_with('…'))
}

/// The cookies that browsers do not send with a page of another site.
fn unfit<'c, 'e>(cookies: &'c [Seen<'e>]) -> Vec<(String, &'c Seen<'e>)> {
    let has_twin = |name: &str| {
        let is_twin =
            |other: &str| other.strip_prefix(name).is_some_and(|end| TWINS.contains(&end));
        cookies.iter().any(|(cookie, ..)| is_twin(&cookie.name) && cookie.is_cross_site())
    };
    let unfit: Vec<_> = cookies
        .iter()
        .filter(|(cookie, ..)| !cookie.is_cross_site() && !has_twin(&cookie.name))
        .collect();
    by_family(&unfit)
}

/// How a page of another site comes to send those of its cookies that it does not send.
pub(super) fn remedy(
    examination: &Examination,
    is_meant: impl Fn(&SetCookie) -> bool,
) -> Vec<String> {
    let cookies = examination.cookies();
    let mut unfit = unfit(&cookies);
    unfit.retain(|(_, (cookie, ..))| is_meant(cookie));
    let mut fix = setters(examination, &unfit);
    if !examination.target.is_trustworthy() {
        fix.push("Secure needs https, and this server is on http.".to_owned());
    }
    fix.push(
        "Or serve page and server from one site (app.example.com and api.example.com, both https). Some \
         browsers drop every other site's cookies."
            .to_owned(),
    );
    fix
}

/// Where those attributes are added, by what sets each of the cookies as its name tells.
fn setters(examination: &Examination, unfit: &[(String, &Seen<'_>)]) -> Vec<String> {
    let mut fix = vec!["Where the cookie is set, add SameSite=None; Secure.".to_owned()];
    let mut add = |lines: &[&str]| {
        let is_new = lines.first().is_some_and(|first| !fix.iter().any(|line| line == first));
        if is_new {
            fix.extend(lines.iter().map(|line| (*line).to_owned()));
        }
    };
    for (_, (cookie, ..)) in unfit {
        let name = cookie.name.as_str();
        let is_engines = name == "io" && socket_server(examination) == SocketServer::Node;
        match (cookie.balancer(), name) {
            _ if is_engines => add(SOCKET_IO),
            (Some(balancer), _) if balancer.starts_with("HAProxy") => add(HAPROXY),
            (Some(balancer), _) if balancer.starts_with("Apache") => add(APACHE),
            (Some("The nginx Ingress"), _) => add(INGRESS),
            (Some(balancer), _) => add(&[&format!(
                "{} sets {name}: it is to be added there.",
                balancer.trim_end_matches(',')
            )]),
            (None, "connect.sid") => add(EXPRESS),
            (None, "sessionid" | "csrftoken") => add(DJANGO),
            _ => {
                add(ANYWHERE);
                add(HAPROXY);
            }
        }
    }
    fix
}

const SOCKET_IO: &[&str] = &[
    "In Socket.IO, which sets the cookie io (`cookie`):",
    "  new Server(httpServer, { cookie: { name: \"io\", sameSite: \"none\", secure: true } })",
];

const HAPROXY: &[&str] =
    &["In HAProxy, at the end of its `cookie` line:", "  cookie … secure attr \"SameSite=None\""];

const APACHE: &[&str] = &[
    "In Apache, in the line that sets the cookie (`Header add Set-Cookie`):",
    "  Header add Set-Cookie \"ROUTEID=.%{BALANCER_WORKER_ROUTE}e; path=/; SameSite=None; Secure\" \
     env=BALANCER_ROUTE_CHANGED",
];

const INGRESS: &[&str] = &[
    "In the Ingress's annotations:",
    "  nginx.ingress.kubernetes.io/session-cookie-samesite: \"None\"",
    "  nginx.ingress.kubernetes.io/session-cookie-secure: \"true\"",
];

const EXPRESS: &[&str] = &[
    "In express-session:",
    "  app.use(session({ …, cookie: { sameSite: \"none\", secure: true } }));",
];

const DJANGO: &[&str] = &[
    "In Django's settings.py (and the same for CSRF_COOKIE_…, if its cookie is needed):",
    "  SESSION_COOKIE_SAMESITE = \"None\"",
    "  SESSION_COOKIE_SECURE = True",
];

const ANYWHERE: &[&str] = &[
    "In the server, a session middleware or the load balancer:",
    "  Set-Cookie: …; Path=/; HttpOnly; SameSite=None; Secure",
];

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let target = &examination.target;
    // The finding about a lost session names the cookie.
    if target.is_same_site() || examination.lost().next().is_some() {
        return Vec::new();
    }
    let cookies = examination.cookies();
    let unfit = unfit(&cookies);
    if unfit.is_empty() {
        return Vec::new();
    }
    let names: Vec<_> = unfit.iter().map(|(name, _)| name.as_str()).collect();
    let cookies = if unfit.len() == 1 && !ends_openly(&names) { "cookie" } else { "cookies" };
    let names = names.join(", ");
    let page = &target.page;
    let finding = Finding::new(
        Code::CookieNotCrossSite,
        Severity::Warning,
        format!(
            "a page of another site does not send the {cookies} {names} back ({})",
            page.origin
        ),
    );
    let finding = unfit.iter().fold(finding, |finding, (_, (_, header, exchange))| {
        finding.seen(exchange, vec![format!("Set-Cookie: {header}")])
    });
    let what = if page.credentialed {
        "The page sends credentials, but browsers drop another site's cookie unless it has SameSite=None; \
         Secure. Sessions and stickiness that depend on it fail."
    } else {
        "The page sends no credentials, so the browser keeps no cookie. With withCredentials it would drop \
         one of another site, unless it has SameSite=None; Secure."
    };
    vec![finding.why([what]).fix(remedy(examination, |_| true))]
}
