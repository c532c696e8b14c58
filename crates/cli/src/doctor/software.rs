//! The software that a server runs, by what it says.

use super::{
    engineio::Author, examination::Examination, exchange::Exchange, python_servers::PythonServer,
};

/// An implementation of Socket.IO's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SocketServer {
    /// socket.io 2 of npm.
    Node2,
    /// socket.io 3 or 4 of npm, or another that takes its options.
    Node,
    /// socketioxide, of Rust.
    Oxide,
    /// github.com/zishang520/socket.io, of Go.
    Zishang,
    /// walkor/phpsocket.io.
    Php,
    /// github.com/googollee/go-socket.io, of Go, and what was forked from it.
    Googollee,
    /// python-socketio, alone or within Flask-SocketIO.
    Python,
    /// netty-socketio, alone or within a Spring application.
    Netty,
}

/// Defines [`Proxy`] by what each is called in a fix.
macro_rules! proxies {
    ($($proxy:ident = $name:literal,)*) => {
        /// A proxy before it, or a platform that runs it, which is set up by lines of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Proxy {
            $($proxy,)*
        }

        impl Proxy {
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$proxy,)*];

            /// Its name, as each fix that is for it has it.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$proxy => $name,)*
                }
            }
        }
    };
}

proxies! {
    Nginx = "nginx",
    Apache = "Apache",
    Caddy = "Caddy",
    Haproxy = "HAProxy",
    Iis = "IIS",
    Gunicorn = "gunicorn",
    Passenger = "Passenger",
    LiteSpeed = "LiteSpeed",
    Envoy = "Envoy",
    Kong = "Kong",
    Express = "Express",
    Varnish = "Varnish",
    Fastly = "Fastly",
    Cloudflare = "Cloudflare",
    CloudFront = "CloudFront",
    ApiGateway = "API Gateway",
    AwsBalancer = "AWS load balancer",
    FrontDoor = "Front Door",
    Azure = "Azure",
    GoogleCloud = "Google Cloud",
    Heroku = "Heroku",
    Vercel = "Vercel",
    Netlify = "Netlify",
    Fly = "Fly.io",
    Render = "Render",
    Railway = "Railway",
}

/// Headers by which a platform is known, with a part of their values: it may run a well-known
/// server, or be behind a CDN, which its answers name as well.
const PLATFORMS: &[(Proxy, &str, &str)] = &[
    (Proxy::Passenger, "x-powered-by", "phusion passenger"),
    (Proxy::Passenger, "Server", "phusion passenger"),
    (Proxy::Render, "rndr-id", ""),
    (Proxy::Render, "x-render-origin-server", ""),
    (Proxy::Render, "x-render-routing", ""),
    (Proxy::Railway, "x-railway-request-id", ""),
    (Proxy::Railway, "x-railway-fallback", ""),
    (Proxy::Railway, "Server", "railway"),
    (Proxy::Fly, "fly-request-id", ""),
    (Proxy::Fly, "Server", "fly/"),
    (Proxy::Vercel, "x-vercel-id", ""),
    (Proxy::Vercel, "Server", "vercel"),
    (Proxy::Netlify, "x-nf-request-id", ""),
    (Proxy::Netlify, "Server", "netlify"),
    (Proxy::Heroku, "Server", "heroku"),
    (Proxy::Heroku, "Via", "heroku-router"),
    (Proxy::Heroku, "Via", "vegur"),
    (Proxy::GoogleCloud, "Server", "google frontend"),
    (Proxy::GoogleCloud, "x-cloud-trace-context", ""),
    (Proxy::Azure, "Set-Cookie", "arraffinity"),
    (Proxy::Azure, "x-ms-middleware-request-id", ""),
    // Also before one of the regional or edge-optimized kind, whose CloudFront is its own.
    (Proxy::ApiGateway, "x-amz-apigw-id", ""),
    (Proxy::ApiGateway, "apigw-requestid", ""),
    (Proxy::AwsBalancer, "Set-Cookie", "awsalb"),
    (Proxy::AwsBalancer, "Server", "awselb"),
    (Proxy::CloudFront, "x-amz-cf-id", ""),
    (Proxy::CloudFront, "Via", "cloudfront"),
    (Proxy::CloudFront, "Server", "cloudfront"),
    (Proxy::ApiGateway, "x-amzn-requestid", ""),
    (Proxy::FrontDoor, "x-azure-ref", ""),
    (Proxy::Kong, "x-kong-proxy-latency", ""),
    (Proxy::Kong, "x-kong-response-latency", ""),
    (Proxy::Kong, "Via", "kong/"),
    (Proxy::Kong, "Server", "kong/"),
];

/// Sentences of error pages whose writer names itself nowhere.
const SENTENCES: &[(Proxy, &str)] = &[
    (Proxy::Haproxy, "No server is available to handle this request"),
    (Proxy::Haproxy, "The server didn't respond in time"),
    (Proxy::Haproxy, "The server returned an invalid or incomplete response"),
    (Proxy::Haproxy, "Request forbidden by administrative rules"),
    (Proxy::Haproxy, "You have sent too many requests in a given amount of time"),
];

