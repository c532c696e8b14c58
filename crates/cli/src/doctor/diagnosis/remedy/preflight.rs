//! Lines with which software that answers the page's preflights answers them right.

use super::{preflight_elsewhere, socket_io};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, SocketServer, answers_preflight, proxy, proxy_before, socket_server},
    step::Step,
};

/// The fix in the proxy that the answers name; in Socket.IO where it answered itself.
pub(in crate::doctor::diagnosis) fn preflight(
    examination: &Examination,
    preflight: &Exchange,
) -> Vec<String> {
    let mut lines = match preflight.engine_error() {
        Some(_) if is_by_another(examination, preflight) => by_another(examination, preflight),
        Some(_) if continues(examination, preflight) => vec![
            "Socket.IO's `cors` passes OPTIONS on to a handler that does not answer it. Leave the option \
             out:"
                .to_owned(),
            "  // preflightContinue: true,".to_owned(),
        ],
        Some(_) => socket_preflight(examination),
        None => in_proxy(examination, answers_preflight(examination, preflight)),
    };
    lines.push("socketio-cors-edge answers preflights itself.".to_owned());
    lines
}

/// True if Socket.IO's own option answers a preflight in part: it names the methods in no other answer.
pub(super) fn continues(examination: &Examination, preflight: &Exchange) -> bool {
    let names_methods =
        |exchange: &Exchange| exchange.header("Access-Control-Allow-Methods").is_some();
    names_methods(preflight) && !examination.spoken_poll().is_some_and(names_methods)
}

/// True if Socket.IO 3 or 4 has no `cors`, and so takes OPTIONS for a bad handshake, though the poll's answer
/// names the page: the header is another's.
pub(in crate::doctor::diagnosis) fn is_by_another(
    examination: &Examination,
    preflight: &Exchange,
) -> bool {
    socket_server(examination) == SocketServer::Node
        && preflight.engine_error().is_some()
        && examination.names_page()
        && !continues(examination, preflight)
}

fn by_another(examination: &Examination, preflight: &Exchange) -> Vec<String> {
    let proxy = proxy_before(examination, preflight);
    let who = proxy.map_or("a proxy, or code of the server", Proxy::name);
    let mut lines = vec![format!(
        "Something else than Socket.IO's `cors` sets the poll's header ({who}). Let Socket.IO alone set it: \
         delete it there first, or it would be there twice. Then, in the server:"
    )];
    lines.extend(socket_io(examination).into_iter().skip(1));
    let own = match proxy {
        None => nginx(examination),
        Some(Proxy::Nginx | Proxy::Caddy | Proxy::Haproxy) => in_proxy(examination, proxy),
        Some(_) => return lines,
    };
    lines.push("Or keep it there, and answer OPTIONS there too.".to_owned());
    lines.extend(own);
    lines
}

/// The fix where the server itself answers preflights right, and so in the proxy alone.
pub(in crate::doctor::diagnosis) fn preflight_in_proxy(
    examination: &Examination,
    preflight: &Exchange,
) -> Vec<String> {
    match answers_preflight(examination, preflight) {
        Some(proxy) => in_proxy(examination, Some(proxy)),
        None => nginx(examination),
    }
}

fn in_proxy(examination: &Examination, proxy: Option<Proxy>) -> Vec<String> {
    match proxy {
        Some(Proxy::Nginx) => nginx(examination),
        Some(Proxy::Caddy) => caddy(examination),
        Some(Proxy::Apache) => apache(examination),
        Some(Proxy::Haproxy) => haproxy(examination),
        Some(proxy) => preflight_elsewhere::in_proxy(examination, proxy),
        // Socket.IO has the page already, and does not get the preflight.
        None if examination.grants_page() && socket_server(examination) != SocketServer::Node2 => {
            [nginx, caddy, apache, haproxy].iter().flat_map(|lines| lines(examination)).collect()
        }
        None => [socket_preflight(examination), nginx(examination)].concat(),
    }
}

