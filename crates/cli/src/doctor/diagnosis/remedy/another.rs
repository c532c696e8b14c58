//! Fixes in the software that sets a header while Socket.IO's own `cors` is off.

use super::{
    allow_page, continues,
    lines::set_header,
    origin_list::{needs_credentials, own_origin_list},
};
use crate::doctor::{
    engineio::BAD_METHOD,
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, SocketServer, proxy_before, socket_server},
    step::Step,
};

const USUAL: &[Proxy] = &[Proxy::Nginx, Proxy::Apache, Proxy::Caddy, Proxy::Haproxy];

/// Why the headers of the poll's answer are not the server's, where that is seen.
fn sign(examination: &Examination, poll: &Exchange) -> Option<&'static str> {
    let direct = examination.get(Step::DirectPoll).filter(|it| it.opened().is_some());
    if let Some(direct) = direct {
        return direct
            .allowed_origin()
            .is_none()
            .then_some("The server itself sets no Access-Control-Allow-Origin (--direct)");
    }
    if socket_server(examination) != SocketServer::Node {
        return None;
    }
    let preflight = examination.get(Step::Preflight);
    if preflight.is_some_and(|it| it.has_engine_error(BAD_METHOD) && !continues(examination, it)) {
        return Some(
            "Socket.IO refuses OPTIONS as a bad handshake, which it does only without `cors`",
        );
    }
    poll.header("Access-Control-Allow-Methods").is_some().then_some(
        "A GET has Access-Control-Allow-Methods here, which Socket.IO sends with preflights alone",
    )
}

/// True if another than the server sets the header, as far as is seen.
pub(in crate::doctor::diagnosis) fn is_set_by_another(
    examination: &Examination,
    poll: &Exchange,
) -> bool {
    sign(examination, poll).is_some()
}

/// The fix where another than the server sets the header: in that, for these origins, or in the server once
/// that sets none. Empty where it may be the server.
pub(in crate::doctor::diagnosis) fn set_by_another(
    examination: &Examination,
    poll: &Exchange,
    origins: &[String],
) -> Vec<String> {
    let Some(sign) = sign(examination, poll) else { return Vec::new() };
    let proxy = proxy_before(examination, poll);
    let who = proxy.map_or("a proxy, or code beside Socket.IO,", Proxy::name);
    let mut lines = vec![format!("{sign}. So {who} sets the header. Change it there:")];
    let with_credentials = needs_credentials(examination, poll);
    let list = proxy.map(|it| own_origin_list(it, origins, with_credentials)).unwrap_or_default();
    let set =
        |proxy| set_header(proxy, "Access-Control-Allow-Origin", &examination.target.page.origin);
    match proxy {
        Some(named) if list.is_empty() => {
            lines.extend(set(proxy));
            lines.extend((named == Proxy::Haproxy && with_credentials).then(|| {
                "  http-response set-header Access-Control-Allow-Credentials \"true\"".to_owned()
            }));
        }
        Some(_) => lines.extend(list),
        None => lines.extend(USUAL.iter().flat_map(|proxy| set(Some(*proxy)))),
    }
    let there = proxy.map_or("there".to_owned(), |proxy| format!("in {}", proxy.name()));
    lines.push(format!(
        "Or let the server set it, and delete it {there}, as two of them are refused:"
    ));
    lines.extend(allow_page(examination));
    lines
}
