//! Fixes, in the words of each server.

mod go;
mod headers;
mod one_value;
mod oxide;
mod paths;
mod sticky;
mod upgrades;

pub(super) use headers::keep_headers;
pub(super) use one_value::{HIDE_CREDENTIALS, one_value};
pub(super) use paths::{nginx_location, same_path, single_path};
pub(super) use sticky::sticky;
pub(super) use upgrades::upgrades;

use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, SocketServer, proxy, socket_server},
};

/// How each kind of server is told to allow the page.
pub(super) fn allow_page(examination: &Examination) -> Vec<String> {
    let mut lines = socket_io(examination);
    lines.extend(policy(examination));
    lines
}

/// How a function of the server that refuses the page is told not to.
pub(super) fn own_function(examination: &Examination) -> Vec<String> {
    let origin = &examination.target.page.origin;
    match socket_server(examination) {
        SocketServer::Node2 => vec![
            "An `allowRequest` function of the server refuses it. For example:".to_owned(),
            format!("  const allowed = [undefined, \"{origin}\"];"),
            "  allowRequest: (request, decide) => decide(null, allowed.includes(request.headers.origin))"
                .to_owned(),
        ],
        _ => allow_request(examination),
    }
}

/// How this Worker is told to allow the page.
pub(super) fn policy(examination: &Examination) -> Vec<String> {
    let origin = &examination.target.page.origin;
    let credentials = if has_credentials(examination) { ", \"credentials\": true" } else { "" };
    vec![
        "Behind socketio-cors-edge, in its policy:".to_owned(),
        format!("  {{ \"origin\": [\"{origin}\"]{credentials} }}"),
    ]
}

/// How a server is told to refuse the requests of other pages, and not the page's, which `cors`
/// never does but in python-socketio.
pub(super) fn allow_request(examination: &Examination) -> Vec<String> {
    let origin = &examination.target.page.origin;
    match socket_server(examination) {
        SocketServer::Python | SocketServer::Node2 | SocketServer::Php => socket_io(examination),
        SocketServer::Oxide => oxide::allow_request(&examination.target.page),
        SocketServer::Zishang => go::allow_request(&examination.target.page),
        SocketServer::Googollee => go::googollee(&examination.target.page),
        SocketServer::Netty => vec![
            "In netty-socketio, by an AuthorizationListener (apps and curl have no Origin; does the server have \
             pages of its own? Allow their origin too):"
                .to_owned(),
            "  config.setAuthorizationListener(data -> {".to_owned(),
            "    String origin = data.getHttpHeaders().get(\"Origin\");".to_owned(),
            format!(
                "    return new AuthorizationResult(origin == null || origin.equals(\"{origin}\"));"
            ),
            "  });".to_owned(),
        ],
        SocketServer::Node => vec![
            "In a Socket.IO 3 or 4 server, by `allowRequest` (apps and curl have no Origin; does the server \
             have pages of its own? Add their origin):"
                .to_owned(),
            format!("  const allowed = [undefined, \"{origin}\"];"),
            "  new Server(httpServer, {".to_owned(),
            "    allowRequest: (request, decide) => decide(null, \
             allowed.includes(request.headers.origin)),"
                .to_owned(),
            "    …".to_owned(),
            "  });".to_owned(),
        ],
    }
}

/// True if the page sends credentials, or the server allows them already.
fn has_credentials(examination: &Examination) -> bool {
    let allowed = examination.spoken_poll().is_some_and(Exchange::allows_credentials);
    examination.target.page.credentialed || allowed
}

/// The same, and credentials, which the page does not send yet.
pub(super) fn with_credentials(examination: &Examination) -> Vec<String> {
    let mut sending = examination.clone();
    sending.target.page.credentialed = true;
    socket_io(&sending)
}

