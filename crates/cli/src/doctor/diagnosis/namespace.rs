//! Clients that the server refuses once they have a session.

use serde_json::Value;

use super::evidence::{asked, with_body};
use crate::doctor::{
    engineio::{self, Protocol},
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{SocketServer, socket_server},
    step::Step,
    target::Page,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    if examination.spoken() != Protocol::V4 {
        return Vec::new();
    }
    if let Some(read) = unanswered(examination) {
        return vec![no_answer(examination, read)];
    }
    let steps = [Step::PollAgain, Step::Websocket, Step::Upgrade].into_iter();
    let mut exchanges = steps.flat_map(|step| examination.all(step));
    let refused = exchanges.find_map(|exchange| Some((exchange, refusal(exchange)?)));
    refused
        .map(|(exchange, refusal)| finding(examination, exchange, &refusal))
        .into_iter()
        .collect()
}

/// The poll that brought no answer to the packet that connects to the namespace, but heartbeats at most.
fn unanswered(examination: &Examination) -> Option<&Exchange> {
    let is_taken = examination.get(Step::Post).is_some_and(Exchange::is_acknowledged);
    let read = examination.all(Step::PollAgain).find(|exchange| exchange.method == "GET")?;
    let is_ping = || read.is_ok() && read.body() == "2";
    (examination.recorded.is_none() && is_taken && (read.is_late() || is_ping())).then_some(read)
}

fn no_answer(examination: &Examination, read: &Exchange) -> Finding {
    let Page { namespace, auth, .. } = &examination.target.page;
    let mut seen = asked(read);
    seen.push(format!("The packet that connects to {namespace} was taken before."));
    let lines = match socket_server(examination) {
        SocketServer::Python => IN_PYTHON,
        _ => IN_NODE,
    };
    let finding = Finding::new(
        Code::NamespaceUnanswered,
        Severity::Error,
        format!("the session opens, but the server never answers the client that connects to the namespace {namespace}"),
    )
    .seen(read, seen)
    .why([
        "This is not about CORS. The page gets neither `connect` nor `connect_error`, and its console says \
         nothing.",
    ])
    .fix(lines.iter().copied());
    if !auth.is_empty() {
        return finding;
    }
    finding.fix([
        "If it waits for what the page sends in `auth`, give the doctor the same:".to_owned(),
        format!("{}{AUTH}", examination.target.doctor_line()),
    ])
}

const IN_NODE: &[&str] = &[
    "A middleware does not call `next`, or waits for what does not answer (a database). Each way through it has to \
     end in `next`:",
    "  io.use(async (socket, next) => {",
    "    try {",
    "      await check(socket);",
    "      next();",
    "    } catch {",
    "      next(new Error(\"unauthorized\"));",
    "    }",
    "  });",
];

const IN_PYTHON: &[&str] = &[
    "The `connect` handler raises an exception, whose traceback is in the server's log, or does not end. These are its \
     arguments in python-socketio:",
    "  @sio.event",
    "  async def connect(sid, environ, auth): ...",
    "In Flask-SocketIO it has none, or `auth`. To refuse a client, it returns False.",
];

/// The rest of the doctor's line for a page whose client has `auth`.
const AUTH: &str = " --auth '{\"token\":\"…\"}'";

/// A `CONNECT_ERROR` of Socket.IO.
struct Refusal {
    namespace: String,
    message: String,
}

/// The one that an answer has in it, or a WebSocket's messages.
fn refusal(exchange: &Exchange) -> Option<Refusal> {
    exchange.body().split([engineio::SEPARATOR, '\n']).find_map(read)
}

/// Reads `44{"message":"…"}` or `44/admin,{"message":"…"}`.
fn read(packet: &str) -> Option<Refusal> {
    let rest = packet.strip_prefix("44")?;
    let (namespace, data) = match rest.split_once(',') {
        Some((namespace, data)) if namespace.starts_with('/') => (namespace, data),
        _ => ("/", rest),
    };
    let data: Value = serde_json::from_str(data).ok()?;
    let message = data.get("message").unwrap_or(&data);
    let message = message.as_str().map_or_else(|| message.to_string(), str::to_owned);
    Some(Refusal { namespace: namespace.to_owned(), message })
}

