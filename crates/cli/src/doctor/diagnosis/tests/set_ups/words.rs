//! The words of findings: what each says of its set-up, and what would be false there.

use super::{
    super::made::{ALLOW, CREDENTIALS, GRANT, Headers, NONE, O, OPEN, UNKNOWN, VARY},
    NGINX, answers, briefly, good,
};
use crate::{
    doctor::{diagnosis::diagnose, examination::Examination, finding::Finding, step::Step},
    network::{Answer, Failure, FailureKind},
};

/// A row: what was seen, the code of a finding, parts of that one's text, and what it may not have.
type Row = (Examination, &'static str, &'static [&'static str], &'static str);

#[track_caller]
fn assert_says(rows: Vec<Row>) {
    let mut wrong = Vec::new();
    for (number, (examination, code, parts, not)) in rows.into_iter().enumerate() {
        let findings = diagnose(&examination);
        let Some(finding) = findings.iter().find(|finding| finding.code.as_str() == code) else {
            wrong.push(format!("row {number}: no {code} in {findings:?}"));
            continue;
        };
        let Finding { severity, summary, why, fix, .. } = finding;
        let told = [vec![format!("{}: {summary}", severity.as_str())], why.clone(), fix.clone()];
        let text = told.concat().join("\n");
        if parts.iter().any(|part| !text.contains(part)) || text.contains(not) {
            wrong.push(format!("row {number}: {parts:?}, {not:?}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn a_finding_says_whom_it_is_about() {
    let cloudflare: &Headers = &[("server", "cloudflare"), ("cf-ray", "1-FRA")];
    let tornado: &Headers = &[("server", "TornadoServer/6.5")];
    let uvicorn: &Headers = &[("server", "uvicorn")];
    let caddy: &Headers = &[("server", "Caddy")];
    let alone = |headers: &Headers, body: &str| {
        let polls = good().without_polling().sees(Step::Poll4, 400, headers, "");
        polls.sees(Step::Poll3, 400, headers, "").sees(Step::Websocket, 403, headers, body)
    };
    let late = || Failure::of_connection(FailureKind::Late);
    let slow = good().fails(Step::SlowPoll, late());
    let mut slower = slow.clone();
    slower.exchanges.extend(slow.get(Step::SlowPoll).cloned());
    let cut = Answer { status: 101, body: OPEN.to_owned(), ..Answer::default() };
    let closed = Failure::new(FailureKind::Closed, "the WebSocket is closed");
    assert_says(vec![
        (
            good().sees(Step::Websocket, 403, cloudflare, ""),
            "websocket-refused",
            &[
                "Cloudflare lets polls of https://app.example.com through, but refuses its WebSocket",
            ],
            "the server answers",
        ),
        (
            alone(tornado, "Cross origin websockets not allowed"),
            "websocket-refused",
            &["python-socketio's `cors_allowed_origins` does not have https://app.example.com"],
            "usual",
        ),
        (
            alone(uvicorn, "").sees(Step::NoOriginWebsocket, 101, NONE, OPEN),
            "websocket-refused",
            &["python-socketio's `cors_allowed_origins` does not have https://app.example.com"],
            "refuses a WebSocket so if",
        ),
        (
            alone(uvicorn, "no"),
            "websocket-refused",
            &[
                "error: the server refuses the WebSocket of https://app.example.com",
                "python-socketio refuses a WebSocket so if its `cors_allowed_origins` does not have",
            ],
            "error: python-socketio",
        ),
        (
            slow,
            "no-answer-in-time",
            &["the first poll gets no answer in 1 s, but the next one does"],
            "a later one",
        ),
        (
            slower,
            "no-answer-in-time",
            &["the first polls get no answer in 1 s, but a later one does"],
            "the next one",
        ),
        (
            briefly(good().notes(Step::HoldWebsocket, Some(cut), Some(closed)), 6),
            "idle-timeout",
            &["error: after 6 s, something on the way ends an open WebSocket"],
            "\u{0}",
        ),
        (
            answers(403, caddy, "").sees(Step::NoOriginPoll, 403, caddy, ""),
            "blocked",
            &[
                "error: the poll is refused with 403 before it gets to Socket.IO, with and without the page's Origin \
                 (Server: Caddy)",
                "  handle /socket.io/* {\n    reverse_proxy 127.0.0.1:3000",
            ],
            "by Caddy",
        ),
        (
            answers(403, NONE, "").sees(Step::NoOriginPoll, 403, NONE, ""),
            "blocked",
            &["with and without the page's Origin\n"],
            "Caddy",
        ),
    ]);
}

#[test]
fn a_header_of_a_servers_answers_is_to_be_left_out_of_the_page() {
    let asked = |status, headers: &Headers| good().sees(Step::Preflight, status, headers, "");
    let no = "\u{0}";
    assert_says(vec![
        (
            asked(204, GRANT).sending("access-control-allow-origin"),
            "header-not-allowed",
            &[
                "Access-Control-Allow-Origin is a header of the server's answers, not of a page's requests: a page \
               cannot allow itself. Remove it from `extraHeaders` in the page's client. A poll then needs no",
            ],
            "allowedHeaders",
        ),
        (
            asked(204, GRANT)
                .sending("Access-Control-Allow-Methods")
                .sending("x-token")
                .sending("Access-Control-Allow-Origin"),
            "header-not-allowed",
            &["Remove them from", "cors: { …, allowedHeaders: [\"x-token\"] }"],
            "A poll then",
        ),
        (
            asked(405, NONE)
                .sending("Access-Control-Allow-Methods")
                .sending("Access-Control-Allow-Origin"),
            "preflight-failed",
            &[
                "Access-Control-Allow-Methods, Access-Control-Allow-Origin are headers of the server's answers",
            ],
            no,
        ),
        (
            asked(405, NONE).sending("access-control-request-method"),
            "preflight-failed",
            &["OPTIONS"],
            "of the server's answers",
        ),
    ]);
}

#[test]
fn a_look_alike_is_a_danger_by_a_websocket_only_where_a_cookie_logs_in() {
    let like = "https://app.example.com.evil.example";
    let opened = good()
        .sees(Step::LookAlikePoll, 403, &[VARY], "")
        .from(Some(like))
        .sees(Step::LookAlikeWebsocket, 101, NONE, OPEN)
        .from(Some(like));
    let setting = |cookie: &'static str| {
        let headers: &[(&'static str, &'static str)] =
            &[(ALLOW, O), CREDENTIALS, VARY, ("set-cookie", cookie)];
        opened.clone().sees(Step::Poll4, 200, headers, OPEN)
    };
    assert_says(vec![
        (
            opened.clone(),
            "loose-origin-check",
            &["warning: ", "No login cookie was seen", "Only WebSockets are open to it"],
            "hijacking",
        ),
        (
            setting("session=a; Path=/; SameSite=None; Secure"),
            "loose-origin-check",
            &["danger: ", "cookies for the server (session)", "Only WebSockets are open to it"],
            "No login cookie",
        ),
        (
            setting("session=a; Path=/; SameSite=Lax"),
            "loose-origin-check",
            &["warning: ", "Chromium does not send the cookies that were seen (session)"],
            "hijacking",
        ),
        (
            good()
                .sees(Step::LookAlikePoll, 200, &[(ALLOW, like), CREDENTIALS], OPEN)
                .from(Some(like)),
            "loose-origin-check",
            &["danger: "],
            "Only WebSockets",
        ),
    ]);
}

#[test]
fn a_cookie_is_told_by_what_sets_it() {
    let setting = |cookie: &'static str| {
        let headers: &[(&'static str, &'static str)] =
            &[(ALLOW, O), CREDENTIALS, VARY, ("set-cookie", cookie)];
        good().sees(Step::Poll4, 200, headers, OPEN).credentialed()
    };
    let socket_io = "new Server(httpServer, { cookie:";
    assert_says(vec![
        (setting("io=a; Path=/"), "cookie-not-cross-site", &["{ cookie: { name: \"io\""], HAPROXY),
        (setting("SRV=a; Path=/"), "cookie-not-cross-site", &["In HAProxy", HAPROXY], socket_io),
        (
            setting("ROUTEID=.a; Path=/"),
            "cookie-not-cross-site",
            &["Header add Set-Cookie"],
            "HAProxy",
        ),
        (
            setting("INGRESSCOOKIE=a; Path=/"),
            "cookie-not-cross-site",
            &["session-cookie-samesite: \"None\"", "session-cookie-secure: \"true\""],
            "HAProxy",
        ),
        (
            setting("GCLB=a; Path=/"),
            "cookie-not-cross-site",
            &["Google Cloud's load balancer sets GCLB: it is to be added there."],
            "HAProxy",
        ),
        (
            setting("connect.sid=a; Path=/"),
            "cookie-not-cross-site",
            &["app.use(session({ …, cookie: { sameSite: \"none\", secure: true } }));"],
            socket_io,
        ),
        (
            setting("sessionid=a; Path=/"),
            "cookie-not-cross-site",
            &["SESSION_COOKIE_SECURE = True"],
            socket_io,
        ),
        (
            setting("sid=a; Path=/"),
            "cookie-not-cross-site",
            &[
                "Where the cookie is set, add SameSite=None; Secure.",
                "a session middleware",
                HAPROXY,
            ],
            socket_io,
        ),
        (
            setting("SRV=a; Path=/").sees(Step::PollAgain, 400, GRANT, UNKNOWN),
            "session-lost",
            &["error: ", HAPROXY],
            socket_io,
        ),
    ]);
}

const HAPROXY: &str = "  cookie … secure attr \"SameSite=None\"";

#[test]
fn a_fix_has_the_address_that_direct_gives() {
    let express: &Headers = &[("x-powered-by", "Express"), (ALLOW, "*")];
    let caddy: &Headers = &[("server", "Caddy"), (ALLOW, O), CREDENTIALS, VARY];
    let past = |mut examination: Examination, direct: &str| {
        examination.target.direct = Some(direct.parse().unwrap());
        examination
    };
    let by_express = || good().sees(Step::Preflight, 204, express, "").sending("x-token");
    let by_caddy = || {
        let twice: &Headers = &[(ALLOW, O), (ALLOW, O), CREDENTIALS, VARY, ("server", "Caddy")];
        good().sees(Step::Poll4, 200, twice, OPEN).sees(Step::DirectPoll, 200, caddy, OPEN)
    };
    let sample = "127.0.0.1:3000";
    assert_says(vec![
        (
            past(by_express().credentialed(), "http://10.0.0.7:4000"),
            "preflight-without-cors",
            &["target: \"http://10.0.0.7:4000\", pathFilter"],
            sample,
        ),
        (
            by_express().credentialed(),
            "preflight-without-cors",
            &["target: \"http://127.0.0.1:3000\", pathFilter"],
            "10.0.0.7",
        ),
        (
            past(by_caddy(), "http://10.0.0.7:4000"),
            "doubled-origin",
            &["  reverse_proxy 10.0.0.7:4000 {"],
            sample,
        ),
        (
            past(by_caddy(), "https://10.0.0.7:4000"),
            "doubled-origin",
            &["  reverse_proxy https://10.0.0.7:4000 {"],
            sample,
        ),
    ]);
}

#[test]
fn a_fix_gives_the_server_no_port_that_the_page_has() {
    let html: &Headers = &[("x-powered-by", "Express")];
    let page = "http://localhost:3000";
    let express = || answers(404, html, "<pre>Cannot GET /socket.io/</pre>");
    let refused = answers(200, NONE, OPEN).by_page(page);
    assert_says(vec![
        (express(), "not-socket-io", &["httpServer.listen(3000)"], "4000"),
        (express().by_page(page), "not-socket-io", &["httpServer.listen(4000)"], "3000)"),
        (
            express().by_page(page).at("http://localhost:3000"),
            "not-socket-io",
            &["httpServer.listen(3000)"],
            "4000",
        ),
        (refused, "no-cors-headers", &["origin: [\"http://localhost:3000\"]"], "4000"),
    ]);
}

#[test]
fn another_path_is_told_by_what_the_client_does() {
    let nginx: &Headers = &[NGINX];
    let mut elsewhere = answers(404, nginx, "<center>nginx").sees(Step::OtherPath, 200, NONE, OPEN);
    let at = |elsewhere: &mut Examination, path: &str| {
        let last = elsewhere.exchanges.last_mut().unwrap();
        last.url = format!("https://api.example.net{path}?EIO=4&transport=polling");
    };
    at(&mut elsewhere, "/api/socket.io/");
    let mut meant = elsewhere.clone();
    meant.target.page.namespace = "/api".to_owned();
    let mut added = elsewhere.clone();
    at(&mut added, "/socket.io");
    let mut removed = elsewhere.clone();
    removed.target.path = "/socket.io".to_owned();
    at(&mut removed, "/socket.io/");
    assert_says(vec![
        (
            elsewhere,
            "wrong-path",
            &[
                "Or leave the client as it is, and let nginx change its path into /api/socket.io/, in the server block:",
                "  rewrite ^/socket\\.io/(.*)$ /api/socket.io/$1;",
            ],
            "take the client's path",
        ),
        (
            meant,
            "wrong-path",
            &["io(\"https://api.example.net\", { path: \"/api/socket.io/\" })"],
            "rewrite",
        ),
        (
            added,
            "wrong-path",
            &["Give the client that option too", "addTrailingSlash: false })"],
            "the same value",
        ),
        (
            removed,
            "wrong-path",
            &["Remove `addTrailingSlash: false` from it", "{ path: \"/socket.io/\" })"],
            "the same value",
        ),
    ]);
}
