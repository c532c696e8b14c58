//! Fixes, in the words of each server.

mod another;
mod by_proxy;
mod go;
mod headers;
mod leave_header;
pub(super) mod lines;
mod one_value;
mod origin_list;
mod oxide;
mod pass_on;
mod paths;
mod preflight;
mod preflight_elsewhere;
mod python_websockets;
mod right_address;
mod same_query;
mod sticky;
mod threads;
mod uncached;
mod upgrades;
mod waiting;

pub(super) use another::{is_set_by_another, set_by_another};
pub(super) use by_proxy::by_proxy;
pub(super) use headers::keep_headers;
pub(super) use leave_header::{leave_header, unset_header};
use one_value::HIDE_CREDENTIALS;
pub(super) use one_value::{around_python, one_value};
pub(super) use origin_list::{needs_credentials, origin_list};
pub(super) use paths::{before_refusals, below_prefix, other_path, same_path, single_path};
use preflight::continues;
pub(super) use preflight::{allowed_headers, is_by_another, preflight, preflight_in_proxy};
pub(super) use python_websockets::{python_transports, python_websockets};
pub(super) use right_address::{beside_page, right_address, with_address};
pub(super) use same_query::same_query;
pub(super) use sticky::sticky;
pub(super) use threads::threads;
pub(super) use uncached::uncached;
pub(super) use upgrades::upgrades;
pub(super) use waiting::waiting;

use socketio_cors_core::origin::{Origin, host::is_loopback};
use url::Url;

use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    python_servers::PythonServer,
    software::{Proxy, SocketServer, proxy, socket_server},
};

/// The code with which each kind of server allows the page.
pub(super) fn allow_page(examination: &Examination) -> Vec<String> {
    let mut lines = socket_io(examination);
    lines.extend(elsewhere(&examination.target.page.origin).map(str::to_owned));
    lines.extend(policy(examination));
    lines
}

/// The origin that an app has on other systems.
fn elsewhere(origin: &str) -> Option<&'static str> {
    let (scheme, _) = origin.split_once("://")?;
    Some(match scheme {
        "capacitor" | "ionic" => {
            "This is the app's origin on iOS. On Android it is https://localhost (of an older one http://localhost): \
             add that to the list as well."
        }
        "tauri" => {
            "This is the app's origin on macOS, iOS and Linux. On Windows and Android it is http://tauri.localhost: \
             add that to the list as well."
        }
        _ => return None,
    })
}

/// The change to a function of the server that refuses the page.
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

/// The page's origin, after that of another site which the server allows: in quotes, with commas between.
pub(super) fn quoted_origins(examination: &Examination) -> String {
    let page = &examination.target.page.origin;
    let named = examination.spoken_poll().and_then(Exchange::allowed_origin);
    let kept = named.filter(|named| is_another_site(named, page));
    let quoted = kept.iter().chain([page]).map(|origin| format!("\"{origin}\""));
    quoted.collect::<Vec<_>>().join(", ")
}

/// True if `named` is the origin of other pages, and not one that was written for the page's by mistake.
fn is_another_site(named: &str, page: &str) -> bool {
    let (Ok(_), Ok(named), Ok(page)) =
        (Origin::try_from(named), Url::parse(named), Url::parse(page))
    else {
        return false;
    };
    let (Some(one), Some(other)) = (named.host_str(), page.host_str()) else { return false };
    let without_www = |host: &str| host.trim_start_matches("www.").to_owned();
    let is_near = without_www(one) == without_www(other) || is_loopback(one) && is_loopback(other);
    named.scheme().starts_with("http") && !is_near
}

