//! How a proxy hands on the path that it was asked for.

use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, proxy_before},
};

/// The fix in the proxy that the answers name; in the usual ones where none is named.
pub(in crate::doctor::diagnosis) fn same_path(
    examination: &Examination,
    exchange: &Exchange,
) -> Vec<String> {
    let path = &examination.target.path;
    let mut nginx = vec![
        "In nginx, no slash (and no path) after the port of proxy_pass, which would take the place of the \
         location's:"
            .to_owned(),
    ];
    nginx.extend(nginx_location(path, "3000"));
    match proxy_before(examination, exchange) {
        Some(Proxy::Apache) => vec![
            "Let Apache hand the path on as it is: the same one in both of ProxyPass's arguments."
                .to_owned(),
            format!("  ProxyPass {path} http://127.0.0.1:3000{path} upgrade=websocket"),
        ],
        Some(Proxy::Caddy) => vec![
            "Let Caddy hand the path on as it is: `handle`, not `handle_path`, which takes it away."
                .to_owned(),
            format!("  handle {path}* {{"),
            "    reverse_proxy 127.0.0.1:3000".to_owned(),
            "  }".to_owned(),
        ],
        Some(Proxy::Nginx) => {
            let mut lines = vec!["Let nginx hand the path on as it is.".to_owned()];
            lines.extend(nginx);
            lines
        }
        _ => {
            let mut lines = vec!["Let the proxy hand the path on as it is.".to_owned()];
            lines.extend(nginx);
            lines.push(OTHERS.to_owned());
            lines
        }
    }
}

/// nginx's `location` that hands Socket.IO's path on, upgrades too.
pub(in crate::doctor::diagnosis) fn nginx_location(path: &str, port: &str) -> Vec<String> {
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

const OTHERS: &str = "Caddy: `handle`, not `handle_path`. Traefik: no StripPrefix. Kong: strip_path: false. An \
                      Ingress of nginx: no rewrite-target. Apache: the same path in both of ProxyPass's \
                      arguments. Express: http-proxy-middleware with `pathFilter`, not \
                      app.use(\"/socket.io\", …).";
