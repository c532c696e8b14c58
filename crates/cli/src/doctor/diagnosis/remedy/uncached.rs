//! Lines with which a cache does not store answers of Socket.IO's path.

use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, proxy_before},
};

/// The fix in the proxy that the answers name; in the usual caches where none is named.
pub(in crate::doctor::diagnosis) fn uncached(
    examination: &Examination,
    kept: &Exchange,
) -> Vec<&'static str> {
    let mut lines = vec!["Let the cache always pass Socket.IO's path on."];
    if let Some(network) = delivery_network(kept) {
        lines.extend(network);
        return lines;
    }
    match proxy_before(examination, kept) {
        Some(proxy) => lines.extend(in_cache(proxy)),
        None => lines.extend(
            [Proxy::Cloudflare, Proxy::CloudFront, Proxy::Nginx, Proxy::Varnish]
                .into_iter()
                .flat_map(in_cache),
        ),
    }
    lines
}

/// The fix in a CDN that does nothing else than keep and pass on, and that its headers name.
fn delivery_network(kept: &Exchange) -> Option<&'static [&'static str]> {
    let says = |name: &str, part: &str| {
        kept.header(name).is_some_and(|value| value.to_ascii_lowercase().contains(part))
    };
    let has = |start: &str| {
        let mut headers = kept.answer.iter().flat_map(|answer| &answer.headers);
        headers.any(|(name, _)| name.to_ascii_lowercase().starts_with(start))
    };
    if says("Server", "bunnycdn") || has("cdn-pullzone") {
        Some(&[
            "bunny.net: in the pull zone, an Edge Rule with the action Override Cache Time, 0, if the Request URL \
             matches */socket.io/*. Then purge the pull zone's cache.",
        ])
    } else if says("Server", "keycdn") {
        Some(&[
            "KeyCDN: give the client the URL of the Socket.IO server itself, and purge the zone.",
        ])
    } else if says("Server", "akamai") || has("akamai-") || has("x-akamai-") {
        Some(&[
            "Akamai: in Property Manager, a rule that matches the path /socket.io/*, with the behavior Caching: \
             Bypass cache. Then purge what is kept.",
        ])
    } else if says("Via", "1.1 google") {
        Some(in_cache(Proxy::GoogleCloud))
    } else {
        None
    }
}

fn in_cache(proxy: Proxy) -> &'static [&'static str] {
    match proxy {
        Proxy::Nginx => &["In nginx, in Socket.IO's location:", "  proxy_cache off;"],
        Proxy::Apache => &["In Apache:", "  CacheDisable \"/socket.io/\""],
        Proxy::LiteSpeed => &[
            "In LiteSpeed, in .htaccess:",
            "  RewriteEngine On",
            "  RewriteRule ^socket\\.io/ - [E=Cache-Control:no-cache]",
        ],
        Proxy::Caddy => &[
            "In Caddy, put Socket.IO's `reverse_proxy` before the directive `cache`, in a \
             `handle` of its own:",
            "  handle /socket.io/* {",
            "    reverse_proxy 127.0.0.1:3000",
            "  }",
        ],
        Proxy::Haproxy => &[
            "In HAProxy, add a condition to its `http-request cache-use`:",
            "  http-request cache-use NAME unless { path_beg /socket.io/ }",
        ],
        Proxy::Iis => &[
            "In IIS, in web.config:",
            "  <location path=\"socket.io\"><system.webServer><caching enabled=\"false\" \
             enableKernelCache=\"false\" /></system.webServer></location>",
        ],
        Proxy::Varnish => &[
            "In Varnish, in vcl_recv, where WebSockets need a pipe:",
            "  if (req.http.upgrade ~ \"(?i)websocket\") { return (pipe); }",
            "  if (req.url ~ \"^/socket.io/\") { return (pass); }",
        ],
        Proxy::Fastly => &[
            "In Fastly's VCL, in vcl_recv:",
            "  if (req.url.path ~ \"^/socket.io/\") { return (pass); }",
        ],
        Proxy::Cloudflare => &[
            "In Cloudflare's dashboard, Caching, Cache Rules: Bypass cache for",
            "  starts_with(http.request.uri.path, \"/socket.io/\")",
        ],
        Proxy::CloudFront => {
            &["CloudFront: the cache policy CachingDisabled in the behavior for /socket.io/*."]
        }
        Proxy::ApiGateway => &[
            "In API Gateway, turn the stage's cache off for Socket.IO's methods (Stages, the method, Override \
             for this method), or altogether:",
            "  aws apigateway update-stage --rest-api-id API --stage-name STAGE --patch-operations \
             op=replace,path=/cacheClusterEnabled,value=false",
        ],
        Proxy::FrontDoor => &[
            "In Azure's Front Door: give /socket.io/* a route of its own, without caching (Enable caching off).",
        ],
        Proxy::GoogleCloud => &[
            "In Google Cloud, turn Cloud CDN off for Socket.IO's backend:",
            "  gcloud compute backend-services update BACKEND --no-enable-cdn",
            "Or keep it, with the cache mode Use origin headers, and let the server send `Cache-Control: no-store`.",
        ],
        Proxy::Kong => &["In Kong, take the plugin proxy-cache off Socket.IO's route."],
        Proxy::Envoy => &["In Envoy, turn the cache filter off for Socket.IO's route."],
        Proxy::Express => &[
            "In Express, put Socket.IO's proxy before the middleware that caches (apicache, for example).",
        ],
        Proxy::Vercel => &[
            "On Vercel, delete Cache-Control, CDN-Cache-Control and Vercel-CDN-Cache-Control for /socket.io/ \
             from `headers` in vercel.json, or give the client the URL of the Socket.IO server itself.",
        ],
        Proxy::Netlify => &[
            "On Netlify, delete Cache-Control, CDN-Cache-Control and Netlify-CDN-Cache-Control for /socket.io/ \
             from _headers and netlify.toml, or give the client the URL of the Socket.IO server itself.",
        ],
        Proxy::Azure => &[
            "Azure's App Service caches nothing by itself: look at the CDN before it, and at IIS's output \
             caching (`<caching>` in web.config).",
        ],
        // They have no cache for it: one is before them, or in the app.
        Proxy::Gunicorn
        | Proxy::Passenger
        | Proxy::AwsBalancer
        | Proxy::Heroku
        | Proxy::Fly
        | Proxy::Render
        | Proxy::Railway => &[
            "The host that the headers name keeps no such answers: a CDN before it does, or a cache in the \
             app. Leave /socket.io/ out of that one's rules.",
        ],
    }
}
