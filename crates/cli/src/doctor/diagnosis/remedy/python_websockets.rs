//! How a web server of Python is made to hold `WebSockets`.

use crate::doctor::examination::Examination;

/// Web servers of Python, by how each names itself, with the fix.
const SERVERS: &[(&str, &[&str])] = &[
    (
        "uvicorn",
        &[
            "uvicorn holds WebSockets only with a package for them, which `pip install uvicorn` leaves out:",
            "  pip install 'uvicorn[standard]'",
            "Then start it again, without `--ws none`.",
        ],
    ),
    (
        "hypercorn",
        &[
            "hypercorn holds WebSockets by itself, but not for a WSGI application. Give it the ASGI one:",
            "  app = socketio.ASGIApp(socketio.AsyncServer(async_mode=\"asgi\"))",
            "Start it by",
            "  hypercorn app:app",
        ],
    ),
    (
        "daphne",
        &[
            "daphne holds WebSockets by itself, if the application takes them. With Django, put \
             python-socketio around it, in asgi.py:",
            "  application = socketio.ASGIApp(sio, get_asgi_application())",
            "Start it by",
            "  daphne project.asgi:application",
            "With Channels, a ProtocolTypeRouter around it needs \"websocket\" beside \"http\".",
        ],
    ),
    ("gunicorn", GUNICORN),
    (
        "werkzeug",
        &[
            "Flask's server (Werkzeug) holds WebSockets only with a package for them:",
            "  pip install simple-websocket",
            "Then start it again, by `socketio.run(app)`.",
        ],
    ),
    (
        "waitress",
        &[
            "waitress cannot hold WebSockets. Use gunicorn, with threads (async_mode=\"threading\"):",
            "  pip install gunicorn simple-websocket",
            "  gunicorn -w 1 --threads 100 app:app",
            "On Windows, which has no gunicorn: `pip install simple-websocket`, and `socketio.run(app, \
             allow_unsafe_werkzeug=True)`.",
        ],
    ),
    (
        "wsgiserver",
        &[
            "Python's own wsgiref, which is Django's runserver too, cannot hold WebSockets. Use gunicorn, with \
             threads (async_mode=\"threading\"):",
            "  pip install gunicorn simple-websocket",
            "  gunicorn -w 1 --threads 100 app:app",
        ],
    ),
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

/// Those of ASGI, which offer the transport unless `transports` says otherwise.
const ASGI: &[&str] = &["uvicorn", "hypercorn", "daphne"];

const OF_TRANSPORTS: &[&str] = &[
    "python-socketio's `transports` have to contain \"websocket\": add it, or leave `transports` out:",
    "  sio = socketio.AsyncServer(async_mode=\"asgi\", transports=[\"polling\", \"websocket\"])",
];

const OF_ANY: &[&str] = &[
    "python-socketio can use WebSockets only if its web server can. With ASGI (uvicorn):",
    "  pip install 'uvicorn[standard]'",
    "With threads (Flask's server, gunicorn):",
    "  pip install simple-websocket",
    "waitress, mod_wsgi and wsgiref cannot. `transports` has to contain \"websocket\".",
];

const AND_TRANSPORTS: &[&str] = &["`transports` has to contain \"websocket\"."];

/// The fix in the web server that names itself; in the usual ones where none does. `is_refused` if
/// the application itself does not want them.
pub(in crate::doctor::diagnosis) fn python_websockets(
    examination: &Examination,
    is_refused: bool,
) -> Vec<&'static str> {
    match named(examination) {
        Some((name, _)) if is_refused && ASGI.contains(&name) => OF_TRANSPORTS.to_vec(),
        Some((_, lines)) if is_refused => [lines, AND_TRANSPORTS].concat(),
        Some((_, lines)) => lines.to_vec(),
        None => OF_ANY.to_vec(),
    }
}

fn named(examination: &Examination) -> Option<(&'static str, &'static [&'static str])> {
    let servers = examination.exchanges.iter().filter_map(|exchange| exchange.header("Server"));
    servers
        .map(|server| server.to_ascii_lowercase())
        .find_map(|server| SERVERS.iter().find(|(name, _)| server.starts_with(name)).copied())
}