/// The policy with which this Worker allows the page.
pub(super) fn policy(examination: &Examination) -> Vec<String> {
    let origins = quoted_origins(examination);
    let credentials = if has_credentials(examination) { ", \"credentials\": true" } else { "" };
    vec![
        "Behind socketio-cors-edge, in its policy:".to_owned(),
        format!("  {{ \"origin\": [{origins}]{credentials} }}"),
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
            format!("  const allowed = [undefined, {}];", quoted_origins(examination)),
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
    // For whichever page: a server that refuses this one sends no such header with that.
    let allowed = examination.exchanges.iter().any(Exchange::allows_credentials);
    examination.target.page.credentialed || allowed
}

/// The same, and credentials, which the page does not send yet.
pub(super) fn with_credentials(examination: &Examination) -> Vec<String> {
    let mut sending = examination.clone();
    sending.target.page.credentialed = true;
    socket_io(&sending)
}

/// The code with which Socket.IO itself allows the page.
pub(super) fn socket_io(examination: &Examination) -> Vec<String> {
    let origin = &examination.target.page.origin;
    match socket_server(examination) {
        SocketServer::Node2 => vec![
            "In a Socket.IO 2 server, with the port, and as a list (in a text, a part of an origin is found \
             too):"
                .to_owned(),
            format!(
                "  const io = require(\"socket.io\")(httpServer, {{ origins: [\"{}\"] }});",
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
        SocketServer::Node => vec![
            "In a Socket.IO 3 or 4 server:".to_owned(),
            format!("  new Server(httpServer, {{ {} }})", of_page(examination)),
        ],
    }
}

/// Socket.IO 4's option `cors` for the page.
pub(super) fn of_page(examination: &Examination) -> String {
    cors_option(examination, &quoted_origins(examination))
}

/// The same for these origins, each in quotes.
pub(super) fn cors_option(examination: &Examination, quoted: &str) -> String {
    let credentials = if has_credentials(examination) { ", credentials: true" } else { "" };
    format!("cors: {{ origin: [{quoted}]{credentials} }}")
}

/// The code with which python-socketio lists the page, with `more` after that.
pub(super) fn python(examination: &Examination, more: &str) -> Vec<String> {
    let mut lines = python_lists(examination, more);
    lines.push(
        "This list is python-socketio's own: that of a CORS middleware (CORSMiddleware, Flask-CORS, \
         django-cors-headers) is not read for it. Put none around it: it sets the headers itself."
            .to_owned(),
    );
    lines
}

/// The same in python-socketio's own words and in Flask-SocketIO's, or in those of the one that is seen.
pub(super) fn python_lists(examination: &Examination, more: &str) -> Vec<String> {
    let origins = quoted_origins(examination);
    let flask = [
        "In Flask-SocketIO:".to_owned(),
        format!("  socketio = SocketIO(app, cors_allowed_origins=[{origins}]{more})"),
    ];
    let async_mode = match PythonServer::of(examination) {
        Some(PythonServer::Aiohttp) => "aiohttp",
        Some(PythonServer::Tornado) => "tornado",
        _ => "asgi",
    };
    let asgi = [
        "In python-socketio:".to_owned(),
        format!(
            "  sio = socketio.AsyncServer(async_mode=\"{async_mode}\", \
             cors_allowed_origins=[{origins}]{more})"
        ),
    ];
    by_web_server(examination, asgi, flask)
}

/// The lines for the one of the two that the web server runs, if that has a name, or those for both.
fn by_web_server<const A: usize, const F: usize>(
    examination: &Examination,
    asgi: [String; A],
    flask: [String; F],
) -> Vec<String> {
    match PythonServer::of(examination) {
        Some(PythonServer::Werkzeug) => flask.to_vec(),
        Some(PythonServer::Aiohttp | PythonServer::Tornado) => asgi.to_vec(),
        Some(server) if server.is_asgi() => asgi.to_vec(),
        _ => asgi.into_iter().chain(flask).collect(),
    }
}

/// The lines with which the proxy that answered sets the page's headers, if it sets any.
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
    let who = if is_set_by_another(examination, exchange) {
        format!("{name} sets the header, and the server does not. Change it there:")
    } else {
        format!("If {name} sets the header, change it there, and set it nowhere else:")
    };
    let mut all = vec![who];
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

/// An origin as Socket.IO 2's `origins` has it.
fn with_port(origin: &str) -> String {
    let has_port = origin.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok());
    match origin.split_once("://") {
        Some(("https", _)) if !has_port => format!("{origin}:443"),
        Some(("http", _)) if !has_port => format!("{origin}:80"),
        _ => origin.to_owned(),
    }
}
