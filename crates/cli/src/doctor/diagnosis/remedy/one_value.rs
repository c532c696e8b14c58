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
    let mut lines = Vec::new();
    if socket_server(examination) == SocketServer::Python {
        lines.extend(PYTHON);
    }
    let by_proxy: &[&str] = match proxy {
        Some(Proxy::Caddy) => &[
            "Let one of them set it. In the Caddyfile, delete the `header` lines and leave it to Socket.IO, \
             or keep them and drop what the server sets:",
            "  reverse_proxy 127.0.0.1:3000 {",
            "    header_down -Access-Control-Allow-Origin",
            "  }",
        ],
        Some(Proxy::Apache) => &[
            "Let one of them set it. In Apache, delete the `Header` lines and leave it to Socket.IO, or \
             drop what the server sets:",
            "  Header onsuccess unset Access-Control-Allow-Origin",
        ],
        Some(Proxy::Iis | Proxy::Azure) => {
            &["Let one of them set it. In web.config, delete Access-Control-Allow-Origin from \
             <customHeaders>; in Azure's portal, empty the list under CORS."]
        }
        Some(Proxy::Nginx) => NGINX,
        // The server itself has two that set it.
        None if !lines.is_empty() => &[],
        _ => {
            lines.extend(NGINX);
            OTHERS
        }
    };
    lines.extend(by_proxy);
    lines
}

const NGINX: &[&str] = &[
    "Let one of them set it. In nginx, delete the add_header lines and leave it to Socket.IO:",
    "  # add_header Access-Control-Allow-Origin …;",
    "Or keep them, and hide what the server sets:",
    "  proxy_hide_header Access-Control-Allow-Origin;",
];

const OTHERS: &[&str] = &[
    "An Ingress of nginx: the annotation nginx.ingress.kubernetes.io/enable-cors, set to \"false\". \
     Traefik: no accessControl… in its headers middleware. Spring Cloud Gateway: the filter \
     DedupeResponseHeader. A CDN: no response header of its own.",
];

const PYTHON: &[&str] = &[
    "A middleware for CORS (FastAPI's CORSMiddleware, Flask-CORS) is around python-socketio, which sets \
     the headers itself. Take the middleware off it, or let python-socketio set none:",
    "  sio = socketio.AsyncServer(async_mode=\"asgi\", cors_allowed_origins=[])",
];
