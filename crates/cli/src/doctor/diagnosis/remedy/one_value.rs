//! How one of two that set a header leaves it to the other.

use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, SocketServer, proxy_before, socket_server},
};

/// The fix where `Access-Control-Allow-Origin` is there twice, by the proxy that the answers name.
pub(in crate::doctor::diagnosis) fn one_value(
    examination: &Examination,
    doubled: &Exchange,
) -> Vec<&'static str> {
    let proxy = proxy_before(examination, doubled);
    let twice = doubled.doubles_credentials();
    let and = |line: &'static str| twice.then_some(line);
    let mut lines = Vec::new();
    let is_python = socket_server(examination) == SocketServer::Python;
    if is_python {
        lines.extend(PYTHON);
    }
    match proxy {
        Some(Proxy::Caddy) => {
            lines.extend([
                "Let only one of them set it. In the Caddyfile, delete the `header` lines and leave it to \
                 Socket.IO, or keep them and drop the server's:",
                "  reverse_proxy 127.0.0.1:3000 {",
                "    header_down -Access-Control-Allow-Origin",
            ]);
            lines.extend(and("    header_down -Access-Control-Allow-Credentials"));
            lines.push("  }");
        }
        Some(Proxy::Apache) => {
            lines.extend([
                "Let only one of them set it. In Apache, delete the `Header` lines and leave it to \
                 Socket.IO, or drop the server's:",
                "  Header onsuccess unset Access-Control-Allow-Origin",
            ]);
            lines.extend(and("  Header onsuccess unset Access-Control-Allow-Credentials"));
        }
        Some(Proxy::Iis | Proxy::Azure) => lines.push(
            "Let only one of them set it. In web.config, delete Access-Control-Allow-Origin from \
             <customHeaders>; in Azure's portal, empty the list under CORS.",
        ),
        // The server itself has two that set it.
        None | Some(Proxy::Gunicorn) if is_python => {}
        _ => {
            lines.extend(NGINX);
            lines.extend(and(HIDE_CREDENTIALS));
            if proxy != Some(Proxy::Nginx) {
                lines.push(OTHERS);
            }
        }
    }
    lines
}

/// The line of nginx where it adds a header that the server sets too.
pub(in crate::doctor::diagnosis) const HIDE_CREDENTIALS: &str =
    "  proxy_hide_header Access-Control-Allow-Credentials;";

const NGINX: &[&str] = &[
    "Let only one of them set it. In nginx, delete the add_header lines and leave it to Socket.IO:",
    "  # add_header Access-Control-Allow-Origin …;",
    "Or keep them, and hide the server's:",
    "  proxy_hide_header Access-Control-Allow-Origin;",
];

const OTHERS: &str = "nginx Ingress: set the annotation nginx.ingress.kubernetes.io/enable-cors to \
 \"false\". Traefik: no accessControl… in its headers middleware. Spring Cloud Gateway: the filter \
 DedupeResponseHeader. A CDN: no response header of its own.";

const PYTHON: &[&str] = &[
    "A CORS middleware (FastAPI's CORSMiddleware, Flask-CORS) is around python-socketio, which sets the \
     headers itself. Take python-socketio out of the middleware, or let it set none:",
    "  sio = socketio.AsyncServer(async_mode=\"asgi\", cors_allowed_origins=[])",
];
