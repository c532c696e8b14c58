//! A `WebSocket` that does not come about.

use super::{
    browser_blocks,
    chromium::websocket_failed,
    evidence::{with_body, with_headers},
    known,
    not_listed::WRITTEN_AS_HERE,
    own_origin,
    own_refusal::own_words,
    remedy,
    upgrade_blocked::{BY_PLATFORM, upgrade_blocked},
    websocket_refusals::{REFUSALS, is_of_access, is_of_every_origin, is_of_everyone, on_polling},
    worker,
};
use crate::{
    doctor::{
        examination::Examination,
        exchange::Exchange,
        finding::{Code, Finding, Severity},
        software::{SocketServer, proxy_before, socket_server},
        step::Step,
    },
    network::FailureKind,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let needed = examination.target.page.websocket;
    let works = examination.polls() || examination.refuses_polling();
    // A server may not offer it, and one that refuses the page's polls refuses this as well.
    if !needed && (examination.offers_upgrade() == Some(false) || !works) {
        return Vec::new();
    }
    let direct = examination.get(Step::Websocket);
    // If sessions are lost, the upgrade failed for the same reason.
    let is_lost = examination.lost().next().is_some();
    let upgrade = examination
        .all(Step::Upgrade)
        .find(|exchange| exchange.is_of_websocket())
        .filter(|_| !is_lost && !needed);
    // Told once, by what else python-socketio refuses for it.
    if own_origin::is_refused(examination) {
        return Vec::new();
    }
    if let Some((exchange, known)) = direct.and_then(|it| Some((it, known::firewall(it)?))) {
        return vec![by_firewall(examination, exchange, known)];
    }
    if let Some(refused) = direct.filter(|exchange| wants_header(examination, exchange)) {
        return vec![without_header(examination, refused)];
    }
    let refused = direct.filter(|exchange| is_refused(examination, exchange));
    if let Some(refused) = refused {
        return vec![refusal(examination, refused)];
    }
    let blocked: Vec<_> =
        direct.into_iter().chain(upgrade).filter(|exchange| !exchange.is_upgraded()).collect();
    let by_browser = blocked.iter().find_map(|exchange| {
        let failure = exchange.error.as_ref().filter(|it| browser_blocks::is_known(&it.text))?;
        Some(browser_blocks::finding(examination, exchange, failure))
    });
    if let Some(finding) = by_browser {
        return vec![finding];
    }
    if !blocked.is_empty() {
        return vec![upgrade_blocked(examination, &blocked)];
    }
    let silent: Vec<_> =
        direct.into_iter().chain(upgrade).filter(|exchange| exchange.error.is_some()).collect();
    if silent.is_empty() { Vec::new() } else { vec![probe_failed(&silent)] }
}

/// True if it is the page that is refused, and not each upgrade.
fn is_refused(examination: &Examination, exchange: &Exchange) -> bool {
    // There the same list is looked at for polls, and every other refusal is 403 as well.
    if socket_server(examination) == SocketServer::Python && examination.polls() {
        return false;
    }
    if own_code(examination).is_some() && matches!(exchange.status(), Some(400 | 403)) {
        return true;
    }
    if is_of_every_origin(examination, exchange) {
        return false;
    }
    let others = examination.get(Step::ForeignWebsocket);
    let others_may = others.is_some_and(Exchange::opened_websocket);
    let told_no = exchange.status() == Some(400) && exchange.engine_error().is_none();
    exchange.is_forbidden()
        || (told_no && (others_may || REFUSALS.contains(&exchange.body().trim())))
}

/// The poll that tells that the server's own code refuses a page which does not poll.
fn own_code(examination: &Examination) -> Option<&Exchange> {
    let is_alone = examination.target.page.websocket;
    examination.page_poll().filter(|poll| is_alone && own_words(poll).is_some())
}

