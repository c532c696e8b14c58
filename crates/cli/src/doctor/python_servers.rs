//! Web servers of Python's applications, as they name themselves.

use super::examination::Examination;

/// A web server that runs an application in Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PythonServer {
    Uvicorn,
    Hypercorn,
    Daphne,
    Gunicorn,
    /// Flask's own.
    Werkzeug,
    Waitress,
    /// Python's own, which is Django's `runserver` too.
    Wsgiref,
    Aiohttp,
    Tornado,
}

/// A part of each one's `Server` header, in lower case.
const NAMES: &[(&str, PythonServer)] = &[
    ("uvicorn", PythonServer::Uvicorn),
    ("hypercorn", PythonServer::Hypercorn),
    ("daphne", PythonServer::Daphne),
    ("gunicorn", PythonServer::Gunicorn),
    ("werkzeug", PythonServer::Werkzeug),
    ("waitress", PythonServer::Waitress),
    ("wsgiserver", PythonServer::Wsgiref),
    ("aiohttp", PythonServer::Aiohttp),
    ("tornadoserver", PythonServer::Tornado),
];

impl PythonServer {
    /// The one that a `Server` header names.
    pub(super) fn named(server: &str) -> Option<Self> {
        let server = server.to_ascii_lowercase();
        NAMES.iter().find(|(name, _)| server.contains(name)).map(|(_, named)| *named)
    }

    /// The one that the answers name.
    pub(super) fn of(examination: &Examination) -> Option<Self> {
        let mut servers =
            examination.exchanges.iter().filter_map(|exchange| exchange.header("Server"));
        servers.find_map(|server| Self::named(&server))
    }

    /// True if it runs applications of ASGI, and no others.
    pub(super) fn is_asgi(self) -> bool {
        matches!(self, Self::Uvicorn | Self::Hypercorn | Self::Daphne)
    }
}
