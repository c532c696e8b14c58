//! Connections that are ended while nothing is said.

use super::evidence::with_headers;
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, proxy},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let websocket = examination.get(Step::HoldWebsocket).filter(|it| it.error.is_some());
    let poll = examination.all(Step::HoldPoll).find(|exchange| is_cut(exchange));
    let Some(exchange) = websocket.or(poll) else { return Vec::new() };
    let seconds = exchange.took.as_secs();
    let what =
        if exchange.url.starts_with("ws") { "an open WebSocket" } else { "a poll that waits" };
    let interval = examination
        .spoken_poll()
        .and_then(Exchange::opened)
        .and_then(|open| open.ping_interval)
        .unwrap_or(25_000)
        .div_ceil(1000);
    let answer = proxy(exchange).or_else(|| examination.spoken_poll().and_then(proxy));
    vec![
        Finding::new(
            Code::IdleTimeout,
            Severity::Error,
            format!("{what} is ended after {seconds} s, though the server keeps it"),
        )
        .seen(exchange, with_headers(exchange, &["server", "via"]))
        .why([format!(
            "Nothing is said between two heartbeats, {interval} s (the server's `pingInterval`). \
                 Something on the way takes that for idle, and ends the connection: the page is \
                 disconnected (`transport close`, `transport error`) and connects again, for ever."
        )])
        .fix(remedy(answer, interval)),
    ]
}

fn is_cut(exchange: &Exchange) -> bool {
    exchange.method == "GET"
        && !exchange.is_late()
        && (exchange.error.is_some() || exchange.status().is_some_and(|status| status >= 500))
}

fn remedy(proxy: Option<Proxy>, interval: u64) -> Vec<String> {
    let longer = interval.saturating_mul(2).max(60);
    let mut lines = vec![format!("Let the proxy wait for longer than {interval} s.")];
    lines.extend(match proxy {
        Some(Proxy::Apache) => {
            vec!["In Apache:".to_owned(), format!("  ProxyTimeout {longer}")]
        }
        Some(Proxy::Caddy) => vec![
            "In Caddy, in the reverse_proxy's transport http, and in the server's timeouts: leave \
             read_timeout, stream_timeout and idle out, or give them longer."
                .to_owned(),
        ],
        _ => vec![
            "In nginx, in Socket.IO's location:".to_owned(),
            format!("  proxy_read_timeout {longer}s;"),
            format!("  proxy_send_timeout {longer}s;"),
            "HAProxy: `timeout tunnel`, `timeout client` and `timeout server`; AWS: the balancer's idle \
             timeout; an Ingress: proxy-read-timeout."
                .to_owned(),
        ],
    });
    lines.push("Or let the server say something more often:".to_owned());
    lines.push("  new Server(httpServer, { pingInterval: 10_000 })".to_owned());
    lines
}
