//! Servers that send no CORS header at all.

use socketio_cors_explain::fetch_standard::CorsError;

use super::{chromium::unreadable, evidence::with_cors, remedy, worker};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, SocketServer, proxy, socket_server},
};

pub(super) fn not_configured(examination: &Examination, poll: &Exchange) -> Finding {
    let is_node = matches!(socket_server(examination), SocketServer::Node | SocketServer::Node2);
    let finding = Finding::new(
        Code::NoCorsHeaders,
        Severity::Error,
        "the poll is answered without any CORS header: the server allows no other origins",
    )
    .seen(poll, with_cors(poll))
    .why(unreadable(examination, poll, CorsError::Missing));
    if worker::only_reports(poll) {
        return finding.fix([worker::ONLY_REPORTS]);
    }
    finding
        .fix(remedy::allow_page(examination))
        .fix(set_by_proxy(examination, poll))
        .fix(in_nest(examination))
        .fix(is_node.then_some(
            "`cors` is an option of Socket.IO's Server. A web framework's middleware (app.use(cors())) does \
             not see Socket.IO's requests. `origins` is Socket.IO 2's name for it.",
        ))
        .fix([
            "If the code has that already: is the origin empty, because of an environment variable that is \
             not set (print it)? Was this server restarted since? Does a proxy remove the headers (--direct \
             with the server's own URL tells)?",
        ])
}

/// The proxy's own lines, where it is the one that is to set the header.
fn set_by_proxy(examination: &Examination, poll: &Exchange) -> Vec<String> {
    let mut lines = remedy::headers_of_proxy(examination, poll);
    let told = match (lines.first_mut(), proxy(poll)) {
        (Some(first), Some(proxy)) => (first, proxy),
        _ => return lines,
    };
    *told.0 = match told.1 {
        Proxy::Nginx => {
            "Or, if nginx is to set it and not the server, in Socket.IO's location: an add_header in a location \
             cancels those around it."
                .to_owned()
        }
        other => format!("Or, if {} is to set it and not the server:", other.name()),
    };
    lines
}

/// `NestJS` has no `new Server`.
fn in_nest(examination: &Examination) -> Option<String> {
    let is_node = socket_server(examination) == SocketServer::Node;
    is_node
        .then(|| format!("In NestJS: `@WebSocketGateway({{ {} }})`.", remedy::of_page(examination)))
}
