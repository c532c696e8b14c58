//! `WebSockets` that do not open.

use super::{
    super::made::{GRANT, Headers, NONE, OPEN},
    NO_TRANSPORT, assert_first, good, python,
};
use crate::{
    doctor::{
        diagnosis::diagnose,
        examination::Examination,
        finding::{Code, Finding},
        step::Step,
    },
    network::{Failure, FailureKind},
};

#[test]
fn a_websocket_behind_a_login_gets_advice_for_websockets() {
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
fn a_page_without_polling_gets_chromiums_websocket_messages() {
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
fn a_python_web_server_that_names_itself_gets_its_own_command_first() {
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
        ("TornadoServer/6.4", false, "Tornado holds", "  app = tornado.web.Application("),
        ("Python/3.13 aiohttp/3.12.15", true, "aiohttp holds", "  sio.attach(app)"),
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
fn a_websocket_that_the_servers_own_code_refuses_is_told_by_the_poll_beside_it() {
    let refused = |body| {
        let own = r#"{"code":4,"message":"origin"}"#;
        let polls = good().without_polling().sees(Step::Poll4, 403, NONE, own);
        polls.sees(Step::Poll3, 403, NONE, own).sees(Step::Websocket, 400, NONE, body)
    };
    assert_first(vec![
        (
            refused("origin").sees(Step::NoOriginWebsocket, 400, NONE, "origin"),
            "error websocket-refused",
            "allowRequest: (request, decide)",
            "Vite",
        ),
        (
            refused("").sees(Step::ForeignWebsocket, 400, NONE, ""),
            "error websocket-refused",
            "--query 'token=…'",
            "App Runner",
        ),
    ]);
}

#[test]
fn a_python_server_without_websockets_in_its_transports_is_told_so() {
    let no = r#""Invalid transport""#;
    let werkzeug: &Headers = &[("server", "Werkzeug/3.1.9 Python/3.11.7")];
    let aiohttp: &Headers = &[("server", "Python/3.13 aiohttp/3.12.15")];
    let open = r#"0{"sid":"a","upgrades":["websocket"],"pingTimeout":20000,"pingInterval":25000}"#;
    let polling = |headers| {
        let polls = python().sees(Step::Poll4, 200, GRANT, open);
        polls.sees(Step::Websocket, 400, headers, no).sees(Step::Upgrade, 400, headers, no)
    };
    let flask = "  socketio = SocketIO(app, transports=[\"polling\", \"websocket\"])";
    let alone = "io(\"…\", { transports: [\"polling\", \"websocket\"] })";
    let is = "error upgrade-blocked";
    assert_first(vec![
        (polling(werkzeug).without_polling(), is, flask, "nginx"),
        (polling(werkzeug).without_polling(), is, alone, "pip install"),
        (polling(werkzeug), is, flask, "proxy_http_version"),
        (polling(NONE), is, "  sio = socketio.Server(transports=", "nginx"),
        (polling(aiohttp), is, "AsyncServer(async_mode=\"aiohttp\", transports=", "Flask"),
        // The header of the session's upgrade is lost, and of no other is it known.
        (
            polling(NONE).sees(Step::Websocket, 400, NONE, r#""Invalid websocket upgrade""#),
            is,
            "proxy_set_header Upgrade",
            "takes polls alone",
        ),
        (
            python().sees(Step::Poll4, 400, NONE, no).sees(Step::Poll3, 400, NONE, no),
            "error polling-disabled",
            flask,
            "httpServer",
        ),
    ]);
    let first = diagnose(&polling(werkzeug)).remove(0);
    assert_eq!(
        first.summary,
        "the Python server takes polls alone: its `transports` has no \"websocket\""
    );
}
