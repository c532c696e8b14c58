//! Lines with which a proxy passes on the server's CORS headers.

use crate::doctor::{
    exchange::Exchange,
    proxies,
    software::{Proxy, proxy},
};

/// The fix in the proxy that answered; in the usual ones where it has no name.
pub(in crate::doctor::diagnosis) fn keep_headers(exchange: &Exchange) -> Vec<String> {
    let lines: &[&str] = match proxy(exchange) {
        Some(Proxy::CloudFront) => &[
            "CloudFront passes Origin on only if the behavior for /socket.io/* has the origin request \
             policy AllViewer and the cache policy CachingDisabled. Without Origin, the server sends no \
             header. If the behavior has a response headers policy with CORS settings, remove it.",
        ],
        Some(Proxy::Cloudflare) => &[
            "In Cloudflare's dashboard, Rules: look for a Response Header Transform Rule that removes or \
             sets Access-Control-…, for a Worker on the route, and for a cache rule for the path.",
        ],
        Some(Proxy::Caddy) => &[
            "In Caddy, delete the line that removes the server's headers:",
            "  header -Access-Control-*",
        ],
        Some(Proxy::Apache) => &[
            "In Apache, delete the line that removes the server's headers:",
            "  Header unset Access-Control-Allow-Origin",
        ],
        Some(Proxy::Nginx) => NGINX,
        Some(Proxy::Envoy) => &[
            "In Envoy, delete the line that removes the server's headers:",
            "  response_headers_to_remove: [access-control-allow-origin]",
            "Istio's VirtualService: no `headers.response.remove`, and no `corsPolicy` without the page.",
        ],
        Some(Proxy::Kong) => &[
            "In Kong, take the header out of `remove` of the plugin response-transformer, and list the page in \
             the plugin cors, if it has that one.",
        ],
        _ => return of_any(exchange),
    };
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn of_any(exchange: &Exchange) -> Vec<String> {
    let proxies = proxies::of(exchange);
    let who = match proxy(exchange) {
        Some(proxy) => format!("In {}, or in a proxy behind it", proxy.name()),
        None if proxies.is_empty() => "In the proxy".to_owned(),
        None => format!("In the proxy ({})", proxies.join(", ")),
    };
    let mut lines = vec![format!("{who}, let the server's headers through.")];
    lines.extend(NGINX.iter().map(|line| (*line).to_owned()));
    lines.push(
        "In a CDN, look for a rule that sets or removes response headers, and for a cache whose key has no \
         Origin."
            .to_owned(),
    );
    lines
}

const NGINX: &[&str] = &[
    "In nginx, delete the lines that remove the server's headers:",
    "  proxy_hide_header Access-Control-Allow-Origin;",
    "  more_clear_headers 'Access-Control-*';",
];
