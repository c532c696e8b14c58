//! Proxies in front of a server, by the headers that they leave.

use super::{exchange::Exchange, python_servers::PythonServer};

/// Headers that only one kind of proxy sets.
const MARKS: &[(&str, &str)] = &[
    ("cf-ray", "Cloudflare"),
    ("x-amz-cf-id", "CloudFront"),
    ("x-amz-apigw-id", "AWS API Gateway"),
    ("apigw-requestid", "AWS API Gateway"),
    ("x-amzn-requestid", "AWS API Gateway or Lambda"),
    // A load balancer adds it to requests alone.
    ("x-amzn-trace-id", "AWS"),
    ("x-azure-ref", "Azure Front Door"),
    ("x-vercel-id", "Vercel"),
    ("x-nf-request-id", "Netlify"),
    ("fly-request-id", "Fly.io"),
    ("x-railway-request-id", "Railway"),
    ("x-render-origin-server", "Render"),
    ("x-envoy-upstream-service-time", "Envoy"),
    ("x-kong-proxy-latency", "Kong"),
    ("x-varnish", "Varnish"),
];

/// The proxies that the headers of an answer name.
pub(super) fn of(exchange: &Exchange) -> Vec<String> {
    let headers = exchange.headers();
    let is_proxy =
        |value: &str| PythonServer::named(value).is_none() && !value.starts_with("netty-socketio");
    let told = ["Server", "Via"].into_iter().filter_map(|name| {
        let value = headers.get(name).filter(|value| is_proxy(value))?;
        Some(format!("{name}: {value}"))
    });
    let marks = MARKS.iter().filter(|(name, _)| headers.get(name).is_some());
    let is_fastly = headers.get("x-served-by").is_some_and(|it| it.starts_with("cache-"));
    let fastly = is_fastly.then(|| "Fastly (x-served-by)".to_owned());
    told.chain(fastly).chain(marks.map(|(name, proxy)| format!("{proxy} ({name})"))).collect()
}
