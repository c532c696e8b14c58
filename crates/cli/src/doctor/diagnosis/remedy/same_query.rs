//! Lines with which a proxy passes the query on.

use super::paths::nginx_location;
use crate::doctor::software::Proxy;

/// The fix in that proxy; in the usual ones where none is named.
pub(in crate::doctor::diagnosis) fn same_query(proxy: Option<Proxy>, path: &str) -> Vec<String> {
    let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let mut lines = own(&["Let the proxy pass the query on as it is, with every parameter."]);
    lines.extend(match proxy {
        Some(Proxy::Nginx) => nginx(path),
        Some(Proxy::Apache | Proxy::LiteSpeed) => vec![
            "In Apache, a RewriteRule keeps the query unless its target has a `?`. ProxyPass keeps it:".to_owned(),
            format!("  ProxyPass \"{path}\" \"http://127.0.0.1:3000{path}\" upgrade=websocket"),
        ],
        Some(Proxy::Caddy) => vec![
            "In Caddy, take `rewrite` and `uri query` away from Socket.IO's path:".to_owned(),
            format!("  handle {path}* {{"),
            "    reverse_proxy 127.0.0.1:3000".to_owned(),
            "  }".to_owned(),
        ],
        Some(Proxy::Cloudflare) => own(&[
            "In Cloudflare, look at the URL rewrites under Rules (the query has to be preserved), and at a \
             Worker on that route: it has to pass `request.url` on, not only its path.",
        ]),
        Some(Proxy::CloudFront) => own(&[CLOUDFRONT]),
        None => [nginx(path), own(&[CLOUDFRONT, OTHERS])].concat(),
        Some(_) => own(&[OTHERS]),
    });
    lines
}

const CLOUDFRONT: &str = "CloudFront: use the origin request policy AllViewer.";
const OTHERS: &str = "A CDN or API gateway: forward all query parameters, and change no letter case. A function or \
 middleware of your own: pass `request.url` on, not only its path.";

fn nginx(path: &str) -> Vec<String> {
    let mut lines =
        vec!["In nginx, write no path and no variable after the port of proxy_pass:".to_owned()];
    lines.extend(nginx_location(path, "3000"));
    lines.push("If that needs a variable, write the query as well:".to_owned());
    lines.push("  proxy_pass http://$upstream$request_uri;".to_owned());
    lines
}
