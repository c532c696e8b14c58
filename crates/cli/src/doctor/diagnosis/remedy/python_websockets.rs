//! Commands with which Python's web servers hold `WebSockets`.

use crate::doctor::{examination::Examination, python_servers::PythonServer};

const UVICORN: &[&str] = &[
    "uvicorn holds WebSockets only with a package for them, which `pip install uvicorn` leaves out:",
    "  pip install 'uvicorn[standard]'",
    "Then start it again, without `--ws none`.",
];

const HYPERCORN: &[&str] = &[
    "hypercorn holds WebSockets by itself, but not for a WSGI application. Give it the ASGI one:",
    "  app = socketio.ASGIApp(socketio.AsyncServer(async_mode=\"asgi\"))",
    "Start it by",
    "  hypercorn app:app",
];

const DAPHNE: &[&str] = &[
    "daphne holds WebSockets by itself, if the application takes them. With Django, put \
     python-socketio around it, in asgi.py:",
    "  application = socketio.ASGIApp(sio, get_asgi_application())",
    "Start it by",
    "  daphne project.asgi:application",
    "With Channels, a ProtocolTypeRouter around it needs \"websocket\" beside \"http\".",
];

const WERKZEUG: &[&str] = &[
    "Flask's server (Werkzeug) holds WebSockets only with a package for them:",
    "  pip install simple-websocket",
    "Then start it again, by `socketio.run(app)`.",
];

const WAITRESS: &[&str] = &[
    "waitress cannot hold WebSockets. Use gunicorn, with threads (async_mode=\"threading\"):",
    "  pip install gunicorn simple-websocket",
    "  gunicorn -w 1 --threads 100 app:app",
    "On Windows, which has no gunicorn: `pip install simple-websocket`, and `socketio.run(app, \
     allow_unsafe_werkzeug=True)`.",
];

const WSGIREF: &[&str] = &[
    "Python's own wsgiref, which is Django's runserver too, cannot hold WebSockets. Use gunicorn, with \
     threads (async_mode=\"threading\"):",
    "  pip install gunicorn simple-websocket",
    "  gunicorn -w 1 --threads 100 app:app",
];

pub(super) const GUNICORN: &[&str] = &[
    "gunicorn needs a worker that can hold WebSockets. With threads (async_mode=\"threading\"):",
    "  pip install simple-websocket",
    "  gunicorn -w 1 --threads 100 app:app",
    "For an ASGI application:",
    "  pip install 'uvicorn[standard]'",
    "  gunicorn -w 1 -k uvicorn.workers.UvicornWorker app:app",
    "With gevent, its worker needs gevent-websocket: `-k \
     geventwebsocket.gunicorn.workers.GeventWebSocketWorker`.",
];

const OF_TRANSPORTS: &str = "python-socketio's `transports` have to contain \"websocket\": add it, or \
     leave `transports` out:";
const ASGI: &[&str] = &[
    OF_TRANSPORTS,
    "  sio = socketio.AsyncServer(async_mode=\"asgi\", transports=[\"polling\", \"websocket\"])",
];
const AIOHTTP: &[&str] = &[
    "aiohttp holds WebSockets by itself, if python-socketio is attached to it and its `transports` contain \
     \"websocket\", as they do where they are left out:",
    "  sio = socketio.AsyncServer(async_mode=\"aiohttp\")",
    "  sio.attach(app)",
];

const TORNADO: &[&str] = &[
    "Tornado holds WebSockets by itself, if python-socketio handles the path and its `transports` contain \
     \"websocket\", as they do where they are left out:",
    "  sio = socketio.AsyncServer(async_mode=\"tornado\")",
    "  app = tornado.web.Application([(r\"/socket.io/\", socketio.get_tornado_handler(sio))])",
];

const OF_ANY: &[&str] = &[
    "python-socketio can use WebSockets only if its web server can. With ASGI (uvicorn):",
    "  pip install 'uvicorn[standard]'",
    "With threads (Flask's server, gunicorn):",
    "  pip install simple-websocket",
    "waitress, mod_wsgi and wsgiref cannot. `transports` has to contain \"websocket\".",
];

const AND_TRANSPORTS: &[&str] = &["`transports` has to contain \"websocket\"."];

const FLASK: &str = "  socketio = SocketIO(app, transports=[\"polling\", \"websocket\"])";

/// The fix where python-socketio itself takes polls alone. Each of its servers has the option.
pub(in crate::doctor::diagnosis) fn python_transports(examination: &Examination) -> Vec<String> {
    let asynchronous = |async_mode: &str| {
        format!(
            "  sio = socketio.AsyncServer(async_mode=\"{async_mode}\", transports=[\"polling\", \"websocket\"])"
        )
    };
    let mut lines = vec![
        "Leave `transports` out where the Python server is made, or let it have \"websocket\" too:"
            .to_owned(),
    ];
    match PythonServer::of(examination) {
        Some(PythonServer::Aiohttp) => lines.push(asynchronous("aiohttp")),
        Some(PythonServer::Tornado) => lines.push(asynchronous("tornado")),
        Some(server) if server.is_asgi() => lines.push(asynchronous("asgi")),
        Some(PythonServer::Werkzeug) => lines.push(FLASK.to_owned()),
        _ => {
            lines.push(FLASK.to_owned());
            lines.push("With python-socketio alone:".to_owned());
            lines.push(
                "  sio = socketio.Server(transports=[\"polling\", \"websocket\"])".to_owned(),
            );
            lines.push(asynchronous("asgi"));
        }
    }
    if examination.target.page.websocket {
        lines.push("Or let the client poll first, as it does by itself:".to_owned());
        lines.push("  io(\"…\", { transports: [\"polling\", \"websocket\"] })".to_owned());
    }
    if examination.offers_upgrade() == Some(false) {
        lines.push(
            "Its polls offer no WebSocket either: without `allow_upgrades=False`, its web server has none."
                .to_owned(),
        );
        lines.extend(python_websockets(examination, false).into_iter().map(str::to_owned));
    }
    lines
}

/// The fix in the web server that names itself; in the usual ones where none does. `is_refused` if
/// the application itself does not want them.
pub(in crate::doctor::diagnosis) fn python_websockets(
    examination: &Examination,
    is_refused: bool,
) -> Vec<&'static str> {
    let Some(server) = PythonServer::of(examination) else { return OF_ANY.to_vec() };
    let lines = match server {
        PythonServer::Aiohttp => return AIOHTTP.to_vec(),
        PythonServer::Tornado => return TORNADO.to_vec(),
        // They offer the transport unless `transports` says otherwise.
        _ if is_refused && server.is_asgi() => return ASGI.to_vec(),
        PythonServer::Uvicorn => UVICORN,
        PythonServer::Hypercorn => HYPERCORN,
        PythonServer::Daphne => DAPHNE,
        PythonServer::Gunicorn => GUNICORN,
        PythonServer::Werkzeug => WERKZEUG,
        PythonServer::Waitress => WAITRESS,
        PythonServer::Wsgiref => WSGIREF,
    };
    if is_refused { [lines, AND_TRANSPORTS].concat() } else { lines.to_vec() }
}
