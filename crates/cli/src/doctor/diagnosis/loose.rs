//! Lists of origins that are open to look-alikes of the page's.

use socketio_cors_explain::registrable_domain;

use super::{
    evidence::{with_body, with_cors},
    own_origin, remedy, strangers,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    look_alikes,
    software::{SocketServer, proxy_before, socket_server},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    // The origin that is let in is then the server's own, as it knows itself.
    if own_origin::is_refused(examination) {
        return Vec::new();
    }
    let let_in: Vec<_> = look_alikes::of(&examination.target.page.origin)
        .into_iter()
        .filter_map(|(origin, how)| {
            let exchange = examination
                .all(Step::LookAlikePoll)
                .chain(examination.all(Step::LookAlikeWebsocket))
                .find(|exchange| {
                    exchange.origin.as_deref() == Some(&origin) && is_let_in(exchange)
                })?;
            Some((origin, how, exchange))
        })
        .collect();
    // Where the end alone is compared, no dot is.
    let is_by_end = let_in.iter().any(|(_, how, _)| *how == look_alikes::SUFFIX);
    let let_in: Vec<_> =
        let_in.into_iter().filter(|(_, how, _)| !is_by_end || *how != look_alikes::DOT).collect();
    let Some((origin, how, first)) = let_in.first() else { return Vec::new() };
    let is_by_start = let_in.iter().any(|(_, how, _)| *how == look_alikes::PREFIX);
    let how = if is_by_start && is_by_end { look_alikes::WITHIN } else { how };
    let logins = examination.logins();
    // Whoever has that name acts as the visitor where polls may have cookies, or a WebSocket has a login's.
    let is_logged_in = !logins.sent.is_empty();
    let is_danger = let_in.iter().any(|(origin, _, exchange)| {
        look_alikes::is_of_anybody(origin, &examination.target.page.origin)
            && (is_logged_in && exchange.is_upgraded() || exchange.allows_credentials())
    });
    let severity = if is_danger { Severity::Danger } else { Severity::Warning };
    let finding = Finding::new(
        Code::LooseOriginCheck,
        severity,
        format!("{origin} is let in as if it were {}: {how}", examination.target.page.origin),
    );
    let finding = let_in.iter().fold(finding, |finding, (_, _, exchange)| {
        let lines = if exchange.is_upgraded() { with_body(exchange) } else { with_cors(exchange) };
        finding
            .seen(exchange, if std::ptr::eq(*exchange, *first) { lines } else { brief(exchange) })
    });
    let others = let_in
        .iter()
        .skip(1)
        .filter(|(_, other, _)| how != look_alikes::WITHIN || *other != look_alikes::SUFFIX);
    let is_by_websocket = let_in.iter().all(|(_, _, exchange)| exchange.is_upgraded());
    vec![
        finding
            .why([
                "Anybody can register such a name, and a page there can then do what the real page can. \
                 Compare whole origins, or use a pattern with ^, $ and \\. in it.",
            ])
            .why(others.map(|(origin, how, _)| format!("{origin} is let in too: {how}.")))
            .why(is_by_websocket.then(|| strangers::of_cookies(&logins)))
            .why((is_by_websocket && examination.get(Step::LookAlikePoll).is_some()).then_some(
                "Only WebSockets are open to it: the CORS headers of polls are right, and have no say in a WebSocket.",
            ))
            .fix(whole_origins(examination, first, is_by_websocket)),
    ]
}

/// How whole origins are compared, in what compares them: the proxy that sets the header, if that is seen, or
/// the server.
fn whole_origins(
    examination: &Examination,
    let_in: &Exchange,
    is_by_websocket: bool,
) -> Vec<String> {
    let origin = &examination.target.page.origin;
    let server = socket_server(examination);
    if is_by_websocket {
        let mut lines = remedy::allow_request(examination);
        lines.extend(remedy::policy(examination));
        return lines;
    }
    let by_another = remedy::set_by_another(examination, let_in, std::slice::from_ref(origin));
    if !by_another.is_empty() {
        let is_nameless = proxy_before(examination, let_in).is_none();
        let by_haproxy = is_nameless.then(|| {
            format!(
                "Where the header is set, compare the whole origin: in HAProxy by `-m str {origin}`, not `-m end`, \
                 `-m sub` or `-m beg`; in nginx and Apache by a pattern with ^ and $."
            )
        });
        return by_haproxy.into_iter().chain(by_another).collect();
    }
    let mut lines = remedy::allow_page(examination);
    if matches!(server, SocketServer::Node | SocketServer::Node2) {
        lines.extend(patterns(origin));
    }
    lines
}

/// The same in code and in patterns of one's own.
fn patterns(origin: &str) -> Vec<String> {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let name = host.split(':').next().unwrap_or(host);
    let pattern = origin.replace('.', "\\.").replace("://", ":\\/\\/");
    let mut lines = vec![
        "In your own `allowRequest` or middleware, compare whole origins:".to_owned(),
        "  allowed.includes(request.headers.origin)".to_owned(),
        "A regular expression needs ^ at its start, $ at its end, and \\. for each dot:".to_owned(),
        format!("  /^{pattern}$/"),
    ];
    if let Some(domain) = registrable_domain(name).map(|domain| domain.replace('.', "\\.")) {
        lines.push("For every name of a domain, and the domain itself:".to_owned());
        lines.push(format!("  /^https:\\/\\/([a-z0-9-]+\\.)*{domain}$/"));
    } else if name == "localhost" {
        lines.push("For every port of this machine:".to_owned());
        lines.push("  /^http:\\/\\/localhost(:\\d+)?$/".to_owned());
    }
    lines
}

fn is_let_in(exchange: &Exchange) -> bool {
    let by_poll = exchange.opened().is_some() && exchange.allowed_origin() == exchange.origin;
    by_poll || exchange.opened_websocket()
}

/// The short evidence for each look-alike after the first: that it is let in.
fn brief(exchange: &Exchange) -> Vec<String> {
    let what = if exchange.is_upgraded() { "WebSocket" } else { "poll" };
    vec![format!("{what} from {}: let in", exchange.origin.as_deref().unwrap_or_default())]
}
