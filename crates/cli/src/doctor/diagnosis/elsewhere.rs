//! Polls that something else than Socket.IO answers, and where it is instead.

use url::Url;

use super::{
    chromium::{console, shown_as},
    evidence::{shortened, with_body},
    remedy,
};
use crate::{
    doctor::{
        engineio::Protocol,
        examination::Examination,
        exchange::Exchange,
        finding::{Code, Finding, Severity},
        software::{Proxy, proxy},
        step::Step,
        target::Target,
    },
    network::FailureKind,
};

/// A WebSocket opens, and polls do not get there.
pub(super) fn only_websocket(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let websocket = examination.get(Step::Websocket).filter(|it| it.opened_websocket())?;
    // Then it is the path that polls lose.
    if examination.all(Step::OtherPath).any(Exchange::is_engine_io) {
        return None;
    }
    let status = poll.status().unwrap_or_default();
    Some(
        Finding::new(
            Code::PollingBlocked,
            Severity::Error,
            format!("a WebSocket opens, but the poll is answered {status}, and not by Socket.IO"),
        )
        .seen(poll, with_body(poll))
        .seen(websocket, with_body(websocket))
        .why(["A client begins with polling unless it is told otherwise, and gives up if polling fails."])
        .why(shown_as(examination, poll))
        .why(console(examination, poll))
        .fix([
            "The proxy passes only upgrades on. Let it pass every request to /socket.io/ on: GET, POST and \
             OPTIONS. In nginx, remove the `if ($http_upgrade …)` around proxy_pass.",
            "Or let every client begin with a WebSocket (check that with --websocket):",
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
    let base = target.shown_base();
    // A namespace with the path below it was meant as a path.
    let namespace = target.page.namespace.trim_end_matches('/');
    let is_meant_as_path = !namespace.is_empty() && path.starts_with(namespace);
    let namespace = if is_meant_as_path { "" } else { namespace };
    let client = |options: &str| format!("  io(\"{base}\", {{ path: \"{path}\"{options} }})");
    let fix = if path.trim_end_matches('/') == target.path.trim_end_matches('/') {
        vec![
            if path.ends_with('/') {
                "The client asks without the slash at the end. Remove `addTrailingSlash: false` from it: it then asks \
                 with the slash, whatever its `path` is:"
            } else {
                "The server has the option `addTrailingSlash: false`, and answers without the slash at the end. Give \
                 the client that option too:"
            }
            .to_owned(),
            client(if path.ends_with('/') { "" } else { ", addTrailingSlash: false" }),
        ]
    } else if is_doubled {
        let mut lines = remedy::single_path(examination, poll);
        lines.push("Or let the client ask at that path:".to_owned());
        lines.push(client(""));
        lines
    } else {
        vec![
            "Give the client the server's path:".to_owned(),
            format!("  io(\"{base}{namespace}\", {{ path: \"{path}\" }})"),
            "The path is an option. What stands after the host in the client's URL is a namespace."
                .to_owned(),
        ]
        .into_iter()
        .chain(if is_meant_as_path {
            Vec::new()
        } else {
            remedy::other_path(examination, poll, path)
        })
        .collect()
    };
    Some(
        Finding::new(
            Code::WrongPath,
            Severity::Error,
            format!("Socket.IO is not at {}, but at {path}", target.path),
        )
        .seen(poll, with_body(poll))
        .seen(other, with_body(other))
        .why(shown_as(examination, poll))
        .why(console(examination, poll))
        .fix(fix),
    )
}

/// python-socketio is mounted below a path in an application of Starlette, and was not told so:
/// it answers with its own 404 there, as the application's would be JSON.
pub(super) fn half_mounted(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    if poll.status() != Some(404) || !poll.body().contains("{\"detail\":\"Not Found\"}") {
        return None;
    }
    let mounted = examination
        .all(Step::OtherPath)
        .find(|other| other.status() == Some(404) && other.body().trim() == "Not Found")?;
    let path = Url::parse(&mounted.url).ok()?.path().to_owned();
    let mount = path.trim_end_matches('/').trim_end_matches("/socket.io").to_owned();
    let base = examination.target.shown_base();
    let finding = Finding::new(
        Code::WrongPath,
        Severity::Error,
        format!(
            "python-socketio is mounted at {mount}, but was not told so, and answers at no path"
        ),
    )
    .seen(poll, with_body(poll))
    .seen(mounted, with_body(mounted))
    .why(shown_as(examination, poll))
    .why(console(examination, poll));
    let around = "  app = socketio.ASGIApp(sio, other_asgi_app=app)";
    if mounted.allowed_origin().is_some() {
        return Some(finding.fix([
            "The application's CORSMiddleware is around what is mounted in it, and would add its headers to those \
             of python-socketio. So put python-socketio around the application, and let uvicorn serve that one. The \
             client then needs no `path`. The middleware no longer allows the page, so python-socketio has to:",
            around,
        ])
        .fix(remedy::python_lists(examination, "")));
    }
    Some(finding.fix([
        "Tell python-socketio its whole path, and give it to the client:".to_owned(),
        format!(
            "  app.mount(\"{mount}\", socketio.ASGIApp(sio, socketio_path=\"{mount}/socket.io\"))"
        ),
        format!("  io(\"{base}\", {{ path: \"{mount}/socket.io/\" }})"),
        "Or put it around the application, and let uvicorn serve that one. The client then needs no \
         `path`:"
            .to_owned(),
        around.to_owned(),
    ]))
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
    let summary = format!(
        "the proxy strips or changes the path: the request was for {path}, and the server got \
         {echoed}"
    );
    Some(changed_path(examination, poll, summary))
}

/// The server itself answers, and through the proxy something else does.
pub(super) fn only_direct(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let is_silent = poll.failure() == Some(FailureKind::Late);
    direct(examination).filter(|_| is_silent || matches!(poll.status(), Some(200..300 | 404)))?;
    let summary = format!(
        "Socket.IO answers at --direct, but not through the proxy: the proxy strips the path {} or sends \
         it elsewhere",
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
    finding
        .why(shown_as(examination, poll))
        .why(console(examination, poll))
        .fix(remedy::below_prefix(examination, poll))
        .fix(remedy::same_path(examination, poll))
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

/// The header in which whoever answers, or a proxy before that, has its name.
fn named(poll: &Exchange) -> String {
    let name = ["Server", "X-Powered-By"]
        .into_iter()
        .find_map(|header| Some(format!("{header}: {}", shortened(&poll.header(header)?))));
    name.map(|name| format!(" ({name})")).unwrap_or_default()
}

/// Something answers, and nothing tells what.
pub(super) fn not_socket_io(examination: &Examination, poll: &Exchange) -> Finding {
    let target = &examination.target;
    let status = poll.status().unwrap_or_default();
    let by = by_server(poll);
    let url = |protocol: Protocol| {
        let of_client = format!("EIO={}&transport=polling", protocol.number());
        Target::url(&target.base, &target.path, &target.page.query.before(&of_client))
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
    let elsewhere = if tried { "It is not at another usual path either. " } else { "" };
    Finding::new(
        Code::NotSocketIo,
        Severity::Error,
        format!("there is no Socket.IO at {}: the poll is answered {status}{by}{meaning}", target.path),
    )
    .seen(poll, with_body(poll))
    .why(shown_as(examination, poll))
    .why(console(examination, poll))
    .fix([
        "First make this work without a browser. Each of these should print a session:".to_owned(),
        format!("  curl '{}'   # 0{{\"sid\":…", url(Protocol::V4)),
        format!("  curl '{}'   # 96:0{{\"sid\":… (Socket.IO 2, or allowEIO3)", url(Protocol::V3)),
        format!(
            "{elsewhere}Does the Socket.IO server listen there, or a static site, an API, a health check? Is \
             Socket.IO attached to the HTTP server that listens (httpServer.listen, not app.listen)? Does the \
             proxy pass the path on as it is? If the server's `path` is another one, give it to the client as \
             `path`, and to the doctor as --path."
        ),
    ])
}

/// A refusal that no origin and no server explains.
fn forbidden(examination: &Examination, poll: &Exchange) -> Finding {
    Finding::new(
        Code::Blocked,
        Severity::Error,
        format!(
            "the poll is refused with 403 before it gets to Socket.IO, with and without the page's Origin{}",
            named(poll)
        ),
    )
    .seen(poll, with_body(poll))
    .why(["The request does not reach Socket.IO."])
    .why(shown_as(examination, poll))
    .why(console(examination, poll))
    .fix([
        "The body and the `server` header may tell who answers: a web application firewall, a list of \
         allowed addresses, a check of the User-Agent, a middleware. Let Socket.IO's path (/socket.io/) \
         past it.",
    ])
    .fix((proxy(poll) == Some(Proxy::Caddy)).then(|| remedy::before_refusals(&examination.target.path)).into_iter().flatten())
    .fix([
        "If it wants a token or a cookie: --header 'Authorization: …', --cookie 'session=…' or --query \
         'token=…'.",
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
