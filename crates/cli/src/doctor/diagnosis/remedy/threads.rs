//! Commands with which a server handles several requests at a time.

use crate::doctor::{
    examination::Examination,
    python_servers::PythonServer,
    software::{SocketServer, socket_server},
};

const GUNICORN: &[&str] = &[
    "gunicorn's usual worker (sync) handles one request at a time. Give it threads \
     (async_mode=\"threading\"):",
    "  pip install simple-websocket",
    "  gunicorn -w 1 --threads 100 app:app",
    "Or let it use gevent (async_mode=\"gevent\"): `pip install \"gunicorn[gevent]\"` too, and \
     `gunicorn -w 1 -k gevent app:app`.",
    "More workers (-w 2) do not help: each has sessions of its own.",
];

const WERKZEUG: &[&str] = &[
    "Flask's server (Werkzeug) has threads, unless it is told otherwise. Start it by `socketio.run(app)`, \
     without `threaded=False` and `--without-threads`.",
];

const OTHERS_OF_PYTHON: &[&str] = &[
    "The web server has one thread for one request at a time. With gunicorn (async_mode=\"threading\"):",
    "  pip install simple-websocket",
    "  gunicorn -w 1 --threads 100 app:app",
    "With uWSGI (async_mode=\"gevent_uwsgi\"): `uwsgi --http :5000 --gevent 1000 --http-websockets --master \
     --wsgi-file app.py --callable app`. Waitress: `--threads=100`. Django's runserver: without \
     `--nothreading`.",
];

const ASGI: &[&str] = &[
    "Something in the application blocks its event loop, such as time.sleep or a request that is not \
     awaited, or the server takes one connection at a time (uvicorn's --limit-concurrency).",
];

const ANY: &[&str] = &[
    "Socket.IO's own servers handle many requests at a time. So something before it does not: a server that \
     is for development (PHP's `php -S`), a limit of one request at a time (Cloud Run: --concurrency 1; \
     HAProxy: maxconn 1), a function of a cloud, a tunnel. Raise that limit, or run the server without it.",
];

/// The fix in the server that names itself.
pub(in crate::doctor::diagnosis) fn threads(examination: &Examination) -> Vec<&'static str> {
    let lines = match PythonServer::of(examination) {
        Some(PythonServer::Gunicorn) => GUNICORN,
        Some(PythonServer::Werkzeug) => WERKZEUG,
        Some(server) if server.is_asgi() => ASGI,
        Some(PythonServer::Aiohttp | PythonServer::Tornado) => ASGI,
        _ if socket_server(examination) == SocketServer::Python => OTHERS_OF_PYTHON,
        _ => ANY,
    };
    lines.to_vec()
}
