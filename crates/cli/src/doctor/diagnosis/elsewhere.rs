//! Polls that something else than Socket.IO answers, and where it is instead.

use super::{
    evidence::{console, shortened, with_body},
    remedy,
};
use crate::doctor::{
    engineio::Protocol,
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    step::Step,
    target::Target,
};

const HIDDEN: &str = "What answers instead seldom has CORS headers: the console speaks of CORS, and \
                      hides the status.";

/// A WebSocket opens, and polls do not get there.
pub(super) fn only_websocket(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let websocket = examination.get(Step::Websocket).filter(|it| it.opened_websocket())?;
    let status = poll.status().unwrap_or_default();
    Some(
        Finding::new(
            Code::PollingBlocked,
            Severity::Error,
            format!("a WebSocket opens, and the poll is answered {status} by something else"),
        )
        .seen(poll, with_body(poll))
        .seen(websocket, with_body(websocket))
        .why(["A client begins by polling, unless it is told not to, and gives up where that fails."])
        .why([HIDDEN])
        .why(console(examination, poll))
        .fix([
            "The proxy hands on upgrades alone: let it hand on every request to /socket.io/, GET, POST \
             and OPTIONS. In nginx, the location has no `if ($http_upgrade …)` around its proxy_pass.",
            "Or let every client begin with a WebSocket (and examine it with --websocket):",
            "  io(\"…\", { transports: [\"websocket\"] })",
        ]),
    )
}

/// Socket.IO answers at another path.
pub(super) fn wrong_path(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let other = examination.all(Step::OtherPath).find(|other| other.is_engine_io())?;
    let target = &examination.target;
    let is_doubled = is_doubled(other, target);
    if is_doubled && direct(examination).is_some() {
        return None;
    }
    let moved = examination.at_other_path()?;
    let path = moved.target.path.as_str();
    let base = target.base.as_str().trim_end_matches('/');
    // A namespace with the path below it was meant as a path.
    let namespace = target.page.namespace.trim_end_matches('/');
    let namespace = if path.starts_with(namespace) { "" } else { namespace };
    let fix = if path.trim_end_matches('/') == target.path.trim_end_matches('/') {
        vec![
            "The two differ in the slash at the end: `addTrailingSlash` has to be the same in client and \
             server. A client that does not set it asks with the slash, whatever its `path`:"
                .to_owned(),
            if path.ends_with('/') {
                format!("  io(\"{base}\", {{ path: \"{path}\" }})")
            } else {
                format!("  io(\"{base}\", {{ path: \"{path}\", addTrailingSlash: false }})")
            },
        ]
    } else if is_doubled {
        vec![
            "The path is there twice, as where the server is mounted at it, or a proxy takes it away once. \
             FastAPI, Starlette: Socket.IO has its own path below that of the mount,"
                .to_owned(),
            "  app = socketio.ASGIApp(sio, other_asgi_app=fastapi_app)".to_owned(),
            "in place of app.mount(\"/socket.io\", …). nginx: no slash after the port of proxy_pass.".to_owned(),
            "Or let the client ask there:".to_owned(),
            format!("  io(\"{base}\", {{ path: \"{path}\" }})"),
        ]
    } else {
        vec![
            "Let client and server have one path. In the client:".to_owned(),
            format!("  io(\"{base}{namespace}\", {{ path: \"{path}\" }})"),
            "It is Socket.IO's path, not the namespace, which stands after the host in the URL."
                .to_owned(),
        ]
    };
    Some(
        Finding::new(
            Code::WrongPath,
            Severity::Error,
            format!("Socket.IO is not at {}, but at {path}", target.path),
        )
        .seen(poll, with_body(poll))
        .seen(other, with_body(other))
        .why([HIDDEN])
        .why(console(examination, poll))
        .fix(fix),
    )
}

/// True if an exchange is of the target's path, twice.
fn is_doubled(exchange: &Exchange, target: &Target) -> bool {
    let path = target.path.trim_end_matches('/');
    exchange.url.contains(&format!("{path}{path}/"))
}

/// The proxy hands on another path than it was asked for: the server's 404 names it.
pub(super) fn echoed_path(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let path = &examination.target.path;
    let echoed = path_of_404(poll.body()).filter(|echoed| echoed != path)?;
    let summary =
        format!("the proxy strips or changes the path: asked for {path}, the server got {echoed}");
    Some(changed_path(examination, poll, summary))
}

/// The server itself answers, and through the proxy something else does.
pub(super) fn only_direct(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    direct(examination).filter(|_| matches!(poll.status(), Some(200..300 | 404)))?;
    let summary = format!(
        "it answers at --direct, and not through the proxy, which strips the path {} or sends it \
         elsewhere",
        examination.target.path
    );
    Some(changed_path(examination, poll, summary))
}