fn finding(examination: &Examination, exchange: &Exchange, refusal: &Refusal) -> Finding {
    let Refusal { namespace, message } = refusal;
    let is_python = socket_server(examination) == SocketServer::Python;
    let is_unknown = message == if is_python { "Unable to connect" } else { "Invalid namespace" };
    // The URL is the page's, which asks for that namespace, and so is the auth that was given.
    let has_auth = !examination.target.page.auth.is_empty();
    let is_of_page = examination.recorded.is_some() || is_unknown || has_auth;
    let severity = if is_of_page { Severity::Error } else { Severity::Warning };
    let finding = Finding::new(
        Code::NamespaceRefused,
        severity,
        format!("the session opens, and the server refuses the namespace {namespace}: {message}"),
    )
    .seen(exchange, with_body(exchange))
    .why([
        "This is not about CORS: the client is connected, and the server's own code refuses it. The page \
         gets the message in `connect_error`, and does not try again by itself.",
    ]);
    let base = examination.target.shown_base();
    if is_unknown && namespace.trim_end_matches('/') == "/socket.io" {
        return finding.fix([
            "The client takes what stands after the host in its URL for a namespace. /socket.io/ is the path, \
             which it uses by itself: leave it out."
                .to_owned(),
            format!("  io(\"{base}\")"),
        ]);
    }
    if is_unknown {
        return finding.fix(unknown(examination, namespace, is_python));
    }
    let finding = finding.fix([
        if has_auth {
            "A middleware (io.use) or a connect handler refuses the `auth` that the doctor was given. Is a token \
             in it that has expired, or is of another environment? Does the server read the field that the \
             client sends?"
        } else {
            "A middleware (io.use) or a connect handler wants to know who the client is. Let the client say so:"
        },
        "  io(\"…\", { auth: { token: \"…\" } })",
        if is_python {
            "python-socketio's `connect` handler gets it as its argument `auth`."
        } else {
            "The middleware reads it from socket.handshake.auth. It reads cookies and headers from \
             socket.handshake.headers, if the client has withCredentials or extraHeaders."
        },
    ]);
    let page = &examination.target.page;
    let finding = finding.fix((!has_auth && !page.query.is_empty()).then_some(
        "The page sends something in its query: the server finds that in socket.handshake.query, and not in \
         socket.handshake.auth.",
    ));
    if is_of_page {
        return finding;
    }
    finding.fix([
        "A page that sends one may be let in. Give the doctor what the page sends (or a header, a cookie, a query: \
         --header, --cookie, --query):"
            .to_owned(),
        format!("{}{AUTH}", examination.target.doctor_line()),
    ])
}

/// The fix where the server has no such namespace.
fn unknown(examination: &Examination, namespace: &str, is_python: bool) -> Vec<String> {
    let base = examination.target.shown_base();
    let mut lines = vec!["What stands after the host in the client's URL is a namespace, and the server has none of \
                          that name. Leave it out, if none is meant:"
        .to_owned()];
    lines.push(format!("  io(\"{base}\")"));
    let lower = namespace.to_ascii_lowercase();
    if lower != namespace {
        lines.push("Is it called so in the server? Small and capital letters differ:".to_owned());
        lines.push(format!("  io(\"{base}{lower}\")"));
    }
    lines.push("Or let the server have it:".to_owned());
    if is_python {
        lines.push(format!("  @sio.on(\"connect\", namespace=\"{namespace}\")"));
        lines.push("  async def connect(sid, environ): ...".to_owned());
    } else {
        lines.push(format!("  io.of(\"{namespace}\").on(\"connection\", (socket) => {{ … }});"));
        lines.push("In NestJS, in the gateway's decorator:".to_owned());
        lines.push(format!("  @WebSocketGateway({{ namespace: \"{namespace}\", … }})"));
    }
    let path = namespace.trim_end_matches('/').trim_end_matches("/socket.io");
    lines.push("Or was a path meant? It is an option of the client, as in:".to_owned());
    lines.push(format!("  io(\"{base}\", {{ path: \"{path}/socket.io/\" }})"));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_and_message_of_a_refusal_are_read() {
        for (packet, expected) in [
            (r#"44{"message":"no token"}"#, Some(("/", "no token"))),
            (r#"44/admin,{"message":"Invalid namespace"}"#, Some(("/admin", "Invalid namespace"))),
            (r#"44{"message":"a, b"}"#, Some(("/", "a, b"))),
            (r#"44"Unauthorized""#, Some(("/", "Unauthorized"))),
            (r#"40{"sid":"44"}"#, None),
            ("44", None),
        ] {
            let read = read(packet).map(|it| (it.namespace, it.message));
            let expected = expected.map(|(space, text)| (space.to_owned(), text.to_owned()));
            assert_eq!(read, expected, "{packet}");
        }
    }
}
