//! Lines with which a proxy passes on the requested path.

use super::{lines::owned, upgrades::is_of_development};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, SocketServer, proxy_before, socket_server},
};

/// The fix in the proxy that the answers name; in the usual ones where none is named.
pub(in crate::doctor::diagnosis) fn same_path(
    examination: &Examination,
    exchange: &Exchange,
) -> Vec<String> {
    let path = &examination.target.path;
    match proxy_before(examination, exchange) {
        Some(Proxy::Apache) => vec![
            "Let Apache pass the path on as it is: write the same path in both arguments of ProxyPass."
                .to_owned(),
            format!("  ProxyPass {path} http://127.0.0.1:3000{path} upgrade=websocket"),
        ],
        Some(Proxy::Caddy) => {
            let use_handle = "Let Caddy pass the path on as it is: use `handle`. `handle_path` takes the path away.";
            [vec![use_handle.to_owned()], caddy_handle(path, "3000")].concat()
        }
        Some(Proxy::Nginx) => nginx(path),
        Some(Proxy::Haproxy) => owned(&[
            "Let HAProxy pass the path on as it is. Delete such lines:",
            "  # http-request replace-path …",
            "  # http-request set-path …",
        ]),
        Some(Proxy::Kong) => {
            owned(&["Let Kong pass the path on as it is. In its route:", "  strip_path: false"])
        }
        Some(Proxy::Envoy) => owned(&[
            "Let Envoy pass the path on as it is: no `prefix_rewrite` and no `regex_rewrite` in the route (Istio: \
             no `rewrite`).",
        ]),
        _ => {
            let let_it = vec!["Let the proxy pass the path on as it is.".to_owned()];
            let (nginx, vite) = (nginx(path), vite(path));
            let lines = if is_of_development(examination) {
                [let_it, vite, nginx]
            } else {
                [let_it, nginx, vite]
            };
            let mut lines = lines.concat();
            lines.push(OTHERS.to_owned());
            lines
        }
    }
}

/// The fix where the client asks below a prefix, and the server may have its default path.
pub(in crate::doctor::diagnosis) fn below_prefix(
    examination: &Examination,
    exchange: &Exchange,
) -> Vec<String> {
    let path = &examination.target.path;
    let is_nginx = matches!(proxy_before(examination, exchange), None | Some(Proxy::Nginx));
    let Some(prefix) = path.strip_suffix("/socket.io/").filter(|it| !it.is_empty() && is_nginx)
    else {
        return Vec::new();
    };
    let mut lines = vec![
        "If the server has its default path, let the proxy put that in place of the client's. In nginx:"
            .to_owned(),
    ];
    lines.extend(nginx_location(path, "3000/socket.io/"));
    lines.push("In an nginx Ingress:".to_owned());
    lines.push("  nginx.ingress.kubernetes.io/use-regex: \"true\"".to_owned());
    lines.push("  nginx.ingress.kubernetes.io/rewrite-target: /$2".to_owned());
    lines.push(format!("  path: {prefix}(/|$)(.*)"));
    lines
        .push("Or give the server the whole path, and let the proxy leave it as it is:".to_owned());
    lines.push(format!("  new Server(httpServer, {{ path: \"{path}\" }})"));
    lines
}

/// The entry of Vite's proxy that hands Socket.IO's path on.
fn vite(path: &str) -> Vec<String> {
    vec![
        "In Vite, write no `rewrite` in server.proxy:".to_owned(),
        format!(
            "  server: {{ proxy: {{ \"{}\": {{ target: \"http://127.0.0.1:3000\", ws: true }} }} }}",
            path.trim_end_matches('/')
        ),
    ]
}

/// The fix where the server has the path twice: in the proxy that the answers name, or where the server
/// is mounted. What was seen comes first.
pub(in crate::doctor::diagnosis) fn single_path(
    examination: &Examination,
    exchange: &Exchange,
) -> Vec<String> {
    let is_python = socket_server(examination) == SocketServer::Python
        || exchange.body().contains("{\"detail\":\"Not Found\"}");
    let is_proxied = matches!(
        proxy_before(examination, exchange),
        Some(Proxy::Apache | Proxy::Caddy | Proxy::Nginx)
    );
    let mount = [
        "In FastAPI or Starlette, app.mount(\"/socket.io\", …) puts a second /socket.io before Socket.IO's \
         own. Put python-socketio around the application instead:",
        "  app = socketio.ASGIApp(sio, other_asgi_app=fastapi_app)",
    ]
    .map(str::to_owned);
    let proxy = same_path(examination, exchange);
    let express = EXPRESS.map(str::to_owned).to_vec();
    match (is_proxied, is_python) {
        (false, true) => [mount.to_vec(), proxy].concat(),
        (false, false) if is_of_development(examination) => [express, proxy].concat(),
        (false, false) => [proxy, express].concat(),
        (true, false) => proxy,
        (true, true) => [proxy, mount.to_vec()].concat(),
    }
}

