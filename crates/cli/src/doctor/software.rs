//! The software that a server runs, by what it says.

use super::{examination::Examination, exchange::Exchange};

/// An implementation of Socket.IO's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SocketServer {
    /// socket.io 2 of npm.
    Node2,
    /// socket.io 3 or 4 of npm, or another that takes its options.
    Node,
    /// python-socketio, alone or within Flask-SocketIO.
    Python,
}

/// A proxy before it, which is set up by lines of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proxy {
    Nginx,
    Apache,
    Caddy,
    Cloudflare,
}

/// The Socket.IO server behind everything, as far as it told.
pub(super) fn socket_server(examination: &Examination) -> SocketServer {
    let mut errors = examination.exchanges.iter().filter_map(Exchange::engine_error);
    if errors.any(|error| error.is_python) {
        SocketServer::Python
    } else if examination.is_server_2() {
        SocketServer::Node2
    } else {
        SocketServer::Node
    }
}

/// The proxy that answered, or passed an answer on, where its name is in the headers.
pub(super) fn proxy(exchange: &Exchange) -> Option<Proxy> {
    let named = |name: &str| exchange.header(name).unwrap_or_default().to_ascii_lowercase();
    let (server, via) = (named("Server"), named("Via"));
    let starts = |name: &str| server.starts_with(name);
    if starts("nginx") || starts("openresty") || starts("tengine") {
        Some(Proxy::Nginx)
    } else if starts("apache") && !starts("apache-coyote") {
        Some(Proxy::Apache)
    } else if starts("caddy") || via.contains("caddy") {
        Some(Proxy::Caddy)
    } else if starts("cloudflare") {
        Some(Proxy::Cloudflare)
    } else {
        None
    }
}