fn by_own_code(examination: &Examination, exchange: &Exchange, poll: &Exchange) -> Finding {
    let what = match socket_server(examination) {
        SocketServer::Node2 => "`origins`, or `allowRequest`",
        _ => "`allowRequest`, a middleware, or the policy of socketio-cors-edge",
    };
    Finding::new(
        Code::WebsocketRefused,
        Severity::Error,
        format!("the server's own code refuses the page's WebSocket ({what})"),
    )
    .seen(exchange, with_body(exchange))
    .seen(poll, with_body(poll))
    .why(["Engine.IO answers a poll in the same way, so the request does reach the server.".to_owned()])
    .why([on_polling(examination).to_owned(), websocket_failed(exchange)])
    .fix(match socket_server(examination) {
        SocketServer::Node2 => remedy::socket_io(examination),
        _ => remedy::own_function(examination),
    })
    .fix(remedy::policy(examination))
    .fix([
        "If it wants a token or a cookie: --query 'token=…', --cookie 'session=…'. A page's WebSocket has no other \
         headers of its own.",
    ])
}

fn by_firewall(examination: &Examination, exchange: &Exchange, known: known::Known) -> Finding {
    let summary = known.says.replace("{}", known::asked(exchange));
    Finding::new(known.code, Severity::Error, summary)
        .seen(exchange, with_body(exchange))
        .why([on_polling(examination).to_owned(), websocket_failed(exchange)])
        .fix(known::fix(examination, exchange, known.fix))
}

fn refusal(examination: &Examination, exchange: &Exchange) -> Finding {
    let origin = &examination.target.page.origin;
    let is_of_access = is_of_access(examination, exchange);
    let is_of_python = is_of_python_list(examination, exchange);
    let (summary, policy) = if is_of_access {
        (
            format!("Cloudflare lets polls of {origin} through, but refuses its WebSocket"),
            Vec::new(),
        )
    } else if examination.polls() {
        (format!("the server answers polls of {origin}, but refuses its WebSocket"), Vec::new())
    } else if is_of_python {
        (
            format!(
                "python-socketio's `cors_allowed_origins` does not have {origin}, so it refuses the page's WebSocket"
            ),
            Vec::new(),
        )
    } else {
        (format!("the server refuses the WebSocket of {origin}"), remedy::policy(examination))
    };
    let finding = Finding::new(Code::WebsocketRefused, Severity::Error, summary)
        .seen(exchange, with_body(exchange))
        .why([on_polling(examination).to_owned(), websocket_failed(exchange)]);
    if let Some(remedy) = worker::remedy(exchange) {
        return finding.fix([remedy]);
    }
    if let Some(poll) = own_code(examination) {
        return by_own_code(examination, exchange, poll);
    }
    if is_of_access {
        return finding.fix(BY_ACCESS);
    }
    if socket_server(examination) == SocketServer::Python {
        let usual = "python-socketio refuses a WebSocket so if its `cors_allowed_origins` does not have the page's \
                     origin.";
        return finding
            .why((!is_of_python).then_some(usual))
            .fix([WRITTEN_AS_HERE])
            .fix(remedy::allow_page(examination));
    }
    if exchange.body().contains("CheckOrigin") {
        return finding.fix(known::fix(examination, exchange, BY_GORILLA));
    }
    let finding = match examination.get(Step::NoOriginWebsocket) {
        Some(without) if without.is_upgraded() => finding.seen(
            without,
            vec!["Without Origin, a WebSocket opens, so the origin is what is refused.".to_owned()],
        ),
        _ if is_of_everyone(examination, exchange) => {
            let finding = match proxy_before(examination, exchange) {
                Some(_) => finding
                    .fix(["Every WebSocket is refused, whatever its origin. Are upgrades passed on at all?"])
                    .fix(remedy::upgrades(examination, exchange)),
                None => finding.fix(BY_PLATFORM),
            };
            finding.fix(["Otherwise a firewall or a list of origins refuses it:"])
        }
        Some(without) if examination.polls() => {
            return finding.seen(without, with_body(without)).fix([BY_ANOTHER_HEADER]);
        }
        _ => finding,
    };
    finding
        .fix([
            format!(
                "Something checks the origin of WebSockets (allowRequest, a middleware of io.engine.use, a \
                 proxy's rule, a firewall): add {origin} to its list."
            ),
            "CORS headers do not matter to WebSockets. Only such a check decides who may open one."
                .to_owned(),
        ])
        .fix(policy)
}

