//! Lines with which a proxy passes Socket.IO's path on to its own server.

use super::paths::{caddy_handle, nginx_location};
use crate::doctor::software::Proxy;

/// The lines of that proxy; of the usual ones where none is named. None of a platform, which hands
/// nothing on.
pub(super) fn pass_on(proxy: Option<Proxy>, path: &str, port: &str) -> Vec<String> {
    let in_nginx = || [vec!["In nginx:".to_owned()], nginx_location(path, port)].concat();
    let Some(proxy) = proxy else { return [in_nginx(), apache(path, port)].concat() };
    match proxy {
        Proxy::Nginx => in_nginx(),
        Proxy::Apache => apache(path, port),
        Proxy::Caddy => [vec!["In Caddy:".to_owned()], caddy_handle(path, port)].concat(),
        Proxy::Haproxy => vec![
            "In HAProxy, in the frontend, and a backend:".to_owned(),
            format!("  use_backend socket_io if {{ path_beg {path} }}"),
            "  backend socket_io".to_owned(),
            format!("    server node 127.0.0.1:{port}"),
        ],
        Proxy::Iis => {
            let asked = path.trim_start_matches('/').replace('.', "\\.");
            vec![
                "In IIS, with URL Rewrite and Application Request Routing (Enable proxy), in web.config:"
                    .to_owned(),
                format!("  <rule name=\"Socket.IO\"><match url=\"^{asked}.*\" />"),
                format!("    <action type=\"Rewrite\" url=\"http://127.0.0.1:{port}/{{R:0}}\" /></rule>"),
                "  <webSocket enabled=\"false\" />".to_owned(),
            ]
        }
        Proxy::LiteSpeed => vec![
            "In OpenLiteSpeed, in the virtual host's vhconf.conf, with a web socket proxy for upgrades:"
                .to_owned(),
            "  extprocessor node {".to_owned(),
            "    type proxy".to_owned(),
            format!("    address 127.0.0.1:{port}"),
            "    maxConns 1000".to_owned(),
            "    initTimeout 60".to_owned(),
            "    retryTimeout 0".to_owned(),
            "  }".to_owned(),
            format!("  context {path} {{"),
            "    type proxy".to_owned(),
            "    handler node".to_owned(),
            "  }".to_owned(),
            format!("  websocket {path} {{"),
            format!("    address 127.0.0.1:{port}"),
            "  }".to_owned(),
        ],
        Proxy::Express => vec![
            "In Express, with http-proxy-middleware, before every other route:".to_owned(),
            format!(
                "  app.use(createProxyMiddleware({{ target: \"http://127.0.0.1:{port}\", pathFilter: \
                 \"{}\", ws: true }}));",
                path.trim_end_matches('/')
            ),
        ],
        Proxy::Vercel
        | Proxy::Netlify
        | Proxy::Heroku
        | Proxy::Fly
        | Proxy::Render
        | Proxy::Railway
        | Proxy::GoogleCloud
        | Proxy::Azure
        | Proxy::ApiGateway => Vec::new(),
        other => {
            let before = format!("In {}, or in a proxy behind it. In nginx:", other.name());
            [vec![before], nginx_location(path, port)].concat()
        }
    }
}

fn apache(path: &str, port: &str) -> Vec<String> {
    vec![
        "In Apache, with mod_proxy and mod_proxy_http (2.4.47 or newer):".to_owned(),
        format!("  ProxyPass \"{path}\" \"http://127.0.0.1:{port}{path}\" upgrade=websocket"),
    ]
}