const EXPRESS: [&str; 3] = [
    "In Express, app.use(\"/socket.io\", …) takes the path away before http-proxy-middleware gets it. Use \
     `pathFilter`:",
    "  app.use(createProxyMiddleware({ target: \"http://127.0.0.1:3000\", pathFilter: \"/socket.io\", ws: \
     true }));",
    PATH_FILTER,
];

/// The older form of `pathFilter`.
pub(super) const PATH_FILTER: &str = "`pathFilter` is of http-proxy-middleware 3. Version 2 takes the path before the options: \
 `createProxyMiddleware(\"/socket.io\", { … })`.";

/// The lines with which the proxy that the answers name maps the client's path to `path`.
pub(in crate::doctor::diagnosis) fn other_path(
    examination: &Examination,
    exchange: &Exchange,
    path: &str,
) -> Vec<String> {
    let other = path.trim_end_matches('/');
    let asked = examination.target.path.replace('.', "\\.");
    match proxy_before(examination, exchange) {
        Some(Proxy::Nginx) => vec![
            format!(
                "Or leave the client as it is, and let nginx change its path into {other}/, in the server block:"
            ),
            format!("  rewrite ^{asked}(.*)$ {other}/$1;"),
        ],
        Some(Proxy::Apache) => vec![
            format!(
                "Or leave the client as it is, and let Apache change its path into {other}/, before ProxyPass:"
            ),
            "  RewriteEngine On".to_owned(),
            format!("  RewriteRule ^{asked}(.*)$ {other}/$1 [PT]"),
        ],
        Some(Proxy::Caddy) => vec![
            format!("Or leave the client as it is, and let Caddy change its path into {other}/:"),
            format!("  uri path_regexp ^{asked} {other}/"),
        ],
        _ => Vec::new(),
    }
}

fn nginx(path: &str) -> Vec<String> {
    let mut lines = vec![
        "In nginx, write no slash and no path after the port of proxy_pass. nginx would put it in place of \
         the location's path. Delete a `rewrite … break` of the location too, if it takes the path away:"
            .to_owned(),
    ];
    lines.extend(nginx_location(path, "3000"));
    lines
}

/// nginx's `location` that hands Socket.IO's path on, upgrades too. A path after the port takes its place.
pub(super) fn nginx_location(path: &str, port: &str) -> Vec<String> {
    vec![
        format!("  location {path} {{"),
        format!("    proxy_pass http://127.0.0.1:{port};"),
        "    proxy_http_version 1.1;".to_owned(),
        "    proxy_set_header Host $host;".to_owned(),
        "    proxy_set_header Upgrade $http_upgrade;".to_owned(),
        "    proxy_set_header Connection \"upgrade\";".to_owned(),
        "  }".to_owned(),
    ]
}

/// How Caddy hands a path on before it refuses anything.
pub(in crate::doctor::diagnosis) fn before_refusals(path: &str) -> Vec<String> {
    let first = "If Caddy itself refuses it (`respond`, `error`): a `handle` comes before those.";
    [vec![first.to_owned()], caddy_handle(path, "3000")].concat()
}

/// Caddy's `handle` that hands Socket.IO's path on.
pub(super) fn caddy_handle(path: &str, port: &str) -> Vec<String> {
    vec![
        format!("  handle {path}* {{"),
        format!("    reverse_proxy 127.0.0.1:{port}"),
        "  }".to_owned(),
    ]
}

const OTHERS: &str = "Caddy: `handle`, not `handle_path`. Traefik: no StripPrefix. Kong: strip_path: \
 false. nginx Ingress: no rewrite-target. Apache: the same path in both arguments of ProxyPass. HAProxy: \
 no `http-request replace-path` or `set-path`. Express: \
 http-proxy-middleware with `pathFilter`, not app.use(\"/socket.io\", …).";
