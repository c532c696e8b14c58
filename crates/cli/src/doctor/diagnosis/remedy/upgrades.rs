//! Lines with which a proxy passes upgrades on to the server.

use super::python_websockets::GUNICORN;
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, proxy_before},
};

const NGINX: &[&str] = &[
    "  proxy_http_version 1.1;",
    "  proxy_set_header Upgrade $http_upgrade;",
    "  proxy_set_header Connection \"upgrade\";",
];

const FUNCTIONS: &[&str] = &[
    "A function on Vercel takes WebSockets only with Fluid compute (a beta of 2026). Or run Socket.IO on a \
     server that keeps running, and give its URL to the client.",
];

/// The fix in the proxy that answered, or that other answers name; in the usual ones where none does.
pub(in crate::doctor::diagnosis) fn upgrades(
    examination: &Examination,
    exchange: &Exchange,
) -> Vec<String> {
    let proxy = proxy_before(examination, exchange);
    let lines: &[&str] = match proxy {
        Some(Proxy::Apache) => &[
            "Let Apache pass the upgrade on (2.4.47 or newer, with mod_proxy_http):",
            "  ProxyPass \"/socket.io/\" \"http://127.0.0.1:3000/socket.io/\" upgrade=websocket",
            "Write it before a `ProxyPass /`, if there is one: Apache takes the first that matches.",
        ],
        Some(Proxy::Caddy) => &[
            "Caddy's reverse_proxy passes upgrades on by itself. Delete the lines that remove the headers:",
            "  header_up -Upgrade",
            "  header_up -Connection",
        ],
        Some(Proxy::Iis) => &[
            "Install IIS's feature \"WebSocket Protocol\" (Windows Features, Web Server, Application \
             Development). Application Request Routing needs it to pass upgrades on:",
            "  Install-WindowsFeature Web-WebSockets",
            "With iisnode, the Node server handles WebSockets itself, so turn IIS's own off. In \
             web.config:",
            "  <webSocket enabled=\"false\" />",
        ],
        Some(Proxy::Azure) => &[
            "In Azure's portal, turn Web sockets on (App Service, Configuration, General settings), or run",
            "  az webapp config set --name APP --resource-group GROUP --web-sockets-enabled true",
            "With iisnode (Windows), turn IIS's own WebSockets off in web.config:",
            "  <webSocket enabled=\"false\" />",
        ],
        Some(Proxy::GoogleCloud) => &[
            "On Google Cloud, Cloud Run passes WebSockets on, but not with HTTP/2 to the container (remove `--use-http2`). \
             App Engine's standard environment, API Gateway and Firebase Hosting pass none on: give the \
             client the URL of the Cloud Run service itself.",
            "  gcloud run services update SERVICE --no-use-http2",
        ],
        Some(Proxy::CloudFront) => &[
            "CloudFront passes upgrades on if the server gets their headers. In the behavior for \
             /socket.io/*: origin request policy AllViewer, cache policy CachingDisabled.",
            "Behind CloudFront, use an Application Load Balancer, not a Classic one in HTTP mode, and no \
             API Gateway.",
        ],
        Some(Proxy::LiteSpeed) => &[
            "LiteSpeed needs a rule of its own for WebSockets. OpenLiteSpeed: Web Socket Proxy in the \
             virtual host, or in its vhconf.conf:",
            "  websocket /socket.io/ {",
            "    address 127.0.0.1:3000",
            "  }",
            "On shared hosting without that, let clients stay on polling:",
            "  io(\"…\", { transports: [\"polling\"] })",
        ],
        Some(Proxy::Varnish) => &[
            "Let Varnish pipe upgrades, with their headers:",
            "  sub vcl_recv { if (req.http.upgrade ~ \"(?i)websocket\") { return (pipe); } }",
            "  sub vcl_pipe {",
            "    if (req.http.upgrade) {",
            "      set bereq.http.upgrade = req.http.upgrade;",
            "      set bereq.http.connection = req.http.connection;",
            "    }",
            "  }",
        ],
        Some(Proxy::Fastly) => &[
            "Turn WebSockets on for the Fastly service (Products, WebSockets), and pass them on in vcl_recv:",
            "  if (req.http.Upgrade) { return (upgrade); }",
        ],
        Some(Proxy::Envoy) => &[
            "Let Envoy pass WebSockets on, in its HttpConnectionManager:",
            "  upgrade_configs: [{ upgrade_type: websocket }]",
            "Istio and Envoy Gateway do so by themselves. Emissary: `allow_upgrade: [websocket]` in the \
             Mapping. Contour: `enableWebsockets: true` in the route.",
            "AWS App Runner is an Envoy that passes none on. There, let clients stay on polling:",
            "  io(\"…\", { transports: [\"polling\"] })",
        ],
        Some(Proxy::ApiGateway) => &[
            "HTTP and REST APIs of API Gateway pass no WebSockets on, and its WebSocket APIs do not speak \
             Socket.IO. Give the client the URL of a load balancer before the server (an Application Load \
             Balancer passes them on), or let clients stay on polling:",
            "  io(\"…\", { transports: [\"polling\"] })",
        ],
        Some(Proxy::Haproxy) => &[
            "HAProxy passes upgrades on by itself. Delete the lines that remove the headers:",
            "  http-request del-header Upgrade",
            "  http-request del-header Connection",
        ],
        Some(Proxy::Kong) => &[
            "Kong passes upgrades on if the route has the protocols http and https, and no plugin before it \
             removes the headers:",
            "  protocols: [http, https]",
        ],
        Some(Proxy::Express) => &[
            "In Express, http-proxy-middleware passes upgrades on if it has `ws: true`, and if the HTTP server gives \
             them to it:",
            "  const proxy = createProxyMiddleware({ target: \"http://127.0.0.1:3000\", pathFilter: \
             \"/socket.io\", ws: true });",
            "  httpServer.on(\"upgrade\", proxy.upgrade);",
        ],
        Some(Proxy::FrontDoor) => &[
            "Azure's Front Door (Standard and Premium) passes upgrades on by itself, and the classic one does \
             not. The server behind it has to take them too (App Service: Web sockets on).",
        ],
        Some(Proxy::Netlify) => &[
            "Netlify passes no WebSockets on. Give the client the URL of the Socket.IO server itself:",
            "  io(\"https://api.example.com\")",
        ],
        Some(Proxy::Vercel) => FUNCTIONS,
        Some(Proxy::Gunicorn) => GUNICORN,
        Some(Proxy::Cloudflare) => &[
            "In Cloudflare's dashboard, Network: turn WebSockets on. Then look at the proxy behind \
             Cloudflare, if there is one. In nginx, in Socket.IO's location:",
        ],
        Some(Proxy::Nginx) => &["Let nginx pass the upgrade on, in Socket.IO's location:"],
        None if is_of_development(examination) => &[
            "A development server's proxy passes upgrades on only if it is told to. Vite, in \
             vite.config.js:",
            "  server: { proxy: { \"/socket.io\": { target: \"http://127.0.0.1:3000\", ws: true } } }",
            "http-proxy-middleware (Create React App's setupProxy.js, Express) needs `ws: true`, and in Express the \
             HTTP server has to give it the upgrades:",
            "  const proxy = createProxyMiddleware({ target: \"http://127.0.0.1:3000\", pathFilter: \
             \"/socket.io\", ws: true });",
            "  httpServer.on(\"upgrade\", proxy.upgrade);",
            "webpack-dev-server and Angular: `ws: true` too.",
        ],
        _ => &["Let the proxy pass the upgrade on. In nginx, in Socket.IO's location:"],
    };
    let before = proxy.filter(|proxy| passes_on(*proxy)).map(|proxy| {
        format!("{} passes upgrades on by itself, so something behind it does not.", proxy.name())
    });
    let mut lines = lines.to_vec();
    let is_of_others = match proxy {
        None => !is_of_development(examination),
        Some(proxy) if passes_on(proxy) => true,
        Some(_) => false,
    };
    if is_of_others || matches!(proxy, Some(Proxy::Nginx | Proxy::Cloudflare)) {
        lines.extend(NGINX);
    }
    if is_of_others {
        lines.extend(OTHERS);
    }
    if proxy.is_none() {
        lines.push(WITHOUT_PROXY);
    }
    before.into_iter().chain(lines.into_iter().map(str::to_owned)).collect()
}

/// True for a platform that needs no setting for them.
fn passes_on(proxy: Proxy) -> bool {
    matches!(
        proxy,
        Proxy::Passenger
            | Proxy::AwsBalancer
            | Proxy::Heroku
            | Proxy::Fly
            | Proxy::Render
            | Proxy::Railway
    )
}

const WITHOUT_PROXY: &str = "If there is no proxy: another \"upgrade\" listener of the HTTP server may \
 close the connection, as a WebSocketServer of `ws` does for paths that it does not know. Give that \
 `noServer: true`, and let it take only its own path.";

const OTHERS: &[&str] = &[
    "Apache: ProxyPass with upgrade=websocket. AWS: an Application Load Balancer, not a Classic one in \
     HTTP mode. Cloudflare: Network, WebSockets on. Azure: Web sockets on. IIS: the feature WebSocket \
     Protocol. A development server's proxy: `ws: true`.",
];

/// True if the server is the one at which someone develops: there is no other proxy before it, which
/// would have a name.
pub(super) fn is_of_development(examination: &Examination) -> bool {
    let is_named = |exchange: &Exchange| exchange.header("Server").is_some();
    examination.target.is_local() && !examination.exchanges.iter().any(is_named)
}
