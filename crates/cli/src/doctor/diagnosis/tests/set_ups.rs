//! Deployments that are set up wrongly, by what was seen of each: what is found first, what its fix
//! says, and what may not be said.

use std::time::Duration;

use super::made::{
    ALLOW, CREDENTIALS, FORBIDDEN, FOREIGN, GRANT, Headers, NONE, O, OPEN, OPEN_3, UNKNOWN,
    UNSUPPORTED, VARY,
};
use crate::{
    doctor::{
        diagnosis::diagnose,
        examination::Examination,
        facts::facts,
        finding::{Code, Finding},
        proxies,
        step::Step,
    },
    network::{Answer, Failure, FailureKind, PortProtocol},
};

/// A row: what was seen, the severity and the code, a part of the fix, and what may not be said.
type Row = (Examination, &'static str, &'static str, &'static str);

/// A text that is said nowhere.
const NOTHING: &str = "\u{0}";

const REFUSED_BY_PYTHON: &str = r#""https://app.example.com is not an accepted origin.""#;
const OLD_FOR_PYTHON: &str =
    r#""The client is using an unsupported version of the Socket.IO or Engine.IO protocols""#;
const NO_TRANSPORT: &str = r#"{"code":0,"message":"Transport unknown"}"#;
const NGINX: (&str, &str) = ("server", "nginx/1.24.0");

#[track_caller]
fn assert_first(rows: Vec<Row>) {
    for (number, (examination, is, fix, not)) in rows.into_iter().enumerate() {
        let findings = diagnose(&examination);
        let Some(first) = findings.first() else { panic!("row {number}: nothing is found") };
        let Finding { severity, code, .. } = first;
        assert_eq!(format!("{} {}", severity.as_str(), code.as_str()), is, "row {number}");
        let lines = first.fix.join("\n");
        assert!(lines.contains(fix), "row {number}: no {fix:?} in {lines}");
        let whole = format!("{first:?}");
        assert!(!whole.contains(not), "row {number}: {not:?} in {whole}");
    }
}

/// Polls of both versions are answered so, and nothing else is known.
fn answers(status: u16, headers: &Headers, body: &str) -> Examination {
    let connected = Examination::connected();
    connected.sees(Step::Poll4, status, headers, body).sees(Step::Poll3, status, headers, body)
}

/// A poll fails so, on a port that speaks something.
fn fails(step: Step, kind: FailureKind, speaks: Option<PortProtocol>) -> Examination {
    let mut examination = Examination::connected().fails(step, Failure::new(kind, "it is so"));
    examination.port_speaks = speaks;
    examination
}

/// Both handshakes of a `WebSocket` are answered by what is no answer to one.
fn garbled(examination: Examination) -> Examination {
    let no_answer = || Failure::new(FailureKind::Protocol, "HTTP version must be 1.1 or higher");
    examination.fails(Step::Websocket, no_answer()).fails(Step::Upgrade, no_answer())
}

/// The last exchange ends after so many seconds.
fn briefly(mut examination: Examination, seconds: u64) -> Examination {
    examination.exchanges.last_mut().unwrap().took = Duration::from_secs(seconds);
    examination
}

const PYTHON: &Headers = &[
    ("access-control-allow-origin", O),
    ("access-control-allow-credentials", "true"),
    ("server", "WSGIServer/0.2 CPython/3.11.7"),
];

fn good() -> Examination {
    Examination::good()
}

/// A server in Python that refuses the page.
fn python() -> Examination {
    good().sees(Step::Poll4, 400, NONE, REFUSED_BY_PYTHON).sees(
        Step::Poll3,
        400,
        NONE,
        OLD_FOR_PYTHON,
    )
}

#[test]
fn a_connection_that_fails_is_told_by_what_the_port_speaks() {
    let late = Step::Poll4;
    assert_first(vec![
        (fails(Step::Connect, FailureKind::Dns, None), "error dns-failed", "dig", NOTHING),
        (
            fails(Step::Connect, FailureKind::Refused, None).at("https://api.example.net:3000"),
            "error connection-failed",
            "does not pass port 3000 on",
            NOTHING,
        ),
        (
            fails(Step::Connect, FailureKind::Refused, None).at("https://api.example.net:8443"),
            "error connection-failed",
            "Is the server running",
            "orange cloud",
        ),
        (
            fails(late, FailureKind::Closed, Some(PortProtocol::Tls)).at("http://localhost:3000"),
            "error https-needed",
            "io(\"https://localhost:3000\")",
            "Is the server running",
        ),
        (
            fails(
                Step::Connect,
                FailureKind::Tls("ERR_SSL_PROTOCOL_ERROR"),
                Some(PortProtocol::Http),
            ),
            "error tls-failed",
            "io(\"http://api.example.net:443\")",
            NOTHING,
        ),
        (
            fails(late, FailureKind::Protocol, Some(PortProtocol::Http2)),
            "error connection-failed",
            "HTTP/1.1",
            NOTHING,
        ),
        (
            fails(late, FailureKind::Protocol, Some(PortProtocol::Other("SSH-2.0-x".to_owned()))),
            "error connection-failed",
            "another program",
            NOTHING,
        ),
        (
            fails(late, FailureKind::Late, None),
            "error no-answer-in-time",
            "--timeout 60",
            "No request",
        ),
        (
            fails(late, FailureKind::Closed, None),
            "error connection-failed",
            "takes the connection and closes it",
            "Is the server running",
        ),
        (
            fails(late, FailureKind::Late, None).sees(Step::OtherPath, 200, NONE, OPEN),
            "error wrong-path",
            "path",
            NOTHING,
        ),
    ]);
}

#[test]
fn a_query_that_gets_lost_is_told_by_the_words_of_engine_io() {
    let no_transport = r#"{"code":0,"message":"Transport unknown"}"#;
    let no_session = r#"{"code":2,"message":"Bad handshake method"}"#;
    let changed = "error proxy-changes-path";
    let without_transport = good().sees(Step::Poll4, 400, GRANT, no_transport);
    assert_first(vec![
        (
            without_transport.clone().sees(Step::Websocket, 400, NONE, "Transport unknown"),
            changed,
            "$request_uri",
            "polling",
        ),
        // That server takes WebSockets alone.
        (without_transport, "error polling-disabled", "websocket", "query"),
        (good().sees(Step::Poll4, 400, GRANT, UNSUPPORTED), changed, "letter case", "server 2"),
        (
            good().sees(Step::Post, 400, GRANT, no_session),
            changed,
            "every parameter",
            "io.engine.use",
        ),
    ]);
}

#[test]
fn what_answers_instead_is_told_by_the_most_particular_sign() {
    let nginx: &Headers = &[NGINX];
    let next: &Headers = &[("x-powered-by", "Next.js"), ("location", "/socket.io?EIO=4")];
    let https: &Headers = &[("location", "https://api.example.net/socket.io/?EIO=4")];
    let challenge: &Headers = &[("cf-mitigated", "challenge")];
    let opens = |examination: Examination| examination.sees(Step::Websocket, 101, NONE, OPEN);
    assert_first(vec![
        (answers(403, challenge, ""), "error challenged", "Skip", "no Socket.IO"),
        (opens(answers(403, challenge, "")), "error challenged", "Skip", "no Socket.IO"),
        (
            answers(404, nginx, "<center>nginx"),
            "error not-socket-io",
            "location /socket.io/ {",
            NOTHING,
        ),
        (
            answers(404, nginx, "<center>nginx").sees(Step::OtherPath, 200, NONE, OPEN),
            "error wrong-path",
            "path:",
            "location /socket.io/ {",
        ),
        (
            answers(404, NONE, "Cannot GET /?EIO=4"),
            "error proxy-changes-path",
            "proxy_pass http://127.0.0.1:3000;",
            "app.listen",
        ),
        (
            answers(404, NONE, "Cannot GET /socket.io/?EIO=4"),
            "error not-socket-io",
            "httpServer.listen",
            NOTHING,
        ),
        (
            answers(404, nginx, "<center>nginx").sees(Step::DirectPoll, 200, NONE, OPEN),
            "error proxy-changes-path",
            "proxy_pass",
            NOTHING,
        ),
        (opens(answers(404, NONE, "")), "error polling-blocked", "transports", NOTHING),
        (
            answers(308, next, ""),
            "error redirected",
            "addTrailingSlash: false",
            "path: \"/socket.io\"",
        ),
        (
            answers(301, https, "").at("http://api.example.net").by_page("http://app.example.com"),
            "error redirected",
            "io(\"https://api.example.net\")",
            NOTHING,
        ),
        (
            answers(502, nginx, "<center>nginx"),
            "error server-error",
            "proxy_pass https://",
            NOTHING,
        ),
        (
            answers(502, nginx, "").sees(Step::DirectPoll, 200, NONE, OPEN),
            "error server-error",
            "answers at --direct",
            NOTHING,
        ),
        (answers(403, NONE, "no"), "error blocked", "--cookie", "no Socket.IO"),
        (answers(400, NONE, "no"), "error not-socket-io", "curl", NOTHING),
        (answers(204, NONE, ""), "error not-socket-io", "if ($request_method = OPTIONS)", "curl"),
        (answers(200, &[("server", "Caddy")], ""), "error not-socket-io", "reverse_proxy", NOTHING),
        (answers(404, NONE, "404 page not found\n"), "error not-socket-io", "PathPrefix", NOTHING),
        (
            answers(200, NONE, "\u{feff}0{\"sid\":\"a\"}"),
            "error answer-changed",
            "leave /socket.io/",
            NOTHING,
        ),
    ]);
}

#[test]
fn a_connection_that_ended_is_no_fact_of_one_that_stayed() {
    let told = |mut examination: Examination| {
        examination.target.hold = Some(Duration::from_secs(20));
        let facts = facts(&examination).into_iter();
        facts
            .filter(|fact| fact.name == "idle connections")
            .map(|fact| fact.value)
            .collect::<String>()
    };
    let cut = good().sees(Step::HoldPoll, 504, NONE, "");
    assert_eq!(told(good()), "kept open for 20 s");
    assert_eq!(told(briefly(cut, 10)), "a poll ended after 10 s");
}

#[test]
fn a_login_of_a_websocket_is_told_in_words_of_websockets() {
    let apache = ("server", "Apache/2.4.62");
    let basic: &Headers = &[("www-authenticate", "Basic realm=\"a\""), apache];
    let bearer: &Headers = &[("www-authenticate", "Bearer")];
    for (headers, part) in [
        (basic, "No page can send `Authorization` with a WebSocket"),
        (bearer, "Browsers send authorization with polls, but not with a WebSocket"),
    ] {
        let refused = good().sending("authorization").sees(Step::Websocket, 401, headers, "");
        let findings = diagnose(&refused.sees(Step::Upgrade, 401, headers, ""));
        let first = findings.first().unwrap();
        assert_eq!(first.code, Code::LoginRequired);
        assert!(first.fix.iter().any(|line| line.contains(part)), "{first:?}");
        assert!(first.why.iter().any(|line| line.ends_with("no valid credentials available")));
        let whole = format!("{first:?}");
        for text in ["is the password right", "XMLHttpRequest", "shows a CORS error"] {
            assert!(!whole.contains(text), "{text}: {whole}");
        }
    }
    let alone =
        good().without_polling().sees(Step::Poll4, 404, NONE, "").sees(Step::Poll3, 404, NONE, "");
    let findings = diagnose(&alone.sees(Step::Websocket, 404, NONE, "").sees(
        Step::NoOriginPoll,
        404,
        NONE,
        "",
    ));
    let whole = format!("{findings:?}");
    assert!(whole.contains("Unexpected response code: 404"), "{whole}");
    assert!(!whole.contains("XMLHttpRequest"), "{whole}");
}

#[test]
fn an_api_gateway_without_a_route_for_options_is_told_first() {
    let rest: &Headers = &[("x-amz-apigw-id", "1="), ("x-amzn-requestid", "1")];
    let http: &Headers = &[("apigw-requestid", "1=")];
    let no_token = r#"{"message":"Missing Authentication Token"}"#;
    for (headers, status, body, command) in [
        (rest, 403, no_token, "  aws apigateway put-method"),
        (http, 404, r#"{"message":"Not Found"}"#, "  aws apigatewayv2 update-api"),
    ] {
        let examination =
            good().sending("authorization").sees(Step::Preflight, status, headers, body);
        let findings = diagnose(&examination);
        let Finding { code, summary, fix, .. } = findings.first().unwrap();
        assert_eq!(*code, Code::PreflightFailed, "{status}");
        assert!(summary.starts_with("API Gateway has no route for OPTIONS"), "{summary}");
        assert!(fix[1].starts_with(command), "{fix:?}");
        assert!(!fix.join("\n").contains("past any login"), "{fix:?}");
    }
}

#[test]
fn a_redirect_of_a_page_s_own_server_is_no_matter_of_cors() {
    let moved: &Headers = &[("location", "/socket.io?EIO=4")];
    let own = answers(308, moved, "").by_page("https://api.example.net");
    let findings = diagnose(&own);
    let Finding { code, why, .. } = findings.first().unwrap();
    assert_eq!(*code, Code::Redirected);
    let why = why.join("\n");
    assert!(why.contains("this is not about CORS. The browser follows"), "{why}");
    assert!(why.contains("another is 404"), "{why}");
    let findings = diagnose(&answers(308, moved, ""));
    let why = findings.first().unwrap().why.join("\n");
    assert!(why.contains("has to pass the CORS check"), "{why}");
}

#[test]
fn a_balancer_is_named_by_its_cookies_and_nothing_is_told_that_is_so_already() {
    let none = "SameSite=None; Secure already";
    let lost = |cookies: &[&'static str], allows: bool| {
        let mut headers = if allows { GRANT.to_vec() } else { vec![(ALLOW, O), VARY] };
        headers.extend(cookies.iter().map(|cookie| ("set-cookie", *cookie)));
        good().sees(Step::Poll4, 200, &headers, OPEN).sees(Step::PollAgain, 400, GRANT, UNKNOWN)
    };
    let alb: &[&str] = &["AWSALB=a; Path=/", "AWSALBCORS=a; Path=/; SameSite=None; Secure"];
    let session: &[&str] = &["session=a; Path=/", "GCLB=\"a\"; Path=/; HttpOnly"];
    let allow = "allow credentials";
    for (examination, parts, not) in [
        (
            lost(alb, true),
            &["The AWS load balancer keeps", "(AWSALB, AWSALBCORS)", none][..],
            allow,
        ),
        (lost(alb, false), &["The AWS load balancer keeps", "credentials: true", none], "HAProxy"),
        (
            lost(session, true),
            &["Google Cloud's load balancer keeps", "(GCLB)", "only if it has"],
            "HAProxy",
        ),
        (lost(&["SERVERID=a"], true), &["HAProxy, or another", "secure attr"], allow),
        (lost(&["a=b"], true), &["The server sets a cookie (a)", "secure attr"], allow),
        (lost(session, true).credentialed(), &["Google Cloud's", "only if it has"], "secure attr"),
        (lost(alb, true).credentialed(), &["AWSALB, AWSALBCORS back"], "only if it has"),
    ] {
        let findings = diagnose(&examination);
        let lost = findings.iter().find(|finding| finding.code == Code::SessionLost).unwrap();
        let fix = lost.fix.join("\n");
        for part in parts {
            assert!(fix.contains(part), "no {part:?} in {fix}");
        }
        assert!(!fix.contains(not), "{not:?} in {fix}");
    }
}

#[test]
fn a_page_of_websockets_alone_is_told_what_chromium_prints_of_them() {
    let refused = |step| {
        let kind = if step == Step::Connect { FailureKind::Refused } else { FailureKind::Late };
        Examination::connected().fails(step, Failure::of_connection(kind))
    };
    for (examination, polls, alone) in [
        (
            refused(Step::Connect),
            "GET https://api.example.net/socket.io/?EIO=4&transport=polling net::ERR_CONNECTION_REFUSED",
            "failed: Error in connection establishment: net::ERR_CONNECTION_REFUSED",
        ),
        (
            refused(Step::Poll4),
            "GET https://api.example.net/socket.io/?EIO=4&transport=polling net::ERR_TIMED_OUT",
            "failed: WebSocket opening handshake timed out",
        ),
        (
            good().at("https://api.example.net:10080"),
            "GET https://api.example.net:10080/socket.io/?EIO=4&transport=polling net::ERR_UNSAFE_PORT",
            "failed: Error in connection establishment: net::ERR_UNSAFE_PORT",
        ),
        (
            good().at("http://api.example.net"),
            "insecure XMLHttpRequest endpoint 'http://api.example.net/socket.io/?EIO=4&transport=polling'",
            "insecure WebSocket endpoint 'ws://api.example.net/socket.io/?EIO=4&transport=websocket'",
        ),
    ] {
        let why = |examination: &Examination| diagnose(examination).first().unwrap().why.join("\n");
        let told = why(&examination);
        assert!(told.contains(polls), "{told}");
        let told = why(&examination.without_polling());
        assert!(told.contains(alone) && !told.contains("polling"), "{told}");
    }
}

#[test]
fn a_web_server_of_python_that_names_itself_has_its_own_command_first() {
    for (server, is_unknown, first, command) in [
        ("uvicorn", false, "uvicorn holds", "  pip install 'uvicorn[standard]'"),
        ("hypercorn-h11", false, "hypercorn holds", "  hypercorn app:app"),
        ("daphne", false, "daphne holds", "  daphne project.asgi:application"),
        ("gunicorn", false, "gunicorn needs", "  gunicorn -w 1 --threads 100 app:app"),
        ("Werkzeug/3.1.3 Python/3.13.1", false, "Flask's server", "  pip install simple-websocket"),
        ("Werkzeug/3.1.3 Python/3.13.1", true, "Flask's server", "  pip install simple-websocket"),
        ("waitress", false, "waitress cannot", "  gunicorn -w 1 --threads 100 app:app"),
        (
            "WSGIServer/0.2 CPython/3.13.1",
            false,
            "Python's own",
            "  gunicorn -w 1 --threads 100 app:app",
        ),
        (
            "uvicorn",
            true,
            "python-socketio's `transports`",
            "transports=[\"polling\", \"websocket\"]",
        ),
        ("TornadoServer/6.4", false, "python-socketio can", "  pip install 'uvicorn[standard]'"),
    ] {
        // One that takes no WebSockets does not offer them in its handshake.
        let polls = r#"0{"sid":"a","upgrades":[],"pingTimeout":20000,"pingInterval":25000}"#;
        let (status, body, open) = if is_unknown {
            (400, NO_TRANSPORT, polls)
        } else {
            (500, "Internal Server Error", OPEN)
        };
        let examination = python()
            .sees(Step::Poll4, 200, GRANT, open)
            .sees(Step::Websocket, status, &[("server", server)], body)
            .sees(Step::Upgrade, status, &[("server", server)], body);
        let examination = if is_unknown { examination.without_polling() } else { examination };
        let findings = diagnose(&examination);
        let Finding { code, fix, .. } = findings.first().unwrap();
        assert_eq!(*code, Code::UpgradeBlocked, "{server}");
        assert!(fix[0].starts_with(first), "{server}: {fix:?}");
        let place = fix.iter().position(|line| line.contains(command));
        assert!(place.is_some_and(|place| place < 5), "{server}: {fix:?}");
    }
}

#[test]
fn an_origin_that_is_refused_is_told_in_the_words_of_the_server() {
    let refused = |headers: &Headers| {
        answers(403, headers, "Forbidden").sees(Step::NoOriginPoll, 200, NONE, OPEN)
    };
    let value = |value: &'static str| good().sees(Step::Poll4, 200, &[(ALLOW, value)], OPEN);
    let python_allows: &Headers = &[(ALLOW, FOREIGN), CREDENTIALS];
    assert_first(vec![
        (
            python(),
            "error origin-not-listed",
            "cors_allowed_origins=[\"https://app.example.com\"]",
            "new Server(",
        ),
        (
            python().sees(Step::Poll4, 200, GRANT, OPEN).sees(
                Step::ForeignPoll,
                200,
                python_allows,
                OPEN,
            ),
            "danger any-origin-with-credentials",
            "cors_allowed_origins",
            "new Server(",
        ),
        (
            python().sees(Step::Poll3, 400, GRANT, OLD_FOR_PYTHON).by_client(2).credentialed(),
            "error version-mismatch",
            "python-socketio<5",
            "allowEIO3",
        ),
        (
            python().without_polling().sees(Step::Websocket, 403, NONE, ""),
            "error websocket-refused",
            "cors_allowed_origins",
            "allowRequest",
        ),
        (
            python().sees(Step::Poll4, 200, GRANT, OPEN).sees(Step::Websocket, 403, NONE, ""),
            "error upgrade-blocked",
            "simple-websocket",
            "proxy_set_header",
        ),
        (refused(&[NGINX]), "error origin-not-listed", "map $http_origin", "no Socket.IO"),
        (refused(NONE), "error origin-not-listed", "allowRequest", "no Socket.IO"),
        (
            // A server that fails now and then is no list of origins.
            good().sees(Step::Poll4, 503, NONE, ""),
            "error server-error",
            "Is the server up",
            "list of allowed origins",
        ),
        (value("\"https://app.example.com\""), "error origin-near-miss", O, NOTHING),
        (value("https://APP.example.com"), "error origin-near-miss", O, NOTHING),
        (value("https://*.example.com"), "error invalid-origin", "[a-z0-9-]+", NOTHING),
        (value("$http_origin"), "error invalid-origin", "variable", NOTHING),
        (value("true"), "error invalid-origin", "It cannot be true", NOTHING),
        (
            good()
                .sees(
                    Step::Poll4,
                    200,
                    &[(ALLOW, O), ("access-control-allow-credentials", "True")],
                    OPEN,
                )
                .credentialed(),
            "error credentials-not-allowed",
            "in lower case",
            "withCredentials out",
        ),
    ]);
}

#[test]
fn later_requests_are_told_by_what_answers_them() {
    let cloudflare: &Headers = &[("server", "cloudflare")];
    let hit = [GRANT, &[("cf-cache-status", "HIT")]].concat();
    let lost = good().sees(Step::PollAgain, 400, GRANT, UNKNOWN);
    let any: &Headers = &[(ALLOW, O), CREDENTIALS, ("access-control-allow-headers", "*"), NGINX];
    assert_first(vec![
        (
            good().sees(Step::Post, 429, GRANT, ""),
            "error rate-limited",
            "rate limit",
            "allows only GET",
        ),
        (
            good().sees(Step::Websocket, 403, &[("cf-mitigated", "challenge")], ""),
            "error challenged",
            "Skip",
            "proxy_set_header",
        ),
        (
            good().sees(Step::Preflight, 401, NONE, "").sending("x-token"),
            "error login-required",
            "--header",
            NOTHING,
        ),
        // Nobody sends that preflight.
        (
            good().sees(Step::Preflight, 401, NONE, ""),
            "warning preflight-failed",
            "OPTIONS",
            NOTHING,
        ),
        (good().sees(Step::Post, 403, GRANT, ""), "error post-failed", "CSRF", NOTHING),
        (
            good().sees(Step::Post, 413, GRANT, ""),
            "error post-failed",
            "client_max_body_size",
            NOTHING,
        ),
        (
            good().sees(Step::Websocket, 403, cloudflare, ""),
            "error websocket-refused",
            "protect the hostname instead",
            "add https://app.example.com to it",
        ),
        (
            good().sees(Step::Websocket, 400, NONE, r#"{"code":0,"message":"Transport unknown"}"#),
            "error upgrade-blocked",
            "transports: [",
            "proxy_set_header",
        ),
        (
            garbled(good()),
            "error upgrade-blocked",
            "not one that a browser accepts",
            "proxy_set_header",
        ),
        (
            garbled(good()).sees(Step::Poll4, 200, PYTHON, OPEN),
            "error upgrade-blocked",
            "pip install gunicorn simple-websocket",
            "proxy_set_header",
        ),
        (
            good().sees(Step::Websocket, 403, NONE, "not allowed by Upgrader.CheckOrigin").sees(
                Step::ForeignWebsocket,
                403,
                NONE,
                "",
            ),
            "error websocket-refused",
            "== \"https://app.example.com\"",
            "the platform",
        ),
        (
            good()
                .sees(Step::Websocket, 403, NONE, "no")
                .sees(Step::ForeignWebsocket, 403, NONE, "no")
                .sees(Step::NoOriginWebsocket, 101, NONE, OPEN),
            "error websocket-refused",
            "add https://app.example.com to it",
            "the platform",
        ),
        (
            good().sees(Step::Websocket, 400, &[("server", "Apache/2.4.62")], ""),
            "error upgrade-blocked",
            "upgrade=websocket",
            "proxy_set_header",
        ),
        (lost.clone(), "error session-lost", "ip_hash", NOTHING),
        (
            lost.clone().sees(Step::QuietSession, 200, GRANT, OPEN),
            "warning session-ended",
            "auth",
            "another instance",
        ),
        (
            lost.clone().sees(Step::QuietSession, 400, GRANT, UNKNOWN),
            "error session-lost",
            "ip_hash",
            NOTHING,
        ),
        (
            lost.sees(Step::Poll4, 200, &hit, OPEN),
            "error cached-handshake",
            "Bypass cache",
            "ip_hash",
        ),
        (
            good()
                .fails(Step::Preflight, Failure::new(FailureKind::Closed, "closed"))
                .sending("x-token"),
            "error preflight-failed",
            "OPTIONS",
            "It does not have HTTP ok status",
        ),
        (
            good().sees(Step::Preflight, 204, any, "").sending("x-token").credentialed(),
            "error header-not-allowed",
            "add_header Access-Control-Allow-Headers \"x-token\" always;",
            NOTHING,
        ),
    ]);
}

#[test]
fn what_others_may_do_and_what_requests_cost_is_told_soberly() {
    let no_store: &Headers = &[(ALLOW, O), CREDENTIALS, VARY, ("cache-control", "no-store")];
    let asking = |names: &'static str| {
        let headers: &[(&str, &str)] =
            &[(ALLOW, O), CREDENTIALS, ("access-control-allow-headers", names)];
        good()
            .sees(Step::Poll4, 200, no_store, OPEN)
            .sees(Step::Preflight, 204, headers, "")
            .sending("x-token")
    };
    let like = "https://app.example.com.evil.example";
    let let_in = |origin: &'static str, credentials: bool| {
        let headers: Vec<_> =
            [(ALLOW, origin)].into_iter().chain(credentials.then_some(CREDENTIALS)).collect();
        good().sees(Step::LookAlikePoll, 200, &headers, OPEN).from(Some(origin))
    };
    let opened = good().sees(Step::LookAlikeWebsocket, 101, NONE, OPEN).from(Some(like));
    let cut = Answer { status: 101, body: OPEN.to_owned(), ..Answer::default() };
    let closed = Failure::new(FailureKind::Closed, "the WebSocket is closed");
    let held = briefly(good().notes(Step::HoldWebsocket, Some(cut), Some(closed)), 30);
    let slow = good().fails(Step::SlowPoll, Failure::of_connection(FailureKind::Late));
    let stock = good().sees(Step::ForeignWebsocket, 101, NONE, OPEN);
    assert_first(vec![
        (stock.clone(), "warning foreign-websocket", "allowRequest", "danger"),
        (stock.holding("session=1"), "danger foreign-websocket", "allowRequest", NOTHING),
        (asking("x-token"), "warning preflight-for-each-poll", "timestampRequests: false", NOTHING),
        (
            let_in(like, true),
            "danger loose-origin-check",
            "/^https:\\/\\/app\\.example\\.com$/",
            NOTHING,
        ),
        (let_in(like, false), "warning loose-origin-check", "includes", NOTHING),
        (let_in("http://app.example.com", true), "warning loose-origin-check", "includes", NOTHING),
        (opened, "danger loose-origin-check", "includes", NOTHING),
        (held.clone(), "error idle-timeout", "proxy_read_timeout 60s;", NOTHING),
        (held.clone(), "error idle-timeout", "pingInterval: 15_000", NOTHING),
        (briefly(held.clone(), 10), "error idle-timeout", "pingInterval: 5_000", "10_000"),
        (briefly(held, 1), "error idle-timeout", "proxy_read_timeout", "pingInterval:"),
        (slow, "warning no-answer-in-time", "--timeout 60", NOTHING),
        (
            good().sees(Step::SlowPoll, 503, NONE, ""),
            "warning server-error",
            "health checks",
            "in time",
        ),
        (
            good().sees(Step::Poll4, 200, GRANT, OPEN_3).sees(Step::Poll3, 200, GRANT, OPEN_3),
            "error version-mismatch",
            "socket.io-client 2",
            "allowEIO3: true, cors",
        ),
    ]);
    let mut kept = good();
    kept.target.base = "https://api.example.net:10080".parse().unwrap();
    assert_first(vec![(kept, "error blocked-in-browser", "another port", NOTHING)]);
    assert_eq!(diagnose(&good().sees(Step::ForeignPost, 200, NONE, "ok")), []);
    let refused = good().sees(Step::Poll3, 400, GRANT, UNSUPPORTED).sees(
        Step::ForeignPoll,
        403,
        NONE,
        FORBIDDEN,
    );
    assert_eq!(diagnose(&refused), []);
}

#[test]
fn the_server_of_an_application_is_no_proxy() {
    let named = |server: &'static str| {
        let seen = Examination::connected().sees(Step::Poll4, 200, &[("server", server)], "");
        proxies::of(seen.exchanges.last().unwrap())
    };
    assert_eq!(named("uvicorn"), [""; 0]);
    assert_eq!(named("Werkzeug/3.1.3 Python/3.13.1"), [""; 0]);
    assert_eq!(named("nginx/1.29"), ["Server: nginx/1.29"]);
}

#[test]
fn the_lines_to_paste_fit_the_server() {
    let lost = good().sees(Step::PollAgain, 400, GRANT, UNKNOWN);
    assert_first(vec![
        (lost, "error session-lost", "setupMaster(httpServer", NOTHING),
        (
            good().sees(Step::Poll4, 200, GRANT, OPEN_3).sees(Step::Poll3, 200, GRANT, OPEN_3),
            "error version-mismatch",
            "cors: { origin: [\"https://app.example.com\"] }",
            NOTHING,
        ),
        (
            good().sees(Step::Poll4, 400, NONE, "").sees(
                Step::NearMiss,
                200,
                &[(ALLOW, "https://www.app.example.com"), CREDENTIALS],
                OPEN,
            ),
            "error origin-not-listed",
            "credentials: true",
            NOTHING,
        ),
    ]);
}