/// How Socket.IO itself is told to.
pub(super) fn socket_io(examination: &Examination) -> Vec<String> {
    let origin = &examination.target.page.origin;
    match socket_server(examination) {
        SocketServer::Node2 => vec![
            "In a Socket.IO 2 server, with the port (several origins with spaces between):"
                .to_owned(),
            format!(
                "  const io = require(\"socket.io\")(httpServer, {{ origins: \"{}\" }});",
                with_port(origin)
            ),
        ],
        SocketServer::Php => vec![
            "In phpsocket.io (several with spaces between):".to_owned(),
            format!("  $io->origins('{origin}');"),
        ],
        SocketServer::Python => python(examination, ""),
        SocketServer::Netty => {
            let mut lines = vec![
                "In netty-socketio, which ignores Spring's CORS settings (without setOrigin it lets every \
                 page in):"
                    .to_owned(),
                format!("  config.setOrigin(\"{origin}\");"),
            ];
            let names = examination.target.page.unsafe_headers().join(",");
            if !names.is_empty() {
                lines.push(format!("  config.setAllowHeaders(\"{names}\");"));
            }
            lines
        }
        SocketServer::Oxide => {
            oxide::allow_page(&examination.target.page, has_credentials(examination))
        }
        SocketServer::Zishang => {
            go::allow_page(&examination.target.page, has_credentials(examination))
        }
        SocketServer::Googollee => go::googollee(&examination.target.page),
        SocketServer::Node => {
            let credentials = if has_credentials(examination) { ", credentials: true" } else { "" };
            vec![
                "In a Socket.IO 3 or 4 server:".to_owned(),
                format!(
                    "  new Server(httpServer, {{ cors: {{ origin: [\"{origin}\"]{credentials} }} }})"
                ),
            ]
        }
    }
}

/// How python-socketio lists the page, with `more` after that.
pub(super) fn python(examination: &Examination, more: &str) -> Vec<String> {
    let origin = &examination.target.page.origin;
    let flask = format!("  socketio = SocketIO(app, cors_allowed_origins=[\"{origin}\"]{more})");
    let lines = if is_wsgi(examination) {
        ["In Flask-SocketIO:".to_owned(), flask]
    } else {
        [
            "In python-socketio (in Flask-SocketIO, an argument of SocketIO(app, …)):".to_owned(),
            format!(
                "  sio = socketio.AsyncServer(async_mode=\"asgi\", \
                 cors_allowed_origins=[\"{origin}\"]{more})"
            ),
        ]
    };
    let mut lines = lines.to_vec();
    lines.push(
        "Put no other CORS middleware around it (CORSMiddleware, Flask-CORS): it sets the headers itself."
            .to_owned(),
    );
    lines
}

/// True if the server is one of Flask, which names itself.
fn is_wsgi(examination: &Examination) -> bool {
    let mut servers = examination.exchanges.iter().filter_map(|exchange| exchange.header("Server"));
    servers.any(|server| server.starts_with("Werkzeug"))
}

/// How the proxy that answered sets the headers that the page needs, if it is the one that sets them.
pub(super) fn headers_of_proxy(examination: &Examination, exchange: &Exchange) -> Vec<String> {
    if examination.exchanges.iter().any(is_of_ingress) {
        return ingress(examination);
    }
    let (name, before, after) = match proxy(exchange) {
        Some(Proxy::Nginx) => ("nginx", "add_header", " always;"),
        Some(Proxy::Apache) => ("Apache", "Header always set", ""),
        Some(Proxy::Caddy) => ("Caddy", "header", ""),
        _ => return Vec::new(),
    };
    let origin = &examination.target.page.origin;
    let mut headers = vec![("Access-Control-Allow-Origin", origin.as_str())];
    if has_credentials(examination) {
        headers.push(("Access-Control-Allow-Credentials", "true"));
    }
    let lines =
        headers.iter().map(|(header, value)| format!("  {before} {header} \"{value}\"{after}"));
    let mut all =
        vec![format!("If {name} sets the header, change it there, and set it nowhere else:")];
    all.extend(lines);
    all
}

/// The same of an Ingress of nginx, whose headers replace the server's.
fn ingress(examination: &Examination) -> Vec<String> {
    let origin = &examination.target.page.origin;
    vec![
        "An nginx Ingress sets the headers here, in place of the server. In its annotations:".to_owned(),
        format!("  nginx.ingress.kubernetes.io/cors-allow-origin: \"{origin}\""),
        "Or set nginx.ingress.kubernetes.io/enable-cors to \"false\" there, and leave CORS to the server:"
            .to_owned(),
    ]
}

/// True if the headers that are allowed are those that an Ingress of nginx allows by default.
pub(super) fn is_of_ingress(exchange: &Exchange) -> bool {
    let allowed = exchange.header("Access-Control-Allow-Headers").unwrap_or_default();
    allowed.replace(' ', "").starts_with("DNT,Keep-Alive,User-Agent,X-Requested-With")
}

/// How nginx names the page's origin and no other, where it sets the header itself.
pub(super) fn nginx_list(examination: &Examination) -> Vec<String> {
    vec![
        "If nginx sets the header, write this beside the server block and in it:".to_owned(),
        "  map $http_origin $allowed_origin {".to_owned(),
        "    default \"\";".to_owned(),
        format!("    \"{0}\" \"{0}\";", examination.target.page.origin),
        "  }".to_owned(),
        "  add_header Access-Control-Allow-Origin $allowed_origin always;".to_owned(),
    ]
}