/// The header that Envoy adds to a server's answer.
const ENVOY: &str = "x-envoy-upstream-service-time";

/// The Socket.IO server behind everything, as far as it told.
pub(super) fn socket_server(examination: &Examination) -> SocketServer {
    let exchanges = || examination.exchanges.iter();
    let is_of = |author| exchanges().any(|exchange| exchange.author() == Some(author));
    if is_of(Author::Netty) || exchanges().any(is_of_netty) {
        SocketServer::Netty
    } else if is_of(Author::Python) || PythonServer::of(examination).is_some() {
        SocketServer::Python
    } else if is_of(Author::Oxide) {
        SocketServer::Oxide
    } else if is_of(Author::Php) {
        SocketServer::Php
    } else if is_of(Author::Zishang) {
        SocketServer::Zishang
    } else if is_of(Author::Googollee) {
        SocketServer::Googollee
    } else if examination.is_server_2() {
        SocketServer::Node2
    } else {
        SocketServer::Node
    }
}

fn is_of_netty(exchange: &Exchange) -> bool {
    let server = exchange.header("Server").unwrap_or_default();
    server.to_ascii_lowercase().contains("netty-socketio")
}

/// The proxy that answered, or passed an answer on, where its name is in the headers.
pub(super) fn proxy(exchange: &Exchange) -> Option<Proxy> {
    let named = |name: &str| exchange.header(name).unwrap_or_default().to_ascii_lowercase();
    let is_of = |(_, name, part): &&(Proxy, &str, &str)| {
        exchange.header(name).is_some_and(|value| value.to_ascii_lowercase().contains(part))
    };
    if let Some((platform, ..)) = PLATFORMS.iter().find(is_of) {
        return Some(*platform);
    }
    let (server, via) = (named("Server"), named("Via"));
    let starts = |name: &str| server.starts_with(name);
    if starts("nginx") || starts("openresty") || starts("tengine") {
        Some(Proxy::Nginx)
    } else if starts("apache") && !starts("apache-coyote") {
        Some(Proxy::Apache)
    } else if starts("caddy") || via.contains("caddy") {
        Some(Proxy::Caddy)
    } else if starts("microsoft-iis") {
        Some(Proxy::Iis)
    } else if starts("litespeed") || starts("openlitespeed") {
        Some(Proxy::LiteSpeed)
    } else if starts("gunicorn") {
        Some(Proxy::Gunicorn)
    } else if starts("cloudflare") {
        Some(Proxy::Cloudflare)
    } else if exchange.header("x-served-by").is_some_and(|it| it.starts_with("cache-")) {
        Some(Proxy::Fastly)
    } else if via.contains("varnish") || exchange.header("x-varnish").is_some() {
        Some(Proxy::Varnish)
    } else if server.contains("envoy") || exchange.header(ENVOY).is_some() {
        Some(Proxy::Envoy)
    } else if is_of_express(exchange) {
        Some(Proxy::Express)
    } else {
        let wrote = |(_, sentence): &&(Proxy, &str)| exchange.body().contains(sentence);
        SENTENCES.iter().find(wrote).map(|(proxy, _)| *proxy)
    }
}

/// True if a middleware of Express had the request. What Socket.IO answers alone, on the same HTTP
/// server, does not say so.
pub(super) fn is_of_express(exchange: &Exchange) -> bool {
    exchange.header("X-Powered-By").is_some_and(|by| by.eq_ignore_ascii_case("express"))
}

/// Whoever answers a preflight in place of Socket.IO: an application in Express, even if a proxy before it
/// has a name, or that proxy.
pub(super) fn answers_preflight(examination: &Examination, preflight: &Exchange) -> Option<Proxy> {
    if is_of_express(preflight) {
        return Some(Proxy::Express);
    }
    proxy_before(examination, preflight)
}

/// The proxy that answers a preflight itself, where that is certain: it marks what it passes on, and that answer
/// has no such mark.
pub(super) fn own_preflight(examination: &Examination, preflight: &Exchange) -> Option<Proxy> {
    let poll = examination.spoken_poll()?;
    let is_missing = |mark: &&str| poll.header(mark).is_some() && preflight.header(mark).is_none();
    let is_own = is_of_express(preflight) || PASSED_ON.iter().any(is_missing);
    answers_preflight(examination, preflight).filter(|_| is_own)
}

const PASSED_ON: &[&str] = &["Via", ENVOY, "x-kong-upstream-latency"];

/// The proxy that an answer names, or the one that the page's other answers name: a refused upgrade seldom does.
pub(super) fn proxy_before(examination: &Examination, exchange: &Exchange) -> Option<Proxy> {
    let mut others = examination.page_poll().into_iter().chain(&examination.exchanges);
    proxy(exchange).or_else(|| others.find_map(proxy))
}