fn direct(examination: &Examination) -> Option<&Exchange> {
    examination.get(Step::DirectPoll).filter(|direct| direct.is_engine_io())
}

fn changed_path(examination: &Examination, poll: &Exchange, summary: String) -> Finding {
    let finding =
        Finding::new(Code::ProxyChangesPath, Severity::Error, summary).seen(poll, with_body(poll));
    let finding = match direct(examination) {
        Some(direct) => finding.seen(direct, with_body(direct)),
        None => finding,
    };
    finding.why([HIDDEN]).why(console(examination, poll)).fix(remedy::same_path(examination, poll))
}

/// The path that a framework's 404 says it was asked for: `Cannot GET /?EIO=4`.
fn path_of_404(body: &str) -> Option<&str> {
    let marks = ["Cannot GET ", "Route GET:"];
    let rest = marks.into_iter().find_map(|mark| Some(body.split_once(mark)?.1))?;
    let path = rest.split(['?', '<', '"', ' ', '\n', '&']).next()?;
    path.starts_with('/').then_some(path)
}

/// The name that whoever answers has for itself, after a space.
fn by_server(poll: &Exchange) -> String {
    let name = poll.header("Server").or_else(|| poll.header("X-Powered-By"));
    name.map(|name| format!(" by {}", shortened(&name))).unwrap_or_default()
}

/// Something answers, and nothing tells what.
pub(super) fn not_socket_io(examination: &Examination, poll: &Exchange) -> Finding {
    let target = &examination.target;
    let status = poll.status().unwrap_or_default();
    let by = by_server(poll);
    let url = |protocol: Protocol| {
        let query = format!("EIO={}&transport=polling", protocol.number());
        Target::url(&target.base, &target.path, &query)
    };
    if status == 403 {
        return forbidden(examination, poll);
    }
    let meaning = match status {
        400 => ": something refuses the request before Socket.IO",
        404 | 410 => ": nothing is there",
        405 => ": it takes no GET there",
        200..300 if poll.body().trim().is_empty() => ", with nothing, and not by Socket.IO",
        200..300 => ", and not by Socket.IO",
        _ => "",
    };
    let tried = examination.get(Step::OtherPath).is_some();
    let elsewhere = if tried { "It is not at one of the other usual paths either. " } else { "" };
    Finding::new(
        Code::NotSocketIo,
        Severity::Error,
        format!("there is no Socket.IO at {}: the poll is answered {status}{by}{meaning}", target.path),
    )
    .seen(poll, with_body(poll))
    .why([
        "What answers instead seldom has CORS headers: the console speaks of CORS. The page would \
         fail with them as well.",
    ])
    .why(console(examination, poll))
    .fix([
        "Make this work without a browser first. Each of these should print a session:".to_owned(),
        format!("  curl '{}'   # 0{{\"sid\":…", url(Protocol::V4)),
        format!("  curl '{}'   # 96:0{{\"sid\":… (Socket.IO 2, or allowEIO3)", url(Protocol::V3)),
        format!(
            "{elsewhere}Is it the Socket.IO server that listens there, or a static site, an API, a \
             health check's page? Is Socket.IO attached to the HTTP server that listens \
             (httpServer.listen, not app.listen)? Does the proxy forward the path as it is? If the server's `path` is \
             another, give it as --path, and to the client as `path`."
        ),
    ])
}

/// A refusal that no origin and no server explains.
fn forbidden(examination: &Examination, poll: &Exchange) -> Finding {
    Finding::new(
        Code::Blocked,
        Severity::Error,
        format!(
            "something before Socket.IO refuses the poll with 403{}, with the page's Origin and without",
            by_server(poll)
        ),
    )
    .seen(poll, with_body(poll))
    .why(["The request does not reach Socket.IO. The refusal has no CORS headers, so that the console \
           speaks of CORS and hides the status."])
    .why(console(examination, poll))
    .fix([
        "Find who answers by the body and the `server` header: a firewall for web applications, an \
         allow list of addresses, a check of the User-Agent, a middleware. Let Socket.IO's path \
         (/socket.io/) past it.",
        "If a token or a cookie is wanted: --header 'Authorization: …', --cookie 'session=…'.",
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_404_is_read() {
        for (body, path) in [
            ("<pre>Cannot GET /?EIO=4&amp;transport=polling</pre>", Some("/")),
            ("Cannot GET /socket.io/", Some("/socket.io/")),
            (r#"{"message":"Route GET:/x/?EIO=4 not found"}"#, Some("/x/")),
            ("Cannot GET it", None),
            ("nothing", None),
        ] {
            assert_eq!(path_of_404(body), path, "{body}");
        }
    }
}
