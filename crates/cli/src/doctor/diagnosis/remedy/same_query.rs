//! Lines with which a proxy passes the query on.

use super::{
    lines::owned,
    paths::{caddy_handle, nginx_location},
};
use crate::doctor::software::Proxy;

/// The fix in that proxy; in the usual ones where none is named.
pub(in crate::doctor::diagnosis) fn same_query(proxy: Option<Proxy>, path: &str) -> Vec<String> {
    let mut lines = owned(&["Let the proxy pass the query on as it is, with every parameter."]);
    lines.extend(match proxy {
        Some(Proxy::Nginx) => nginx(path),
        Some(Proxy::Apache | Proxy::LiteSpeed) => vec![
            "In Apache, a RewriteRule keeps the query unless its target has a `?`. ProxyPass keeps it:".to_owned(),
            format!("  ProxyPass \"{path}\" \"http://127.0.0.1:3000{path}\" upgrade=websocket"),
        ],
        Some(Proxy::Caddy) => [
            owned(&["In Caddy, take `rewrite` and `uri query` away from Socket.IO's path:"]),
            caddy_handle(path, "3000"),
        ]
        .concat(),
        Some(Proxy::Cloudflare) => owned(&[
            "In Cloudflare, look at the URL rewrites under Rules (the query has to be preserved), and at a \
             Worker on that route: it has to pass `request.url` on, not only its path.",
        ]),
        Some(Proxy::CloudFront) => owned(&[CLOUDFRONT]),
        None => [nginx(path), owned(&[CLOUDFRONT, OTHERS])].concat(),
        Some(_) => owned(&[OTHERS]),
    });
    lines
}

const CLOUDFRONT: &str =
    "CloudFront: use the origin request policy AllViewer and the cache policy CachingDisabled.";
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