/// How whoever answers the page's preflights is told to.
pub(super) fn preflight(examination: &Examination, preflight: &Exchange) -> Vec<String> {
    let by_socket_io = preflight.engine_error().is_some();
    let mut lines = match (by_socket_io, proxy(preflight)) {
        (false, Some(Proxy::Nginx)) => nginx_preflight(examination),
        (false, Some(Proxy::Caddy)) => caddy_preflight(examination),
        (false, Some(Proxy::Apache)) => apache_preflight(examination),
        (false, Some(Proxy::Iis)) => IIS_PREFLIGHT.iter().map(|line| (*line).to_owned()).collect(),
        (false, _) => {
            let mut lines = socket_preflight(examination);
            lines.extend(nginx_preflight(examination));
            lines
        }
        (true, _) => socket_preflight(examination),
    };
    lines.push("socketio-cors-edge answers preflights itself.".to_owned());
    lines
}

const IIS_PREFLIGHT: &[&str] = &[
    "IIS answers OPTIONS itself. Let it pass them on, in web.config within <system.webServer>:",
    "  <handlers><remove name=\"OPTIONSVerbHandler\" /></handlers>",
    "With iisnode, its handler needs verb=\"*\".",
];

/// The headers that the answer to a preflight of the page needs.
fn preflight_headers(examination: &Examination) -> Vec<(&'static str, String)> {
    let page = &examination.target.page;
    let names = page.unsafe_headers().join(", ");
    let mut headers = vec![("Access-Control-Allow-Origin", page.origin.clone())];
    if !names.is_empty() {
        headers.push(("Access-Control-Allow-Headers", names));
    }
    if page.credentialed {
        headers.push(("Access-Control-Allow-Credentials", "true".to_owned()));
    }
    headers
}

fn socket_preflight(examination: &Examination) -> Vec<String> {
    if socket_server(examination) != SocketServer::Node2 {
        return socket_io(examination);
    }
    let mut lines = vec![
        "In a Socket.IO 2 server:".to_owned(),
        "  handlePreflightRequest: (request, response) => {".to_owned(),
        "    response.writeHead(204, {".to_owned(),
    ];
    let headers = preflight_headers(examination).into_iter();
    lines.extend(headers.map(|(name, value)| format!("      \"{name}\": \"{value}\",")));
    lines.extend(["    });", "    response.end();", "  }"].map(str::to_owned));
    lines
}

fn nginx_preflight(examination: &Examination) -> Vec<String> {
    let mut lines = vec![
        "If nginx answers preflights itself, in Socket.IO's location:".to_owned(),
        "  if ($request_method = OPTIONS) {".to_owned(),
    ];
    let headers = preflight_headers(examination).into_iter();
    lines.extend(headers.map(|(name, value)| format!("    add_header {name} \"{value}\" always;")));
    lines.extend(["    return 204;", "  }"].map(str::to_owned));
    lines
}

fn caddy_preflight(examination: &Examination) -> Vec<String> {
    let mut lines = vec![
        "In Caddy, before Socket.IO's reverse_proxy:".to_owned(),
        "  @preflight method OPTIONS".to_owned(),
        "  handle @preflight {".to_owned(),
    ];
    let headers = preflight_headers(examination).into_iter();
    lines.extend(headers.map(|(name, value)| format!("    header {name} \"{value}\"")));
    lines.extend(["    respond 204", "  }"].map(str::to_owned));
    lines
}

fn apache_preflight(examination: &Examination) -> Vec<String> {
    let mut lines =
        vec!["In Apache, with mod_rewrite and mod_headers, before its ProxyPass:".to_owned()];
    let headers = preflight_headers(examination).into_iter();
    lines.extend(headers.map(|(name, value)| {
        format!("  Header always set {name} \"{value}\" \"expr=%{{REQUEST_METHOD}} == 'OPTIONS'\"")
    }));
    lines.extend(
        [
            "  RewriteEngine On",
            "  RewriteCond %{REQUEST_METHOD} OPTIONS",
            "  RewriteRule ^ - [R=204,L]",
        ]
        .map(str::to_owned),
    );
    lines
}

/// An origin as Socket.IO 2's `origins` has it.
fn with_port(origin: &str) -> String {
    let has_port = origin.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok());
    match origin.split_once("://") {
        Some(("https", _)) if !has_port => format!("{origin}:443"),
        Some(("http", _)) if !has_port => format!("{origin}:80"),
        _ => origin.to_owned(),
    }
}