/// The headers that the answer to a preflight of the page needs.
pub(super) fn headers(examination: &Examination) -> Vec<(&'static str, String)> {
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

pub(super) fn socket_preflight(examination: &Examination) -> Vec<String> {
    if socket_server(examination) != SocketServer::Node2 {
        return socket_io(examination);
    }
    let mut lines = vec![
        "In a Socket.IO 2 server:".to_owned(),
        "  const io = require(\"socket.io\")(httpServer, {".to_owned(),
        "    handlePreflightRequest: (request, response) => {".to_owned(),
        "      response.writeHead(204, {".to_owned(),
    ];
    let headers = headers(examination).into_iter();
    lines.extend(headers.map(|(name, value)| format!("        \"{name}\": \"{value}\",")));
    lines.extend(["      }).end();", "    },", "    …", "  });"].map(str::to_owned));
    lines
}

fn nginx(examination: &Examination) -> Vec<String> {
    let mut lines = Vec::new();
    let preflight = examination.get(Step::Preflight);
    if preflight
        .is_some_and(|it| matches!(it.status(), Some(403 | 405)) && proxy(it) == Some(Proxy::Nginx))
    {
        lines.extend([
            "If a `limit_except` in the location, or an `if` with $request_method, refuses OPTIONS, add OPTIONS to \
             its list:"
                .to_owned(),
            "  limit_except GET POST OPTIONS { deny all; }".to_owned(),
            "What `limit_except` refuses does not come to any `if` of the location.".to_owned(),
        ]);
    }
    lines.extend([
        "If nginx answers preflights itself, in Socket.IO's location:".to_owned(),
        "  if ($request_method = OPTIONS) {".to_owned(),
    ]);
    let headers = headers(examination).into_iter();
    lines.extend(headers.map(|(name, value)| format!("    add_header {name} \"{value}\" always;")));
    lines.extend(["    return 204;", "  }"].map(str::to_owned));
    lines
}

fn caddy(examination: &Examination) -> Vec<String> {
    let mut lines = vec![
        "In Caddy, before Socket.IO's reverse_proxy:".to_owned(),
        "  @preflight method OPTIONS".to_owned(),
        "  handle @preflight {".to_owned(),
    ];
    let headers = headers(examination).into_iter();
    lines.extend(headers.map(|(name, value)| format!("    header {name} \"{value}\"")));
    lines.extend(["    respond 204", "  }"].map(str::to_owned));
    lines
}

fn apache(examination: &Examination) -> Vec<String> {
    let mut lines =
        vec!["In Apache, with mod_rewrite and mod_headers, before its ProxyPass:".to_owned()];
    let headers = headers(examination).into_iter();
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

fn haproxy(examination: &Examination) -> Vec<String> {
    let headers = headers(examination).into_iter();
    let headers: Vec<_> = headers.map(|(name, value)| format!(" hdr {name} \"{value}\"")).collect();
    vec![
        "In HAProxy's frontend, before every `http-request deny` and `http-request auth` (2.2 or newer):"
            .to_owned(),
        format!("  http-request return status 204{} if METH_OPTIONS", headers.concat()),
    ]
}

/// The lines that list the headers in the proxy that the answers name, if it can answer preflights.
pub(in crate::doctor::diagnosis) fn allowed_headers(
    examination: &Examination,
    preflight: &Exchange,
    names: &[String],
) -> Vec<String> {
    let listed = names.join(", ");
    let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let quoted = quoted.join(", ");
    let origin = &examination.target.page.origin;
    let Some(proxy) = answers_preflight(examination, preflight) else { return Vec::new() };
    let line = match proxy {
        Proxy::Nginx => {
            format!("  add_header Access-Control-Allow-Headers \"{listed}\" always;")
        }
        Proxy::Caddy => format!("  header Access-Control-Allow-Headers \"{listed}\""),
        Proxy::Apache => {
            format!("  Header always set Access-Control-Allow-Headers \"{listed}\"")
        }
        Proxy::LiteSpeed => format!("  Header set Access-Control-Allow-Headers \"{listed}\""),
        Proxy::Haproxy => {
            format!("  http-response set-header Access-Control-Allow-Headers \"{listed}\"")
        }
        Proxy::Iis => format!("  <add name=\"Access-Control-Allow-Headers\" value=\"{listed}\" />"),
        Proxy::Express => {
            return vec![
                "Express answers OPTIONS, before Socket.IO gets it. In its middleware:".to_owned(),
                format!("  app.use(cors({{ origin: [\"{origin}\"], allowedHeaders: [{quoted}] }}));"),
                "Or mount the proxy before that middleware, so that Socket.IO answers OPTIONS itself."
                    .to_owned(),
            ];
        }
        Proxy::ApiGateway => format!(
            "  aws apigatewayv2 update-api --api-id API --cors-configuration \
             AllowOrigins={origin},AllowMethods=GET,POST,AllowHeaders={}",
            names.join(",")
        ),
        Proxy::Kong => format!("  config: {{ origins: [\"{origin}\"], headers: [{quoted}] }}"),
        Proxy::Envoy => format!("  allow_headers: \"{}\"", names.join(",")),
        Proxy::CloudFront => {
            return vec![format!(
                "If CloudFront has a response headers policy with CORS settings for the behavior of \
                 /socket.io/*: add {listed} to its Access-Control-Allow-Headers, or take the policy off."
            )];
        }
        Proxy::Cloudflare => {
            return vec![format!(
                "If a Worker or a Response Header Transform Rule of Cloudflare sets \
                 Access-Control-Allow-Headers: add {listed} there."
            )];
        }
        // They answer no preflights.
        _ => return Vec::new(),
    };
    let name = proxy.name();
    vec![
        match proxy {
            Proxy::ApiGateway => format!("In {name}, if it is an HTTP API with CORS settings:"),
            Proxy::Kong => format!("In {name}'s plugin cors, if it has one:"),
            Proxy::Envoy => {
                format!("In {name}'s `cors` (Istio: corsPolicy, allowHeaders), if it has one:")
            }
            _ => format!("In {name}, if it answers OPTIONS itself:"),
        },
        line,
    ]
}