/// True if the server refuses what lacks the page's own headers, in the same words: polls of others, and
/// the WebSocket.
fn wants_header(examination: &Examination, exchange: &Exchange) -> bool {
    let Some(others) = examination.get(Step::NoOriginPoll) else { return false };
    let is_refusal = matches!(others.status(), Some(401 | 403));
    let said = others.engine_error().map(|error| error.message);
    let is_same = exchange.status() == others.status()
        || said.is_some_and(|message| exchange.body().trim() == message);
    !examination.target.page.headers.is_empty()
        && examination.page_poll().is_some_and(|poll| poll.opened().is_some())
        && is_refusal
        && is_same
}

fn without_header(examination: &Examination, exchange: &Exchange) -> Finding {
    let headers = examination.target.page.headers.iter();
    let names = headers.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let summary = format!("the server wants {names}, which browsers do not send with a WebSocket");
    let mut seen = with_body(exchange);
    // It may be told of that poll as well why it is refused.
    seen.extend(examination.get(Step::NoOriginPoll).map(with_body).into_iter().flatten());
    let server: &[&str] = match socket_server(examination) {
        SocketServer::Python => &[
            "Let the `connect` handler look at its argument `auth`, and not at environ[\"HTTP_…\"]:",
            "  async def connect(sid, environ, auth): ...",
        ],
        _ => &[
            "Let a middleware look at that, in place of allowRequest or io.engine.use, which run before it is there:",
            "  io.use((socket, next) => {",
            "    next(isKnown(socket.handshake.auth.token) ? undefined : new Error(\"unauthorized\"));",
            "  });",
        ],
    };
    Finding::new(Code::WebsocketRefused, Severity::Error, summary)
        .seen(exchange, seen)
        .why(["A page's WebSocket has no headers of its own: extraHeaders go with polls alone."
            .to_owned()])
        .why([on_polling(examination).to_owned(), websocket_failed(exchange)])
        .fix(["Send the token in the client's `auth`:", "  io(\"…\", { auth: { token: \"…\" } })"])
        .fix(server.iter().copied())
        .fix(["A cookie goes with both (withCredentials: true), and so does the client's `query`."])
}

/// True if what python-socketio refuses is the page's origin: it says so, or a handshake without one succeeds.
fn is_of_python_list(examination: &Examination, exchange: &Exchange) -> bool {
    let body = exchange.body().to_ascii_lowercase();
    let says_so = ["cross origin websockets not allowed", "is not an accepted origin"]
        .iter()
        .any(|part| body.contains(part));
    let without = examination.get(Step::NoOriginWebsocket);
    socket_server(examination) == SocketServer::Python
        && (says_so || without.is_some_and(Exchange::opened_websocket))
}

/// The fix where it is refused whatever its origin is, and polls are not.
const BY_ANOTHER_HEADER: &str = "The check looks at something that no page's WebSocket has, such as Referer or a header \
     of the page's own (extraHeaders). Check Origin or a cookie instead, or a token in the client's `query` (--query) or \
     `auth`.";

const BY_GORILLA: &[&str] = &[
    "A Go server refuses it, by gorilla/websocket. That accepts only pages of the server's own host, \
     unless its Upgrader (in go-socket.io, its websocket.Transport) has a function that says otherwise:",
    "  CheckOrigin: func(r *http.Request) bool { return r.Header.Get(\"Origin\") == \"{origin}\" },",
];

const BY_ACCESS: [&str; 3] = [
    "Cloudflare refuses it without a word. Access does so if it is turned on for a Worker (in the Worker's \
     settings, Domains & Routes): it lets no WebSocket through. Turn it off there, and protect the \
     hostname instead, with a self-hosted application: Zero Trust, Access, Applications.",
    "The browser then needs Access's cookie: withCredentials: true in the client.",
    "Otherwise a firewall rule refuses it: look at Security, Events.",
];

