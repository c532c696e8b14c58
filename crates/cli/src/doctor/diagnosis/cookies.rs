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

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let target = &examination.target;
    let is_lost = examination.lost().next().is_some();
    // For a page that keeps no cookies, the finding about the lost session names it.
    if target.is_same_site() || (is_lost && !target.page.credentialed) {
        return Vec::new();
    }
    let cookies = examination.cookies();
    let has_twin = |name: &str| {
        let is_twin =
            |other: &str| other.strip_prefix(name).is_some_and(|end| TWINS.contains(&end));
        cookies.iter().any(|(cookie, ..)| is_twin(&cookie.name) && cookie.is_cross_site())
    };
    let unfit: Vec<_> = cookies
        .iter()
        .filter(|(cookie, ..)| !cookie.is_cross_site() && !has_twin(&cookie.name))
        .collect();
    if unfit.is_empty() {
        return Vec::new();
    }
    let unfit = by_family(&unfit);
    let names: Vec<_> = unfit.iter().map(|(name, _)| name.as_str()).collect();
    let cookies = if unfit.len() == 1 && !ends_openly(&names) { "cookie" } else { "cookies" };
    let names = names.join(", ");
    let page = &target.page;
    let severity = if is_lost { Severity::Error } else { Severity::Warning };
    let finding = Finding::new(
        Code::CookieNotCrossSite,
        severity,
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
    let mut fix = vec![
        "Add them where the cookie is set (the server, a session middleware, the load balancer):"
            .to_owned(),
        "  Set-Cookie: …; Path=/; HttpOnly; SameSite=None; Secure".to_owned(),
    ];
    if socket_server(examination) == SocketServer::Node {
        fix.push(
            "  new Server(httpServer, { cookie: { name: \"io\", sameSite: \"none\", secure: true } })"
                .to_owned(),
        );
    }
    fix.push("HAProxy:".to_owned());
    fix.push("  cookie … secure attr \"SameSite=None\"".to_owned());
    if !target.is_trustworthy() {
        fix.push("Secure needs https, and this server is on http.".to_owned());
    }
    fix.push(
        "Or serve page and server from one site (app.example.com and api.example.com, both https). Some \
         browsers drop every other site's cookies."
            .to_owned(),
    );
    vec![finding.why([what]).fix(fix)]
}