fn probe_failed(silent: &[&Exchange]) -> Finding {
    let upgrade = silent.iter().all(|exchange| exchange.step == Step::Upgrade);
    let is_ended = silent.iter().any(|exchange| is_ended(exchange));
    let is_disturbed = silent.iter().any(|exchange| is_disturbed(exchange));
    let what = if is_ended {
        "a WebSocket opens, and something ends it at once"
    } else if is_disturbed {
        "a WebSocket opens, but what comes over it is something else"
    } else if upgrade {
        "a WebSocket opens, but the client's probe gets no answer"
    } else {
        "a WebSocket opens, but no Engine.IO packet comes over it"
    };
    let why = if is_ended {
        "Engine.IO answers over it, and then it is closed before anything else is said. The client stays on polling. \
         A client that uses WebSocket alone connects again and again."
    } else {
        "The client waits for an answer that does not come, and stays on polling. A client that uses WebSocket alone \
         times out."
    };
    let fix = match (is_ended, is_disturbed) {
        (true, _) => TWO_LISTEN,
        (_, true) => TWO_WRITE,
        _ => HELD_BACK,
    };
    let finding = Finding::new(Code::ProbeFailed, Severity::Error, what);
    silent
        .iter()
        .fold(finding, |finding, exchange| {
            let mut lines = with_headers(exchange, &["server", "via"]);
            lines.extend(super::evidence::body(exchange));
            finding.seen(exchange, lines)
        })
        .why([why])
        .fix(fix.iter().copied())
}

/// True if Engine.IO answered over it before it ended.
fn is_ended(exchange: &Exchange) -> bool {
    let is_heard =
        exchange.body().lines().any(|packet| packet == "3probe" || packet.starts_with("0{"));
    is_heard && exchange.error.is_some() && !exchange.is_late()
}

/// True if the connection does not carry valid WebSocket frames.
fn is_disturbed(exchange: &Exchange) -> bool {
    exchange.error.as_ref().is_some_and(|error| error.kind == FailureKind::Protocol)
}

const HELD_BACK: &[&str] = &[
    "Not Socket.IO opens it, or something holds back what comes over it: a proxy that answers 101 itself, \
     buffers or drops frames, or another WebSocket server at the same path.",
];

const TWO_LISTEN: &[&str] = &[
    "Mostly it is another \"upgrade\" listener of the same HTTP server, which ends what it does not know. Let it \
     leave other paths alone:",
    "  httpServer.on(\"upgrade\", (request, socket, head) => {",
    "    if (!request.url.startsWith(\"/live\")) return;",
    "    wss.handleUpgrade(request, socket, head, (client) => wss.emit(\"connection\", client, request));",
    "  });",
    "Next.js ends WebSockets at the paths of its own routes, such as pages/api/socket.js: give Socket.IO a path \
     that no route has, in a server of your own:",
    "  const httpServer = createServer(app.getRequestHandler());",
    "  const io = new Server(httpServer);",
    "A proxy or a firewall that closes it looks the same: --direct with the server's own URL tells.",
];

const TWO_WRITE: &[&str] = &[
    "Something else writes to the same connection, such as a second \"upgrade\" listener of the HTTP \
     server: a WebSocketServer of `ws` with a `path` answers 400 to every other path. Give it `noServer: \
     true`, and only its own path:",
    "  const wss = new WebSocketServer({ noServer: true });",
    "  httpServer.on(\"upgrade\", (request, socket, head) => {",
    "    if (!request.url.startsWith(\"/live\")) return;",
    "    wss.handleUpgrade(request, socket, head, (client) => wss.emit(\"connection\", client, request));",
    "  });",
    "Two Socket.IO servers on one HTTP server do the same, and so does a development server's own \
     WebSocket beside Socket.IO (Vite, Next.js). Give each a path of its own, and let it ignore other \
     paths.",
];
